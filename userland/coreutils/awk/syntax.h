// The program as a tree. Variables are resolved to slots when it is parsed.
#pragma once

#include "awk/lexer.h"
#include "awk/value.h"
#include "lib/regex.h"

#include <memory>
#include <string>
#include <vector>

namespace coreutils::awk {

enum class Kind : unsigned char {
    // Expressions. Operands are in `children`.
    constant,
    regex,
    global,
    local,
    global_element,
    local_element,
    field,
    assign,         // target, value
    assign_operate, // the same with `operation`
    conditional,
    logical_or,
    logical_and,
    logical_not,
    negate,
    plus,
    in_array, // subscripts..., array slot
    matches,  // text, pattern; `flag` for !~
    compare,  // by `operation`
    concatenate,
    arithmetic,
    pre_step,
    post_step, // by `number`
    call,
    builtin,
    grouping,
    getline_main,
    getline_file,
    getline_command, // [source], then [target]
    // Statements.
    block,
    expression,
    print,
    print_format,
    if_else,
    while_loop,
    do_loop,
    for_loop,
    for_in,
    break_loop,
    continue_loop,
    next_record,
    next_file,
    exit_program,
    return_value,
    delete_element,
    delete_array,
};

enum class Redirection : unsigned char { none, truncate, append, pipe };

struct Node;
using NodePointer = std::unique_ptr<Node>;

struct Node {
    Kind kind;
    Token operation = Token::end;
    Builtin builtin{};
    Redirection redirection = Redirection::none;
    bool flag = false;   // negated match; array is local; a trailing operand is present
    unsigned slot = 0;   // of a variable or function
    unsigned line = 0;
    double number = 0;
    Value value;         // of a constant
    std::unique_ptr<Regex> regex;
    std::vector<NodePointer> children;
};

struct Function {
    std::string name;
    unsigned parameters = 0;
    NodePointer body; // absent until it is defined
    unsigned first_use_line = 0;
};

struct Rule {
    NodePointer pattern, range_end, action; // each may be absent
    bool in_range = false;
};

// Slots of the variables that awk itself reads or sets.
enum Special : unsigned {
    kNf,
    kNr,
    kFnr,
    kFs,
    kOfs,
    kOrs,
    kRs,
    kSubsep,
    kConvfmt,
    kOfmt,
    kRstart,
    kRlength,
    kFilename,
    kEnviron,
    kArgc,
    kArgv,
    kSpecialCount,
};

struct Program {
    std::vector<std::string> globals; // names by slot
    std::vector<Function> functions;
    std::vector<NodePointer> begin, end;
    std::vector<Rule> rules;

    unsigned global_slot(const std::string& name);
};

// A syntax error ends the tool with status 2.
Program parse(std::string_view text);

} // namespace coreutils::awk
