// script: runs a command, or a shell, on a pseudo-terminal of its own and keeps what it shows in a file. What
// is typed goes through in raw mode; a change of the window's size is passed on.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'a', "append", nullptr, "append to FILE"},
    {'c', "command", "COMMAND", "run COMMAND instead of a shell"},
    {'e', "return", nullptr, "end with the exit status of the command"},
    {'f', "flush", nullptr, "write out everything at once"},
    {'O', "log-out", "FILE", "the same as the operand FILE"},
    {'q', "quiet", nullptr, "do not tell when it starts and ends"},
};

struct Settings {
    bool append = false, return_status = false, flush = false, quiet = false;
    char* command = nullptr;
    const char* file = "typescript";
};

volatile sig_atomic_t child_changed = 0, size_changed = 0, asked_to_end = 0;

void on_signal(int number) {
    (number == SIGCHLD ? child_changed : number == SIGWINCH ? size_changed : asked_to_end) = 1;
}

// The terminal that script was started on, raw while this lives.
class OuterTerminal {
public:
    OuterTerminal() : present_(tcgetattr(STDIN_FILENO, &saved_) == 0) {
        if (present_) ioctl(STDIN_FILENO, TIOCGWINSZ, &size_);
    }
    ~OuterTerminal() { restore(); }
    OuterTerminal(const OuterTerminal&) = delete;
    OuterTerminal& operator=(const OuterTerminal&) = delete;

    bool present() const { return present_; }
    const termios* settings() const { return present_ ? &saved_ : nullptr; }
    const winsize* size() const { return present_ ? &size_ : nullptr; }
    void make_raw() {
        if (!present_) return;
        termios raw = saved_;
        cfmakeraw(&raw);
        tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
    }
    void restore() {
        if (present_) tcsetattr(STDIN_FILENO, TCSADRAIN, &saved_);
    }

private:
    termios saved_ = {};
    winsize size_ = {};
    bool present_;
};

class Session {
public:
    Session(int terminal, pid_t child, Output& log, const Settings& settings)
        : terminal_(terminal), child_(child), log_(log), settings_(settings) {}
    // Until the command has ended; its wait status.
    int run(const sigset_t& signals_while_waiting);

private:
    void read_input();
    void write_input();
    bool copy_output();

    int terminal_;
    pid_t child_;
    Output& log_;
    const Settings& settings_;
    std::string input_; // typed, and not yet taken by the terminal
    bool input_ended_ = false;
};

void Session::read_input() {
    char block[4096];
    ssize_t count = read(STDIN_FILENO, block, sizeof block);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (count > 0) {
        input_.append(block, static_cast<size_t>(count));
        return;
    }
    input_ended_ = true;
    termios settings;
    if (tcgetattr(terminal_, &settings) == 0) input_.push_back(static_cast<char>(settings.c_cc[VEOF]));
}

void Session::write_input() {
    ssize_t count = write(terminal_, input_.data(), input_.size());
    if (count > 0) input_.erase(0, static_cast<size_t>(count));
}

// False when nothing is there now, or ever again.
bool Session::copy_output() {
    char block[4096];
    ssize_t count = read(terminal_, block, sizeof block);
    if (count <= 0) return count < 0 && errno == EINTR;
    std::string_view text(block, static_cast<size_t>(count));
    out.write(text);
    out.flush();
    log_.write(text);
    if (settings_.flush) log_.flush();
    return true;
}

int Session::run(const sigset_t& signals_while_waiting) {
    int status = 0;
    for (bool connected = true;;) {
        if (child_changed) {
            child_changed = 0;
            if (waitpid(child_, &status, WNOHANG) == child_) break;
        }
        if (size_changed) {
            size_changed = 0;
            winsize size;
            if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0) ioctl(terminal_, TIOCSWINSZ, &size);
        }
        if (asked_to_end) {
            asked_to_end = 0;
            kill(child_, SIGHUP);
        }
        bool wants_input = connected && !input_ended_ && input_.empty();
        pollfd waiting[2] = {
            {connected ? terminal_ : -1, static_cast<short>(input_.empty() ? POLLIN : POLLIN | POLLOUT), 0},
            {wants_input ? STDIN_FILENO : -1, POLLIN, 0}};
        if (ppoll(waiting, 2, nullptr, &signals_while_waiting) < 0) continue;
        if (waiting[0].revents & POLLOUT) write_input();
        if (waiting[0].revents & (POLLIN | POLLHUP | POLLERR) && !copy_output() &&
            !(waiting[0].revents & POLLIN))
            connected = false;
        if (waiting[1].revents) read_input();
    }
    while (copy_output()) {
    }
    return status;
}

