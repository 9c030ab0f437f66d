// Tokens of the shell grammar; POSIX.1-2017 2.10.2.
#pragma once

#include <cstdint>

#include "syntax/ast.hpp"

namespace sh {

enum class TokenKind : uint8_t {
    word,
    io_number,
    newline,
    end,
    error,
    and_if,         // &&
    or_if,          // ||
    double_semi,    // ;;
    semi_and,       // ;&
    double_semi_and,  // ;;&
    here_doc,       // <<
    here_doc_tabs,  // <<-
    here_string,    // <<<
    output_both,    // &>
    append_both,    // &>>
    pipe_both,      // |&
    append,         // >>
    dup_input,      // <&
    dup_output,     // >&
    read_write,     // <>
    clobber,        // >|
    ampersand,
    pipe,
    semicolon,
    less,
    great,
    left_paren,
    right_paren,
};

struct Token {
    TokenKind kind = TokenKind::end;
    bool alias_candidate = false;  // follows an alias value that ends in a blank
    int io_number = 0;
    uint32_t line = 0;
    const Word* word = nullptr;
};

const char* spelling(TokenKind kind);

}  // namespace sh
