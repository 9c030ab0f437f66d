// od: POSIX.1-2017 with XSI's old letters, and GNU's -S -w --endian and size suffixes.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/numbers.h"

#include <algorithm>
#include <errno.h>
#include <math.h>
#include <memory>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <strings.h>
#include <unistd.h>
#include <vector>

namespace coreutils {
namespace {

enum : int { kEndian = kLongOnly, kTraditional, kStrings };

constexpr Option kOptions[] = {
    {'A', "address-radix", "RADIX", "output format for file offsets: d, o, x or n for none"},
    {kEndian, "endian", "ORDER", "swap input bytes according the specified order: big or little"},
    {'j', "skip-bytes", "BYTES", "skip BYTES input bytes first"},
    {'N', "read-bytes", "BYTES", "limit dump to BYTES input bytes"},
    {'S', nullptr, "BYTES", "show only NUL terminated strings of at least BYTES printable characters"},
    {kStrings, "strings", "[BYTES]", "the same, 3 is implied when BYTES is not specified"},
    {'t', "format", "TYPE", "select output format or formats: a, c, or d o u x f with a size"},
    {'v', "output-duplicates", nullptr, "do not use * to mark line suppression"},
    {'w', "width", "[BYTES]",
     "output BYTES bytes per output line; 32 is implied when BYTES is not specified"},
    {kTraditional, "traditional", nullptr, "accept arguments in third form: [FILE] [[+]OFFSET[.][b]]"},
    {'a', nullptr, nullptr, "same as -t a, select named characters, ignoring high-order bit"},
    {'b', nullptr, nullptr, "same as -t o1, select octal bytes"},
    {'c', nullptr, nullptr, "same as -t c, select printable characters or backslash escapes"},
    {'d', nullptr, nullptr, "same as -t u2, select unsigned decimal 2-byte units"},
    {'D', nullptr, nullptr, "same as -t u4"},
    {'e', nullptr, nullptr, "same as -t fD"},
    {'f', nullptr, nullptr, "same as -t fF, select floats"},
    {'F', nullptr, nullptr, "same as -t fD"},
    {'h', nullptr, nullptr, "same as -t x2"},
    {'H', nullptr, nullptr, "same as -t x4"},
    {'i', nullptr, nullptr, "same as -t dI, select decimal ints"},
    {'I', nullptr, nullptr, "same as -t dL"},
    {'l', nullptr, nullptr, "same as -t dL, select decimal longs"},
    {'L', nullptr, nullptr, "same as -t dL"},
    {'o', nullptr, nullptr, "same as -t o2, select octal 2-byte units"},
    {'O', nullptr, nullptr, "same as -t o4"},
    {'s', nullptr, nullptr, "same as -t d2, select decimal 2-byte units"},
    {'x', nullptr, nullptr, "same as -t x2, select hexadecimal 2-byte units"},
    {'X', nullptr, nullptr, "same as -t x4"},
};

struct Type {
    char kind;             // a c d o u x f
    size_t size;           // bytes of an item
    size_t width;          // columns of an item
    bool trailing = false; // z: the characters behind
    size_t pad = 0;        // columns before, so that all types line up
};

struct Settings {
    std::vector<Type> types;
    char radix = 'o';
    uint64_t skip = 0, limit = UINT64_MAX;
    size_t line_bytes = 16;
    bool duplicates = false, swap = false;
    size_t string_length = 0;
    bool pseudo = false;
    uint64_t pseudo_offset = 0;
};

size_t digits_needed(char kind, size_t size) {
    constexpr size_t kOctal[] = {0, 3, 6, 0, 11, 0, 0, 0, 22}, kDecimal[] = {0, 4, 6, 0, 11, 0, 0, 0, 20},
                     kUnsigned[] = {0, 3, 5, 0, 10, 0, 0, 0, 20};
    switch (kind) {
    case 'o':
        return kOctal[size];
    case 'd':
        return kDecimal[size];
    case 'u':
        return kUnsigned[size];
    case 'x':
        return size * 2;
    case 'f':
        return size == 4 ? 15 : size == 8 ? 24 : 29;
    default:
        return 3;
    }
}

void add_types(Settings& settings, const char* text) {
    const char* whole = text;
    while (*text) {
        Type type{*text++, 1, 0};
        switch (type.kind) {
        case 'a':
        case 'c':
            break;
        case 'd':
        case 'o':
        case 'u':
        case 'x':
        case 'f': {
            bool floating = type.kind == 'f';
            type.size = floating ? 8 : 4;
            constexpr const char* kIntegers = "CSIL";
            constexpr size_t kSizes[] = {1, 2, 4, 8};
            if (*text >= '0' && *text <= '9') {
                char* end = nullptr;
                type.size = strtoul(text, &end, 10);
                text = end;
            } else if (!floating && *text && strchr(kIntegers, *text)) {
                type.size = kSizes[strchr(kIntegers, *text++) - kIntegers];
            } else if (floating && *text && strchr("FDL", *text)) {
                type.size = *text == 'F' ? 4 : *text == 'D' ? 8 : 16;
                ++text;
            }
            bool valid = floating ? type.size == 4 || type.size == 8 || type.size == 16
                                  : type.size == 1 || type.size == 2 || type.size == 4 || type.size == 8;
            if (!valid)
                die(1, "invalid type string '%s'; this system doesn't provide a %zu-byte %s type", whole,
                    type.size, floating ? "floating point" : "integral");
            break;
        }
        default:
            die(1, "invalid character '%c' in type string '%s'", type.kind, whole);
        }
        if (*text == 'z') {
            type.trailing = true;
            ++text;
        }
        type.width = digits_needed(type.kind, type.size);
        settings.types.push_back(type);
    }
}

constexpr const char* kNames[] = {"nul", "soh", "stx", "etx", "eot", "enq", "ack", "bel", "bs",  "ht",  "nl",
                                  "vt",  "ff",  "cr",  "so",  "si",  "dle", "dc1", "dc2", "dc3", "dc4", "nak",
                                  "syn", "etb", "can", "em",  "sub", "esc", "fs",  "gs",  "rs",  "us",  "sp"};

std::string character_text(char kind, unsigned char byte) {
    char text[8];
    if (kind == 'a') {
        byte &= 0x7F;
        if (byte <= 32) return kNames[byte];
        if (byte == 127) return "del";
        return std::string(1, static_cast<char>(byte));
    }
    constexpr std::string_view kValues("\0\a\b\t\n\v\f\r", 8), kLetters = "0abtnvfr";
    if (size_t at = kValues.find(static_cast<char>(byte)); at != std::string_view::npos)
        return std::string{'\\', kLetters[at]};
    if (byte >= ' ' && byte < 127) return std::string(1, static_cast<char>(byte));
    snprintf(text, sizeof text, "%03o", byte);
    return text;
}

// The shortest decimal text that reads back as the same number.
std::string float_text(const unsigned char* bytes, size_t size) {
    char text[64];
    if (size == 4) {
        float value;
        memcpy(&value, bytes, sizeof value);
        for (int precision = 6; precision <= 9; ++precision) {
            snprintf(text, sizeof text, "%.*g", precision, static_cast<double>(value));
            if (precision == 9 || strtof(text, nullptr) == value || isnan(value)) break;
        }
    } else if (size == 8) {
        double value;
        memcpy(&value, bytes, sizeof value);
        for (int precision = 15; precision <= 17; ++precision) {
            snprintf(text, sizeof text, "%.*g", precision, value);
            if (precision == 17 || strtod(text, nullptr) == value || isnan(value)) break;
        }
    } else {
        long double value;
        memcpy(&value, bytes, sizeof value);
        for (int precision = 18; precision <= 21; ++precision) {
            snprintf(text, sizeof text, "%.*Lg", precision, value);
            if (precision == 21 || strtold(text, nullptr) == value || isnan(value)) break;
        }
    }
    return text;
}

// The digits of `value` before `end`, at least `least` of them; where they begin.
char* put_digits(char* end, uint64_t value, unsigned base, size_t least) {
    char* at = end;
    do *--at = "0123456789abcdef"[value % base];
    while ((value /= base) > 0);
    while (static_cast<size_t>(end - at) < least) *--at = '0';
    return at;
}

// Appends an item to the line, in at least `width` columns.
void append_item(std::string& line, const Type& type, const unsigned char* bytes, bool swap, size_t width) {
    auto append = [&](std::string_view text) {
        line.append(width > text.size() ? width - text.size() : 0, ' ').append(text);
    };
    if (type.kind == 'a' || type.kind == 'c') return append(character_text(type.kind, bytes[0]));
    unsigned char copy[16] = {};
    memcpy(copy, bytes, type.size);
    if (swap) std::reverse(copy, copy + type.size);
    if (type.kind == 'f') return append(float_text(copy, type.size));
    uint64_t value = 0;
    memcpy(&value, copy, sizeof value);
    char text[32], *end = text + sizeof text, *start = nullptr;
    if (type.kind == 'd') {
        unsigned shift = 64 - 8 * static_cast<unsigned>(type.size);
        bool negative = static_cast<int64_t>(value << shift) < 0;
        if (negative) value = (0 - (value << shift)) >> shift;
        start = put_digits(end, value, 10, 1);
        if (negative) *--start = '-';
    } else if (type.kind == 'u') {
        start = put_digits(end, value, 10, 1);
    } else {
        start = put_digits(end, value, type.kind == 'o' ? 8 : 16, type.width);
    }
    append({start, end});
}

class Dump {
public:
    explicit Dump(const Settings& settings) : settings_(settings), label_(settings.pseudo_offset) { align(); }

