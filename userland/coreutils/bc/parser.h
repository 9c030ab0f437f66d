// Reads bc programs (POSIX.1-2017 bc, with GNU's long names, else, print, && || !, continue, halt, read and
// length of names), one line of statements at a time.
#pragma once

#include "bc/syntax.h"

#include <functional>
#include <map>
#include <optional>
#include <string_view>

namespace coreutils::bc {

struct SyntaxError {
    unsigned line;
    std::string message;
};

// Names of variables, arrays and functions share one numbering.
class Names {
public:
    size_t number_of(const std::string& name) {
        return numbers_.try_emplace(name, numbers_.size()).first->second;
    }
    size_t count() const { return numbers_.size(); }

private:
    std::map<std::string, size_t> numbers_;
};

class Parser {
public:
    // `next_line` gives the next line of input with its newline, false at the end.
    Parser(Names& names, std::vector<Function>& functions, std::function<bool(std::string&)> next_line)
        : names_(names), functions_(functions), next_line_(std::move(next_line)) {}

    // The statements of the next line; nothing at the end. A line that is wrong gives an error and is
    // skipped.
    std::optional<Tree> next(std::optional<SyntaxError>& error);

private:
    enum class Token {
        end,
        newline,
        number,
        name,
        string,
        operation,
        assignment,
        increment,
        decrement,
        keyword_auto,
        keyword_break,
        keyword_continue,
        keyword_define,
        keyword_else,
        keyword_for,
        keyword_halt,
        keyword_if,
        keyword_last,
        keyword_length,
        keyword_print,
        keyword_quit,
        keyword_read,
        keyword_return,
        keyword_scale,
        keyword_sqrt,
        keyword_while,
        keyword_ibase,
        keyword_obase,
        keyword_void,
    };

    void advance();
    bool read_line();
    bool skip_blanks();
    void fail(const std::string& message);
    bool is(char operation) const { return token_ == Token::operation && operation_ == operation; }
    bool take(char operation);
    void expect(char operation);
    void skip_newlines();

    Tree node(Kind kind);
    Tree unary(Kind kind, Tree part);
    Tree statement_list(bool in_block);
    Tree statement();
    Tree if_statement();
    Tree while_statement();
    Tree for_statement();
    Tree print_statement();
    Tree define();
    std::vector<Parameter> parameter_list(char end);
    Tree optional_expression(char end);
    Tree expression();
    Tree conjunction();
    Tree inversion();
    Tree comparison();
    Tree assignment();
    Tree sum();
    Tree product();
    Tree power();
    Tree prefix();
    Tree primary();
    Tree name_expression();
    Tree call_arguments(Tree call);
    Tree built_in(BuiltIn which, bool has_argument);
    static bool is_place(const Node& tree);

    Names& names_;
    std::vector<Function>& functions_;
    std::function<bool(std::string&)> next_line_;
    std::string line_;
    size_t at_ = 0;
    unsigned line_number_ = 0, depth_ = 0;
    Token token_ = Token::newline;
    char operation_ = 0;
    std::string text_;
    bool in_function_ = false, started_ = false;
    unsigned loops_ = 0;
    std::optional<SyntaxError> error_;
};

} // namespace coreutils::bc
