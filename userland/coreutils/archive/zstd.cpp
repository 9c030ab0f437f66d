// zstd, unzstd, zstdcat: options of the program of that name.
#include "archive/packer.h"
#include "archive/zstd_decoder.h"
#include "archive/zstd_encoder.h"
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "lib/numbers.h"

#include <algorithm>
#include <memory>
#include <sys/stat.h>

namespace coreutils {
namespace {

constexpr Suffix kSuffixes[] = {{".zst", ""}, {".tzst", ".tar"}};

enum : int { kRemove = kLongOnly, kLong, kFast, kUltra, kNoCheck, kCheck, kNoProgress };

constexpr Option kOptions[] = {
    {'z', "compress", nullptr, "compress (default)"},
    {'d', "decompress", nullptr, "decompress"},
    {'d', "uncompress", nullptr, nullptr},
    {'t', "test", nullptr, "test the integrity of compressed files"},
    {'c', "stdout", nullptr, "write to standard output"},
    {'o', nullptr, "FILE", "write to FILE"},
    {'k', "keep", nullptr, "keep the input files (default)"},
    {kRemove, "rm", nullptr, "remove the input files when all went well"},
    {'f', "force", nullptr, "overwrite without asking, take links and terminals"},
    {kNumberOption, nullptr, "LEVEL", "level of compression, 1 to 19 (default 3)"},
    {kLong, "long", "[LOG]", "allow windows of 2^LOG bytes (27)"},
    {kUltra, "ultra", nullptr, nullptr},
    {kFast, "fast", "[LEVEL]", "compress fast"},
    {kCheck, "check", nullptr, nullptr},
    {kNoCheck, "no-check", nullptr, nullptr},
    {kNoProgress, "no-progress", nullptr, nullptr},
    {'T', "threads", "N", nullptr},
    {'M', "memory", "SIZE", nullptr},
    {'q', "quiet", nullptr, "no warnings; twice: no errors"},
    {'v', "verbose", nullptr, nullptr},
};

class ZstdPacker final : public Packer {
public:
    int level = 3;
    unsigned window_bits = 27;

protected:
    bool pack(Input& input, ByteSink& sink) override {
        struct stat info;
        std::optional<uint64_t> size;
        if (fstat(input.fd(), &info) == 0 && S_ISREG(info.st_mode) && input.fd() != 0)
            size = static_cast<uint64_t>(info.st_size);
        zstd::Encoder encoder(sink, zstd::level_of(level), size);
        uint64_t read = 0;
        for (std::string_view block; !(block = input.next_block()).empty(); read += block.size())
            encoder.put(block);
        encoder.finish();
        if (size && read != *size)
            warn("the file changed while it was read"); // its header is wrong now, as a reader will tell
        return input.error() == 0;
    }
    const char* unpack(Input& input, ByteSink& sink) override {
        ByteSource source(input);
        auto decoder = std::make_unique<zstd::Decoder>(uint64_t{1} << window_bits);
        zstd::Result result = decoder->run(source, sink);
        return result == zstd::Result::done ? nullptr : describe(result);
    }
};

int run_as(Arguments& arguments, bool decompress, bool to_output) {
    ZstdPacker packer;
    packer.decompress = decompress;
    packer.to_output = to_output;
    packer.keep = true;
    packer.suffix = ".zst";
    packer.suffixes = kSuffixes;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'z': packer.decompress = packer.test = false; break;
        case 'd': packer.decompress = true; break;
        case 't': packer.test = true; break;
        case 'c': packer.to_output = true; break;
        case 'o': packer.output = arguments.value(); break;
        case 'k': packer.keep = true; break;
        case kRemove: packer.keep = false; break;
        case 'f': packer.force = true; break;
        case kNumberOption:
            packer.level =
                static_cast<int>(std::min<uint64_t>(unsigned_or_die(arguments.value(), "level"), 22));
            break;
        case kLong: {
            uint64_t bits = arguments.value() ? unsigned_or_die(arguments.value(), "window log") : 27;
            packer.window_bits = static_cast<unsigned>(std::clamp<uint64_t>(bits, 10, 31));
            break;
        }
        case kFast: packer.level = 1; break;
        case 'q': ++packer.quiet; break;
        case 'v': ++packer.verbose; break;
        default: break;
        }
    }
    if (packer.to_output) packer.keep = true;
    return packer.run(arguments.operands());
}

int run_zstd(Arguments& arguments) { return run_as(arguments, false, false); }
int run_unzstd(Arguments& arguments) { return run_as(arguments, true, false); }
int run_zstdcat(Arguments& arguments) { return run_as(arguments, true, true); }

constexpr Tool kZstd = {
    .name = "zstd",
    .synopsis = "[OPTION]... [FILE]...",
    .summary = "Compress or decompress FILEs in the zstd format.",
    .options = kOptions,
    .run = run_zstd,
};
MARTLET_REGISTER_TOOL(kZstd);
constexpr Tool kUnzstd = {
    .name = "unzstd",
    .synopsis = "[OPTION]... [FILE]...",
    .summary = "Decompress .zst files.",
    .options = kOptions,
    .run = run_unzstd,
};
MARTLET_REGISTER_TOOL(kUnzstd);
constexpr Tool kZstdcat = {
    .name = "zstdcat",
    .synopsis = "[OPTION]... [FILE]...",
    .summary = "Decompress .zst files to standard output.",
    .options = kOptions,
    .run = run_zstdcat,
};
MARTLET_REGISTER_TOOL(kZstdcat);

} // namespace
} // namespace coreutils
