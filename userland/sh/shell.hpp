// The state of one shell process. Each concern owns its data (variables, traps, jobs, …); Shell holds them and
// the few values they share: positional parameters, `$?`, and the flow of control.
//
// There are no exceptions: what unwinds the evaluator is `flow`. A function that finds flow != next after a call
// returns at once; loops, functions, dot scripts and the command loop each consume the kind that is theirs.
#pragma once

#include <deque>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "base/arena.hpp"
#include "base/output.hpp"
#include "exec/executor.hpp"
#include "exec/path_cache.hpp"
#include "jobs/jobs.hpp"
#include "state/aliases.hpp"
#include "state/functions.hpp"
#include "state/options.hpp"
#include "state/traps.hpp"
#include "state/variables.hpp"

namespace sh {

class History;

enum class Flow : unsigned char {
    next,
    break_loop,
    continue_loop,
    return_function,
    exit_shell,
    // A shell error (POSIX.1-2017 2.8.1): a script ends, a terminal gets its next prompt.
    abort_command,
};

// What state a parser-visible option syntax error or failed expansion leaves: the statuses dash uses.
constexpr int kStatusError = 2;
constexpr int kStatusCannotExecute = 126;
constexpr int kStatusNotFound = 127;
constexpr int kStatusSignal = 128;

// $1 and what follows it. `shift` only moves the beginning; the room before it is freed once it is half of all.
class PositionalParameters {
public:
    std::span<const std::string> values() const { return std::span(all_).subspan(first_); }
    template <typename Iterator>
    void assign(Iterator begin, Iterator end) {
        all_.assign(begin, end);
        first_ = 0;
    }
    // At most as many as there are.
    void shift(size_t count) {
        first_ += count;
        if (first_ <= all_.size() / 2)
            return;
        all_.erase(all_.begin(), all_.begin() + static_cast<ptrdiff_t>(first_));
        first_ = 0;
    }

private:
    std::vector<std::string> all_;
    size_t first_ = 0;
};

class Shell {
public:
    Shell() : jobs(*this), executor(*this) {}
    Shell(const Shell&) = delete;
    Shell& operator=(const Shell&) = delete;

    Options options;
    Variables variables;
    Functions functions;
    Aliases aliases;
    Traps traps;
    Jobs jobs;
    PathCache path_cache;
    Output out;
    Scratch scratch;
    Executor executor;
    History* history = nullptr;

    std::string name = "sh";  // $0
    PositionalParameters positional;
    int status = 0;  // $?
    pid_t process_id = 0;
    pid_t last_background = 0;
    std::optional<Options> local_options;  // of before `local -`, which come back at the end of the function
    Flow flow = Flow::next;
    int flow_levels = 0;  // loops still to leave
    uint32_t line = 0;    // of the command being run
    // The file it stands in, for messages: a dot script or start-up file; null for the script itself.
    const std::string* source_file = nullptr;
    size_t option_offset = 0;  // where getopts is inside the current argument
    // Somebody else's OPTIND means the beginning of that argument.
    void note_option_index_change() {
        if (variables.take_option_index_change())
            option_offset = 0;
    }
    bool is_child = false;       // a forked subshell
    bool in_exit_trap = false;
    // `$?` when the trap action that runs began: what `exit` without an operand means there.
    std::optional<int> trap_entry_status;
    int trap_function_depth = 0;  // of the action itself, rather than of functions it calls
    bool exit_after_stopped_warning = false;

    bool interactive() const { return options[Option::interactive]; }

    // A lasting copy of a file's name, for source_file.
    const std::string* remember_source_file(std::string_view file);
    // One write: `file: line: text`.
    void complain(std::initializer_list<std::string_view> text);
    // For errors that end a script; returns the status to pass on.
    int shell_error(std::initializer_list<std::string_view> text, int error_status = kStatusError);
    // Assigns and marks for export under `set -a`; false after complaining that the variable is read-only.
    bool assign(Variable& variable, std::string_view value);
    bool assign(std::string_view variable, std::string_view value) { return assign(*variables.entry(variable), value); }

    void run_pending_traps();
    // The action of `trap … ERR` after a command that failed with `error_status`.
    void run_error_trap(int error_status);
    // Runs the EXIT trap and ends the process.
    [[noreturn]] void exit_process(int exit_status);
    void set_option(Option option, bool on);
    void restore_options(const Options& before);
    // After fork in the child.
    void become_child();
    // In a child that is to run a file the kernel does not take as a program.
    void become_script(const std::string& path, const ArgumentList& arguments);
    // $PS1, $PS2, $PS4: parameter expansion and the usual backslash escapes.
    std::string expand_prompt(std::string_view text);

private:
    std::deque<std::string> source_files_;
};

}  // namespace sh
