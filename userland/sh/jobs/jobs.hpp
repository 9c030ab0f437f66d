// Child processes, grouped into jobs: forking them, waiting for them, job control (POSIX.1-2017 2.9.3, 2.11,
// XBD 11.1).
//
// A job lives in the table from its first fork until its end has been reported or waited for. With job control
// (`set -m`) each job is a process group and the foreground one owns the terminal.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <termios.h>
#include <vector>

#include "base/arena.hpp"
#include "syntax/ast.hpp"

namespace sh {

class Shell;

enum class JobState : unsigned char { running, stopped, done };
enum class Place : unsigned char { foreground, background };

struct Process {
    pid_t pid = 0;
    int wait_status = 0;
    JobState state = JobState::running;
};

struct Job {
    int number = 0;
    pid_t group = 0;  // 0 without job control
    std::vector<Process> processes;
    ArenaRef arena;
    const Node* node = nullptr;
    Place place = Place::foreground;
    bool changed = false;  // state not yet reported
    std::optional<struct termios> modes;  // of the terminal when it was stopped

    JobState state() const;
    bool has(pid_t pid) const;
    bool has_died_of(int signal) const;  // one of its processes
    pid_t last_pid() const { return processes.empty() ? 0 : processes.back().pid; }
    // The exit status a finished or stopped job gives to `$?`.
    int exit_status(bool pipe_fail) const;
    std::string command() const;
};

// Exit status out of a wait status: the code, or 128 plus the signal.
int status_of(int wait_status);

class Jobs {
public:
    explicit Jobs(Shell& shell) : shell_(shell) {}
    Jobs(const Jobs&) = delete;
    Jobs& operator=(const Jobs&) = delete;

    Job& create(const Node* node, ArenaRef arena, Place place);
    // Forks into the job. 0 in the child, which is ready to run; -1 after complaining.
    pid_t fork_into(Job& job);
    // For a child made by vfork: only system calls. `caught` as block_for_vfork() returned it.
    void enter_child_by_system_calls(pid_t group, Place place) const;
    void add_process(Job& job, pid_t pid);
    // Waits until a foreground job ends or stops, takes the terminal back and says how it died.
    int wait_foreground(Job& job);
    // `wait`: until the job ends or a trapped signal arrives (nullopt).
    std::optional<int> wait_background(Job& job);
    // Notes which children changed, without blocking.
    void poll();
    // Tells about finished and stopped jobs, as before a prompt.
    void report_changes();
    void remove(Job& job);
    // In a child: the jobs are the parent's.
    void forget_all();
    // `jobs` in a subshell without jobs of its own shows those the parent had: between a pair of calls they are the
    // table.
    void swap_with_parents();

    int continue_in_foreground(Job& job);
    void continue_in_background(Job& job);

    // %n %+ %- %% %text %?text, or a process id. Null when there is none; ambiguous set when several match.
    Job* find(std::string_view spec, bool& ambiguous);
    Job* find_pid(pid_t pid);
    Job* current() { return by_rank(0); }
    Job* previous() { return by_rank(1); }
    const std::vector<std::unique_ptr<Job>>& all() const { return jobs_; }
    bool any_stopped() const;
    bool any_live() const;
    // Passes the end of the terminal on to all jobs, stopped ones included.
    void hang_up() const;
    void describe(const Job& job, bool with_pids, std::string& text);

    // Job control on or off; false with a message when there is no terminal for it.
    bool set_job_control(bool on);
    bool job_control() const { return job_control_; }
    int terminal() const { return terminal_; }
    void save_terminal_modes();
    // The fork that a substitution or here-document writer needs: no job, no process group of its own.
    pid_t fork_helper();
    int wait_helper(pid_t pid);
    // After a foreground child that never became a job ended: the terminal is the shell's again.
    void take_terminal_back() const;

private:
    Job* by_rank(size_t rank);
    void make_current(Job& job);
    bool update(pid_t pid, int wait_status);
    void wait_for_any_of(Job& job);
    void give_terminal_to(pid_t group) const;
    void complain_fork();
    // Tells that a job's last process was killed, as after a foreground command.
    void report_death(const Job& job) const;

    Shell& shell_;
    std::vector<std::unique_ptr<Job>> jobs_;  // by number
    std::vector<int> recent_;                 // job numbers, current first
    struct {
        std::vector<std::unique_ptr<Job>> jobs;
        std::vector<int> recent;
    } parents_;
    bool job_control_ = false;
    int terminal_ = -1;
    pid_t shell_group_ = 0;
    std::optional<struct termios> shell_modes_;
};

}  // namespace sh
