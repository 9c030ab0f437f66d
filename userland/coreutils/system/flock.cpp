// flock(1) of util-linux: run a command while a lock of flock(2) is held, or lock a descriptor of the shell.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "lib/numbers.h"
#include "lib/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

namespace coreutils {
namespace {

enum : int { kVerbose = kLongOnly };

constexpr Option kOptions[] = {
    {'s', "shared", nullptr, "a shared lock"},
    {'x', "exclusive", nullptr, "an exclusive lock (what happens anyway)"},
    {'e', nullptr, nullptr, nullptr},
    {'u', "unlock", nullptr, "remove the lock"},
    {'n', "nonblock", nullptr, "fail rather than wait"},
    {'n', "nb", nullptr, nullptr},
    {'w', "timeout", "SECS", "wait so long at most"},
    {'E', "conflict-exit-code", "NUM", "exit status of a lock that is not got (1)"},
    {'o', "close", nullptr, "the command does not get the descriptor"},
    {'c', "command", "COMMAND", "run COMMAND through the shell"},
    {'F', "no-fork", nullptr, "execute the command instead of waiting for it"},
    {kVerbose, "verbose", nullptr, nullptr},
};

void do_nothing(int) {}

// False when somebody else holds it for too long.
bool lock(int fd, int kind, double seconds) {
    if (seconds >= 0) {
        struct sigaction action = {};
        action.sa_handler = do_nothing; // without SA_RESTART: flock(2) ends with EINTR
        sigaction(SIGALRM, &action, nullptr);
        itimerval timer = {};
        timer.it_value.tv_sec = static_cast<time_t>(seconds);
        timer.it_value.tv_usec =
            static_cast<suseconds_t>((seconds - static_cast<double>(timer.it_value.tv_sec)) * 1e6);
        if (seconds == 0)
            kind |= LOCK_NB;
        else
            timer.it_interval.tv_usec = 100000; // should the first come before flock(2) waits
        setitimer(ITIMER_REAL, &timer, nullptr);
    }
    int result = flock(fd, kind);
    int error = errno;
    itimerval off = {};
    if (seconds >= 0) setitimer(ITIMER_REAL, &off, nullptr);
    if (result == 0) return true;
    if (error == EWOULDBLOCK || (error == EINTR && seconds >= 0)) return false;
    die(71, "flock: %s", strerror(error));
}

int run(Arguments& arguments) {
    int kind = LOCK_EX, flags = 0, conflict_status = 1;
    double seconds = -1;
    bool close_first = false, replace = false;
    const char* script = nullptr;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 's':
            kind = LOCK_SH;
            break;
        case 'x':
        case 'e':
            kind = LOCK_EX;
            break;
        case 'u':
            kind = LOCK_UN;
            break;
        case 'n':
            flags = LOCK_NB;
            break;
        case 'w': {
            auto value = parse_double(arguments.value());
            if (!value || *value < 0) die(64, "invalid timeout value: '%s'", arguments.value());
            seconds = *value;
            break;
        }
        case 'E':
            conflict_status = static_cast<int>(unsigned_or_die(arguments.value(), "exit code")) & 0xFF;
            break;
        case 'o':
            close_first = true;
            break;
        case 'c':
            script = arguments.value();
            break;
        case 'F':
            replace = true;
            break;
        }
    }
    auto operands = arguments.operands();
    if (operands.empty()) usage_error("not enough arguments");
    if (!script && operands.size() == 3 && strcmp(operands[1], "-c") == 0) script = operands[2];
    bool runs = script || operands.size() > 1;
    int fd;
    if (runs) {
        fd = open(operands[0], O_RDONLY | O_CREAT | O_NOCTTY | (close_first ? O_CLOEXEC : 0), 0666);
        if (fd < 0 && errno == EISDIR)
            fd = open(operands[0], O_RDONLY | O_NOCTTY | (close_first ? O_CLOEXEC : 0));
        if (fd < 0) die(66, "cannot open lock file %s: %m", operands[0]);
    } else {
        fd = static_cast<int>(unsigned_or_die(operands[0], "file descriptor"));
    }
    if (!lock(fd, kind | flags, seconds)) return conflict_status;
    if (!runs) return 0;
    const char* shell = getenv("SHELL");
    char flag[] = "-c";
    char* shell_command[] = {const_cast<char*>(shell && *shell ? shell : "/bin/sh"), flag,
                             const_cast<char*>(script), nullptr};
    char** command = script ? shell_command : arguments.operand_vector() + 1;
    if (replace) execute(command);
    int status = run_and_wait(command);
    return exit_status_of(status);
}

constexpr Tool kTool = {
    .name = "flock",
    .synopsis = "[OPTION]... FILE COMMAND [ARG]...\n[OPTION]... FILE -c COMMAND\n[OPTION]... DESCRIPTOR",
    .summary = "Hold a lock while a command runs.",
    .options = kOptions,
    .run = run,
    .order = OperandOrder::options_first,
    .usage_status = 64,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