std::string now() {
    time_t seconds = time(nullptr);
    struct tm parts;
    char text[64];
    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S%z", localtime_r(&seconds, &parts));
    std::string stamp = text;
    if (stamp.size() > 5) stamp.insert(stamp.size() - 2, ":");
    return stamp;
}

void write_header(Output& log, const Settings& settings, const OuterTerminal& outer) {
    log.print("Script started on %s [", now().c_str());
    if (settings.command) log.print("COMMAND=\"%s\" ", settings.command);
    const char *type = getenv("TERM"), *name = ttyname(STDIN_FILENO);
    if (outer.present())
        log.print("TERM=\"%s\" TTY=\"%s\" COLUMNS=\"%u\" LINES=\"%u\"]\n", type ? type : "", name ? name : "",
                  outer.size()->ws_col, outer.size()->ws_row);
    else
        log.write("<not executed on terminal>]\n");
}

[[noreturn]] void become_command(const Settings& settings) {
    char* shell = getenv("SHELL");
    static char kDefault[] = "/bin/sh", kInteractive[] = "-i", kCommand[] = "-c";
    if (!shell || !*shell) shell = kDefault;
    char* command[] = {shell, settings.command ? kCommand : kInteractive, settings.command, nullptr};
    execute(command);
}

sigset_t catch_signals() {
    struct sigaction action = {};
    action.sa_handler = on_signal;
    sigset_t caught, before;
    sigemptyset(&caught);
    for (int number : {SIGCHLD, SIGWINCH, SIGTERM, SIGHUP, SIGINT}) {
        sigaction(number, &action, nullptr);
        sigaddset(&caught, number);
    }
    sigprocmask(SIG_BLOCK, &caught, &before);
    return before;
}

int run(Arguments& arguments) {
    Settings settings;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'a': settings.append = true; break;
        case 'c': settings.command = arguments.value(); break;
        case 'e': settings.return_status = true; break;
        case 'f': settings.flush = true; break;
        case 'O': settings.file = arguments.value(); break;
        case 'q': settings.quiet = true; break;
        }
    }
    auto operands = arguments.operands();
    if (operands.size() > 1) extra_operand(operands[1]);
    if (!operands.empty()) settings.file = operands[0];
    int file =
        open(settings.file, O_WRONLY | O_CREAT | O_CLOEXEC | (settings.append ? O_APPEND : O_TRUNC), 0666);
    if (file < 0) die_errno(1, settings.file);
    Output log(file);
    log.defer_errors(); // the session goes on, and the terminal is put back
    out.defer_errors();
    OuterTerminal outer;
    if (!settings.quiet) out.print("Script started, output log file is '%s'.\n", settings.file);
    write_header(log, settings, outer);
    log.flush();
    out.flush();
    sigset_t before = catch_signals();
    int terminal = -1;
    pid_t child = forkpty(&terminal, nullptr, outer.settings(), outer.size());
    if (child < 0) die_errno(1, "cannot open a terminal");
    if (child == 0) {
        sigprocmask(SIG_SETMASK, &before, nullptr);
        become_command(settings);
    }
    fcntl(terminal, F_SETFD, FD_CLOEXEC);
    fcntl(terminal, F_SETFL, fcntl(terminal, F_GETFL) | O_NONBLOCK);
    outer.make_raw();
    int status = Session(terminal, child, log, settings).run(before);
    outer.restore();
    int code = exit_status_of(status);
    log.print("\nScript done on %s [COMMAND_EXIT_CODE=\"%d\"]\n", now().c_str(), code);
    log.flush();
    if (!settings.quiet) out.print("Script done.\n");
    if (log.error()) die_errno(1, settings.file, log.error());
    return settings.return_status ? code : 0;
}

constexpr Tool kTool = {
    .name = "script",
    .synopsis = "[OPTION]... [FILE]",
    .summary = "Keep what a session on a terminal shows in FILE (default 'typescript').",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
