// printf: POSIX.1-2017, with %q, \u and $'..' free GNU extensions.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/escape.h"
#include "lib/quote.h"
#include "lib/utf8.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

namespace coreutils {
namespace {

class Formatter {
public:
    Formatter(const char* format, std::span<char*> operands) : format_(format), operands_(operands) {}

    int run() {
        do {
            size_t before = operands_.size();
            if (!once()) return status_;
            if (operands_.size() == before) {
                if (before > 0) warn("ignoring excess arguments, starting with '%s'", operands_[0]);
                break;
            }
        } while (!operands_.empty());
        return status_;
    }

private:
    const char* next_operand() {
        if (operands_.empty()) return nullptr;
        const char* operand = operands_[0];
        operands_ = operands_.subspan(1);
        return operand;
    }

    // One pass over the format; false when the output is to end.
    bool once() {
        for (const char* at = format_; *at;) {
            if (*at == '\\') {
                std::string text;
                size_t length = 0;
                if (!append_escape(text, at + 1, EscapeStyle::printf, length)) return false;
                if (at[1] == '"') text = "\"";
                out.write(text);
                at += 1 + length;
            } else if (*at == '%' && at[1] == '%') {
                out.put('%');
                at += 2;
            } else if (*at == '%') {
                if (!convert(at)) return false;
            } else {
                const char* end = strpbrk(at, "\\%");
                size_t length = end ? static_cast<size_t>(end - at) : strlen(at);
                out.write({at, length});
                at += length;
            }
        }
        return true;
    }

    void bad_number(const char* operand, const char* end, bool range) {
        if (range)
            warn_errno(operand, ERANGE);
        else if (end == operand)
            warn("%s: expected a numeric value", operand);
        else
            warn("%s: value not completely converted", operand);
        status_ = 1;
    }

    // A leading quote makes the value that of the character behind it.
    bool character_value(const char* operand, intmax_t& value) {
        if (*operand != '\'' && *operand != '"') return false;
        CodePoint point = operand[1] ? decode_utf8(operand + 1) : CodePoint{0, 0};
        value = point.value == kInvalidByte ? static_cast<unsigned char>(operand[1])
                                            : static_cast<intmax_t>(point.value);
        if (operand[1] && operand[1 + point.length]) {
            warn("%s: character(s) following character constant have been ignored",
                 operand + 1 + point.length);
        }
        return true;
    }

    intmax_t integer(const char* operand, bool is_signed) {
        intmax_t value = 0;
        if (!operand || character_value(operand, value)) return value;
        char* end = nullptr;
        errno = 0;
        value = is_signed ? strtoimax(operand, &end, 0) : static_cast<intmax_t>(strtoumax(operand, &end, 0));
        if (errno == ERANGE || end == operand || *end) bad_number(operand, end, errno == ERANGE);
        return value;
    }

    long double floating(const char* operand) {
        if (!operand) return 0;
        intmax_t value = 0;
        if (character_value(operand, value)) return static_cast<long double>(value);
        char* end = nullptr;
        errno = 0;
        long double number = strtold(operand, &end);
        if (end == operand || *end || errno == ERANGE) bad_number(operand, end, errno == ERANGE);
        return number;
    }

    // Pads and cuts `text` as %s would, bytes counted; a C string would end at NUL.
    void put_text(std::string_view text, bool left, int width, int precision) {
        if (precision >= 0 && text.size() > static_cast<size_t>(precision))
            text = text.substr(0, static_cast<size_t>(precision));
        size_t pad = width > 0 && static_cast<size_t>(width) > text.size()
                         ? static_cast<size_t>(width) - text.size()
                         : 0;
        if (!left) out.fill(' ', pad);
        out.write(text);
        if (left) out.fill(' ', pad);
    }

    int star_or_number(const char*& at) {
        if (*at == '*') {
            ++at;
            const char* operand = next_operand();
            intmax_t value = operand ? integer(operand, true) : 0;
            if (value > INT32_MAX || value < -INT32_MAX) die(1, "invalid field width: '%s'", operand);
            return static_cast<int>(value);
        }
        long value = 0;
        while (isdigit(static_cast<unsigned char>(*at))) {
            value = value * 10 + (*at++ - '0');
            if (value > INT32_MAX) die(1, "invalid field width");
        }
        return static_cast<int>(value);
    }

