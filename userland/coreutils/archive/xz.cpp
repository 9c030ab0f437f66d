// xz, unxz, xzcat, lzma, unlzma, lzcat: options of XZ Utils.
#include "archive/packer.h"
#include "archive/xz_format.h"
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"

#include <string.h>

namespace coreutils {
namespace {

constexpr Suffix kSuffixes[] = {{".xz", ""}, {".txz", ".tar"}, {".lzma", ""}, {".tlz", ".tar"}};

enum : int { kSingleStream = kLongOnly };

constexpr Option kOptions[] = {
    {'z', "compress", nullptr, "force compression"},
    {'d', "decompress", nullptr, "force decompression"},
    {'d', "uncompress", nullptr, nullptr},
    {'t', "test", nullptr, "test compressed file integrity"},
    {'l', "list", nullptr, "list information about .xz files"},
    {'k', "keep", nullptr, "keep (don't delete) input files"},
    {'f', "force", nullptr, "force overwrite of output file and (de)compress links"},
    {'c', "stdout", nullptr, "write to standard output and don't delete input files"},
    {'c', "to-stdout", nullptr, nullptr},
    {'S', "suffix", ".SUF", "use the suffix .SUF on compressed files"},
    {'F', "format", "FORMAT", "auto, xz or lzma"},
    {'C', "check", "CHECK", "none, crc32, crc64 (default) or sha256"},
    {'T', "threads", "NUM", nullptr},
    {'M', "memlimit", "LIMIT", nullptr},
    {'e', "extreme", nullptr, nullptr},
    {kSingleStream, "single-stream", nullptr, "decompress only the first stream"},
    {'q', "quiet", nullptr, "suppress warnings; specify twice to suppress errors too"},
    {'Q', "no-warn", nullptr, "make warnings not affect the exit status"},
    {'v', "verbose", nullptr, nullptr},
    {'0', nullptr, nullptr, nullptr},
    {'1', "fast", nullptr, "compress faster"},
    {'2', nullptr, nullptr, nullptr},
    {'3', nullptr, nullptr, nullptr},
    {'4', nullptr, nullptr, nullptr},
    {'5', nullptr, nullptr, nullptr},
    {'6', nullptr, nullptr, nullptr},
    {'7', nullptr, nullptr, nullptr},
    {'8', nullptr, nullptr, nullptr},
    {'9', "best", nullptr, "compress better"},
};

enum class Format { automatic, xz, lzma };

// The old format has no magic number: its header must be one that a compressor writes.
bool looks_like_lzma(std::string_view start) {
    if (start.size() < 13 || static_cast<uint8_t>(start[0]) >= 225 || start[0] % 9 + start[0] / 9 % 5 > 4)
        return false;
    uint32_t dictionary;
    uint64_t size;
    memcpy(&dictionary, start.data() + 1, 4);
    memcpy(&size, start.data() + 5, 8);
    // 2^n or 2^n + 2^(n-1)
    uint32_t lowest = dictionary & (0u - dictionary), rest = dictionary - lowest;
    bool usual = dictionary == UINT32_MAX || rest == 0 || rest == lowest * 2;
    return usual && (size == UINT64_MAX || size < uint64_t{1} << 38);
}

class XzPacker final : public Packer {
public:
    Format format = Format::automatic;
    XzCheck check = XzCheck::crc64;
    XzStreams streams = XzStreams::all;
    int preset = 6;

protected:
    bool pack(Input& input, ByteSink& sink) override {
        return format == Format::lzma ? lzma_alone(input, sink, preset) : xz(input, sink, preset, check);
    }
    const char* unpack(Input& input, ByteSink& sink) override {
        ByteSource source(input);
        XzSummary summary;
        XzResult result;
        std::string_view start = source.peek();
        bool is_xz = start.starts_with("\xfd");
        bool is_lzma = !is_xz && looks_like_lzma(start);
        if (is_xz && format != Format::lzma)
            result = unxz(source, sink, streams, summary);
        else if (is_lzma && format != Format::xz)
            result = unlzma(source, sink);
        else if (to_output && force && !start.empty()) {
            // What is neither passes as it is with -dfc, as in zcat.
            for (; !source.peek().empty(); source.take(source.peek().size())) sink.put(source.peek());
            return nullptr;
        } else {
            result = start.empty() ? XzResult::truncated : XzResult::not_xz;
        }
        return result == XzResult::done ? nullptr : describe(result);
    }
};

class NoSink final : public ByteSink {
public:
    void put(std::string_view) override {}
};

// -l reads the whole file, which also proves it sound.
int list(std::span<char*> operands) {
    bool heading = true;
    return for_each_input(operands, [&](Input& input, const char* name) {
        ByteSource source(input);
        NoSink nothing;
        XzSummary summary;
        XzResult result = unxz(source, nothing, XzStreams::all, summary);
        if (result != XzResult::done) die(1, "%s: %s", name, describe(result));
        if (heading) out.write("Strms  Blocks   Compressed Uncompressed  Ratio  Check   Filename\n");
        heading = false;
        auto size_text = [](uint64_t bytes) {
            char text[32];
            if (bytes < 10000)
                snprintf(text, sizeof text, "%llu B", static_cast<unsigned long long>(bytes));
            else if (bytes < 10000 * 1024)
                snprintf(text, sizeof text, "%.1f KiB", static_cast<double>(bytes) / 1024);
            else
                snprintf(text, sizeof text, "%.1f MiB", static_cast<double>(bytes) / (1024 * 1024));
            return std::string(text);
        };
        const char* check = summary.check == XzCheck::none    ? "None"
                            : summary.check == XzCheck::crc32 ? "CRC32"
                            : summary.check == XzCheck::crc64 ? "CRC64"
                                                              : "SHA-256";
        double ratio =
            summary.size ? static_cast<double>(summary.packed) / static_cast<double>(summary.size) : 0;
        char ratio_text[16] = "---";
        if (summary.size && ratio < 9.999) snprintf(ratio_text, sizeof ratio_text, "%.3f", ratio);
        out.print("%5llu %7llu %12s %12s  %5s  %-7s %s\n", static_cast<unsigned long long>(summary.streams),
                  static_cast<unsigned long long>(summary.blocks), size_text(summary.packed).c_str(),
                  size_text(summary.size).c_str(), ratio_text, check, name);
    });
}

int run_as(Arguments& arguments, Format format, bool decompress, bool to_output) {
    XzPacker packer;
    packer.format = format;
    packer.decompress = decompress;
    packer.to_output = to_output;
    packer.suffixes = kSuffixes;
    packer.warning_status = 2;
    bool lists = false;
    const char* suffix = nullptr;
    while (auto option = arguments.next_option()) {
        std::string_view value = arguments.value() ? arguments.value() : "";
        switch (*option) {
        case 'z': packer.decompress = packer.test = false; break;
        case 'd': packer.decompress = true; break;
        case 't': packer.test = true; break;
        case 'l': lists = true; break;
        case 'k': packer.keep = true; break;
        case 'f': packer.force = true; break;
        case 'c': packer.to_output = true; break;
        case 'S':
            if (value.empty() || value.contains('/'))
                die(1, "%s: Invalid filename suffix", arguments.value());
            suffix = arguments.value();
            break;
        case 'F':
            if (value != "auto" && value != "xz" && value != "lzma" && value != "alone")
                die(1, "%s: Unknown file format type", arguments.value());
            packer.format = value == "auto" ? Format::automatic : value == "xz" ? Format::xz : Format::lzma;
            break;
        case 'C':
            if (value != "none" && value != "crc32" && value != "crc64" && value != "sha256")
                die(1, "%s: Unsupported integrity check type", arguments.value());
            packer.check = value == "none"    ? XzCheck::none
                           : value == "crc32" ? XzCheck::crc32
                           : value == "crc64" ? XzCheck::crc64
                                              : XzCheck::sha256;
            break;
        case kSingleStream: packer.streams = XzStreams::single; break;
        case 'q': ++packer.quiet; break;
        case 'Q': packer.warning_status = 0; break;
        case 'v': ++packer.verbose; break;
        case 'T':
        case 'M':
        case 'e': break;
        default: packer.preset = *option - '0';
        }
    }
    if (packer.to_output) packer.keep = true;
    if (lists) return list(arguments.operands());
    Suffix own[] = {{suffix, ""}, kSuffixes[0], kSuffixes[1], kSuffixes[2], kSuffixes[3]};
    packer.suffix = suffix ? suffix : packer.format == Format::lzma ? ".lzma" : ".xz";
    if (suffix) packer.suffixes = own;
    return packer.run(arguments.operands());
}

int run_xz(Arguments& arguments) { return run_as(arguments, Format::automatic, false, false); }
int run_unxz(Arguments& arguments) { return run_as(arguments, Format::automatic, true, false); }
int run_xzcat(Arguments& arguments) { return run_as(arguments, Format::automatic, true, true); }
int run_lzma(Arguments& arguments) { return run_as(arguments, Format::lzma, false, false); }
int run_unlzma(Arguments& arguments) { return run_as(arguments, Format::lzma, true, false); }
int run_lzcat(Arguments& arguments) { return run_as(arguments, Format::lzma, true, true); }

constexpr Tool kXz = {
    .name = "xz",
    .synopsis = "[OPTION]... [FILE]...",
    .summary = "Compress or decompress FILEs in the .xz format.",
    .options = kOptions,
    .run = run_xz,
};
MARTLET_REGISTER_TOOL(kXz);
constexpr Tool kUnxz = {
    .name = "unxz",
    .synopsis = "[OPTION]... [FILE]...",
    .summary = "Decompress .xz and .lzma files.",
    .options = kOptions,
    .run = run_unxz,
};
MARTLET_REGISTER_TOOL(kUnxz);
constexpr Tool kXzcat = {
    .name = "xzcat",
    .synopsis = "[OPTION]... [FILE]...",
    .summary = "Decompress .xz and .lzma files to standard output.",
    .options = kOptions,
    .run = run_xzcat,
};
MARTLET_REGISTER_TOOL(kXzcat);
constexpr Tool kLzma = {
    .name = "lzma",
    .synopsis = "[OPTION]... [FILE]...",
    .summary = "Compress or decompress FILEs in the .lzma format.",
    .options = kOptions,
    .run = run_lzma,
};
MARTLET_REGISTER_TOOL(kLzma);
constexpr Tool kUnlzma = {
    .name = "unlzma",
    .synopsis = "[OPTION]... [FILE]...",
    .summary = "Decompress .lzma files.",
    .options = kOptions,
    .run = run_unlzma,
};
MARTLET_REGISTER_TOOL(kUnlzma);
constexpr Tool kLzcat = {
    .name = "lzcat",
    .synopsis = "[OPTION]... [FILE]...",
    .summary = "Decompress .lzma files to standard output.",
    .options = kOptions,
    .run = run_lzcat,
};
MARTLET_REGISTER_TOOL(kLzcat);

} // namespace
} // namespace coreutils
