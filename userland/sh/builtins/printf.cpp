// printf; POSIX.1-2017 printf, with %q. Conversions are checked here and formatted by the C library one by one.
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/escapes.hpp"
#include "base/text.hpp"
#include "builtins/builtin.hpp"
#include "shell.hpp"

namespace sh {

namespace {

class Formatter {
public:
    Formatter(Shell& shell, Arguments arguments, int first) : shell_(shell), arguments_(arguments), next_(first) {}

    int run(std::string_view format) {
        do {
            int before = next_;
            if (!pass(format))
                break;
            if (next_ == before)
                break;
        } while (next_ < arguments_.count);
        shell_.out.put(text_);
        return status_;
    }

private:
    struct Conversion {
        std::string flags;
        int width = -1;
        int precision = -1;
    };

    // Once through the format; false when output ends early.
    bool pass(std::string_view format);
    bool convert(std::string_view& format);
    int star();
    const char* next_argument() { return next_ < arguments_.count ? arguments_.items[next_++] : nullptr; }
    template <typename T>
    T number(T (*parse)(const char*, char**));
    void format_string(const Conversion& conversion, std::string_view text);
    template <typename T>
    void format_number(const Conversion& conversion, const char* length, char letter, T value);
    void complain(std::string_view operand, std::string_view reason) {
        shell_.complain({"printf: ", operand, ": ", reason});
        status_ = 1;
    }

