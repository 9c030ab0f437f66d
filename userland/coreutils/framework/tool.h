// What a tool says about itself. Every tool is one source file that defines a constant Tool and registers it;
// the option parser, --help, --version and `coreutils --list` all read this one table.
#pragma once

#include <span>

namespace coreutils {

class Arguments;

// Option ids from here on have no short letter.
inline constexpr int kLongOnly = 256;
// The id of a `-NUM` option: the digits after the dash are its value.
inline constexpr int kNumberOption = -1;

struct Option {
    int id;                // the short letter, kNumberOption, or a value of at least kLongOnly
    const char* long_name; // nullptr when the option has only a letter
    const char* argument;  // nullptr: none; "SIZE": required; "[WHEN]": optional, only when attached
    const char* help;      // nullptr: accepted, but not listed by --help

    // Whether the argument is optional: the whole of its name stands in brackets.
    constexpr bool argument_is_optional() const {
        if (!argument || argument[0] != '[') return false;
        const char* last = argument;
        while (last[1]) ++last;
        return *last == ']';
    }
};

enum class OperandOrder {
    permute,       // options may follow operands, unless POSIXLY_CORRECT is set
    options_first, // the first operand ends the options: tools that run another command
    raw,           // the tool reads its arguments itself; only a lone --help or --version is taken
    untouched,     // not even those: test, [
};

struct Tool {
    const char* name;
    const char* synopsis; // what follows the name; several forms are separated by newlines
    const char* summary;  // one line, imperative
    std::span<const Option> options = {};
    int (*run)(Arguments&);
    OperandOrder order = OperandOrder::permute;
    int usage_status = 1;        // exit status of a wrong option or operand
    int failure_status = 1;      // exit status when the output cannot be written
    const char* notes = nullptr; // further paragraphs of --help
};

// All registered tools, in no particular order.
std::span<const Tool* const> all_tools();
const Tool* find_tool(const char* name);

// The tool that this process runs.
const Tool& current_tool();
void set_current_tool(const Tool& tool);

// Prints the texts that come from the table to standard output.
void print_help(const Tool& tool);
void print_version(const Tool& tool);
// The whole table for programs that make documents of it.
void describe_tool(const Tool& tool);

} // namespace coreutils

// Places a pointer to `tool` in the section of which all_tools() is the whole.
#define MARTLET_REGISTER_TOOL(tool)                                                                          \
    [[gnu::used, gnu::retain, gnu::section("martlet_tools")]] const ::coreutils::Tool* const tool##_entry =  \
        &tool
