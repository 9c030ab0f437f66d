// iconv (POSIX.1-2017): text from one encoding to another: UTF-8, UTF-16 and UTF-32 in both orders, ASCII,
// ISO-8859-1 and -15, CP1252. A suffix //TRANSLIT writes ? for what the target lacks, //IGNORE leaves it out.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/utf8.h"

#include <algorithm>
#include <fcntl.h>
#include <string.h>
#include <string>
#include <strings.h>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'c', nullptr, nullptr, "leave out characters that cannot be converted"},
    {'f', "from-code", "ENCODING", "the encoding of the input (UTF-8)"},
    {'l', "list", nullptr, "list the encodings"},
    {'o', "output", "FILE", "write to FILE"},
    {'s', "silent", nullptr, "no messages about characters that cannot be converted"},
    {'t', "to-code", "ENCODING", "the encoding of the output (UTF-8)"},
};

enum class Form { utf8, utf16, utf32, table };
enum class Order { little, big, marked };
struct Encoding {
    const char* names; // separated by blanks, the first is the one that is listed
    Form form;
    Order order;
    char32_t limit;           // of a table: characters below are themselves
    const char16_t* exchange; // of a table: pairs of byte and character that differ, ended by 0
};

constexpr char16_t kNone[] = {0};
constexpr char16_t kLatin9[] = {0xA4, 0x20AC, 0xA6, 0x160, 0xA8, 0x161, 0xB4, 0x17D, 0xB8,
                                0x17E, 0xBC, 0x152, 0xBD, 0x153, 0xBE, 0x178, 0};
constexpr char16_t kWindows[] = {
    0x80,   0x20AC, 0x82,  0x201A, 0x83,   0x192,  0x84,  0x201E, 0x85,   0x2026, 0x86,  0x2020, 0x87,
    0x2021, 0x88,   0x2C6, 0x89,   0x2030, 0x8A,   0x160, 0x8B,   0x2039, 0x8C,   0x152, 0x8E,   0x17D,
    0x91,   0x2018, 0x92,  0x2019, 0x93,   0x201C, 0x94,  0x201D, 0x95,   0x2022, 0x96,  0x2013, 0x97,
    0x2014, 0x98,   0x2DC, 0x99,   0x2122, 0x9A,   0x161, 0x9B,   0x203A, 0x9C,   0x153, 0x9E,   0x17E,
    0x9F,   0x178,  0x81,  0xFFFF, 0x8D,   0xFFFF, 0x8F,  0xFFFF, 0x90,   0xFFFF, 0x9D,  0xFFFF, 0};

constexpr Encoding kEncodings[] = {
    {"UTF-8 UTF8", Form::utf8, Order::little, 0, kNone},
    {"UTF-16 UTF16", Form::utf16, Order::marked, 0, kNone},
    {"UTF-16LE UTF16LE UCS-2LE", Form::utf16, Order::little, 0, kNone},
    {"UTF-16BE UTF16BE UCS-2BE", Form::utf16, Order::big, 0, kNone},
    {"UTF-32 UTF32", Form::utf32, Order::marked, 0, kNone},
    {"UTF-32LE UTF32LE UCS-4LE", Form::utf32, Order::little, 0, kNone},
    {"UTF-32BE UTF32BE UCS-4BE UCS-4", Form::utf32, Order::big, 0, kNone},
    {"ASCII US-ASCII ANSI_X3.4-1968", Form::table, Order::little, 0x80, kNone},
    {"ISO-8859-1 ISO8859-1 ISO_8859-1 LATIN1 L1", Form::table, Order::little, 0x100, kNone},
    {"ISO-8859-15 ISO8859-15 ISO_8859-15 LATIN9 LATIN-9", Form::table, Order::little, 0x100, kLatin9},
    {"CP1252 WINDOWS-1252", Form::table, Order::little, 0x100, kWindows},
};

constexpr char32_t kWrong = 0xFFFFFFFF, kIncomplete = 0xFFFFFFFE;

enum class Missing { fail, leave_out, question_mark };

