// hexdump and hd: the fixed formats of BSD's hexdump (-b -c -C -d -o -x). xxd: hexadecimal dumps and back.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/numbers.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr size_t kLineBytes = 16;

constexpr Option kHexdumpOptions[] = {
    {'b', "one-byte-octal", nullptr, "one-byte octal display"},
    {'c', "one-byte-char", nullptr, "one-byte character display"},
    {'C', "canonical", nullptr, "canonical hex+ASCII display"},
    {'d', "two-bytes-decimal", nullptr, "two-byte decimal display"},
    {'o', "two-bytes-octal", nullptr, "two-byte octal display"},
    {'x', "two-bytes-hex", nullptr, "two-byte hexadecimal display"},
    {'n', "length", "LENGTH", "interpret only LENGTH bytes of input"},
    {'s', "skip", "OFFSET", "skip OFFSET bytes from the beginning"},
    {'v', "no-squeezing", nullptr, "output identical lines"},
};

// All operands as one stream, with -s and -n applied.
class Concatenation {
public:
    Concatenation(std::span<char*> names, uint64_t skip, uint64_t length)
        : names_(names), skip_(skip), left_(length) {}

    // Up to `size` bytes; fewer only at the end.
    size_t read(unsigned char* buffer, size_t size) {
        size_t have = 0;
        while (have < size && left_ > 0) {
            if (!open_ && !open_next()) break;
            std::string_view block = input_->buffered();
            if (block.empty() && !input_->fill_more()) {
                if (input_->error()) {
                    warn_errno(name_, input_->error());
                    status = 1;
                }
                open_ = false;
                continue;
            }
            block = input_->buffered();
            if (skip_ > 0) {
                size_t skipped = static_cast<size_t>(std::min<uint64_t>(skip_, block.size()));
                input_->consume(skipped);
                skip_ -= skipped;
                continue;
            }
            size_t count = std::min(
                {block.size(), size - have, static_cast<size_t>(std::min<uint64_t>(left_, SIZE_MAX))});
            memcpy(buffer + have, block.data(), count);
            input_->consume(count);
            have += count;
            left_ -= count;
        }
        return have;
    }
    int status = 0;

private:
    bool open_next() {
        static char dash[] = "-";
        bool standard = names_.empty() && !used_standard_;
        if (names_.empty() && !standard) return false;
        used_standard_ = true;
        while (standard || !names_.empty()) {
            name_ = standard ? dash : names_[0];
            if (!standard) names_ = names_.subspan(1);
            input_.emplace();
            if (input_->open(name_)) return open_ = true;
            warn_errno(name_);
            status = 1;
        }
        return false;
    }

    std::span<char*> names_;
    std::optional<Input> input_;
    const char* name_ = "";
    bool open_ = false, used_standard_ = false;
    uint64_t skip_, left_;
};

unsigned word_at(const unsigned char* bytes, size_t index, size_t count) {
    return bytes[index] | (index + 1 < count ? static_cast<unsigned>(bytes[index + 1]) << 8 : 0);
}

void print_character(unsigned char byte) {
    constexpr std::string_view kCodes{"\0\a\b\f\n\r\t\v", 8}, kLetters = "0abfnrtv";
    size_t known = kCodes.find(static_cast<char>(byte));
    if (known != std::string_view::npos)
        out.print("  \\%c", kLetters[known]);
    else if (byte >= 0x20 && byte < 0x7f)
        out.print("   %c", byte);
    else
        out.print(" %03o", byte);
}

void print_format(char format, const unsigned char* bytes, size_t count, uint64_t offset) {
    out.print(format == 'C' ? "%08llx" : "%07llx", static_cast<unsigned long long>(offset));
    if (format == 'C') {
        for (size_t index = 0; index < kLineBytes; ++index) {
            if (index % 8 == 0) out.put(' ');
            if (index < count)
                out.print(" %02x", bytes[index]);
            else
                out.write("   ");
        }
        out.write("  |");
        for (size_t index = 0; index < count; ++index)
            out.put(bytes[index] >= 0x20 && bytes[index] < 0x7f ? static_cast<char>(bytes[index]) : '.');
        out.put('|');
    } else if (format == 'b' || format == 'c') {
        for (size_t index = 0; index < kLineBytes; ++index) {
            if (index >= count)
                out.write("    ");
            else if (format == 'b')
                out.print(" %03o", bytes[index]);
            else
                print_character(bytes[index]);
        }
    } else {
        // The default, without a letter, sets words closer together.
        const char* pattern = format == 'd'   ? "   %05u"
                              : format == 'o' ? "  %06o"
                              : format == 'x' ? "    %04x"
                                              : " %04x";
        size_t width = format ? 8 : 5;
        for (size_t index = 0; index < kLineBytes; index += 2) {
            if (index < count)
                out.print(pattern, word_at(bytes, index, count));
            else
                out.fill(' ', width);
        }
    }
    out.put('\n');
}

