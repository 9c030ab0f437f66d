// Signals and `trap`; POSIX.1-2017 2.11 and trap.
//
// The handler only counts; actions run between commands, where the executor calls Shell::run_pending_traps().
#pragma once

#include <csignal>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace sh {

// Number 0 is EXIT; the real signals follow.
constexpr int kSignals = 65;

class Traps {
public:
    // The dispositions an interactive shell needs for itself.
    void set_interactive(bool interactive, bool job_control);

    // nullopt: default; empty: ignore.
    bool set(int signal, std::optional<std::string> action);
    const std::optional<std::string>& action(int signal) const { return actions_[signal]; }

    // `trap … ERR`, which is no signal: what follows a failure that errexit would end the shell for.
    const std::optional<std::string>& error_action() const { return error_action_; }
    void set_error_action(std::optional<std::string> action) { error_action_ = std::move(action); }

    bool has_actions() const;
    // Whether signal handlers could run in a child before it becomes another program.
    bool has_handlers() const { return interactive_ || has_actions(); }
    // For a child made by vfork: only system calls, nothing of this object changes.
    void reset_dispositions() const;

    // In a child: handlers and interactive dispositions go, ignored signals stay ignored. `keep_for_listing`
    // lets `$(trap)` still show the parent's actions.
    void reset_in_child();
    bool lists_parent_actions() const { return lists_parent_; }
    // A background job without job control ignores the keyboard's signals.
    void ignore_keyboard_signals();

    static bool any_pending() { return pending_any_ != 0; }
    // The next pending signal with an action, or 0.
    int take_pending();
    int first_pending() const;
    // True once after the terminal of an interactive shell was hung up and the user has no trap for that.
    bool take_hangup();
    static bool take_interrupt();
    static bool is_pending(int signal) { return pending_[signal] != 0; }
    static bool interrupted() { return interrupted_ != 0; }

private:
    static void handler(int signal);
    void apply(int signal);

    // A signal that was ignored when the shell started stays ignored in a script. Asked for when it first matters,
    // which is before the shell changes anything about that signal.
    bool ignored_at_start(int signal);

    enum class Inherited : unsigned char { unknown, usual, ignored };
    std::optional<std::string> actions_[kSignals];
    std::optional<std::string> error_action_;
    Inherited inherited_[kSignals] = {};
    bool interactive_ = false;
    bool job_control_ = false;
    bool lists_parent_ = false;

    static inline volatile sig_atomic_t pending_[kSignals] = {};
    static inline volatile sig_atomic_t pending_any_ = 0;
    static inline volatile sig_atomic_t interrupted_ = 0;
    static inline bool has_interrupt_action_ = false;
};

// "INT" for 2, "EXIT" for 0; empty when there is no such signal.
std::string_view signal_name(int signal);
// By number or by name with or without "SIG"; -1 when unknown.
int signal_number(std::string_view text);
// "Segmentation fault", as the shell reports a job's end.
const char* signal_description(int signal);

}  // namespace sh
