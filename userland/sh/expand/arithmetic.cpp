// Precedence climbing straight over the text; an operand that must not be evaluated (the untaken side of ?:, &&,
// ||) is parsed with side effects off.
#include "expand/arithmetic.hpp"

#include <limits>

#include "base/stack_guard.hpp"
#include "base/text.hpp"

namespace sh {

namespace {

enum class Operator : uint8_t {
    none,
    comma,
    assign,
    question,
    or_if,
    and_if,
    bit_or,
    bit_xor,
    bit_and,
    equal,
    not_equal,
    less,
    less_equal,
    greater,
    greater_equal,
    shift_left,
    shift_right,
    add,
    subtract,
    multiply,
    divide,
    remainder,
};

struct OperatorToken {
    Operator op = Operator::none;
    Operator compound = Operator::none;  // += and the like: assign with this operation
    uint8_t length = 0;
};

constexpr int precedence(Operator op) {
    switch (op) {
    case Operator::none: return 0;
    case Operator::comma: return 1;
    case Operator::assign: return 2;
    case Operator::question: return 3;
    case Operator::or_if: return 4;
    case Operator::and_if: return 5;
    case Operator::bit_or: return 6;
    case Operator::bit_xor: return 7;
    case Operator::bit_and: return 8;
    case Operator::equal:
    case Operator::not_equal: return 9;
    case Operator::less:
    case Operator::less_equal:
    case Operator::greater:
    case Operator::greater_equal: return 10;
    case Operator::shift_left:
    case Operator::shift_right: return 11;
    case Operator::add:
    case Operator::subtract: return 12;
    case Operator::multiply:
    case Operator::divide:
    case Operator::remainder: return 13;
    }
    return 0;
}

constexpr int kLowest = 1;
constexpr int kAssignment = 2;

class Evaluator {
public:
    Evaluator(std::string_view text, ArithmeticVariables& variables, ArithmeticResult& result, int depth)
        : text_(text), variables_(variables), result_(result), depth_(depth) {}

    int64_t run() {
        skip_spaces();
        if (at_ == text_.size())
            return 0;
        int64_t value = binary(kLowest);
        skip_spaces();
        if (result_.ok && at_ < text_.size())
            fail("syntax error near \"" + std::string(text_.substr(at_)) + "\"");
        return value;
    }

private:
    char peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
    void skip_spaces() {
        while (at_ < text_.size() && is_space(text_[at_]))
            ++at_;
    }
    int64_t fail(std::string message) {
        if (result_.ok) {
            result_.ok = false;
            result_.error = "arithmetic expression: " + std::move(message);
        }
        return 0;
    }

    OperatorToken peek_operator();
    int64_t binary(int lowest);
    int64_t unary();
    int64_t primary();
    int64_t number();
    int64_t name_value(std::string_view name);
    int64_t assign(std::string_view name, int64_t value);
    int64_t apply(Operator op, int64_t left, int64_t right);
    int64_t step_before(int64_t by);