// The encoding that `text` names; its suffix is put into `missing`.
const Encoding& find_encoding(std::string_view text, Missing& missing, const char* role) {
    size_t suffix = text.find("//");
    std::string_view name = text.substr(0, suffix),
                     rest = suffix == std::string_view::npos ? "" : text.substr(suffix);
    if (rest.contains("IGNORE") || rest.contains("ignore")) missing = Missing::leave_out;
    if (rest.contains("TRANSLIT") || rest.contains("translit")) missing = Missing::question_mark;
    if (name.empty()) return kEncodings[0];
    for (const Encoding& encoding : kEncodings)
        for (std::string_view names = encoding.names; !names.empty();) {
            std::string_view one = names.substr(0, names.find(' '));
            names.remove_prefix(std::min(one.size() + 1, names.size()));
            if (one.size() == name.size() && strncasecmp(one.data(), name.data(), one.size()) == 0)
                return encoding;
        }
    die(1, "conversion %s unsupported encoding '%s'", role, std::string(name).c_str());
}

class Reader {
public:
    explicit Reader(const Encoding& encoding) : encoding_(encoding), big_(encoding.order == Order::big) {}

    // The first character of `text`, which is not empty, and how many bytes it takes.
    char32_t next(std::string_view text, size_t& length) {
        length = 1;
        auto byte = static_cast<unsigned char>(text[0]);
        switch (encoding_.form) {
        case Form::utf8: {
            CodePoint point = decode_utf8(text);
            length = point.length;
            size_t wanted = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC2 ? 2 : 1;
            bool cut = point.value == kInvalidByte && text.size() < wanted;
            for (size_t i = 1; i < text.size() && cut; ++i)
                cut = (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80;
            return cut ? kIncomplete : point.value == kInvalidByte ? kWrong : point.value;
        }
        case Form::table:
            for (const char16_t* pair = encoding_.exchange; *pair; pair += 2)
                if (pair[0] == byte) return pair[1] == 0xFFFF ? kWrong : pair[1];
            return byte < encoding_.limit ? byte : kWrong;
        case Form::utf16:
            return next_utf16(text, length);
        case Form::utf32:
            if (text.size() < 4) return kIncomplete;
            length = 4;
            char32_t value = unit(text, 4);
            if (begins(value, 0xFFFE0000)) return next_marked(text, 4, length);
            return value > 0x10FFFF || (value >= 0xD800 && value < 0xE000) ? kWrong : value;
        }
        return kWrong;
    }

private:
    char32_t unit(std::string_view text, size_t bytes) const {
        char32_t value = 0;
        for (size_t i = 0; i < bytes; ++i)
            value = value << 8 | static_cast<unsigned char>(text[big_ ? i : bytes - 1 - i]);
        return value;
    }
    // Whether this is the mark at the start of a text that tells its order; a swapped one turns it.
    bool begins(char32_t value, char32_t swapped) {
        bool first = !started_ && encoding_.order == Order::marked;
        started_ = true;
        if (first && value == swapped) big_ = !big_;
        return first && (value == 0xFEFF || value == swapped);
    }
    char32_t next_marked(std::string_view text, size_t mark, size_t& length) {
        if (text.size() == mark) {
            length = mark;
            return kNothing;
        }
        char32_t value = next(text.substr(mark), length);
        length += mark;
        if (value == kIncomplete) started_ = false;
        return value;
    }
    char32_t next_utf16(std::string_view text, size_t& length) {
        if (text.size() < 2) return kIncomplete;
        length = 2;
        char32_t value = unit(text, 2);
        if (begins(value, 0xFFFE)) return next_marked(text, 2, length);
        if (value < 0xD800 || value >= 0xE000) return value;
        if (value >= 0xDC00) return kWrong;
        if (text.size() < 4) return kIncomplete;
        char32_t low = unit(text.substr(2), 2);
        if (low < 0xDC00 || low >= 0xE000) return kWrong;
        length = 4;
        return 0x10000 + ((value - 0xD800) << 10) + (low - 0xDC00);
    }

public:
    static constexpr char32_t kNothing = 0xFFFFFFFD; // a mark alone

private:
    const Encoding& encoding_;
    bool big_, started_ = false;
};

class Writer {
public:
    Writer(const Encoding& encoding, Output& target) : encoding_(encoding), target_(target) {}