    void line(uint64_t offset, const unsigned char* bytes, size_t count) {
        bool full = count == settings_.line_bytes;
        if (!settings_.duplicates && full && have_previous_ && memcmp(previous_.data(), bytes, count) == 0) {
            if (!starred_) out.write("*\n");
            starred_ = true;
            return;
        }
        starred_ = false;
        previous_.assign(bytes, bytes + count);
        have_previous_ = full;
        // A last item cut short is filled with zeros.
        previous_.resize(settings_.line_bytes + 16, 0);
        for (size_t t = 0; t < types_.size(); ++t) {
            const Type& type = types_[t];
            if (t == 0)
                address(offset);
            else
                out.fill(' ', address_width());
            size_t items = (count + type.size - 1) / type.size, fields = settings_.line_bytes / type.size;
            text_.clear();
            for (size_t i = 0; i < items; ++i)
                append_item(text_, type, previous_.data() + i * type.size, settings_.swap,
                            1 + type.width + (type.pad ? spare_for(type, fields, i) : 0));
            out.write(text_);
            if (type.trailing) {
                for (size_t i = items; i < fields; ++i)
                    out.fill(' ', 1 + type.width + spare_for(type, fields, i));
                out.write("  >");
                for (size_t i = 0; i < count; ++i)
                    out.put(bytes[i] >= ' ' && bytes[i] < 127 ? static_cast<char>(bytes[i]) : '.');
                out.put('<');
            }
            out.put('\n');
        }
    }

