// Utilities that direct control: : true false break continue return exit eval . exec shift times
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/times.h>
#include <unistd.h>

#include "base/text.hpp"
#include "builtins/builtin.hpp"
#include "shell.hpp"

namespace sh {

int run_colon(Shell&, Arguments) {
    return 0;
}

int run_false(Shell&, Arguments) {
    return 1;
}

int run_break(Shell& shell, Arguments arguments) {
    int first = arguments.count > 1 && arguments[1] == "--" ? 2 : 1;
    int levels = 1;
    if (arguments.count > first) {
        auto number = parse_small_number(arguments[first], 1 << 30);
        if (!number || *number < 1)
            return usage_error(shell, arguments, "Illegal number", arguments[first]);
        levels = *number;
    }
    int depth = shell.executor.loop_depth();
    if (depth == 0)
        return 0;
    shell.flow_levels = levels < depth ? levels : depth;
    shell.flow = arguments[0] == "break" ? Flow::break_loop : Flow::continue_loop;
    shell.status = 0;
    return 0;
}

namespace {

// The operand of exit and return: any integer, of which the low byte counts.
bool status_operand(Shell& shell, Arguments arguments, int& status) {
    int first = arguments.count > 1 && arguments[1] == "--" ? 2 : 1;
    status = shell.status;
    if (arguments.count <= first)
        return true;
    auto number = parse_integer(arguments[first]);
    if (!number || *number < 0) {
        usage_error(shell, arguments, "Illegal number", arguments[first]);
        return false;
    }
    status = static_cast<int>(*number & 0x7fffffff);
    return true;
}

}  // namespace

int run_return(Shell& shell, Arguments arguments) {
    int status;
    if (!status_operand(shell, arguments, status))
        return kStatusError;
    // In a trap action that interrupts a function: the status before the action (POSIX.1-2017 return).
    if (arguments.count == 1 && shell.trap_entry_status && shell.executor.function_depth() == shell.trap_function_depth)
        status = *shell.trap_entry_status;
    shell.status = status;
    bool inside = shell.executor.function_depth() > 0 || shell.executor.dot_depth() > 0;
    // Elsewhere the result is unspecified; ending the script is what is meant.
    shell.flow = inside ? Flow::return_function : Flow::exit_shell;
    return status;
}

int run_exit(Shell& shell, Arguments arguments) {
    int status;
    if (!status_operand(shell, arguments, status))
        return kStatusError;
    if (arguments.count == 1 && shell.trap_entry_status)
        status = *shell.trap_entry_status;
    if (shell.interactive() && shell.jobs.any_stopped() && !shell.exit_after_stopped_warning) {
        write_all(STDERR_FILENO, "There are stopped jobs.\n");
        shell.exit_after_stopped_warning = true;
        // The command loop clears the flag after every other command.
        shell.flow = Flow::abort_command;
        return shell.status = 1;
    }
    shell.status = status;
    shell.flow = Flow::exit_shell;
    return status;
}

int run_eval(Shell& shell, Arguments arguments) {
    int first = arguments.count > 1 && arguments[1] == "--" ? 2 : 1;
    std::string text;
    for (int i = first; i < arguments.count; ++i) {
        if (i > first)
            text += ' ';
        text += arguments[i];
    }
    return shell.executor.run_text(text);
}

namespace {

// A readable file: as named when there is a slash, else from PATH.
int open_script(Shell& shell, const char* name) {
    std::string_view text = name;
    if (text.find('/') != std::string_view::npos)
        return open(name, O_RDONLY | O_CLOEXEC);
    const std::string* path = shell.variables.path->get();
    std::string_view rest = path ? std::string_view(*path) : std::string_view();
    for (bool more = true; more;) {
        size_t colon = rest.find(':');
        std::string candidate(rest.substr(0, colon));
        if (!candidate.empty())
            candidate += '/';
        candidate += name;
        struct stat status;
        if (stat(candidate.c_str(), &status) == 0 && !S_ISDIR(status.st_mode)) {
            int descriptor = open(candidate.c_str(), O_RDONLY | O_CLOEXEC);
            if (descriptor >= 0)
                return descriptor;
        }
        more = colon != std::string_view::npos;
        if (more)
            rest.remove_prefix(colon + 1);
    }
    errno = ENOENT;
    return -1;
}

}  // namespace

int run_dot(Shell& shell, Arguments arguments) {
    int first = arguments.count > 1 && arguments[1] == "--" ? 2 : 1;
    if (arguments.count <= first)
        return usage_error(shell, arguments, "filename argument required");
    const char* name = arguments.items[first];
    int descriptor = open_script(shell, name);
    struct stat status;
    if (descriptor >= 0 && fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode)) {
        close(descriptor);
        descriptor = -1;
        errno = EISDIR;
    }
    if (descriptor < 0)
        return shell.shell_error({arguments[0], ": cannot open ", name, ": ", strerror(errno)});
    int high = fcntl(descriptor, F_DUPFD_CLOEXEC, 40);
    if (high >= 0) {
        close(descriptor);
        descriptor = high;
    }
    if (arguments.count <= first + 1)
        return shell.executor.run_file(descriptor, name);
    PositionalParameters outer = std::move(shell.positional);
    shell.positional.assign(arguments.items + first + 1, arguments.items + arguments.count);
    int result = shell.executor.run_file(descriptor, name);
    shell.positional = std::move(outer);
    return result;
}

int run_exec(Shell& shell, Arguments arguments) {
    int first = arguments.count > 1 && arguments[1] == "--" ? 2 : 1;
    shell.executor.keep_redirections();
    if (arguments.count <= first)
        return 0;
    ArgumentList program;
    for (int i = first; i < arguments.count; ++i)
        program.add(arguments.items[i]);
    const std::string* path = shell.variables.path->get();
    shell.executor.exec_program(program, path ? *path : std::string());
}

int run_shift(Shell& shell, Arguments arguments) {
    int count = 1;
    int first = arguments.count > 1 && arguments[1] == "--" ? 2 : 1;
    if (arguments.count > first) {
        auto number = parse_small_number(arguments[first], 1 << 30);
        if (!number)
            return usage_error(shell, arguments, "Illegal number", arguments[first]);
        count = *number;
    }
    if (static_cast<size_t>(count) > shell.positional.values().size())
        return usage_error(shell, arguments, "can't shift that many");
    shell.positional.shift(static_cast<size_t>(count));
    return 0;
}

int run_times(Shell& shell, Arguments) {
    struct tms used;
    times(&used);
    long ticks = sysconf(_SC_CLK_TCK);
    char text[160];
    auto put = [&](clock_t user, clock_t system) {
        auto part = [&](clock_t value) {
            long minutes = static_cast<long>(value) / ticks / 60;
            long rest = static_cast<long>(value) - minutes * 60 * ticks;
            snprintf(text, sizeof(text), "%ldm%ld.%06lds", minutes, rest / ticks, rest % ticks * (1000000 / ticks));
            shell.out.put(text);
        };
        part(user);
        shell.out.put(' ');
        part(system);
        shell.out.put('\n');
    };
    put(used.tms_utime, used.tms_stime);
    put(used.tms_cutime, used.tms_cstime);
    return 0;
}

}  // namespace sh
