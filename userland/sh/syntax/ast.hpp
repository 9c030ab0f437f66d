// The syntax tree: what the parser makes and the executor walks. All of it lives in one Arena per complete
// command and is immutable. Grammar: POSIX.1-2017 XCU 2.10.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace sh {

class Arena;
struct Node;
struct Word;

// process_input is <(…), process_output >(…): beyond POSIX, as the rest marked so below.
enum class PartKind : uint8_t { text, parameter, command, arithmetic, tilde, process_input, process_output };
enum class Quoting : uint8_t { bare, quoted };

// The operator of ${name…}; POSIX.1-2017 2.6.2.
enum class ParameterOp : uint8_t {
    plain,
    length,
    use_default,
    assign_default,
    require,
    use_alternative,
    cut_short_suffix,
    cut_long_suffix,
    cut_short_prefix,
    cut_long_prefix,
    // Beyond POSIX: ${x:1:2}, ${x/a/b}, ${x//a/b}, ${x/#a/b}, ${x/%a/b}, ${x^}, ${x^^}, ${x,}, ${x,,}, ${!x}.
    substring,
    replace_first,
    replace_all,
    replace_prefix,
    replace_suffix,
    upper_first,
    upper_all,
    lower_first,
    lower_all,
    indirect,
    bad,
};

struct WordPart {
    PartKind kind = PartKind::text;
    Quoting quoting = Quoting::bare;
    ParameterOp op = ParameterOp::plain;
    bool colon = false;                 // `:-` rather than `-`
    std::string_view text = {};         // literal text, parameter name, or login name after `~`
    const Word* operand = nullptr;      // word of ${x-word}, expression of $((…))
    const Word* second = nullptr;       // replacement of ${x/a/b}, length of ${x:1:2}; null: none given
    const Node* command = nullptr;      // body of $(…)
};

struct Word {
    std::span<const WordPart> parts;

    // The text when the word is one unquoted literal, as reserved words and alias names must be.
    bool is_bare_literal() const {
        return parts.size() == 1 && parts[0].kind == PartKind::text && parts[0].quoting == Quoting::bare;
    }
};

enum class RedirectKind : uint8_t {
    input,       // <
    output,      // >
    clobber,     // >|
    append,      // >>
    read_write,  // <>
    dup_input,   // <&
    dup_output,  // >&
    here_doc,    // << and <<-
    here_string, // <<<
};

struct Redirect {
    RedirectKind kind = RedirectKind::input;
    int descriptor = 0;
    const Word* target = nullptr;  // file, descriptor number, or body of the here-document
    std::string_view delimiter = {};
    bool strip_tabs = false;
};

struct Assignment {
    std::string_view name;
    const Word* value;
    bool appends = false;  // name+=value
};

enum class NodeKind : uint8_t {
    simple,
    pipeline,
    and_list,
    or_list,
    sequence,
    background,
    subshell,
    brace,
    redirected,
    for_loop,
    case_of,
    if_then,
    while_loop,
    until_loop,
    function,
    arithmetic_for,
    arithmetic_command,
    conditional,
};

struct Node {
    NodeKind kind;
    uint32_t line = 0;
};

struct SimpleCommand : Node {
    std::span<const Assignment> assignments;
    std::span<const Word* const> words;
    std::span<const Redirect> redirects;
};

struct Pipeline : Node {
    std::span<const Node* const> commands;
    bool negated = false;
    bool timed = false;
};

struct BinaryList : Node {
    const Node* left = nullptr;
    const Node* right = nullptr;
};

struct Sequence : Node {
    std::span<const Node* const> commands;
};

// background, subshell, brace
struct Group : Node {
    const Node* body = nullptr;
};

struct Redirected : Node {
    const Node* body = nullptr;
    std::span<const Redirect> redirects;
};

struct ForLoop : Node {
    std::string_view name;
    bool has_list = false;  // false: over "$@"
    std::span<const Word* const> words;
    const Node* body = nullptr;
};

// for ((first; condition; step)); each null when empty.
struct ArithmeticFor : Node {
    const Word* first = nullptr;
    const Word* condition = nullptr;
    const Word* step = nullptr;
    const Node* body = nullptr;
};

// ((expression))
struct ArithmeticCommand : Node {
    const Word* expression = nullptr;
};

// What is inside [[ … ]].
enum class ConditionKind : uint8_t { text, unary, binary, negation, both, either };

struct Condition {
    ConditionKind kind = ConditionKind::text;
    std::string_view name = {};            // of the operator of unary and binary
    const Word* left_word = nullptr;       // the operand, or the left one
    const Word* right_word = nullptr;
    const Condition* left = nullptr;       // negation, both, either
    const Condition* right = nullptr;
};

struct Conditional : Node {
    const Condition* condition = nullptr;
};

// `;;`, `;&` and `;;&`.
enum class CaseEnd : uint8_t { leave, fall_through, test_next };

struct CaseItem {
    std::span<const Word* const> patterns;
    const Node* body = nullptr;  // null: empty
    CaseEnd end = CaseEnd::leave;
};

struct CaseOf : Node {
    const Word* subject = nullptr;
    std::span<const CaseItem> items;
};

struct IfThen : Node {
    const Node* condition = nullptr;
    const Node* then_body = nullptr;
    const Node* else_body = nullptr;  // may be null
};

// while_loop, until_loop
struct Loop : Node {
    const Node* condition = nullptr;
    const Node* body = nullptr;
};

struct FunctionDefinition : Node {
    std::string_view name;
    const Node* body = nullptr;
};

}  // namespace sh