    bool convert(const char*& at) {
        const char* start = at++;
        std::string flags;
        while (*at && strchr("-+ #0'", *at)) flags.push_back(*at++);
        int width = 0, precision = -1;
        bool left = flags.contains('-');
        width = star_or_number(at);
        if (width < 0) {
            left = true;
            flags.push_back('-');
            width = -width;
        }
        if (*at == '.') {
            ++at;
            precision = star_or_number(at);
        }
        while (*at && strchr("hlLqjzt", *at) && !(*at == 'q' && !isalpha(static_cast<unsigned char>(at[1]))))
            ++at;
        char conversion = *at;
        if (conversion) ++at;
        std::string specification = "%" + flags + (width ? std::to_string(width) : "") +
                                    (precision >= 0 ? "." + std::to_string(precision) : "");
        switch (conversion) {
        case 'd':
        case 'i': {
            const char* operand = next_operand();
            specification += "jd";
            out_print(specification, integer(operand, true));
            return true;
        }
        case 'o':
        case 'u':
        case 'x':
        case 'X': {
            const char* operand = next_operand();
            specification += 'j';
            specification += conversion;
            out_print(specification, integer(operand, false));
            return true;
        }
        case 'a':
        case 'A':
        case 'e':
        case 'E':
        case 'f':
        case 'F':
        case 'g':
        case 'G': {
            const char* operand = next_operand();
            specification += 'L';
            specification += conversion;
            out_print(specification, floating(operand));
            return true;
        }
        case 'c': {
            const char* operand = next_operand();
            put_text(std::string_view(operand ? operand : "", operand && *operand ? 1 : 0), left, width, -1);
            return true;
        }
        case 's': {
            const char* operand = next_operand();
            put_text(operand ? operand : "", left, width, precision);
            return true;
        }
        case 'q': {
            const char* operand = next_operand();
            put_text(quote_name(operand ? operand : "", Quoting::shell_escape), left, width, precision);
            return true;
        }
        case 'b': {
            const char* operand = next_operand();
            std::string text;
            bool more = operand ? unescape_operand(text, operand) : true;
            put_text(text, left, width, precision);
            return more;
        }
        }
        die(1, "%.*s: invalid conversion specification", static_cast<int>(at - start), start);
    }

    // %b: octal escapes with and without the leading zero.
    static bool unescape_operand(std::string& text, std::string_view operand) {
        while (!operand.empty()) {
            size_t backslash = operand.find('\\');
            text.append(operand.substr(0, backslash));
            if (backslash == std::string_view::npos) return true;
            operand.remove_prefix(backslash + 1);
            size_t length = 0;
            bool zero = operand.starts_with('0');
            if (!append_escape(text, operand, zero ? EscapeStyle::echo : EscapeStyle::printf, length))
                return false;
            operand.remove_prefix(length);
        }
        return true;
    }

    template <typename Value> void out_print(const std::string& specification, Value value) {
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wformat-nonliteral"
#pragma clang diagnostic ignored "-Wformat-security"
        out.print(specification.c_str(), value);
#pragma clang diagnostic pop
    }

    const char* format_;
    std::span<char*> operands_;
    int status_ = 0;
};

int run(Arguments& arguments) {
    auto words = arguments.operands();
    if (!words.empty() && strcmp(words[0], "--") == 0) words = words.subspan(1);
    if (words.empty()) missing_operand();
    return Formatter(words[0], words.subspan(1)).run();
}

constexpr Tool kTool = {
    .name = "printf",
    .synopsis = "FORMAT [ARGUMENT]...",
    .summary = "Print ARGUMENTs according to FORMAT, which is used again while ARGUMENTs are left.",
    .run = run,
    .order = OperandOrder::raw,
    .notes = "FORMAT has the conversions of printf(3) (diouxXaAeEfFgGcs), %b (a string with escapes), %q "
             "(quoted for\n"
             "the shell), %% and the escapes \\\\ \\\" \\a \\b \\c \\e \\f \\n \\r \\t \\v \\NNN \\xHH "
             "\\uHHHH \\UHHHHHHHH.",
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
