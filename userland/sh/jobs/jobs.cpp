// The job table, forking and waiting. Finding and describing jobs is in job_text.cpp, terminal ownership in
// job_control.cpp.
#include "jobs/jobs.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shell.hpp"

namespace sh {

namespace {

// Finished background jobs whose status nobody has asked for yet.
constexpr size_t kMostRemembered = 1024;

void on_child(int) {}

}  // namespace

int status_of(int wait_status) {
    if (WIFEXITED(wait_status))
        return WEXITSTATUS(wait_status);
    if (WIFSTOPPED(wait_status))
        return kStatusSignal + WSTOPSIG(wait_status);
    return kStatusSignal + WTERMSIG(wait_status);
}

JobState Job::state() const {
    bool stopped = false;
    for (const Process& process : processes) {
        if (process.state == JobState::running)
            return JobState::running;
        stopped |= process.state == JobState::stopped;
    }
    return stopped ? JobState::stopped : JobState::done;
}

bool Job::has(pid_t pid) const {
    return std::any_of(processes.begin(), processes.end(), [&](const Process& p) { return p.pid == pid; });
}

bool Job::has_died_of(int signal) const {
    return std::any_of(processes.begin(), processes.end(), [&](const Process& process) {
        return process.state == JobState::done && WIFSIGNALED(process.wait_status) &&
               WTERMSIG(process.wait_status) == signal;
    });
}

int Job::exit_status(bool pipe_fail) const {
    if (processes.empty())
        return 0;
    if (state() == JobState::stopped)
        for (const Process& process : processes)
            if (process.state == JobState::stopped)
                return status_of(process.wait_status);
    int status = status_of(processes.back().wait_status);
    if (pipe_fail)
        for (size_t i = processes.size(); status == 0 && i-- > 0;)
            status = status_of(processes[i].wait_status);
    return status;
}

Job& Jobs::create(const Node* node, ArenaRef arena, Place place) {
    if (place == Place::background) {
        poll();
        if (!shell_.interactive())
            for (size_t i = 0; i < jobs_.size() && jobs_.size() >= kMostRemembered;)
                jobs_[i]->state() == JobState::done ? remove(*jobs_[i]) : void(++i);
    }
    int number = 1;
    size_t at = 0;
    while (at < jobs_.size() && jobs_[at]->number == number) {
        ++number;
        ++at;
    }
    auto job = std::make_unique<Job>();
    job->number = number;
    job->node = node;
    job->arena = std::move(arena);
    job->place = place;
    Job& made = *job;
    jobs_.insert(jobs_.begin() + static_cast<ptrdiff_t>(at), std::move(job));
    if (place == Place::background)
        make_current(made);
    return made;
}

void Jobs::remove(Job& job) {
    std::erase(recent_, job.number);
    std::erase_if(jobs_, [&](const auto& each) { return each.get() == &job; });
}

void Jobs::forget_all() {
    // What runs in the foreground is what this child is a part of.
    std::erase_if(jobs_, [](const auto& job) { return job->place == Place::foreground; });
    if (!jobs_.empty())
        swap_with_parents();
    jobs_.clear();
    recent_.clear();
}

void Jobs::swap_with_parents() {
    parents_.jobs.swap(jobs_);
    parents_.recent.swap(recent_);
}

void Jobs::make_current(Job& job) {
    std::erase(recent_, job.number);
    recent_.insert(recent_.begin(), job.number);
}

void Jobs::complain_fork() {
    shell_.complain({"Cannot fork: ", strerror(errno)});
}

namespace {

// Signals wait around a fork until the child has dispositions of its own: one that came before would be handled, or
// ignored, as the parent does it, and be lost.
class SignalShield {
public:
    explicit SignalShield(bool needed) : needed_(needed) {
        sigset_t all;
        sigfillset(&all);
        if (needed_)
            sigprocmask(SIG_BLOCK, &all, &before_);
    }
    ~SignalShield() {
        int error = errno;
        if (needed_)
            sigprocmask(SIG_SETMASK, &before_, nullptr);
        errno = error;
    }
    SignalShield(const SignalShield&) = delete;
    SignalShield& operator=(const SignalShield&) = delete;

private:
    bool needed_;
    sigset_t before_;
};

}  // namespace

pid_t Jobs::fork_into(Job& job) {
    const bool ignores_keyboard = !job_control_ && job.place == Place::background;
    SignalShield shield(ignores_keyboard || shell_.traps.has_handlers());
    pid_t pid = fork();
    if (pid < 0)
        complain_fork();
    if (pid > 0)
        add_process(job, pid);
    if (pid != 0)
        return pid;
    enter_child_by_system_calls(job.group, job.place);
    shell_.become_child();
    if (ignores_keyboard) {
        shell_.traps.ignore_keyboard_signals();
        int null = open("/dev/null", O_RDONLY);
        if (null > 0) {
            dup2(null, STDIN_FILENO);
            close(null);
        }
    }
    return 0;
}

void Jobs::enter_child_by_system_calls(pid_t group, Place place) const {
    if (job_control_) {
        setpgid(0, group);
        if (place == Place::foreground)
            give_terminal_to(group ? group : getpid());
    }
}

void Jobs::add_process(Job& job, pid_t pid) {
    job.processes.push_back({pid});
    if (job_control_) {
        if (job.group == 0)
            job.group = pid;
        setpgid(pid, job.group);
        if (job.place == Place::foreground && job.processes.size() == 1)
            give_terminal_to(job.group);
    }
}

pid_t Jobs::fork_helper() {
    poll();  // what $(jobs) shows
    SignalShield shield(shell_.traps.has_handlers());
    pid_t pid = fork();
    if (pid < 0)
        complain_fork();
    if (pid == 0)
        shell_.become_child();
    return pid;
}

int Jobs::wait_helper(pid_t pid) {
    int wait_status = 0;
    while (waitpid(pid, &wait_status, 0) < 0)
        if (errno != EINTR)
            return kStatusNotFound;
    return status_of(wait_status);
}

bool Jobs::update(pid_t pid, int wait_status) {
    for (auto& job : jobs_)
        for (Process& process : job->processes) {
            if (process.pid != pid || process.state == JobState::done)
                continue;
            JobState before = job->state();
            process.wait_status = wait_status;
            process.state = WIFSTOPPED(wait_status)     ? JobState::stopped
                            : WIFCONTINUED(wait_status) ? JobState::running
                                                        : JobState::done;
            if (job->state() != before) {
                job->changed = true;
                if (job->state() == JobState::stopped)
                    make_current(*job);
            }
            return true;
        }
    return false;
}

void Jobs::poll() {
    for (;;) {
        bool any = false;
        for (auto& job : jobs_)
            any |= job->state() != JobState::done;
        if (!any)
            return;
        int wait_status = 0;
        pid_t pid = waitpid(-1, &wait_status, WNOHANG | WUNTRACED | WCONTINUED);
        if (pid <= 0)
            return;
        update(pid, wait_status);
    }
}

// Blocks until some child of the job changed.
void Jobs::wait_for_any_of(Job& job) {
    int flags = job_control_ ? WUNTRACED : 0;
    pid_t target = job.group;
    if (target == 0)
        for (const Process& process : job.processes)
            if (process.state == JobState::running) {
                target = -process.pid;
                break;
            }
    int wait_status = 0;
    pid_t pid = waitpid(-target, &wait_status, flags);
    if (pid > 0) {
        update(pid, wait_status);
    } else if (pid < 0 && errno == ECHILD) {
        for (Process& process : job.processes)
            if (process.state == JobState::running) {
                process.state = JobState::done;
                process.wait_status = kStatusNotFound << 8;
            }
    }
}

std::optional<int> Jobs::wait_background(Job& job) {
    sigset_t all, before;
    sigfillset(&all);
    struct sigaction action{}, old_action{};
    action.sa_handler = on_child;
    sigemptyset(&action.sa_mask);
    sigaction(SIGCHLD, nullptr, &old_action);
    bool borrow = old_action.sa_handler == SIG_DFL || old_action.sa_handler == SIG_IGN;
    sigprocmask(SIG_BLOCK, &all, &before);
    if (borrow)
        sigaction(SIGCHLD, &action, nullptr);
    bool interrupted = false;
    // A signal that comes together with the end of the job counts first.
    for (poll(); job.state() == JobState::running; poll()) {
        sigset_t waiting = before;
        sigdelset(&waiting, SIGCHLD);
        if (!Traps::any_pending() && !Traps::interrupted())
            sigsuspend(&waiting);
        interrupted = Traps::any_pending() || Traps::interrupted();
        if (interrupted)
            break;
    }
    if (borrow)
        sigaction(SIGCHLD, &old_action, nullptr);
    sigprocmask(SIG_SETMASK, &before, nullptr);
    if (interrupted)
        return std::nullopt;
    if (job.state() == JobState::done)
        report_death(job);
    return job.exit_status(shell_.options[Option::pipe_fail]);
}

void Jobs::report_death(const Job& job) const {
    int last = job.processes.empty() ? 0 : job.processes.back().wait_status;
    if (!WIFSIGNALED(last))
        return;
    int signal = WTERMSIG(last);
    if (signal == SIGINT) {
        if (shell_.interactive() && !shell_.is_child)
            write_all(STDERR_FILENO, "\n");
        return;
    }
    if (signal == SIGPIPE)
        return;
    std::string text = signal_description(signal);
    if (WCOREDUMP(last))
        text += " (core dumped)";
    text += '\n';
    write_all(STDERR_FILENO, text);
}

int Jobs::wait_foreground(Job& job) {
    while (job.state() == JobState::running)
        wait_for_any_of(job);
    int status = job.exit_status(shell_.options[Option::pipe_fail]);
    bool stopped = job.state() == JobState::stopped;
    int last = job.processes.empty() ? 0 : job.processes.back().wait_status;
    if (job_control_) {
        give_terminal_to(shell_group_);
        if (terminal_ >= 0) {
            struct termios modes;
            bool have_modes = tcgetattr(terminal_, &modes) == 0;
            if (stopped || WIFSIGNALED(last)) {
                if (stopped && have_modes)
                    job.modes = modes;
                if (shell_modes_)
                    tcsetattr(terminal_, TCSADRAIN, &*shell_modes_);
            } else if (have_modes) {
                shell_modes_ = modes;
            }
        }
    }
    if (stopped) {
        job.place = Place::background;
        job.changed = false;
        make_current(job);
        std::string text = "\n";
        describe(job, false, text);
        write_all(STDERR_FILENO, text);
        return status;
    }
    // The keyboard's SIGINT went to the job's process group only; it is meant for the shell's loops and lists too.
    if (job_control_ && shell_.interactive() && !shell_.is_child && job.has_died_of(SIGINT))
        raise(SIGINT);
    if (!Traps::interrupted())
        report_death(job);
    remove(job);
    return status;
}

void Jobs::report_changes() {
    poll();
    std::string text;
    for (size_t i = 0; i < jobs_.size();) {
        Job& job = *jobs_[i];
        bool done = job.state() == JobState::done;
        if (job.changed && job.state() != JobState::running)
            describe(job, false, text);
        job.changed = false;
        if (done && job.place == Place::background)
            remove(job);
        else
            ++i;
    }
    if (!text.empty())
        write_all(STDERR_FILENO, text);
}

}  // namespace sh
