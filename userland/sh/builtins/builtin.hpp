// What a built-in utility is. Each family of them is one file; table.cpp lists them all.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace sh {

class Shell;

// Arguments including the utility's name at [0]; NULL follows the last.
struct Arguments {
    char** items;
    int count;

    std::string_view operator[](int i) const { return items[i]; }
};

enum class BuiltinKind : uint8_t {
    special,   // POSIX.1-2017 2.14: found before functions, errors end a script, assignments persist
    regular,
    // Assignments among the arguments are expanded like assignments; the kind above still holds.
    special_declaration,
    regular_declaration,
};

struct Builtin {
    std::string_view name;
    int (*run)(Shell& shell, Arguments arguments);
    BuiltinKind kind;

    bool is_special() const { return kind == BuiltinKind::special || kind == BuiltinKind::special_declaration; }
    bool is_declaration() const {
        return kind == BuiltinKind::special_declaration || kind == BuiltinKind::regular_declaration;
    }
};

const Builtin* find_builtin(std::string_view name);
std::span<const Builtin> all_builtins();

// `utility: operand: reason` and status 2.
int usage_error(Shell& shell, Arguments arguments, std::string_view message, std::string_view operand = {});

// Options of one letter, as getopt takes them, without its global state.
class OptionScanner {
public:
    OptionScanner(Shell& shell, Arguments arguments, std::string_view letters)
        : shell_(shell), arguments_(arguments), letters_(letters) {}

    // The next option letter, 0 at the end, '?' after complaining.
    char next();
    // The argument of the last option (letters with `:` take one).
    const char* argument() const { return argument_; }
    // Index of the first operand.
    int operands() const { return index_; }

private:
    Shell& shell_;
    Arguments arguments_;
    std::string_view letters_;
    const char* rest_ = nullptr;
    const char* argument_ = nullptr;
    int index_ = 1;
};

int run_alias(Shell&, Arguments);
int run_bg(Shell&, Arguments);
int run_break(Shell&, Arguments);
int run_builtin_command(Shell&, Arguments);
int run_cd(Shell&, Arguments);
int run_colon(Shell&, Arguments);
int run_command_builtin(Shell&, Arguments);
int run_declare(Shell&, Arguments);
int run_dot(Shell&, Arguments);
int run_echo(Shell&, Arguments);
int run_eval(Shell&, Arguments);
int run_exec(Shell&, Arguments);
int run_exit(Shell&, Arguments);
int run_export(Shell&, Arguments);
int run_false(Shell&, Arguments);
int run_fc(Shell&, Arguments);
int run_fg(Shell&, Arguments);
int run_getopts(Shell&, Arguments);
int run_hash(Shell&, Arguments);
int run_history(Shell&, Arguments);
int run_jobs(Shell&, Arguments);
int run_kill(Shell&, Arguments);
int run_let(Shell&, Arguments);
int run_local(Shell&, Arguments);
int run_printf(Shell&, Arguments);
int run_pwd(Shell&, Arguments);
int run_read(Shell&, Arguments);
int run_readonly(Shell&, Arguments);
int run_return(Shell&, Arguments);
int run_set(Shell&, Arguments);
int run_shift(Shell&, Arguments);
int run_test(Shell&, Arguments);
int run_times(Shell&, Arguments);
int run_trap(Shell&, Arguments);
int run_type(Shell&, Arguments);
int run_ulimit(Shell&, Arguments);
int run_umask(Shell&, Arguments);
int run_unalias(Shell&, Arguments);
int run_unset(Shell&, Arguments);
int run_wait(Shell&, Arguments);

}  // namespace sh