    void end(uint64_t offset) {
        if (settings_.radix == 'n' && !settings_.pseudo) return;
        address(offset);
        out.put('\n');
    }

    void address(uint64_t offset) {
        auto number = static_cast<unsigned long long>(offset);
        switch (settings_.radix) {
        case 'd':
            out.print("%07llu", number);
            break;
        case 'x':
            out.print("%06llx", number);
            break;
        case 'o':
            out.print("%07llo", number);
            break;
        }
        if (settings_.pseudo) {
            auto label = static_cast<unsigned long long>(offset - settings_.skip + label_);
            out.print(settings_.radix == 'd'   ? " (%07llu)"
                      : settings_.radix == 'x' ? " (%06llx)"
                                               : " (%07llo)",
                      label);
        }
    }

private:
    size_t address_width() const { return settings_.radix == 'n' ? 0 : settings_.radix == 'x' ? 6 : 7; }

    static size_t spare_for(const Type& type, size_t fields, size_t index) {
        // The spare columns are spread over the items as evenly as whole columns allow.
        auto before = [&](size_t left) { return type.pad * left / fields; };
        return before(fields - index) - before(fields - index - 1);
    }

    void align() {
        types_ = settings_.types;
        size_t widest = 0;
        for (const Type& type : types_)
            widest = std::max(widest, (type.width + 1) * (settings_.line_bytes / type.size));
        for (Type& type : types_) type.pad = widest - (type.width + 1) * (settings_.line_bytes / type.size);
    }

