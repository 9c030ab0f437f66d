// nice, nohup, setsid: run a command in changed circumstances.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/numbers.h"
#include "lib/spawn.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace coreutils {
namespace {

constexpr Option kNiceOptions[] = {
    {'n', "adjustment", "N", "add integer N to the niceness (default 10)"},
};

// POSIX.1-2017 nice; also the old -N, --N and -+N.
int run_nice(Arguments& arguments) {
    auto words = arguments.operands();
    int64_t adjustment = 10;
    bool given = false;
    while (!words.empty()) {
        std::string_view word = words[0];
        const char* value = nullptr;
        size_t used = 1;
        if (word == "--") {
            words = words.subspan(1);
            break;
        }
        if (word == "-n" || word == "--adjustment") {
            if (words.size() < 2) usage_error("option requires an argument -- 'n'");
            value = words[1];
            used = 2;
        } else if (word.starts_with("-n")) {
            value = words[0] + 2;
        } else if (word.starts_with("--adjustment=")) {
            value = words[0] + strlen("--adjustment=");
        } else if (word.size() > 1 && word[0] == '-' &&
                   (isdigit(static_cast<unsigned char>(word[1])) ||
                    (word.size() > 2 && (word[1] == '-' || word[1] == '+') &&
                     isdigit(static_cast<unsigned char>(word[2]))))) {
            value = words[0] + 1;
        } else if (word.size() > 1 && word[0] == '-') {
            usage_error("invalid option -- '%s'", words[0] + 1);
        } else {
            break;
        }
        auto number = parse_signed(value);
        if (!number) usage_error("invalid adjustment '%s'", value);
        adjustment = *number < -40 ? -40 : *number > 40 ? 40 : *number;
        given = true;
        words = words.subspan(used);
    }
    errno = 0;
    int current = getpriority(PRIO_PROCESS, 0);
    if (current == -1 && errno != 0) die_errno(125, "cannot get niceness");
    if (words.empty()) {
        if (given) usage_error("a command must be given with an adjustment");
        out.print("%d\n", current);
        return 0;
    }
    if (setpriority(PRIO_PROCESS, 0, current + static_cast<int>(adjustment)) != 0) {
        warn("cannot set niceness: %m");
        if (errno != EACCES && errno != EPERM) return 125;
    }
    std::vector<char*> command(words.begin(), words.end());
    command.push_back(nullptr);
    execute(command.data());
}

constexpr Tool kNice = {
    .name = "nice",
    .synopsis = "[-n N] [COMMAND [ARG]...]",
    .summary = "Run COMMAND with an adjusted niceness, or print the current niceness.",
    .options = kNiceOptions,
    .run = run_nice,
    .order = OperandOrder::raw,
    .usage_status = 125,
    .failure_status = 125,
};
MARTLET_REGISTER_TOOL(kNice);

// POSIX.1-2017 nohup: standard output goes to nohup.out here or at home when it is a terminal.
int run_nohup(Arguments& arguments) {
    while (arguments.next_option()) {
    }
    if (arguments.operands().empty()) missing_operand();
    bool no_input = isatty(STDIN_FILENO), to_file = isatty(STDOUT_FILENO), errors_too = isatty(STDERR_FILENO);
    if (no_input) {
        close(STDIN_FILENO);
        if (open("/dev/null", O_WRONLY) != STDIN_FILENO) die_errno(127, "/dev/null"); // reading shall fail
    }
    if (to_file) {
        umask(umask(0) | 0177);
        std::string name = "nohup.out";
        int fd = open(name.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        const char* home = getenv("HOME");
        if (fd < 0 && home) {
            name = std::string(home) + "/nohup.out";
            fd = open(name.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        }
        if (fd < 0) die_errno(127, name);
        dup2(fd, STDOUT_FILENO);
        warn(no_input ? "ignoring input and appending output to '%s'" : "appending output to '%s'",
             name.c_str());
    } else if (no_input) {
        warn(errors_too ? "ignoring input and redirecting stderr to stdout" : "ignoring input");
    } else if (errors_too) {
        warn("redirecting stderr to stdout");
    }
    if (errors_too) dup2(STDOUT_FILENO, STDERR_FILENO);
    signal(SIGHUP, SIG_IGN);
    execute(arguments.operand_vector());
}

constexpr Tool kNohup = {
    .name = "nohup",
    .synopsis = "COMMAND [ARG]...",
    .summary = "Run COMMAND, ignoring hangup signals.",
    .run = run_nohup,
    .order = OperandOrder::options_first,
    .usage_status = 127,
    .failure_status = 127,
};
MARTLET_REGISTER_TOOL(kNohup);

constexpr Option kSetsidOptions[] = {
    {'c', "ctty", nullptr, "set the controlling terminal to the current one"},
    {'f', "fork", nullptr, "always fork"},
    {'w', "wait", nullptr, "wait for the program to exit, and use the same return value"},
};

int run_setsid(Arguments& arguments) {
    bool terminal = false, fork_always = false, wait_for_end = false;
    while (auto option = arguments.next_option()) {
        terminal |= *option == 'c';
        fork_always |= *option == 'f';
        wait_for_end |= *option == 'w';
    }
    if (arguments.operands().empty()) usage_error("no command specified");
    if (fork_always || getpgrp() == getpid()) {
        pid_t child = fork_or_die();
        if (child > 0) {
            if (!wait_for_end) return 0;
            int status = wait_for(child);
            return exit_status_of(status);
        }
    }
    if (setsid() < 0) die_errno(1, "setsid failed");
    if (terminal && ioctl(STDIN_FILENO, TIOCSCTTY, 1) != 0)
        die_errno(1, "failed to set the controlling terminal");
    execute(arguments.operand_vector());
}

constexpr Tool kSetsid = {
    .name = "setsid",
    .synopsis = "[OPTION]... COMMAND [ARG]...",
    .summary = "Run a program in a new session.",
    .options = kSetsidOptions,
    .run = run_setsid,
    .order = OperandOrder::options_first,
};
MARTLET_REGISTER_TOOL(kSetsid);

} // namespace
} // namespace coreutils
