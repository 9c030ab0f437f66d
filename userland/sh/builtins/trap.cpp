// trap; POSIX.1-2017 trap.
#include "base/text.hpp"
#include "builtins/builtin.hpp"
#include "shell.hpp"

namespace sh {

namespace {

void list_traps(Shell& shell) {
    for (int signal = 0; signal < kSignals; ++signal)
        if (const auto& action = shell.traps.action(signal)) {
            std::string_view name = signal_name(signal);
            shell.out.put("trap -- " + shell_quoted(*action) + " " +
                          (name.empty() ? number_text(signal) : std::string(name)) + "\n");
        }
    if (const auto& action = shell.traps.error_action())
        shell.out.put("trap -- " + shell_quoted(*action) + " ERR\n");
}

}  // namespace

int run_trap(Shell& shell, Arguments arguments) {
    int first = 1;
    if (first < arguments.count && arguments[first] == "--")
        ++first;
    else if (first < arguments.count && arguments[first] == "-p")
        return list_traps(shell), 0;
    else if (first < arguments.count && arguments[first] == "-l") {
        for (int signal = 1; !signal_name(signal).empty(); ++signal)
            shell.out.put(number_text(signal) + ") SIG" + std::string(signal_name(signal)) + "\n");
        return 0;
    }
    if (first >= arguments.count) {
        list_traps(shell);
        return 0;
    }
    std::optional<std::string> action;
    // A lone condition, or a first operand that is an unsigned integer, resets.
    if (arguments.count > first + 1 && !all_digits(arguments[first])) {
        if (arguments[first] != "-")
            action = std::string(arguments[first]);
        ++first;
    } else if (arguments.count == first + 1 && arguments[first] == "-") {
        return 0;
    }
    int status = 0;
    for (int i = first; i < arguments.count; ++i) {
        if (arguments[i] == "ERR") {
            shell.traps.set_error_action(action);
            continue;
        }
        int signal = signal_number(arguments[i]);
        if (signal < 0) {
            shell.complain({"trap: ", arguments[i], ": bad trap"});
            status = 1;
            continue;
        }
        shell.traps.set(signal, action);
    }
    return status;
}

}  // namespace sh
