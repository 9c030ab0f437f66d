// Compound commands and function definitions; POSIX.1-2017 2.9.4, 2.9.5.
#include "base/stack_guard.hpp"
#include "base/text.hpp"
#include "syntax/parser.hpp"

namespace sh {

const Node* Parser::parse_command_node() {
    if (StackGuard::exhausted()) {
        fail("nesting too deep");
        return nullptr;
    }
    const Token& first = peek_command();
    if (first.kind == TokenKind::left_paren)
        return parse_redirects_after(parse_compound(first));
    if (first.kind == TokenKind::word && first.word->is_bare_literal()) {
        std::string_view text = first.word->parts[0].text;
        if (text == "if" || text == "while" || text == "until" || text == "for" || text == "case" || text == "{" ||
            text == "[[")
            return parse_redirects_after(parse_compound(first));
        if (text == "function")
            return parse_keyword_function(take().line);
        if (text == "then" || text == "else" || text == "elif" || text == "fi" || text == "do" || text == "done" ||
            text == "esac" || text == "}" || text == "!")
            return unexpected();
    }
    return parse_simple();
}

const Node* Parser::parse_compound(const Token&) {
    Token first = take();
    if (first.kind == TokenKind::left_paren) {
        if (lexer_.at_parenthesis()) {
            const Word* expression = nullptr;
            bool is_arithmetic = false;
            if (!lexer_.read_arithmetic_text(expression, is_arithmetic))
                return nullptr;
            if (is_arithmetic) {
                auto* command = make<ArithmeticCommand>(NodeKind::arithmetic_command, first.line);
                command->expression = expression;
                return command;
            }
        }
        auto* group = make<Group>(NodeKind::subshell, first.line);
        group->body = parse_required_list();
        if (!group->body)
            return nullptr;
        return take_if(TokenKind::right_paren) ? group : unexpected(")");
    }
    std::string_view text = first.word->parts[0].text;
    if (text == "if")
        return parse_if(first.line);
    if (text == "while")
        return parse_loop(NodeKind::while_loop, first.line);
    if (text == "until")
        return parse_loop(NodeKind::until_loop, first.line);
    if (text == "for")
        return parse_for(first.line);
    if (text == "case")
        return parse_case(first.line);
    if (text == "[[")
        return parse_conditional(first.line);
    auto* group = make<Group>(NodeKind::brace, first.line);
    group->body = parse_required_list();
    return group->body && expect_word("}") ? group : nullptr;
}

const Node* Parser::parse_redirects_after(const Node* body) {
    if (!body)
        return nullptr;
    std::vector<Redirect> redirects;
    while (at_redirect())
        if (!parse_redirect(redirects))
            return nullptr;
    if (failed_)
        return nullptr;
    if (redirects.empty())
        return body;
    auto* redirected = make<Redirected>(NodeKind::redirected, body->line);
    redirected->body = body;
    redirected->redirects = arena_->copy(redirects);
    return redirected;
}

const Node* Parser::parse_function(std::string_view name, uint32_t line) {
    skip_newlines();
    const Token& first = peek_command();
    bool compound = first.kind == TokenKind::left_paren;
    if (first.kind == TokenKind::word && first.word->is_bare_literal()) {
        std::string_view text = first.word->parts[0].text;
        compound = text == "if" || text == "while" || text == "until" || text == "for" || text == "case" ||
                   text == "{" || text == "[[";
    }
    if (!compound)
        return unexpected();
    auto* function = make<FunctionDefinition>(NodeKind::function, line);
    function->name = name;
    function->body = parse_command_node();
    return function->body ? function : nullptr;
}

// function name [()] compound-command
const Node* Parser::parse_keyword_function(uint32_t line) {
    Token name = take();
    if (failed_)
        return nullptr;
    if (name.kind != TokenKind::word || !name.word->is_bare_literal())
        return unexpected();
    if (take_if(TokenKind::left_paren) && !take_if(TokenKind::right_paren))
        return unexpected(")");
    return parse_function(name.word->parts[0].text, line);
}

// After `if` or `elif`.
const Node* Parser::parse_if(uint32_t line) {
    auto* node = make<IfThen>(NodeKind::if_then, line);
    IfThen* branch = node;
    for (;;) {
        if (!(branch->condition = parse_required_list()) || !expect_word("then") ||
            !(branch->then_body = parse_required_list()))
            return nullptr;
        uint32_t next_line = peek_command().line;
        if (!take_word("elif"))
            break;
        auto* next = make<IfThen>(NodeKind::if_then, next_line);
        branch->else_body = next;
        branch = next;
    }
    if (take_word("else") && !(branch->else_body = parse_required_list()))
        return nullptr;
    return expect_word("fi") ? node : nullptr;
}

const Node* Parser::parse_do_group() {
    if (!expect_word("do"))
        return nullptr;
    const Node* body = parse_required_list();
    return body && expect_word("done") ? body : nullptr;
}

const Node* Parser::parse_loop(NodeKind kind, uint32_t line) {
    auto* loop = make<Loop>(kind, line);
    return (loop->condition = parse_required_list()) && (loop->body = parse_do_group()) ? loop : nullptr;
}

namespace {

// The three expressions of `for ((a; b; c))`; false when there are not three.
bool split_at_semicolons(Arena& arena, const Word& all, const Word* (&expressions)[3]) {
    std::vector<WordPart> parts;
    size_t at = 0;
    auto finish = [&] {
        if (!parts.empty() && at < 3)
            expressions[at] = arena.make<Word>(arena.copy(parts));
        parts.clear();
        ++at;
    };
    for (WordPart part : all.parts) {
        if (part.kind != PartKind::text) {
            parts.push_back(part);
            continue;
        }
        for (std::string_view rest = part.text;;) {
            size_t end = rest.find(';');
            part.text = rest.substr(0, end);
            if (part.text.find_first_not_of(" \t\n") != std::string_view::npos)
                parts.push_back(part);
            if (end == std::string_view::npos)
                break;
            finish();
            rest.remove_prefix(end + 1);
        }
    }
    finish();
    return at == 3;
}

}  // namespace

// At the first parenthesis of `for ((`.
const Node* Parser::parse_arithmetic_for(uint32_t line) {
    auto* loop = make<ArithmeticFor>(NodeKind::arithmetic_for, line);
    take();
    const Word* all = nullptr;
    bool is_arithmetic = false;
    if (!lexer_.at_parenthesis() || !lexer_.read_arithmetic_text(all, is_arithmetic) || !is_arithmetic) {
        fail("Bad for loop variable");
        return nullptr;
    }
    const Word* expressions[3] = {};
    if (!split_at_semicolons(*arena_, *all, expressions)) {
        fail("Bad arithmetic for loop");
        return nullptr;
    }
    loop->first = expressions[0];
    loop->condition = expressions[1];
    loop->step = expressions[2];
    take_if(TokenKind::semicolon);
    skip_newlines();
    peek_command();
    if (take_word("{")) {
        loop->body = parse_required_list();
        return loop->body && expect_word("}") ? loop : nullptr;
    }
    return (loop->body = parse_do_group()) ? loop : nullptr;
}

const Node* Parser::parse_for(uint32_t line) {
    if (peek().kind == TokenKind::left_paren)
        return parse_arithmetic_for(line);
    auto* loop = make<ForLoop>(NodeKind::for_loop, line);
    Token name = take();
    if (failed_)
        return nullptr;
    if (name.kind != TokenKind::word || !name.word->is_bare_literal() || !is_name(name.word->parts[0].text)) {
        fail("Bad for loop variable");
        return nullptr;
    }
    loop->name = name.word->parts[0].text;
    if (!take_if(TokenKind::semicolon)) {
        skip_newlines();
        if (take_word("in")) {
            loop->has_list = true;
            std::vector<const Word*> words;
            while (peek().kind == TokenKind::word)
                add_words(words, take().word);
            loop->words = arena_->copy(words);
            if (!take_if(TokenKind::semicolon) && peek().kind != TokenKind::newline)
                return unexpected();
        }
    }
    skip_newlines();
    return (loop->body = parse_do_group()) ? loop : nullptr;
}

const Node* Parser::parse_case(uint32_t line) {
    auto* node = make<CaseOf>(NodeKind::case_of, line);
    if (peek().kind != TokenKind::word)
        return unexpected();
    node->subject = take().word;
    skip_newlines();
    if (!take_word("in"))
        return unexpected("in");
    std::vector<CaseItem> items;
    for (;;) {
        skip_newlines();
        if (take_word("esac"))
            break;
        if (!parse_case_item(items))
            return nullptr;
    }
    node->items = arena_->copy(items);
    return node;
}

bool Parser::parse_case_item(std::vector<CaseItem>& items) {
    CaseItem item;
    std::vector<const Word*> patterns;
    take_if(TokenKind::left_paren);
    do {
        if (peek().kind != TokenKind::word) {
            unexpected();
            return false;
        }
        patterns.push_back(take().word);
    } while (take_if(TokenKind::pipe));
    if (!take_if(TokenKind::right_paren)) {
        unexpected(")");
        return false;
    }
    item.patterns = arena_->copy(patterns);
    item.body = parse_list();
    if (failed_)
        return false;
    if (take_if(TokenKind::semi_and)) {
        item.end = CaseEnd::fall_through;
    } else if (take_if(TokenKind::double_semi_and)) {
        item.end = CaseEnd::test_next;
    } else if (!take_if(TokenKind::double_semi) && !at_word("esac")) {
        unexpected(";;");
        return false;
    }
    items.push_back(item);
    return true;
}

}  // namespace sh
