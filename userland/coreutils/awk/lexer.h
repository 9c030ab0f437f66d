// Tokens of an awk program (POSIX.1-2017 awk, "Lexical Conventions").
#pragma once

#include <stddef.h>
#include <string>
#include <string_view>

namespace coreutils::awk {

enum class Token : unsigned char {
    end,
    newline,
    semicolon,
    comma,
    left_brace,
    right_brace,
    left_parenthesis,
    right_parenthesis,
    left_bracket,
    right_bracket,
    number,
    string,
    regex,
    name,
    function_name, // a name directly before "("
    builtin,
    assign,
    add_assign,
    subtract_assign,
    multiply_assign,
    divide_assign,
    modulo_assign,
    power_assign,
    add,
    subtract,
    multiply,
    divide,
    modulo,
    power,
    increment,
    decrement,
    logical_not,
    logical_and,
    logical_or,
    match,
    no_match,
    less,
    less_equal,
    equal,
    not_equal,
    greater,
    greater_equal,
    append,
    pipe,
    question,
    colon,
    dollar,
    key_begin,
    key_end,
    key_function,
    key_if,
    key_else,
    key_while,
    key_for,
    key_do,
    key_break,
    key_continue,
    key_next,
    key_nextfile,
    key_exit,
    key_return,
    key_delete,
    key_in,
    key_getline,
    key_print,
    key_printf,
};

enum class Builtin : unsigned char {
    bit_and,
    bit_or,
    bit_xor,
    complement,
    gensub,
    make_time,
    shift_left,
    shift_right,
    strftime,
    systime,
    atan2,
    close,
    cos,
    exp,
    fflush,
    gsub,
    index,
    integer,
    length,
    log,
    match,
    random,
    sine,
    split,
    sprintf,
    square_root,
    seed,
    substitute,
    substring,
    system,
    to_lower,
    to_upper,
};

class Lexer {
public:
    explicit Lexer(std::string_view program) : program_(program) {}

    // The current token and its parts.
    Token token = Token::end;
    double number = 0;
    std::string text; // of names, strings (unescaped) and regular expressions (as written)
    Builtin builtin{};
    unsigned line = 1;

    void next();
    // The parser is where an operand may stand: a slash there begins a regular expression.
    void rescan_as_regex();

    // To look ahead: a place that can be returned to.
    struct Place {
        size_t position;
        unsigned line;
        Token token;
    };
    Place place() const { return {token_start_, token_line_, token}; }
    void return_to(const Place& place);

private:
    char peek(size_t ahead = 0) const {
        return position_ + ahead < program_.size() ? program_[position_ + ahead] : '\0';
    }
    void skip_blanks();
    void read_number();
    void read_string();
    void read_name();
    void read_operator();

    std::string_view program_;
    size_t position_ = 0, token_start_ = 0;
    unsigned token_line_ = 1;
};

// The characters that an escape at text[at] (behind the backslash) stands for; `at` moves behind it. An
// unknown escape stays with its backslash when `keep_unknown`.
void append_escape(std::string& result, std::string_view text, size_t& at, bool keep_unknown);
// The text of a -v or operand assignment with its escapes replaced.
std::string unescape(std::string_view text);

} // namespace coreutils::awk
