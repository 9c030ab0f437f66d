// expr: POSIX.1-2017, with GNU's match, substr, index, length and +. Integers are of any length; what fits in
// 64 bits is computed so.
#include "bc/number.h"
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/numbers.h"
#include "lib/utf8.h"

#include <optional>
#include <regex.h>
#include <string.h>
#include <string>

namespace coreutils {
namespace {

using Value = std::string;

bool is_null(const Value& value) {
    if (value.empty()) return true;
    size_t start = value[0] == '-' ? 1 : 0;
    return value.size() > start && value.find_first_not_of('0', start) == std::string::npos;
}

class Evaluator {
public:
    explicit Evaluator(std::span<char*> words) : words_(words) {}

    Value evaluate() {
        Value value = either(true);
        if (at_ != words_.size()) die(2, "syntax error: unexpected argument '%s'", words_[at_]);
        return value;
    }

private:
    bool take(const char* word) {
        if (at_ == words_.size() || strcmp(words_[at_], word) != 0) return false;
        ++at_;
        return true;
    }

    // `wanted`: whether the value counts; what does not is parsed only.
    Value either(bool wanted) {
        Value left = both(wanted);
        while (take("|")) {
            bool decided = !is_null(left);
            Value right = both(wanted && !decided);
            if (!decided) left = is_null(right) ? "0" : right;
        }
        return left;
    }

    Value both(bool wanted) {
        Value left = comparison(wanted);
        while (take("&")) {
            bool decided = is_null(left);
            Value right = comparison(wanted && !decided);
            if (decided || is_null(right)) left = "0";
        }
        return left;
    }

    Value comparison(bool wanted) {
        Value left = sum(wanted);
        for (;;) {
            const char* operation = nullptr;
            for (const char* name : {"<=", ">=", "!=", "==", "<", ">", "="})
                if (take(name)) {
                    operation = name;
                    break;
                }
            if (!operation) return left;
            Value right = sum(wanted);
            int order = is_integer(left) && is_integer(right)
                            ? bc::Number::compare(number_of(left), number_of(right))
                            : strcmp(left.c_str(), right.c_str());
            bool result = operation[0] == '<'   ? (operation[1] ? order <= 0 : order < 0)
                          : operation[0] == '>' ? (operation[1] ? order >= 0 : order > 0)
                          : operation[0] == '!' ? order != 0
                                                : order == 0;
            left = result ? "1" : "0";
        }
    }

    static bool is_integer(const Value& value) {
        size_t digits = value.starts_with('-');
        return value.size() > digits && value.find_first_not_of("0123456789", digits) == Value::npos;
    }

    static bc::Number number_of(const Value& value) {
        bool negative = value.starts_with('-');
        bc::Number number = bc::Number::parse(std::string_view(value).substr(negative), 10);
        return negative ? number.negated() : number;
    }

    static Value compute_long(const Value& left, char operation, const Value& right) {
        bc::Number first = number_of(left), second = number_of(right);
        bc::Number result = operation == '+'   ? bc::Number::add(first, second)
                            : operation == '-' ? bc::Number::subtract(first, second)
                            : operation == '*' ? bc::Number::multiply(first, second, 0)
                            : operation == '/' ? bc::Number::divide(first, second, 0)
                                               : bc::Number::modulo(first, second, 0);
        return result.text(10);
    }

    static Value compute(const Value& left, char operation, const Value& right) {
        if (!is_integer(left) || !is_integer(right)) die(2, "non-integer argument");
        if ((operation == '/' || operation == '%') && is_null(right)) die(2, "division by zero");
        auto first = parse_signed(left), second = parse_signed(right);
        if (!first || !second) return compute_long(left, operation, right);
        int64_t result = 0;
        bool overflow = false;
        switch (operation) {
        case '+':
            overflow = __builtin_add_overflow(*first, *second, &result);
            break;
        case '-':
            overflow = __builtin_sub_overflow(*first, *second, &result);
            break;
        case '*':
            overflow = __builtin_mul_overflow(*first, *second, &result);
            break;
        default:
            overflow = *second == -1; // the one quotient that does not fit
            if (!overflow) result = operation == '/' ? *first / *second : *first % *second;
        }
        return overflow ? compute_long(left, operation, right) : std::to_string(result);
    }

    Value sum(bool wanted) {
        Value left = product(wanted);
        for (;;) {
            char operation = take("+") ? '+' : take("-") ? '-' : '\0';
            if (!operation) return left;
            Value right = product(wanted);
            if (wanted) left = compute(left, operation, right);
        }
    }

    Value product(bool wanted) {
        Value left = match(wanted);
        for (;;) {
            char operation = take("*") ? '*' : take("/") ? '/' : take("%") ? '%' : '\0';
            if (!operation) return left;
            Value right = match(wanted);
            if (wanted) left = compute(left, operation, right);
        }
    }