int dump(std::span<char*> names, const std::string& formats, uint64_t skip, uint64_t length, bool verbose) {
    Concatenation input(names, skip, length);
    unsigned char bytes[kLineBytes], before[kLineBytes];
    bool have_before = false, starred = false;
    uint64_t offset = skip;
    for (size_t count; (count = input.read(bytes, kLineBytes)) > 0; offset += count) {
        bool same = have_before && count == kLineBytes && memcmp(bytes, before, kLineBytes) == 0;
        if (same && !verbose) {
            if (!starred) out.write("*\n");
            starred = true;
            continue;
        }
        starred = false;
        for (char format : formats) print_format(format == '.' ? '\0' : format, bytes, count, offset);
        memcpy(before, bytes, kLineBytes);
        have_before = true;
    }
    if (offset > skip || have_before)
        out.print(formats[0] == 'C' ? "%08llx\n" : "%07llx\n", static_cast<unsigned long long>(offset));
    return input.status;
}

int run_hexdump(Arguments& arguments, bool canonical) {
    std::string formats = canonical ? "C" : "";
    uint64_t skip = 0, length = UINT64_MAX;
    bool verbose = false;
    while (auto option = arguments.next_option()) {
        if (*option == 'n')
            length = size_or_die(arguments.value(), "length");
        else if (*option == 's')
            skip = strncmp(arguments.value(), "0x", 2) == 0 ? strtoull(arguments.value(), nullptr, 16)
                                                            : size_or_die(arguments.value(), "offset");
        else if (*option == 'v')
            verbose = true;
        else
            formats.push_back(static_cast<char>(*option));
    }
    if (formats.empty()) formats = ".";
    return dump(arguments.operands(), formats, skip, length, verbose);
}

constexpr Option kXxdOptions[] = {
    {'b', nullptr, nullptr, "binary digit dump"},
    {'c', nullptr, "COLS", "format COLS octets per line (default 16; 6 for -b, 30 for -p)"},
    {'g', nullptr, "BYTES", "number of octets per group (default 2; 1 for -b)"},
    {'i', nullptr, nullptr, "output in C include file style"},
    {'l', nullptr, "LEN", "stop after LEN octets"},
    {'o', nullptr, "OFFSET", "add OFFSET to the position displayed"},
    {'p', nullptr, nullptr, "output in plain hexdump style"},
    {'r', nullptr, nullptr, "reverse operation: convert hexdump into binary"},
    {'s', nullptr, "SEEK", "start at SEEK bytes offset"},
    {'u', nullptr, nullptr, "use upper case hex letters"},
};

struct XxdSettings {
    char style = 0; // b, i or p
    size_t columns = 0, group = 0;
    bool has_group = false, upper = false;
};

void print_digits(unsigned char byte, const XxdSettings& settings) {
    if (settings.style == 'b')
        for (int bit = 7; bit >= 0; --bit) out.put(static_cast<char>('0' + (byte >> bit & 1)));
    else
        out.print(settings.upper ? "%02X" : "%02x", byte);
}

void xxd_line(const unsigned char* bytes, size_t count, uint64_t offset, const XxdSettings& settings) {
    out.print("%08llx:", static_cast<unsigned long long>(offset));
    size_t digits = settings.style == 'b' ? 8 : 2;
    for (size_t index = 0; index < settings.columns; ++index) {
        bool starts_group = settings.group > 0 ? index % settings.group == 0 : index == 0;
        if (starts_group) out.put(' ');
        if (index < count)
            print_digits(bytes[index], settings);
        else
            out.fill(' ', digits);
    }
    out.write("  ");
    for (size_t index = 0; index < count; ++index)
        out.put(bytes[index] >= 0x20 && bytes[index] < 0x7f ? static_cast<char>(bytes[index]) : '.');
    out.put('\n');
}

void include_style(Concatenation& input, const char* name, bool upper) {
    std::string identifier;
    for (const char* at = name; at && *at; ++at)
        identifier.push_back(isalnum(static_cast<unsigned char>(*at)) ? *at : '_');
    if (!identifier.empty() && isdigit(static_cast<unsigned char>(identifier[0]))) identifier.insert(0, "__");
    if (!identifier.empty()) out.print("unsigned char %s[] = {\n", identifier.c_str());
    unsigned long long total = 0;
    unsigned char byte;
    for (; input.read(&byte, 1) == 1; ++total) {
        out.write(total == 0 ? "  " : total % 12 == 0 ? ",\n  " : ", ");
        out.print(upper ? "0X%02X" : "0x%02x", byte);
    }
    if (total > 0) out.put('\n');
    if (!identifier.empty()) out.print("};\nunsigned int %s_len = %llu;\n", identifier.c_str(), total);
}