    const Settings& settings_;
    std::vector<Type> types_;
    std::vector<unsigned char> previous_; // the last line printed
    std::string text_;
    bool have_previous_ = false, starred_ = false;
    uint64_t label_;
};

// All operands as one stream.
class Stream {
public:
    explicit Stream(std::span<char*> names) : names_(names) {}
    int status() const { return status_; }

    size_t read(unsigned char* bytes, size_t wanted) {
        size_t got = 0;
        while (got < wanted) {
            if (!open_next()) break;
            if (input_->buffered().empty() && !input_->fill_more()) {
                if (input_->error()) fail(input_->error());
                input_.reset();
                continue;
            }
            size_t step = std::min(wanted - got, input_->buffered().size());
            memcpy(bytes + got, input_->buffered().data(), step);
            input_->consume(step);
            got += step;
        }
        return got;
    }

    void give_back() {
        if (input_) input_->give_back();
    }

private:
    bool open_next() {
        while (!input_) {
            if (next_ == names_.size()) return false;
            name_ = names_[next_++];
            input_ = std::make_unique<Input>();
            if (!input_->open(name_)) {
                fail(errno);
                input_.reset();
            }
        }
        return true;
    }
    void fail(int error) {
        warn_errno(input_label(name_), error);
        status_ = 1;
    }

