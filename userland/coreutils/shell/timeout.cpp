// timeout: a command with a time limit (GNU). 124: the limit was reached, 137: the command was killed.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "lib/duration.h"
#include "lib/signals.h"
#include "lib/spawn.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace coreutils {
namespace {

enum : int { kForeground = kLongOnly, kPreserveStatus };
constexpr int kTimedOut = 124, kFailed = 125;

constexpr Option kOptions[] = {
    {kPreserveStatus, "preserve-status", nullptr,
     "exit with the same status as COMMAND, even when it times out"},
    {kForeground, "foreground", nullptr,
     "allow COMMAND to read from the terminal; its children are not timed out"},
    {'k', "kill-after", "DURATION",
     "also send a KILL signal if COMMAND is still running so long after the signal"},
    {'s', "signal", "SIGNAL", "the signal to send on timeout, by name or number (default TERM)"},
    {'v', "verbose", nullptr, "diagnose to stderr any signal sent upon timeout"},
};

struct State {
    pid_t child = 0;
    int signal = SIGTERM;
    double kill_after = 0;
    bool foreground = false, verbose = false, timed_out = false;
    const char* command = "";
};
State state;

void arm(double seconds) {
    if (seconds <= 0) return;
    if (seconds > 1e9) seconds = 1e9;
    itimerval timer = {};
    timer.it_value.tv_sec = static_cast<time_t>(seconds);
    timer.it_value.tv_usec = static_cast<suseconds_t>((seconds - floor(seconds)) * 1e6);
    if (timer.it_value.tv_sec == 0 && timer.it_value.tv_usec == 0) timer.it_value.tv_usec = 1;
    setitimer(ITIMER_REAL, &timer, nullptr);
}

// A signal that arrived here goes on to the command, and to the group, which is ours alone.
void pass_on(int number) {
    if (number == SIGALRM) {
        state.timed_out = true;
        number = state.signal;
        if (state.verbose)
            warn("sending signal %s to command '%s'", signal_name(number).c_str(), state.command);
        if (state.kill_after > 0) {
            arm(state.kill_after);
            state.signal = SIGKILL;
            state.kill_after = 0;
        }
    }
    kill(state.child, number);
    if (!state.foreground) {
        signal(number, SIG_IGN);
        kill(0, number);
        if (number != SIGKILL && number != SIGCONT) {
            kill(state.child, SIGCONT);
            kill(0, SIGCONT);
        }
    }
}

double duration_or_die(const char* text) {
    auto seconds = parse_duration(text);
    if (!seconds) usage_error("invalid time interval '%s'", text);
    return *seconds;
}

// The caller shall see that the command was killed, but one core file is enough.
void die_like(int number) {
    rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0) return;
    signal(number, SIG_DFL);
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, number);
    sigprocmask(SIG_UNBLOCK, &only, nullptr);
    raise(number);
}

int status_of(int status, bool preserve) {
    if (WIFEXITED(status)) return state.timed_out && !preserve ? kTimedOut : WEXITSTATUS(status);
    int number = WTERMSIG(status);
    if (!state.timed_out) die_like(number);
    if (state.timed_out && !preserve && number != SIGKILL) return kTimedOut;
    return 128 + number;
}

int run(Arguments& arguments) {
    bool preserve = false;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case kPreserveStatus:
            preserve = true;
            break;
        case kForeground:
            state.foreground = true;
            break;
        case 'k':
            state.kill_after = duration_or_die(arguments.value());
            break;
        case 's': {
            auto number = parse_signal(arguments.value());
            if (!number) usage_error("%s: invalid signal", arguments.value());
            state.signal = *number;
            break;
        }
        case 'v':
            state.verbose = true;
            break;
        }
    }
    auto operands = arguments.operands();
    if (operands.size() < 2) missing_operand();
    double limit = duration_or_die(operands[0]);
    state.command = operands[1];
    if (!state.foreground) setpgid(0, 0);
    signal(SIGTTIN, SIG_IGN);
    signal(SIGTTOU, SIG_IGN);
    sigset_t watched, before;
    sigemptyset(&watched);
    for (int number : {SIGALRM, SIGINT, SIGQUIT, SIGHUP, SIGTERM, SIGCHLD, state.signal})
        if (number > 0) sigaddset(&watched, number);
    sigprocmask(SIG_BLOCK, &watched, &before);
    state.child = fork_or_die();
    if (state.child == 0) {
        sigprocmask(SIG_SETMASK, &before, nullptr);
        signal(SIGTTIN, SIG_DFL);
        signal(SIGTTOU, SIG_DFL);
        execute(arguments.operand_vector() + 1);
    }
    arm(limit);
    for (;;) {
        int status;
        pid_t ended = waitpid(state.child, &status, WNOHANG);
        if (ended == state.child) return status_of(status, preserve);
        if (ended < 0 && errno != EINTR) die_errno(kFailed, "wait");
        int number = sigwaitinfo(&watched, nullptr);
        if (number > 0 && number != SIGCHLD) pass_on(number);
    }
}

constexpr Tool kTool = {
    .name = "timeout",
    .synopsis = "[OPTION]... DURATION COMMAND [ARG]...",
    .summary = "Start COMMAND, and kill it if it is still running after DURATION.",
    .options = kOptions,
    .run = run,
    .order = OperandOrder::options_first,
    .usage_status = kFailed,
    .failure_status = kFailed,
    .notes = "DURATION is a number with an optional suffix: s (default), m, h or d; 0 disables the limit.\n"
             "Exit status: 124 if COMMAND timed out, 125 if timeout itself fails, 126 or 127 if COMMAND "
             "cannot run.",
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