    // False when the encoding has no such character.
    bool put(char32_t value) {
        switch (encoding_.form) {
        case Form::utf8: {
            std::string text;
            append_utf8(text, value);
            target_.write(text);
            return true;
        }
        case Form::table: {
            auto byte = static_cast<char>(value);
            bool found = value < encoding_.limit;
            for (const char16_t* pair = encoding_.exchange; *pair; pair += 2) {
                if (pair[0] == value) found = false;
                if (pair[1] == value && value != 0xFFFF) {
                    byte = static_cast<char>(pair[0]);
                    found = true;
                    break;
                }
            }
            if (found) target_.put(byte);
            return found;
        }
        case Form::utf16:
            begin(2);
            if (value >= 0x10000) {
                unit(0xD800 + ((value - 0x10000) >> 10), 2);
                value = 0xDC00 + ((value - 0x10000) & 0x3FF);
            }
            unit(value, 2);
            return true;
        case Form::utf32:
            begin(4);
            unit(value, 4);
            return true;
        }
        return false;
    }

private:
    void begin(size_t bytes) {
        if (encoding_.order == Order::marked && !begun_) unit(0xFEFF, bytes);
        begun_ = true;
    }
    void unit(char32_t value, size_t bytes) {
        for (size_t i = 0; i < bytes; ++i)
            target_.put(static_cast<char>(value >> 8 * (encoding_.order == Order::big ? bytes - 1 - i : i)));
    }

    const Encoding& encoding_;
    Output& target_;
    bool begun_ = false;
};

// Whether everything could be converted.
bool convert(Input& input, Reader& reader, Writer& writer, Missing missing, bool silent) {
    uint64_t position = 0;
    for (;;) {
        std::string_view text = input.buffered();
        size_t length;
        char32_t value = text.empty() ? kIncomplete : reader.next(text, length);
        if (value == kIncomplete) {
            if (input.fill_more()) continue;
            if (input.buffered().empty()) return true;
            if (!silent) warn("incomplete character or shift sequence at end of buffer");
            return false;
        }
        bool converted = value == Reader::kNothing || (value != kWrong && writer.put(value));
        if (!converted && missing == Missing::question_mark && value != kWrong) converted = writer.put('?');
        if (!converted && missing != Missing::leave_out) {
            if (!silent)
                warn("cannot convert: illegal input sequence at position %llu",
                     static_cast<unsigned long long>(position));
            return false;
        }
        input.consume(length);
        position += length;
    }
}

int run(Arguments& arguments) {
    const char *from = "", *to = "", *file = nullptr;
    bool leave_out = false, silent = false;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'c':
            leave_out = true;
            break;
        case 'f':
            from = arguments.value();
            break;
        case 't':
            to = arguments.value();
            break;
        case 'o':
            file = arguments.value();
            break;
        case 's':
            silent = true;
            break;
        case 'l':
            for (const Encoding& encoding : kEncodings) out.write(std::string(encoding.names) + "\n");
            return 0;
        }
    }
    Missing missing = Missing::fail, unused = Missing::fail;
    const Encoding& source = find_encoding(from, unused, "from");
    const Encoding& target = find_encoding(to, missing, "to");
    if (leave_out) missing = Missing::leave_out;
    if (file) {
        int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0) die_errno(1, file);
        close(fd);
    }
    Writer writer(target, out);
    bool fine = true;
    int status = for_each_input(arguments.operands(), [&](Input& input, const char*) {
        Reader reader(source);
        fine = convert(input, reader, writer, missing, silent) && fine;
    });
    return status || !fine ? 1 : 0;
}

constexpr Tool kTool = {
    .name = "iconv",
    .synopsis = "[-cs] [-f ENCODING] [-t ENCODING] [-o FILE] [FILE]...\n-l",
    .summary = "Convert text from one encoding to another.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
