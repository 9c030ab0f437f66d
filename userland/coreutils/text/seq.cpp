// seq: GNU. Whole numbers are counted in decimal text, others in long double.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <vector>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'f', "format", "FORMAT", "use printf style floating-point FORMAT"},
    {'s', "separator", "STRING", "use STRING to separate numbers (default: \\n)"},
    {'w', "equal-width", nullptr, "equalize width by padding with leading zeroes"},
};

// A number of seq with what its text says about the output.
struct Operand {
    long double value = 0;
    size_t decimals = 0;  // digits behind the point
    size_t width = 0;     // of the text, for -w
    bool integer = false; // of digits only
};

Operand parse_operand(const char* text) {
    Operand operand;
    char* end = nullptr;
    errno = 0;
    operand.value = strtold(text, &end);
    if (end == text || *end) usage_error("invalid floating point argument: '%s'", text);
    if (isnan(operand.value)) usage_error("invalid 'not-a-number' argument: '%s'", text);
    const char* digits = text + strspn(text, " +");
    operand.width = strlen(digits);
    const char* point = strchr(digits, '.');
    const char* exponent = strpbrk(digits, "eE");
    bool hexadecimal = strpbrk(digits, "xX") != nullptr;
    operand.integer = !point && !exponent && !hexadecimal && isfinite(operand.value);
    if (hexadecimal) return operand;
    if (point) {
        operand.decimals = strspn(point + 1, "0123456789");
        if (operand.decimals == 0) --operand.width; // "1."
        if (point == digits || (digits[0] == '-' && point == digits + 1))
            ++operand.width; // ".5" prints as 0.5
    }
    if (exponent) {
        long power = strtol(exponent + 1, nullptr, 10);
        operand.width -= strlen(exponent);
        if (power < 0) {
            operand.decimals += static_cast<size_t>(-power);
            operand.width += static_cast<size_t>(-power) + (point ? 0 : 1);
        } else {
            size_t used =
                operand.decimals < static_cast<size_t>(power) ? operand.decimals : static_cast<size_t>(power);
            operand.decimals -= used;
            operand.width += static_cast<size_t>(power) - used;
            if (used > 0 && operand.decimals == 0) --operand.width; // the point of "1.5e1"
        }
    }
    return operand;
}

// The one conversion of -f, as %Lf and the like; ends the tool when the format is no good.
std::string long_format(const char* format) {
    std::string result;
    bool found = false;
    for (const char* at = format; *at; ++at) {
        result.push_back(*at);
        if (*at != '%') continue;
        if (at[1] == '%') {
            result.push_back(*++at);
            continue;
        }
        if (found) die(1, "format '%s' has too many %% directives", format);
        found = true;
        ++at;
        while (*at && strchr("-+ #0'", *at)) result.push_back(*at++);
        while (*at >= '0' && *at <= '9') result.push_back(*at++);
        if (*at == '.') {
            result.push_back(*at++);
            while (*at >= '0' && *at <= '9') result.push_back(*at++);
        }
        if (*at == 'L') ++at;
        if (!*at) die(1, "format '%s' ends in %%", format);
        if (!strchr("efgaEFGA", *at)) die(1, "format '%s' has unknown %%%c directive", format, *at);
        result.push_back('L');
        result.push_back(*at);
    }
    if (!found) die(1, "format '%s' has no %% directive", format);
    return result;
}

// Adds `step` to a decimal number in place; much faster than printing each.
void print_integers(uint64_t first, uint64_t last, uint64_t step, const char* separator, size_t width) {
    std::string text = std::to_string(first);
    if (text.size() < width) text.insert(0, width - text.size(), '0');
    for (uint64_t value = first;;) {
        out.write(text);
        if (last - value < step) break;
        out.write(separator);
        value += step;
        uint64_t carry = step;
        for (size_t i = text.size(); carry > 0;) {
            if (i == 0) {
                text.insert(text.begin(), '0');
                i = 1;
            }
            --i;
            uint64_t digit = static_cast<uint64_t>(text[i] - '0') + carry;
            text[i] = static_cast<char>('0' + digit % 10);
            carry = digit / 10;
        }
    }
    out.put('\n');
}

void print_numbers(const std::string& format, const Operand& first, const Operand& step, const Operand& last,
                   const char* separator) {
    auto text_of = [&](long double value) {
        char small[128];
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wformat-nonliteral"
        int length = snprintf(small, sizeof small, format.c_str(), value);
        if (length >= 0 && static_cast<size_t>(length) < sizeof small) return std::string(small);
        std::string large(static_cast<size_t>(length) + 1, '\0');
        snprintf(large.data(), large.size(), format.c_str(), value);
#pragma clang diagnostic pop
        large.pop_back();
        return large;
    };
    auto beyond = [&](long double value) { return step.value < 0 ? value < last.value : value > last.value; };
    if (beyond(first.value)) return;
    std::string text = text_of(first.value);
    for (unsigned long long i = 1;; ++i) {
        out.write(text);
        long double value = first.value + static_cast<long double>(i) * step.value;
        std::string next = text_of(value);
        if (beyond(value)) {
            // Rounding may have pushed the last one out, though it prints as the limit.
            char* end = nullptr;
            bool same = !beyond(strtold(next.c_str(), &end)) && *end == '\0' && next != text;
            if (!same) break;
        }
        out.write(separator);
        text = std::move(next);
    }
    out.put('\n');
}

