// The tree of a bc program.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace coreutils::bc {

enum class Kind {
    // expressions
    number,
    text,
    variable,
    element,
    special,
    assign,
    step_before,
    step_behind,
    negate,
    invert,
    binary,
    logical_and,
    logical_or,
    call,
    built_in,
    // statements
    print_value,
    print_list,
    block,
    if_else,
    loop,
    break_loop,
    continue_loop,
    give_back,
    halt,
    quit,
    define,
    nothing,
};

enum class Special { scale, ibase, obase, last };
enum class BuiltIn { length, scale, square_root, read };

struct Node {
    Kind kind;
    std::string text;  // digits, the characters of a string
    size_t name = 0;   // of a variable, an array or a function; Special or BuiltIn
    char operation =
        0; // + - * / % ^ and for comparisons = ! < > l (<=) g (>=); of an assignment 0 for the plain one
    bool whole_array = false; // a[] as an argument
    unsigned line = 0;
    std::vector<std::unique_ptr<Node>> parts;
};
using Tree = std::unique_ptr<Node>;

struct Parameter {
    size_t name;
    bool is_array;
};

struct Function {
    bool defined = false;
    std::vector<Parameter> parameters, automatic;
    Tree body;
};

} // namespace coreutils::bc