int hex_value(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    digit = static_cast<char>(tolower(digit));
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

// To where the next byte of a dump belongs. A file keeps what is there already; where there is no seeking,
// what is left out are zeros and there is no way back.
void move_output(uint64_t from, uint64_t to) {
    out.flush();
    if (lseek(out.fd(), static_cast<off_t>(to - from), SEEK_CUR) >= 0) return;
    if (to < from) die(5, "cannot seek backwards");
    out.fill('\0', static_cast<size_t>(to - from));
}

// A dump back to bytes: after the offset, up to `columns` pairs of digits until two blanks (the text column)
// or another character.
int reverse(Input& input, bool plain, size_t columns) {
    uint64_t written = 0;
    while (auto line = input.next_line()) {
        std::string_view rest = *line;
        if (!plain) {
            size_t colon = rest.find(':');
            if (colon == std::string_view::npos) continue;
            uint64_t offset = strtoull(std::string(rest.substr(0, colon)).c_str(), nullptr, 16);
            rest.remove_prefix(colon + 1);
            if (offset != written) move_output(written, offset);
            written = offset;
        }
        size_t left = plain ? SIZE_MAX : columns;
        for (size_t at = 0; at < rest.size() && left > 0;) {
            if (isspace(static_cast<unsigned char>(rest[at]))) {
                if (!plain && at + 1 < rest.size() && rest[at] == ' ' && rest[at + 1] == ' ' && at > 0) break;
                ++at;
                continue;
            }
            if (at + 1 >= rest.size()) break;
            int high = hex_value(rest[at]), low = hex_value(rest[at + 1]);
            if (high < 0 || low < 0) break;
            out.put(static_cast<char>(high << 4 | low));
            ++written;
            --left;
            at += 2;
        }
    }
    return 0;
}

int run_xxd(Arguments& arguments) {
    XxdSettings settings;
    bool reversed = false;
    uint64_t skip = 0, length = UINT64_MAX, displayed = 0;
    auto number = [&]() -> uint64_t {
        char* end;
        uint64_t value = strtoull(arguments.value(), &end, 0);
        if (end == arguments.value() || *end) die(1, "invalid number: '%s'", arguments.value());
        return value;
    };
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'c':
            settings.columns = static_cast<size_t>(number());
            if (settings.columns > 256) die(1, "invalid number of columns (max. 256).");
            break;
        case 'g':
            settings.group = static_cast<size_t>(number());
            settings.has_group = true;
            break;
        case 'l':
            length = number();
            break;
        case 's':
            skip = number();
            break;
        case 'o':
            displayed = number();
            break;
        case 'r':
            reversed = true;
            break;
        case 'u':
            settings.upper = true;
            break;
        default:
            settings.style = static_cast<char>(*option);
        }
    }
    auto operands = arguments.operands();
    if (operands.size() > 2) extra_operand(operands[2]);
    if (operands.size() == 2 && strcmp(operands[1], "-") != 0) {
        int fd = open(operands[1], O_WRONLY | O_CREAT | (reversed ? 0 : O_TRUNC), 0666);
        if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0) die_errno(3, operands[1]);
        close(fd);
    }
    auto files = operands.first(operands.size() > 1 ? 1 : operands.size());
    if (reversed) {
        Input input;
        const char* name = files.empty() ? "-" : files[0];
        if (!input.open(name)) die_errno(2, name);
        return reverse(input, settings.style == 'p', settings.columns ? settings.columns : 16);
    }
    if (settings.columns == 0) settings.columns = settings.style == 'b' ? 6 : settings.style == 'p' ? 30 : 16;
    if (!settings.has_group) settings.group = settings.style == 'b' ? 1 : 2;
    Concatenation input(files, skip, length);
    if (settings.style == 'i') {
        include_style(input, files.empty() || strcmp(files[0], "-") == 0 ? nullptr : files[0],
                      settings.upper);
        return input.status ? 2 : 0;
    }
    unsigned char bytes[256];
    uint64_t offset = skip + displayed;
    for (size_t count; (count = input.read(bytes, settings.columns)) > 0; offset += count) {
        if (settings.style != 'p') {
            xxd_line(bytes, count, offset, settings);
            continue;
        }
        for (size_t index = 0; index < count; ++index) print_digits(bytes[index], settings);
        out.put('\n');
    }
    return input.status ? 2 : 0;
}

constexpr Tool kHexdump = {
    .name = "hexdump",
    .synopsis = "[OPTION]... [FILE]...",
    .summary = "Display file contents in hexadecimal, decimal, octal, or ASCII.",
    .options = kHexdumpOptions,
    .run = [](Arguments& arguments) { return run_hexdump(arguments, false); },
};
MARTLET_REGISTER_TOOL(kHexdump);

constexpr Tool kHd = {
    .name = "hd",
    .synopsis = "[OPTION]... [FILE]...",
    .summary = "Display file contents in hexadecimal and ASCII, as hexdump -C.",
    .options = kHexdumpOptions,
    .run = [](Arguments& arguments) { return run_hexdump(arguments, true); },
};
MARTLET_REGISTER_TOOL(kHd);

constexpr Tool kXxd = {
    .name = "xxd",
    .synopsis = "[OPTION]... [INFILE [OUTFILE]]",
    .summary = "Make a hexdump or do the reverse.",
    .options = kXxdOptions,
    .run = run_xxd,
};
MARTLET_REGISTER_TOOL(kXxd);

} // namespace
} // namespace coreutils