    std::string_view text_;
    ArithmeticVariables& variables_;
    ArithmeticResult& result_;
    size_t at_ = 0;
    int depth_;         // of variables whose values are expressions
    int skipping_ = 0;  // > 0: parse without evaluating
    std::string_view name_;  // the variable the last primary was, for assignment
};

OperatorToken Evaluator::peek_operator() {
    skip_spaces();
    char c = peek();
    char next = peek(1);
    auto with_assign = [&](Operator op) -> OperatorToken {
        return next == '=' ? OperatorToken{Operator::assign, op, 2} : OperatorToken{op, Operator::none, 1};
    };
    switch (c) {
    case ',': return {Operator::comma, Operator::none, 1};
    case '?': return {Operator::question, Operator::none, 1};
    case '=': return next == '=' ? OperatorToken{Operator::equal, Operator::none, 2}
                                 : OperatorToken{Operator::assign, Operator::none, 1};
    case '!': return next == '=' ? OperatorToken{Operator::not_equal, Operator::none, 2} : OperatorToken{};
    case '|': return next == '|' ? OperatorToken{Operator::or_if, Operator::none, 2} : with_assign(Operator::bit_or);
    case '&': return next == '&' ? OperatorToken{Operator::and_if, Operator::none, 2} : with_assign(Operator::bit_and);
    case '^': return with_assign(Operator::bit_xor);
    case '+': return with_assign(Operator::add);
    case '-': return with_assign(Operator::subtract);
    case '*': return with_assign(Operator::multiply);
    case '/': return with_assign(Operator::divide);
    case '%': return with_assign(Operator::remainder);
    case '<':
        if (next == '<')
            return peek(2) == '=' ? OperatorToken{Operator::assign, Operator::shift_left, 3}
                                  : OperatorToken{Operator::shift_left, Operator::none, 2};
        return next == '=' ? OperatorToken{Operator::less_equal, Operator::none, 2}
                           : OperatorToken{Operator::less, Operator::none, 1};
    case '>':
        if (next == '>')
            return peek(2) == '=' ? OperatorToken{Operator::assign, Operator::shift_right, 3}
                                  : OperatorToken{Operator::shift_right, Operator::none, 2};
        return next == '=' ? OperatorToken{Operator::greater_equal, Operator::none, 2}
                           : OperatorToken{Operator::greater, Operator::none, 1};
    default: return {};
    }
}

int64_t Evaluator::apply(Operator op, int64_t left, int64_t right) {
    auto a = static_cast<uint64_t>(left);
    auto b = static_cast<uint64_t>(right);
    switch (op) {
    case Operator::bit_or: return left | right;
    case Operator::bit_xor: return left ^ right;
    case Operator::bit_and: return left & right;
    case Operator::equal: return left == right;
    case Operator::not_equal: return left != right;
    case Operator::less: return left < right;
    case Operator::less_equal: return left <= right;
    case Operator::greater: return left > right;
    case Operator::greater_equal: return left >= right;
    case Operator::shift_left: return static_cast<int64_t>(a << (b & 63));
    case Operator::shift_right: return left >> (b & 63);
    case Operator::add: return static_cast<int64_t>(a + b);
    case Operator::subtract: return static_cast<int64_t>(a - b);
    case Operator::multiply: return static_cast<int64_t>(a * b);
    case Operator::divide:
    case Operator::remainder:
        if (skipping_)
            return 0;
        if (right == 0)
            return fail("division by zero");
        if (right == -1)
            return op == Operator::divide ? static_cast<int64_t>(0 - a) : 0;
        return op == Operator::divide ? left / right : left % right;
    default: return right;
    }
}

int64_t Evaluator::assign(std::string_view name, int64_t value) {
    if (!skipping_ && result_.ok && !variables_.set(name, value))
        result_.ok = false;
    return value;
}

int64_t Evaluator::binary(int lowest) {
    if (StackGuard::exhausted())
        return fail("nesting too deep");
    int64_t left = unary();
    std::string_view target = name_;
    while (result_.ok) {
        OperatorToken token = peek_operator();
        int level = precedence(token.op);
        if (level < lowest || level == 0)
            break;
        at_ += token.length;
        switch (token.op) {
        case Operator::assign: {
            if (target.empty())
                return fail("assignment to something that is no variable");
            int64_t right = binary(kAssignment);
            if (token.compound != Operator::none && result_.ok)
                right = apply(token.compound, left, right);
            left = assign(target, right);
            break;
        }
        case Operator::question: {
            bool taken = left != 0;
            skipping_ += !taken;
            int64_t yes = binary(kLowest);
            skipping_ -= !taken;
            skip_spaces();
            if (result_.ok && peek() != ':')
                return fail("expecting ':'");
            ++at_;
            skipping_ += taken;
            int64_t no = binary(precedence(Operator::question));
            skipping_ -= taken;
            left = taken ? yes : no;
            break;
        }
        case Operator::or_if:
        case Operator::and_if: {
            bool decided = token.op == Operator::or_if ? left != 0 : left == 0;
            skipping_ += decided;
            int64_t right = binary(level + 1);
            skipping_ -= decided;
            left = token.op == Operator::or_if ? left != 0 || right != 0 : left != 0 && right != 0;
            break;
        }
        default: {
            int64_t right = binary(level + 1);
            if (result_.ok)
                left = apply(token.op, left, right);
            break;
        }
        }
        target = {};
    }
    name_ = {};
    return left;
}

int64_t Evaluator::step_before(int64_t by) {
    at_ += 2;
    int64_t value = unary();
    std::string_view target = name_;
    name_ = {};
    if (target.empty())
        return fail("expecting a variable after ++ or --");
    return assign(target, static_cast<int64_t>(static_cast<uint64_t>(value) + static_cast<uint64_t>(by)));
}

int64_t Evaluator::unary() {
    if (StackGuard::exhausted())
        return fail("nesting too deep");
    skip_spaces();
    name_ = {};
    char c = peek();
    char next = peek(1);
    if ((c == '+' || c == '-') && c == next) {
        // `++name` steps; `- -1` written without a blank does not.
        size_t after = at_ + 2;
        while (after < text_.size() && is_space(text_[after]))
            ++after;
        if (after < text_.size() && is_name_start(text_[after]))
            return step_before(c == '+' ? 1 : -1);
    }
    if (c != '+' && c != '-' && c != '!' && c != '~')
        return primary();
    ++at_;
    int64_t value = unary();
    name_ = {};
    switch (c) {
    case '-': return static_cast<int64_t>(0 - static_cast<uint64_t>(value));
    case '!': return value == 0;
    case '~': return ~value;
    default: return value;
    }
}

int64_t Evaluator::number() {
    unsigned base = 10;
    if (peek() == '0' && (peek(1) == 'x' || peek(1) == 'X')) {
        base = 16;
        at_ += 2;
    } else if (peek() == '0') {
        base = 8;
    }
    uint64_t value = 0;
    size_t start = at_;
    bool too_large = false;
    for (; at_ < text_.size(); ++at_) {
        char c = text_[at_];
        unsigned digit = is_digit(c)                ? static_cast<unsigned>(c - '0')
                         : c >= 'a' && c <= 'f'     ? static_cast<unsigned>(c - 'a' + 10)
                         : c >= 'A' && c <= 'F'     ? static_cast<unsigned>(c - 'A' + 10)
                                                    : 99;
        if (digit >= base)
            break;
        constexpr uint64_t kMost = std::numeric_limits<int64_t>::max();
        if (value > (kMost - digit) / base)
            too_large = true;
        value = value * base + digit;
    }
    if (at_ == start || is_name_char(peek()))
        return fail("bad number \"" + std::string(text_.substr(start, at_ + 1 - start)) + "\"");
    // Out of range saturates, as strtoimax does.
    return too_large ? std::numeric_limits<int64_t>::max() : static_cast<int64_t>(value);
}

int64_t Evaluator::name_value(std::string_view name) {
    if (skipping_)
        return 0;
    const std::string* value = nullptr;
    if (!variables_.get(name, value)) {
        result_.ok = false;
        return 0;
    }
    if (!value || value->empty())
        return 0;
    // The usual case without a copy: a decimal number.
    if (value->size() < 18 && ((*value)[0] != '0' || value->size() == 1)) {
        int64_t number = 0;
        size_t i = (*value)[0] == '-' ? 1 : 0;
        size_t digits = i;
        while (i < value->size() && is_digit((*value)[i]))
            number = number * 10 + ((*value)[i++] - '0');
        if (i == value->size() && i > digits)
            return digits ? -number : number;
    }
    constexpr int kDeepest = 64;
    if (depth_ >= kDeepest)
        return fail("expression recursion too deep");
    std::string copy = *value;
    return Evaluator(copy, variables_, result_, depth_ + 1).run();
}

int64_t Evaluator::primary() {
    skip_spaces();
    char c = peek();
    if (c == '(') {
        ++at_;
        int64_t value = binary(kLowest);
        skip_spaces();
        if (result_.ok && peek() != ')')
            return fail("expecting ')'");
        ++at_;
        name_ = {};
        return value;
    }
    if (is_digit(c))
        return number();
    if (!is_name_start(c))
        return fail(at_ >= text_.size() ? "expecting a value at the end of \"" + std::string(text_) + "\""
                                        : "expecting a value: \"" + std::string(text_.substr(at_)) + "\"");
    size_t start = at_;
    while (is_name_char(peek()))
        ++at_;
    std::string_view name = text_.substr(start, at_ - start);
    skip_spaces();
    // A plain assignment does not read the variable: under `set -u` it may be unset.
    bool plain_assignment = peek() == '=' && peek(1) != '=';
    int64_t value = plain_assignment ? 0 : name_value(name);
    if ((peek() == '+' && peek(1) == '+') || (peek() == '-' && peek(1) == '-')) {
        int64_t by = peek() == '+' ? 1 : -1;
        at_ += 2;
        assign(name, static_cast<int64_t>(static_cast<uint64_t>(value) + static_cast<uint64_t>(by)));
        return value;
    }
    name_ = name;
    return value;
}

}  // namespace

ArithmeticResult evaluate_arithmetic(std::string_view expression, ArithmeticVariables& variables) {
    ArithmeticResult result;
    result.value = Evaluator(expression, variables, result, 0).run();
    return result;
}

}  // namespace sh
