// A recursive-descent parser of POSIX.1-2017's awk grammar: one function for each rule. A syntax error ends
// awk with the line and what was expected there.
#pragma once

#include "awk/lexer.h"
#include "awk/syntax.h"
#include "framework/diagnostics.h"

#include <string>
#include <string_view>
#include <vector>

namespace coreutils::awk {

constexpr unsigned kDeepestNesting = 1000;

class Parser {
public:
    explicit Parser(std::string_view text);

    Program parse();

private:
    // Whether `>` belongs to the expression, or to the print around it.
    struct Context {
        bool no_greater = false;
    };

    [[noreturn]] void fail(const char* expected) {
        die(2, "line %u: syntax error: expected %s", lexer_.line, expected);
    }

    bool accept(Token token) {
        if (lexer_.token != token) return false;
        lexer_.next();
        return true;
    }
    void expect(Token token, const char* what) {
        if (!accept(token)) fail(what);
    }
    void skip_newlines() {
        while (lexer_.token == Token::newline) lexer_.next();
    }
    void skip_terminators() {
        while (lexer_.token == Token::newline || lexer_.token == Token::semicolon) lexer_.next();
    }

    NodePointer make(Kind kind, NodePointer first = nullptr, NodePointer second = nullptr,
                     NodePointer third = nullptr);

    // Items: rules and functions.
    void parse_item();
    unsigned function_slot(const std::string& name);
    void parse_function();

    // Statements.
    NodePointer parse_block();
    void end_statement();
    // The body of an if or loop: newlines may precede it.
    NodePointer parse_body();
    NodePointer parse_statement();
    NodePointer parse_any_statement();
    NodePointer parse_condition();
    NodePointer parse_if();
    NodePointer parse_for();
    // `NAME in NAME )` and nothing else.
    NodePointer try_parse_for_in();
    NodePointer parse_simple_statement();
    bool ends_statement() const {
        return lexer_.token == Token::newline || lexer_.token == Token::semicolon ||
               lexer_.token == Token::right_brace || lexer_.token == Token::end;
    }
    NodePointer parse_delete();
    NodePointer parse_print();

    // Expressions, from the loosest binding to the tightest.
    void parse_list(std::vector<NodePointer>& list, Context context);
    // A list in parentheses is no value, except before `in`.
    void check_single(const Node& node);
    NodePointer parse_expression(Context context);
    static bool is_target(const Node& node);
    NodePointer parse_assignment(NodePointer target, Context context);
    bool at_assignment() const;
    NodePointer parse_ternary(Context context);
    NodePointer parse_or(Context context);
    NodePointer parse_and(Context context);
    NodePointer parse_in(Context context);
    NodePointer parse_match(Context context);
    NodePointer parse_comparison(Context context);
    bool begins_operand() const;
    NodePointer parse_concatenation(Context context);
    NodePointer binary(Token token, NodePointer left, NodePointer right);
    NodePointer parse_additive(Context context);
    NodePointer parse_multiplicative(Context context);
    NodePointer parse_unary(Context context);
    NodePointer parse_power(Context context);
    NodePointer parse_postfix(Context context);
    NodePointer parse_primary(Context context);
    NodePointer parse_pre_step(Context context);
    NodePointer parse_field_number(Context context);
    NodePointer parse_regex();
    // Where a value of getline goes, when a variable follows.
    void parse_getline_target(Node& node);
    int local_slot(const std::string& name) const;
    void set_array(Node& node, const std::string& name);
    NodePointer parse_variable();
    NodePointer parse_call();
    NodePointer parse_builtin();

    Lexer lexer_;
    Program program_;
    std::vector<std::string> locals_;
    bool in_function_ = false;
    unsigned loops_ = 0, depth_ = 0;
};

} // namespace coreutils::awk
