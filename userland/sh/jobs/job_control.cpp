// Who owns the terminal.
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

#include "jobs/jobs.hpp"
#include "shell.hpp"

namespace sh {

namespace {

// A close-on-exec descriptor of the controlling terminal, out of the way of scripts.
int open_terminal() {
    constexpr int kLowest = 40;
    int descriptor = open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (descriptor >= 0) {
        int moved = fcntl(descriptor, F_DUPFD_CLOEXEC, kLowest);
        if (moved >= 0) {
            close(descriptor);
            return moved;
        }
        return descriptor;
    }
    for (int candidate : {STDERR_FILENO, STDIN_FILENO})
        if (isatty(candidate))
            return fcntl(candidate, F_DUPFD_CLOEXEC, kLowest);
    return -1;
}

}  // namespace

void Jobs::give_terminal_to(pid_t group) const {
    if (terminal_ < 0)
        return;
    // From the background this call would stop us with SIGTTOU.
    sigset_t out, before;
    sigemptyset(&out);
    sigaddset(&out, SIGTTOU);
    sigprocmask(SIG_BLOCK, &out, &before);
    tcsetpgrp(terminal_, group);
    sigprocmask(SIG_SETMASK, &before, nullptr);
}

void Jobs::take_terminal_back() const {
    if (job_control_)
        give_terminal_to(shell_group_);
}

void Jobs::save_terminal_modes() {
    struct termios modes;
    if (terminal_ >= 0 && tcgetattr(terminal_, &modes) == 0)
        shell_modes_ = modes;
}

bool Jobs::set_job_control(bool on) {
    if (on == job_control_)
        return true;
    if (!on) {
        job_control_ = false;
        shell_.traps.set_interactive(shell_.interactive(), false);
        if (terminal_ >= 0) {
            close(terminal_);
            terminal_ = -1;
        }
        return true;
    }
    terminal_ = open_terminal();
    pid_t owner = terminal_ >= 0 ? tcgetpgrp(terminal_) : -1;
    if (owner < 0) {
        if (terminal_ >= 0)
            close(terminal_);
        terminal_ = -1;
        if (shell_.interactive())
            return false;
        // `set -m` in a script: process groups without a terminal.
        job_control_ = true;
        return true;
    }
    if (shell_.interactive()) {
        // Stop until we are in the foreground; an orphaned group does not stop, and takes the terminal.
        constexpr int kMostAttempts = 10;
        for (int attempt = 0; attempt < kMostAttempts && owner >= 0 && getpgrp() != owner; ++attempt) {
            kill(-getpgrp(), SIGTTIN);
            owner = tcgetpgrp(terminal_);
        }
        shell_.traps.set_interactive(true, true);
        pid_t self = getpid();
        if (getpgrp() != self && getsid(0) != self)
            setpgid(0, self);
        shell_group_ = getpgrp();
        give_terminal_to(shell_group_);
    } else {
        shell_group_ = getpgrp();
    }
    job_control_ = true;
    save_terminal_modes();
    return true;
}

int Jobs::continue_in_foreground(Job& job) {
    job.place = Place::foreground;
    job.changed = false;
    if (job.group) {
        give_terminal_to(job.group);
        if (terminal_ >= 0 && job.modes)
            tcsetattr(terminal_, TCSADRAIN, &*job.modes);
    }
    for (Process& process : job.processes)
        if (process.state == JobState::stopped)
            process.state = JobState::running;
    kill(job.group ? -job.group : job.last_pid(), SIGCONT);
    return wait_foreground(job);
}

void Jobs::continue_in_background(Job& job) {
    job.place = Place::background;
    job.changed = false;
    for (Process& process : job.processes)
        if (process.state == JobState::stopped)
            process.state = JobState::running;
    kill(job.group ? -job.group : job.last_pid(), SIGCONT);
}

void Jobs::hang_up() const {
    for (const auto& job : jobs_) {
        if (job->group <= 0 || job->state() == JobState::done)
            continue;
        kill(-job->group, SIGHUP);
        kill(-job->group, SIGCONT);
    }
}

}  // namespace sh