    std::span<char*> names_;
    size_t next_ = 0;
    const char* name_ = nullptr;
    std::unique_ptr<Input> input_;
    int status_ = 0;
};

bool skip_input(Stream& stream, uint64_t count) {
    unsigned char block[4096];
    while (count > 0) {
        size_t got = stream.read(block, static_cast<size_t>(std::min<uint64_t>(count, sizeof block)));
        if (got == 0) return false;
        count -= got;
    }
    return true;
}

void dump(Stream& stream, const Settings& settings) {
    Dump printer(settings);
    std::vector<unsigned char> line(settings.line_bytes);
    uint64_t offset = settings.skip, left = settings.limit;
    while (left > 0) {
        size_t count = stream.read(line.data(), static_cast<size_t>(std::min<uint64_t>(left, line.size())));
        if (count == 0) break;
        printer.line(offset, line.data(), count);
        offset += count;
        left -= count;
        if (count < line.size()) break;
    }
    if (left == 0) stream.give_back();
    printer.end(offset);
}

void dump_strings(Stream& stream, const Settings& settings) {
    Dump printer(settings);
    uint64_t offset = settings.skip, start = offset, left = settings.limit;
    std::string text;
    unsigned char byte;
    while (left-- > 0 && stream.read(&byte, 1) == 1) {
        if (byte == 0) {
            if (text.size() >= settings.string_length) {
                if (settings.radix != 'n') printer.address(start), out.put(' ');
                for (char each : text) {
                    constexpr std::string_view kValues = "\a\b\t\n\v\f\r", kLetters = "abtnvfr";
                    size_t at = kValues.find(each);
                    at == std::string_view::npos ? out.put(each) : out.write(std::string{'\\', kLetters[at]});
                }
                out.put('\n');
            }
            text.clear();
        } else if (byte >= ' ' && byte < 127) {
            if (text.empty()) start = offset;
            text.push_back(static_cast<char>(byte));
        } else {
            text.clear();
        }
        ++offset;
    }
}

// [+]OFFSET[.][b]: octal unless it ends in a dot or begins with 0x; b counts blocks of 512.
bool parse_offset(const char* text, uint64_t& offset) {
    if (*text == '+') ++text;
    if (*text < '0' || *text > '9') return false;
    bool decimal = strchr(text, '.') != nullptr;
    char* end = nullptr;
    errno = 0;
    offset = strtoull(text, &end, decimal ? 10 : strncasecmp(text, "0x", 2) == 0 ? 16 : 8);
    if (errno) return false;
    if (*end == '.') ++end;
    if (*end == 'b') offset *= 512, ++end;
    return *end == '\0';
}

const char* type_of_letter(int letter) {
    switch (letter) {
    case 'a':
        return "a";
    case 'b':
        return "o1";
    case 'c':
        return "c";
    case 'd':
        return "u2";
    case 'D':
        return "u4";
    case 'e':
    case 'F':
        return "fD";
    case 'f':
        return "fF";
    case 'h':
    case 'x':
        return "x2";
    case 'H':
    case 'X':
        return "x4";
    case 'i':
        return "dI";
    case 'I':
    case 'l':
    case 'L':
        return "dL";
    case 'o':
        return "o2";
    case 'O':
        return "o4";
    case 's':
        return "d2";
    }
    return nullptr;
}

// POSIX: 0x is hexadecimal, 0 octal; b 512, k 1024, m 1048576.
uint64_t count_or_die(const char* text, char option) {
    char* end = nullptr;
    errno = 0;
    uint64_t value = strtoull(text, &end, 0);
    if (end == text || *text == '-') die(1, "invalid -%c argument '%s'", option, text);
    if (*end) {
        std::string unit = std::string("1") + end;
        auto factor = parse_size(unit);
        if (!factor || __builtin_mul_overflow(value, *factor, &value))
            die(1, "invalid suffix in -%c argument '%s'", option, text);
    }
    return value;
}

int run(Arguments& arguments) {
    Settings settings;
    bool modern = false, traditional = false;
    uint64_t width = 0;
    while (auto option = arguments.next_option()) {
        const char* value = arguments.value();
        switch (*option) {
        case 'A':
            modern = true;
            settings.radix = value[0];
            if (!value[0] || value[1] || !strchr("doxn", value[0]))
                die(1, "invalid output address radix '%s'; it must be one character from [doxn]", value);
            break;
        case 'j':
            modern = true, settings.skip = count_or_die(value, 'j');
            break;
        case 'N':
            modern = true, settings.limit = count_or_die(value, 'N');
            break;
        case 'S':
        case kStrings:
            modern = true, settings.string_length = value ? static_cast<size_t>(count_or_die(value, 'S')) : 3;
            break;
        case 't':
            modern = true, add_types(settings, value);
            break;
        case 'v':
            modern = true, settings.duplicates = true;
            break;
        case 'w':
            modern = true, width = value ? count_or_die(value, 'w') : 32;
            break;
        case kTraditional:
            traditional = true;
            break;
        case kEndian:
            settings.swap = strcmp(value, "big") == 0;
            if (!settings.swap && strcmp(value, "little") != 0)
                usage_error("invalid argument '%s' for '--endian'", value);
            break;
        default:
            add_types(settings, type_of_letter(*option));
        }
    }
    if (settings.types.empty()) add_types(settings, "oS");
    // A line holds whole items of every type.
    size_t unit = 1;
    for (const Type& type : settings.types) {
        size_t multiple = unit;
        while (multiple % type.size != 0) multiple += unit;
        unit = multiple;
    }
    settings.line_bytes = unit < 16 ? unit * (16 / unit) : unit;
    if (width > 0) {
        if (width % unit == 0)
            settings.line_bytes = static_cast<size_t>(width);
        else
            warn("invalid width %llu; using %zu instead", static_cast<unsigned long long>(width), unit),
                settings.line_bytes = unit;
    }
    auto operands = arguments.operands();
    if (!modern || traditional) {
        uint64_t offset = 0;
        if (traditional && operands.size() == 3 && parse_offset(operands[1], offset) &&
            parse_offset(operands[2], settings.pseudo_offset)) {
            settings.skip = offset;
            settings.pseudo = true;
            operands = operands.first(1);
        } else if (!operands.empty() && operands.size() <= 2 && parse_offset(operands.back(), offset) &&
                   (operands.back()[0] == '+' || operands.size() == 2)) {
            settings.skip = offset;
            operands = operands.first(operands.size() - 1);
        }
    }
    static char dash[] = "-";
    static char* standard_input[] = {dash};
    Stream stream(operands.empty() ? std::span<char*>(standard_input) : operands);
    if (!skip_input(stream, settings.skip)) die(1, "cannot skip past end of combined input");
    settings.string_length ? dump_strings(stream, settings) : dump(stream, settings);
    return stream.status();
}

constexpr Tool kTool = {
    .name = "od",
    .synopsis = "[OPTION]... [FILE]...\n[-abcdfilosx]... [FILE] [[+]OFFSET[.][b]]",
    .summary = "Write an unambiguous representation, octal bytes by default, of FILE.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