    Value match(bool wanted) {
        Value left = primary(wanted);
        while (take(":")) {
            Value pattern = primary(wanted);
            if (wanted) left = match_pattern(left, pattern);
        }
        return left;
    }

    static Value match_pattern(const Value& text, const Value& pattern) {
        regex_t compiled;
        if (int error = regcomp(&compiled, pattern.c_str(), 0)) {
            char reason[128];
            regerror(error, &compiled, reason, sizeof reason);
            die(2, "%s: %s", pattern.c_str(), reason);
        }
        regmatch_t matches[2];
        matches[1].rm_so = -1;
        bool captures = compiled.re_nsub > 0;
        // Anchored: only a match at the beginning counts.
        bool found = regexec(&compiled, text.c_str(), 2, matches, 0) == 0;
        if (found && matches[0].rm_so != 0) {
            std::string anchored = "^\\(" + pattern + "\\)";
            regex_t again;
            regmatch_t shifted[3];
            found = regcomp(&again, anchored.c_str(), 0) == 0 &&
                    regexec(&again, text.c_str(), 3, shifted, 0) == 0;
            if (found) matches[0] = shifted[0], matches[1] = shifted[2];
        }
        Value result;
        if (!found)
            result = captures ? "" : "0";
        else if (captures)
            result = matches[1].rm_so < 0
                         ? ""
                         : text.substr(static_cast<size_t>(matches[1].rm_so),
                                       static_cast<size_t>(matches[1].rm_eo - matches[1].rm_so));
        else
            result = std::to_string(
                count_code_points(std::string_view(text).substr(0, static_cast<size_t>(matches[0].rm_eo))));
        regfree(&compiled);
        return result;
    }

    Value word() {
        if (at_ == words_.size()) {
            if (at_ == 0) missing_operand();
            die(2, "syntax error: missing argument after '%s'", words_[at_ - 1]);
        }
        return words_[at_++];
    }

    Value primary(bool wanted) {
        size_t left = words_.size() - at_;
        if (take("(")) {
            if (++depth_ > 1000) die(2, "too many nested parentheses");
            Value value = either(wanted);
            --depth_;
            if (!take(")"))
                die(2, "syntax error: expecting ')'%s%s", at_ ? " after " : "", at_ ? words_[at_ - 1] : "");
            return value;
        }
        if (take("+")) return word();
        if (left >= 2 && take("length")) return std::to_string(count_code_points(primary(wanted)));
        if (left >= 3 && take("match")) {
            Value text = primary(wanted), pattern = primary(wanted);
            return wanted ? match_pattern(text, pattern) : text;
        }
        if (left >= 3 && take("index")) {
            Value text = primary(wanted), set = primary(wanted);
            return std::to_string(index_of(text, set));
        }
        if (left >= 4 && take("substr")) {
            Value text = primary(wanted), position = primary(wanted), length = primary(wanted);
            return substring(text, position, length);
        }
        if (take(")")) die(2, "syntax error: unexpected ')'");
        return word();
    }

    static size_t index_of(std::string_view text, std::string_view set) {
        for (size_t position = 1; !text.empty(); ++position) {
            CodePoint point = decode_utf8(text);
            if (set.contains(text.substr(0, point.length))) return position;
            text.remove_prefix(point.length);
        }
        return 0;
    }

    static Value substring(std::string_view text, const Value& position, const Value& length) {
        auto start = parse_signed(position), count = parse_signed(length);
        if (!start || !count || *start < 1 || *count < 1) return "";
        for (int64_t i = 1; i < *start && !text.empty(); ++i) text.remove_prefix(decode_utf8(text).length);
        size_t bytes = 0;
        for (int64_t i = 0; i < *count && bytes < text.size(); ++i)
            bytes += decode_utf8(text.substr(bytes)).length;
        return Value(text.substr(0, bytes));
    }

    std::span<char*> words_;
    size_t at_ = 0;
    int depth_ = 0;
};

int run(Arguments& arguments) {
    auto words = arguments.operands();
    if (!words.empty() && strcmp(words[0], "--") == 0) words = words.subspan(1);
    if (words.empty()) missing_operand();
    Value value = Evaluator(words).evaluate();
    out.write(value);
    out.put('\n');
    return is_null(value) ? 1 : 0;
}

constexpr Tool kTool = {
    .name = "expr",
    .synopsis = "EXPRESSION",
    .summary = "Evaluate an expression and print its value.",
    .run = run,
    .order = OperandOrder::raw,
    .usage_status = 2,
    .failure_status = 3,
    .notes = "By increasing precedence: A | B, A & B, A < B (<= = != >= >), A + B (-), A * B (/ %), STRING : "
             "REGEX;\n"
             "match STRING REGEX, substr STRING POS LENGTH, index STRING CHARS, length STRING, + WORD, ( "
             "EXPRESSION ).\n"
             "Exit status: 0 if the value is neither null nor 0, 1 if it is, 2 for a wrong expression, 3 for "
             "an error.",
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
