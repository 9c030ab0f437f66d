// autovt: starts a program on each virtual terminal when it is first looked at, and again when it has ended and the
// terminal is looked at again.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "lib/console_device.h"
#include "lib/console_session.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'f', "first", "NUMBER", "the first terminal to look after (2)"},
    {'l', "last", "NUMBER", "the last one (6)"},
    {'L', "login", nullptr, "run the program as a login shell"},
};
constexpr const char* kActive = "/sys/class/tty/tty0/active";
constexpr unsigned kTerminals = 64;
constexpr unsigned kQuickEndSeconds = 1; // a program that ends at once is not started in a busy loop

struct Session {
    pid_t pid = 0; // 0: nothing runs
    time_t started = 0;
};
Session sessions[kTerminals];

time_t now_seconds() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

void reap() {
    int status;
    pid_t ended;
    while ((ended = waitpid(-1, &status, WNOHANG)) > 0)
        for (Session& session : sessions)
            if (session.pid == ended) session.pid = 0;
}

// "tty3\n"; 0 without a screen.
unsigned active_number(int file) {
    char text[16] = {};
    if (pread(file, text, sizeof text - 1, 0) < 0) die_errno(1, kActive);
    return static_cast<unsigned>(atoi(text + 3));
}

int run(Arguments& arguments) {
    unsigned first = 2, last = 6;
    bool is_login = false;
    while (auto option = arguments.next_option()) {
        if (*option == 'L') is_login = true;
        else (*option == 'f' ? first : last) = parse_console_number(arguments.value());
    }
    if (arguments.operands().empty()) missing_operand();
    int file = open(kActive, O_RDONLY | O_CLOEXEC);
    if (file < 0) die_errno(1, kActive);
    sigset_t child, none;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, &none);
    signal(SIGCHLD, [](int) {});
    while (true) {
        reap();
        unsigned number = active_number(file);
        Session& session = sessions[number % kTerminals];
        if (number >= first && number <= last && session.pid == 0) {
            if (session.started != 0 && now_seconds() - session.started < kQuickEndSeconds) sleep(kQuickEndSeconds);
            session = {fork(), now_seconds()};
            if (session.pid == 0) {
                sigprocmask(SIG_SETMASK, &none, nullptr);
                become_on_console({number, arguments.operand_vector(), is_login});
            }
            if (session.pid < 0) {
                warn_errno("fork");
                session.pid = 0;
            }
        }
        pollfd changes = {file, POLLPRI, 0};
        ppoll(&changes, 1, nullptr, &none); // a child's end wakes it as well
    }
}

constexpr Tool kTool = {
    .name = "autovt",
    .synopsis = "[OPTION]... COMMAND [ARGUMENT]...",
    .summary = "Run COMMAND on each virtual terminal when it is first looked at.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