    Shell& shell_;
    Arguments arguments_;
    int next_;
    int status_ = 0;
    std::string text_;
};

bool Formatter::pass(std::string_view format) {
    while (!format.empty()) {
        char c = format[0];
        format.remove_prefix(1);
        if (c == '\\') {
            append_escape(text_, format, EscapeDialect::printf_format);
        } else if (c == '%') {
            if (!convert(format))
                return false;
        } else {
            text_ += c;
        }
        if (text_.size() > 4096) {
            shell_.out.put(text_);
            text_.clear();
        }
    }
    return true;
}

int Formatter::star() {
    const char* argument = next_argument();
    if (!argument)
        return 0;
    auto value = parse_integer(argument);
    if (!value || *value > 0x7ffffff || *value < -0x7ffffff) {
        complain(argument, "expected numeric value");
        return 0;
    }
    return static_cast<int>(*value);
}

template <typename T>
T Formatter::number(T (*parse)(const char*, char**)) {
    const char* argument = next_argument();
    if (!argument)
        return 0;
    if (argument[0] == '\'' || argument[0] == '"')
        return static_cast<T>(argument[1] ? decode_character(argument + 1) : 0);
    char* end;
    errno = 0;
    T value = parse(argument, &end);
    if (end == argument && *argument)
        complain(argument, "expected numeric value");
    else if (*end)
        complain(argument, "not completely converted");
    else if (errno == ERANGE)
        complain(argument, strerror(ERANGE));
    return value;
}

void Formatter::format_string(const Conversion& conversion, std::string_view text) {
    if (conversion.precision >= 0)
        text = text.substr(0, static_cast<size_t>(conversion.precision));
    size_t width = conversion.width > 0 ? static_cast<size_t>(conversion.width) : 0;
    size_t padding = width > text.size() ? width - text.size() : 0;
    bool left = conversion.flags.find('-') != std::string::npos;
    if (!left)
        text_.append(padding, ' ');
    text_ += text;
    if (left)
        text_.append(padding, ' ');
}

template <typename T>
void Formatter::format_number(const Conversion& conversion, const char* length, char letter, T value) {
    std::string format = "%" + conversion.flags;
    if (conversion.width >= 0)
        format += number_text(conversion.width);
    if (conversion.precision >= 0)
        format += "." + number_text(conversion.precision);
    format += length;
    format += letter;
    char small[128];
    int size = snprintf(small, sizeof(small), format.c_str(), value);
    if (size < 0) {
        complain(format, strerror(errno));
        return;
    }
    if (static_cast<size_t>(size) < sizeof(small)) {
        text_.append(small, static_cast<size_t>(size));
        return;
    }
    std::string large(static_cast<size_t>(size) + 1, '\0');
    snprintf(large.data(), large.size(), format.c_str(), value);
    text_.append(large, 0, static_cast<size_t>(size));
}

bool Formatter::convert(std::string_view& format) {
    Conversion conversion;
    auto peek = [&] { return format.empty() ? '\0' : format[0]; };
    auto take_int = [&](int& value) {
        if (peek() == '*') {
            format.remove_prefix(1);
            value = star();
            return;
        }
        value = 0;
        while (is_digit(peek())) {
            if (value < 0x7ffffff / 10)
                value = value * 10 + (peek() - '0');
            format.remove_prefix(1);
        }
    };
    while (peek() && strchr("-+ #0", peek())) {
        conversion.flags += peek();
        format.remove_prefix(1);
    }
    if (peek() == '*' || is_digit(peek())) {
        take_int(conversion.width);
        if (conversion.width < 0) {
            conversion.flags += '-';
            conversion.width = -conversion.width;
        }
    }
    if (peek() == '.') {
        format.remove_prefix(1);
        take_int(conversion.precision);
    }
    while (peek() && strchr("hlLjzt", peek()))
        format.remove_prefix(1);
    char letter = peek();
    if (!format.empty())
        format.remove_prefix(1);
    switch (letter) {
    case '%':
        text_ += '%';
        return true;
    case 'd':
    case 'i':
        format_number<intmax_t>(conversion, "j", letter, number<intmax_t>([](const char* text, char** end) {
            return strtoimax(text, end, 0);
        }));
        return true;
    case 'o':
    case 'u':
    case 'x':
    case 'X':
        format_number<uintmax_t>(conversion, "j", letter, number<uintmax_t>([](const char* text, char** end) {
            return strtoumax(text, end, 0);
        }));
        return true;
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
    case 'a':
    case 'A':
        format_number<double>(conversion, "", letter, number<double>(strtod));
        return true;
    case 'c': {
        // Of an argument that is empty, its NUL.
        const char* argument = next_argument();
        format_string(conversion, {argument ? argument : "", 1});
        return true;
    }
    case 's': {
        const char* argument = next_argument();
        format_string(conversion, argument ? argument : "");
        return true;
    }
    case 'q': {
        const char* argument = next_argument();
        format_string(conversion, shell_quoted(argument ? argument : ""));
        return true;
    }
    case 'b': {
        const char* argument = next_argument();
        std::string expanded;
        EscapeResult result = EscapeResult::done;
        for (std::string_view rest = argument ? argument : ""; !rest.empty() && result == EscapeResult::done;) {
            char c = rest[0];
            rest.remove_prefix(1);
            if (c == '\\')
                result = append_escape(expanded, rest, EscapeDialect::printf_b);
            else
                expanded += c;
        }
        format_string(conversion, expanded);
        return result == EscapeResult::done;
    }
    default:
        shell_.complain({"printf: %", conversion.flags, std::string(1, letter ? letter : ' '), ": invalid directive"});
        status_ = kStatusError;
        return false;
    }
}

}  // namespace

int run_printf(Shell& shell, Arguments arguments) {
    OptionScanner options(shell, arguments, "v:");
    const char* variable = nullptr;
    while (char letter = options.next()) {
        if (letter == '?')
            return kStatusError;
        variable = options.argument();
    }
    int first = options.operands();
    if (arguments.count <= first)
        return usage_error(shell, arguments, "usage: printf [-v variable] format [argument...]");
    if (!variable)
        return Formatter(shell, arguments, first + 1).run(arguments[first]);
    if (!is_name(variable))
        return usage_error(shell, arguments, "bad variable name", variable);
    std::string text;
    shell.out.redirect_to(&text);
    int status = Formatter(shell, arguments, first + 1).run(arguments[first]);
    shell.out.redirect_to(nullptr);
    return shell.assign(variable, text) ? status : kStatusError;
}

}  // namespace sh
