#include "bc/parser.h"

#include <algorithm>
#include <ctype.h>
#include <string.h>

namespace coreutils::bc {
namespace {

constexpr unsigned kMostDepth = 600; // of nested expressions and statements

bool is_digit(char each) { return (each >= '0' && each <= '9') || (each >= 'A' && each <= 'F'); }

} // namespace

void Parser::fail(const std::string& message) {
    if (!error_) error_ = {line_number_, message};
    token_ = Token::end; // everything that goes on parsing stops soon
}

bool Parser::read_line() {
    line_.clear();
    at_ = 0;
    if (!next_line_(line_)) return false;
    ++line_number_;
    return true;
}

// Blanks, comments and continued lines; false at the end of the input.
bool Parser::skip_blanks() {
    for (;;) {
        if (at_ >= line_.size() && !read_line()) return false;
        char each = line_[at_];
        if (each == ' ' || each == '\t' || each == '\r' || each == '\f' || each == '\v') {
            ++at_;
        } else if (each == '\\' && at_ + 1 < line_.size() && line_[at_ + 1] == '\n') {
            at_ += 2;
        } else if (each == '#') {
            at_ = std::min(line_.find('\n', at_), line_.size());
        } else if (line_.compare(at_, 2, "/*") == 0) {
            at_ += 2;
            size_t end;
            while ((end = line_.find("*/", at_)) == std::string::npos)
                if (!read_line()) return false;
            at_ = end + 2;
        } else {
            return true;
        }
    }
}

void Parser::advance() {
    if (error_) return;
    if (!skip_blanks()) {
        token_ = Token::end;
        return;
    }
    char first = line_[at_];
    text_.clear();
    if (first == '\n') {
        ++at_;
        token_ = Token::newline;
        return;
    }
    if (is_digit(first) || (first == '.' && at_ + 1 < line_.size() && is_digit(line_[at_ + 1]))) {
        token_ = Token::number;
        bool point = false;
        for (; at_ < line_.size(); ++at_) {
            char each = line_[at_];
            if (each == '\\' && line_.compare(at_, 2, "\\\n") == 0) {
                // A long number goes on in the next line.
                if (!read_line()) return;
                --at_;
                at_ = static_cast<size_t>(-1);
                continue;
            }
            if (each == '.' ? point : !is_digit(each)) break;
            point |= each == '.';
            text_.push_back(each);
        }
        return;
    }
    if (first >= 'a' && first <= 'z') {
        while (at_ < line_.size() && (islower(static_cast<unsigned char>(line_[at_])) ||
                                      isdigit(static_cast<unsigned char>(line_[at_])) || line_[at_] == '_'))
            text_.push_back(line_[at_++]);
        static constexpr std::pair<const char*, Token> kKeywords[] = {
            {"auto", Token::keyword_auto},         {"break", Token::keyword_break},
            {"continue", Token::keyword_continue}, {"define", Token::keyword_define},
            {"else", Token::keyword_else},         {"for", Token::keyword_for},
            {"halt", Token::keyword_halt},         {"if", Token::keyword_if},
            {"last", Token::keyword_last},         {"length", Token::keyword_length},
            {"print", Token::keyword_print},       {"quit", Token::keyword_quit},
            {"read", Token::keyword_read},         {"return", Token::keyword_return},
            {"scale", Token::keyword_scale},       {"sqrt", Token::keyword_sqrt},
            {"while", Token::keyword_while},       {"ibase", Token::keyword_ibase},
            {"obase", Token::keyword_obase},       {"void", Token::keyword_void},
        };
        token_ = Token::name;
        for (auto& [word, keyword] : kKeywords)
            if (text_ == word) token_ = keyword;
        return;
    }
    if (first == '"') {
        ++at_;
        size_t end;
        while ((end = line_.find('"', at_)) == std::string::npos) {
            text_.append(line_, at_);
            if (!read_line()) return fail("unterminated string");
        }
        text_.append(line_, at_, end - at_);
        at_ = end + 1;
        token_ = Token::string;
        return;
    }
    ++at_;
    char second = at_ < line_.size() ? line_[at_] : '\0';
    token_ = Token::operation;
    operation_ = first;
    if ((first == '+' || first == '-') && second == first) {
        ++at_;
        token_ = first == '+' ? Token::increment : Token::decrement;
    } else if (strchr("+-*/%^", first) && second == '=') {
        ++at_;
        token_ = Token::assignment;
    } else if (first == '=') {
        token_ = second == '=' ? Token::operation : Token::assignment;
        if (second == '=')
            ++at_;
        else
            operation_ = 0;
    } else if ((first == '<' || first == '>' || first == '!') && second == '=') {
        ++at_;
        operation_ = first == '<' ? 'l' : first == '>' ? 'g' : 'n';
    } else if ((first == '&' || first == '|') && second == first) {
        ++at_;
    } else if (!strchr("+-*/%^<>!(){}[],;.", first)) {
        fail(std::string("illegal character: ") + first);
    }
}

bool Parser::take(char operation) {
    if (!is(operation)) return false;
    advance();
    return true;
}
void Parser::expect(char operation) {
    if (!take(operation)) fail("syntax error");
}
void Parser::skip_newlines() {
    while (token_ == Token::newline) advance();
}

Tree Parser::node(Kind kind) {
    auto tree = std::make_unique<Node>();
    tree->kind = kind;
    tree->line = line_number_;
    return tree;
}
Tree Parser::unary(Kind kind, Tree part) {
    Tree tree = node(kind);
    tree->parts.push_back(std::move(part));
    return tree;
}

std::optional<Tree> Parser::next(std::optional<SyntaxError>& error) {
    error_.reset();
    in_function_ = false;
    loops_ = depth_ = 0;
    advance();
    if (token_ == Token::end && !error_) return std::nullopt;
    Tree tree = token_ == Token::keyword_define ? define() : statement_list(false);
    if (tree->kind == Kind::define && !error_ && is(';')) tree->parts.push_back(statement_list(false));
    if (!error_ && token_ != Token::newline && token_ != Token::end) fail("syntax error");
    error = error_;
    if (error_) {
        at_ = line_.size(); // the rest of the line goes
        tree = node(Kind::nothing);
    }
    return tree;
}

// Statements divided by semicolons; in a block also by newlines, up to its brace.
Tree Parser::statement_list(bool in_block) {
    Tree list = node(Kind::block);
    for (;;) {
        if (in_block) skip_newlines();
        while (take(';')) {
            if (in_block) skip_newlines();
        }
        if (error_ || token_ == Token::end || (in_block ? is('}') : token_ == Token::newline)) break;
        list->parts.push_back(statement());
        if (error_) break;
        if (is(';') || (in_block && (token_ == Token::newline || is('}')))) continue;
        if (!in_block && token_ == Token::newline) break;
        if (token_ == Token::end) break;
        fail("syntax error");
    }
    return list;
}

Tree Parser::statement() {
    if (++depth_ > kMostDepth) fail("nested too deeply");
    Tree tree = node(Kind::nothing);
    switch (token_) {
    case Token::string:
        tree = node(Kind::text);
        tree->text = text_;
        advance();
        break;
    case Token::keyword_if: tree = if_statement(); break;
    case Token::keyword_while: tree = while_statement(); break;
    case Token::keyword_for: tree = for_statement(); break;
    case Token::keyword_print: tree = print_statement(); break;
    case Token::keyword_break:
    case Token::keyword_continue:
        if (loops_ == 0)
            fail(token_ == Token::keyword_break ? "Break outside a for/while" : "Continue outside a for");
        tree = node(token_ == Token::keyword_break ? Kind::break_loop : Kind::continue_loop);
        advance();
        break;
    case Token::keyword_halt:
        tree = node(Kind::halt);
        advance();
        break;
    case Token::keyword_quit:
        tree = node(Kind::quit);
        advance();
        break;
    case Token::keyword_return:
        if (!in_function_) fail("Return outside of a function.");
        tree = node(Kind::give_back);
        advance();
        if (token_ != Token::newline && !is(';') && !is('}')) tree->parts.push_back(expression());
        break;
    default:
        if (take('{')) {
            tree = statement_list(true);
            expect('}');
            break;
        }
        tree = expression();
        if (tree->kind != Kind::assign || tree->text == "(") tree = unary(Kind::print_value, std::move(tree));
    }
    --depth_;
    return tree;
}

Tree Parser::if_statement() {
    Tree tree = node(Kind::if_else);
    advance();
    expect('(');
    tree->parts.push_back(expression());
    expect(')');
    skip_newlines();
    tree->parts.push_back(statement());
    // `else` may stand behind the statement on the same line only.
    if (token_ == Token::keyword_else) {
        advance();
        skip_newlines();
        tree->parts.push_back(statement());
    }
    return tree;
}

// Parts: first, condition, step, body; absent ones are `nothing`.
Tree Parser::while_statement() {
    Tree tree = node(Kind::loop);
    advance();
    expect('(');
    tree->parts.push_back(node(Kind::nothing));
    tree->parts.push_back(expression());
    tree->parts.push_back(node(Kind::nothing));
    expect(')');
    skip_newlines();
    ++loops_;
    tree->parts.push_back(statement());
    --loops_;
    return tree;
}

Tree Parser::optional_expression(char end) { return is(end) ? node(Kind::nothing) : expression(); }

Tree Parser::for_statement() {
    Tree tree = node(Kind::loop);
    advance();
    expect('(');
    tree->parts.push_back(optional_expression(';'));
    expect(';');
    tree->parts.push_back(optional_expression(';'));
    expect(';');
    tree->parts.push_back(optional_expression(')'));
    expect(')');
    skip_newlines();
    ++loops_;
    tree->parts.push_back(statement());
    --loops_;
    return tree;
}

Tree Parser::print_statement() {
    Tree tree = node(Kind::print_list);
    do {
        advance();
        if (token_ == Token::string) {
            Tree text = node(Kind::text);
            text->text = text_;
            tree->parts.push_back(std::move(text));
            advance();
        } else {
            tree->parts.push_back(expression());
        }
    } while (is(','));
    return tree;
}

std::vector<Parameter> Parser::parameter_list(char end) {
    std::vector<Parameter> list;
    while (!error_ && !(end ? is(end) : is(';') || token_ == Token::newline)) {
        take('*'); // GNU's arrays by reference: copied
        if (token_ != Token::name) {
            fail("syntax error");
            break;
        }
        Parameter parameter{names_.number_of(text_), false};
        advance();
        if (take('[')) {
            expect(']');
            parameter.is_array = true;
        }
        list.push_back(parameter);
        if (!take(',')) break;
    }
    return list;
}

Tree Parser::define() {
    Tree tree = node(Kind::define);
    advance();
    if (token_ == Token::keyword_void) advance();
    if (token_ != Token::name) fail("syntax error");
    tree->name = names_.number_of(text_);
    Function function;
    function.defined = true;
    advance();
    expect('(');
    function.parameters = parameter_list(')');
    expect(')');
    skip_newlines();
    expect('{');
    in_function_ = true;
    skip_newlines();
    if (token_ == Token::keyword_auto) {
        advance();
        function.automatic = parameter_list('\0');
    }
    function.body = statement_list(true);
    expect('}');
    if (error_) return tree;
    if (functions_.size() <= tree->name) functions_.resize(tree->name + 1);
    functions_[tree->name] = std::move(function);
    return tree;
}

bool Parser::is_place(const Node& tree) {
    return tree.kind == Kind::variable || tree.kind == Kind::element || tree.kind == Kind::special;
}

// From the loosest to the tightest: || && ! comparison assignment + - * / % ^ - ++.
Tree Parser::expression() {
    if (++depth_ > kMostDepth) fail("nested too deeply");
    Tree left = conjunction();
    while (is('|')) {
        advance();
        Tree both = unary(Kind::logical_or, std::move(left));
        both->parts.push_back(conjunction());
        left = std::move(both);
    }
    --depth_;
    return left;
}

Tree Parser::conjunction() {
    Tree left = inversion();
    while (is('&')) {
        advance();
        Tree both = unary(Kind::logical_and, std::move(left));
        both->parts.push_back(inversion());
        left = std::move(both);
    }
    return left;
}

Tree Parser::inversion() {
    if (!is('!')) return comparison();
    if (++depth_ > kMostDepth) fail("nested too deeply");
    advance();
    Tree tree = unary(Kind::invert, inversion());
    --depth_;
    return tree;
}

Tree Parser::comparison() {
    Tree left = assignment();
    while (token_ == Token::operation && strchr("=nlg<>", operation_) && operation_) {
        Tree both = unary(Kind::binary, std::move(left));
        both->operation = operation_;
        advance();
        both->parts.push_back(assignment());
        left = std::move(both);
    }
    return left;
}

Tree Parser::assignment() {
    Tree left = sum();
    if (token_ != Token::assignment) return left;
    if (!is_place(*left)) fail("syntax error");
    if (++depth_ > kMostDepth) fail("nested too deeply");
    Tree tree = unary(Kind::assign, std::move(left));
    tree->operation = operation_;
    advance();
    tree->parts.push_back(assignment());
    --depth_;
    return tree;
}

Tree Parser::sum() {
    Tree left = product();
    while (is('+') || is('-')) {
        Tree both = unary(Kind::binary, std::move(left));
        both->operation = operation_;
        advance();
        both->parts.push_back(product());
        left = std::move(both);
    }
    return left;
}

Tree Parser::product() {
    Tree left = power();
    while (is('*') || is('/') || is('%')) {
        Tree both = unary(Kind::binary, std::move(left));
        both->operation = operation_;
        advance();
        both->parts.push_back(power());
        left = std::move(both);
    }
    return left;
}

Tree Parser::power() {
    Tree left = prefix();
    if (!is('^')) return left;
    if (++depth_ > kMostDepth) fail("nested too deeply");
    Tree both = unary(Kind::binary, std::move(left));
    both->operation = '^';
    advance();
    both->parts.push_back(power());
    --depth_;
    return both;
}

Tree Parser::prefix() {
    if (is('-')) {
        if (++depth_ > kMostDepth) fail("nested too deeply");
        advance();
        Tree tree = unary(Kind::negate, prefix());
        --depth_;
        return tree;
    }
    if (token_ == Token::increment || token_ == Token::decrement) {
        char operation = token_ == Token::increment ? '+' : '-';
        advance();
        Tree place = primary();
        if (!is_place(*place)) fail("syntax error");
        Tree tree = unary(Kind::step_before, std::move(place));
        tree->operation = operation;
        return tree;
    }
    Tree tree = primary();
    if (token_ == Token::increment || token_ == Token::decrement) {
        if (!is_place(*tree)) fail("syntax error");
        tree = unary(Kind::step_behind, std::move(tree));
        tree->operation = token_ == Token::increment ? '+' : '-';
        advance();
    }
    return tree;
}

Tree Parser::built_in(BuiltIn which, bool has_argument) {
    Tree tree = node(Kind::built_in);
    tree->name = static_cast<size_t>(which);
    expect('(');
    if (has_argument) tree->parts.push_back(expression());
    expect(')');
    return tree;
}

Tree Parser::primary() {
    auto special = [this](Special which) {
        Tree tree = node(Kind::special);
        tree->name = static_cast<size_t>(which);
        return tree;
    };
    Tree tree = node(Kind::nothing);
    switch (token_) {
    case Token::number:
        tree = node(Kind::number);
        tree->text = text_;
        advance();
        return tree;
    case Token::name: return name_expression();
    case Token::keyword_scale:
        advance();
        return is('(') ? built_in(BuiltIn::scale, true) : special(Special::scale);
    case Token::keyword_ibase: advance(); return special(Special::ibase);
    case Token::keyword_obase: advance(); return special(Special::obase);
    case Token::keyword_last: advance(); return special(Special::last);
    case Token::keyword_length: advance(); return built_in(BuiltIn::length, true);
    case Token::keyword_sqrt: advance(); return built_in(BuiltIn::square_root, true);
    case Token::keyword_read: advance(); return built_in(BuiltIn::read, false);
    default: break;
    }
    if (take('.')) return special(Special::last);
    if (take('(')) {
        tree = expression();
        expect(')');
        // In parentheses an assignment is a value: it is printed.
        if (tree->kind == Kind::assign) tree->text = "(";
        return tree;
    }
    fail("syntax error");
    return tree;
}

Tree Parser::name_expression() {
    size_t name = names_.number_of(text_);
    advance();
    Tree tree = node(Kind::variable);
    tree->name = name;
    if (take('[')) {
        tree->kind = Kind::element;
        if (is(']'))
            tree->whole_array = true;
        else
            tree->parts.push_back(expression());
        expect(']');
        if (tree->whole_array && !is(',') && !is(')')) fail("syntax error");
    } else if (take('(')) {
        tree->kind = Kind::call;
        while (!error_ && !is(')')) {
            tree->parts.push_back(expression());
            if (!take(',')) break;
        }
        expect(')');
    }
    return tree;
}

} // namespace coreutils::bc
