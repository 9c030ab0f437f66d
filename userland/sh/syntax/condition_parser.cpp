// [[ … ]]: conditions without field splitting and pathname expansion, as ksh and bash have them.
#include "base/stack_guard.hpp"
#include "syntax/parser.hpp"

namespace sh {

namespace {

bool is_unary_operator(std::string_view text) {
    return text.size() == 2 && text[0] == '-' && std::string_view("bcdefghkLnOGpSrstuvwxzN").contains(text[1]);
}

bool is_binary_operator(std::string_view text) {
    static constexpr std::string_view kOperators[] = {"=",   "==",  "!=",  "=~",  "-eq", "-ne",
                                                      "-gt", "-ge", "-lt", "-le", "-nt", "-ot", "-ef"};
    for (std::string_view each : kOperators)
        if (each == text)
            return true;
    return false;
}

std::string_view bare_text(const Token& token) {
    bool literal = token.kind == TokenKind::word && token.word->is_bare_literal();
    return literal ? token.word->parts[0].text : std::string_view();
}

}  // namespace

// After `[[`.
const Node* Parser::parse_conditional(uint32_t line) {
    auto* node = make<Conditional>(NodeKind::conditional, line);
    skip_newlines();
    if (!(node->condition = parse_condition()))
        return nullptr;
    skip_newlines();
    return take_word("]]") ? node : unexpected("]]");
}

const Condition* Parser::parse_condition() {
    const Condition* left = parse_condition_both();
    while (left && take_if(TokenKind::or_if)) {
        skip_newlines();
        const Condition* right = parse_condition_both();
        if (!right)
            return nullptr;
        left = arena_->make<Condition>(Condition{.kind = ConditionKind::either, .left = left, .right = right});
    }
    return left;
}

const Condition* Parser::parse_condition_both() {
    const Condition* left = parse_condition_primary();
    while (left && take_if(TokenKind::and_if)) {
        skip_newlines();
        const Condition* right = parse_condition_primary();
        if (!right)
            return nullptr;
        left = arena_->make<Condition>(Condition{.kind = ConditionKind::both, .left = left, .right = right});
    }
    return left;
}

const Condition* Parser::parse_condition_primary() {
    if (StackGuard::exhausted()) {
        fail("nesting too deep");
        return nullptr;
    }
    skip_newlines();
    if (take_if(TokenKind::left_paren)) {
        const Condition* inner = parse_condition();
        skip_newlines();
        if (inner && !take_if(TokenKind::right_paren))
            return unexpected(")");
        return inner;
    }
    if (take_word("!")) {
        const Condition* inner = parse_condition_primary();
        return inner ? arena_->make<Condition>(Condition{.kind = ConditionKind::negation, .left = inner}) : nullptr;
    }
    if (peek().kind != TokenKind::word || at_word("]]"))
        return unexpected();
    Token first = take();
    std::string_view name = bare_text(first);
    if (is_unary_operator(name) && peek().kind == TokenKind::word && !at_word("]]"))
        return arena_->make<Condition>(Condition{.kind = ConditionKind::unary, .name = name, .left_word = take().word});
    Condition condition{.left_word = first.word};
    TokenKind next = peek().kind;
    if (next == TokenKind::less || next == TokenKind::great)
        condition.name = next == TokenKind::less ? "<" : ">";
    else if (is_binary_operator(bare_text(peek())))
        condition.name = bare_text(peek());
    else
        return arena_->make<Condition>(condition);
    condition.kind = ConditionKind::binary;
    take();
    if (condition.name == "=~") {
        if (!(condition.right_word = lexer_.read_regular_expression()))
            return nullptr;
    } else {
        if (peek().kind != TokenKind::word)
            return unexpected();
        condition.right_word = take().word;
    }
    return arena_->make<Condition>(condition);
}

}  // namespace sh