int run(Arguments& arguments) {
    const char *separator = "\n", *format = nullptr;
    bool equal_width = false;
    std::vector<char*> words;
    // Negative numbers are operands.
    auto given = arguments.operands();
    for (size_t i = 0; i < given.size(); ++i) {
        std::string_view word = given[i];
        auto value_of = [&](std::string_view long_name, char letter) -> const char* {
            if (word.starts_with("--")) {
                std::string_view name = word.substr(2);
                size_t equals = name.find('=');
                if (name.empty() || !long_name.starts_with(name.substr(0, equals))) return nullptr;
                if (equals != std::string_view::npos) return given[i] + 2 + equals + 1;
            } else if (word.size() < 2 || word[0] != '-' || word[1] != letter) {
                return nullptr;
            } else if (word.size() > 2) {
                return given[i] + 2;
            }
            if (++i == given.size()) usage_error("option requires an argument -- '%c'", letter);
            return given[i];
        };
        if (word == "--") {
            words.insert(words.end(), given.begin() + static_cast<ptrdiff_t>(i) + 1, given.end());
            break;
        }
        if (word == "--help" || word == "--version") {
            word == "--help" ? print_help(current_tool()) : print_version(current_tool());
            return 0;
        }
        bool number =
            word.size() > 1 && word[0] == '-' && (word[1] == '.' || (word[1] >= '0' && word[1] <= '9'));
        if (word.size() < 2 || word[0] != '-' || number) {
            words.push_back(given[i]);
        } else if (word.size() > 2 && word[1] == 'w') {
            given[i] += 1;
            given[i][0] = '-';
            equal_width = true;
            --i;
        } else if (word == "-w" || (word.size() > 2 && std::string_view("--equal-width").starts_with(word))) {
            equal_width = true;
        } else if (const char* text = value_of("separator", 's')) {
            separator = text;
        } else if (const char* form = value_of("format", 'f')) {
            format = form;
        } else {
            usage_error("invalid option '%s'", given[i]);
        }
    }
    if (words.empty()) missing_operand();
    if (words.size() > 3) extra_operand(words[3]);
    if (format && equal_width)
        usage_error("format string may not be specified when printing equal width strings");
    Operand first = parse_operand(words.size() > 1 ? words[0] : "1");
    Operand last = parse_operand(words.back());
    Operand step = parse_operand(words.size() > 2 ? words[1] : "1");
    if (step.value == 0) usage_error("invalid Zero increment value: '%s'", words[1]);
    if (words.size() == 1 && !last.integer) first.width = 1;
    bool plain = !format && first.integer && last.integer && step.integer && first.value >= 0 &&
                 step.value > 0 && last.value < 1e18L && step.value < 1e18L;
    size_t decimals = first.decimals > step.decimals ? first.decimals : step.decimals;
    if (plain) {
        if (first.value > last.value) return 0;
        size_t width = 0;
        if (equal_width) {
            size_t first_width = std::to_string(static_cast<uint64_t>(first.value)).size();
            width = std::to_string(static_cast<uint64_t>(last.value)).size();
            width = first_width > width ? first_width : width;
            width = first.width > width && words.size() > 1 ? first.width : width;
            width = last.width > width ? last.width : width;
        }
        print_integers(static_cast<uint64_t>(first.value), static_cast<uint64_t>(last.value),
                       static_cast<uint64_t>(step.value), separator, width);
        return 0;
    }
    std::string made;
    if (format) {
        made = long_format(format);
    } else if (!isfinite(first.value) || !isfinite(step.value)) {
        made = "%Lg";
    } else {
        made = "%";
        if (equal_width && isfinite(last.value)) {
            auto padded = [&](const Operand& operand) {
                size_t width = operand.width + (decimals > operand.decimals   ? decimals - operand.decimals
                                                : operand.decimals > decimals ? 0
                                                                              : 0);
                if (decimals && !operand.decimals) ++width;
                if (operand.decimals > decimals) width -= operand.decimals - decimals + (decimals == 0);
                return width;
            };
            size_t width = padded(first) > padded(last) ? padded(first) : padded(last);
            made += "0" + std::to_string(width);
        }
        made += "." + std::to_string(decimals) + "Lf";
    }
    print_numbers(made, first, step, last, separator);
    return 0;
}

constexpr Tool kTool = {
    .name = "seq",
    .synopsis = "[OPTION]... LAST\n[OPTION]... FIRST LAST\n[OPTION]... FIRST INCREMENT LAST",
    .summary = "Print numbers from FIRST to LAST, in steps of INCREMENT.",
    .options = kOptions,
    .run = run,
    .order = OperandOrder::raw,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
