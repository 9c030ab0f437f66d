// Job identifiers (POSIX.1-2017 XBD 3.204) and the lines `jobs` prints.
#include <csignal>
#include <sys/wait.h>

#include "base/text.hpp"
#include "jobs/jobs.hpp"
#include "shell.hpp"
#include "syntax/print.hpp"

namespace sh {

std::string Job::command() const {
    return node ? print_command(node) : std::string();
}

Job* Jobs::by_rank(size_t rank) {
    if (rank >= recent_.size())
        return nullptr;
    for (auto& job : jobs_)
        if (job->number == recent_[rank])
            return job.get();
    return nullptr;
}

Job* Jobs::find_pid(pid_t pid) {
    for (auto& job : jobs_)
        if (job->has(pid))
            return job.get();
    return nullptr;
}

Job* Jobs::find(std::string_view spec, bool& ambiguous) {
    ambiguous = false;
    if (!spec.starts_with('%')) {
        auto pid = parse_small_number(spec, 1 << 30);
        return pid ? find_pid(*pid) : nullptr;
    }
    spec.remove_prefix(1);
    if (spec.empty() || spec == "%" || spec == "+")
        return current();
    if (spec == "-") {
        Job* job = previous();
        return job ? job : current();
    }
    if (auto number = parse_small_number(spec, 1 << 30)) {
        for (auto& job : jobs_)
            if (job->number == *number)
                return job.get();
        return nullptr;
    }
    bool anywhere = spec[0] == '?';
    if (anywhere)
        spec.remove_prefix(1);
    Job* found = nullptr;
    for (auto& job : jobs_) {
        std::string command = job->command();
        if (anywhere ? command.find(spec) == std::string::npos : !command.starts_with(spec))
            continue;
        if (found) {
            ambiguous = true;
            return nullptr;
        }
        found = job.get();
    }
    return found;
}

bool Jobs::any_stopped() const {
    for (const auto& job : jobs_)
        if (job->state() == JobState::stopped)
            return true;
    return false;
}

bool Jobs::any_live() const {
    for (const auto& job : jobs_)
        if (job->state() != JobState::done)
            return true;
    return false;
}

namespace {

std::string state_text(const Process& process) {
    switch (process.state) {
    case JobState::running: return "Running";
    case JobState::stopped: return signal_description(WSTOPSIG(process.wait_status));
    case JobState::done: break;
    }
    if (WIFSIGNALED(process.wait_status)) {
        std::string text = signal_description(WTERMSIG(process.wait_status));
        if (WCOREDUMP(process.wait_status))
            text += " (core dumped)";
        return text;
    }
    int code = WEXITSTATUS(process.wait_status);
    return code == 0 ? "Done" : "Done(" + number_text(code) + ")";
}

const Process& representative(const Job& job) {
    for (const Process& process : job.processes)
        if (process.state == job.state())
            return process;
    return job.processes.back();
}

}  // namespace

void Jobs::describe(const Job& job, bool with_pids, std::string& text) {
    if (job.processes.empty())
        return;
    const Job* first = current();
    const Job* second = previous();
    text += '[' + number_text(job.number) + "] ";
    text += &job == first ? '+' : &job == second ? '-' : ' ';
    text += ' ';
    if (with_pids)
        text += number_text(job.processes[0].pid) + ' ';
    const Process& process = job.state() == JobState::done ? job.processes.back() : representative(job);
    std::string state = state_text(process);
    state.resize(std::max<size_t>(state.size() + 1, 24), ' ');
    text += state;
    text += job.command();
    if (job.state() == JobState::running && job.place == Place::background)
        text += " &";
    text += '\n';
    if (with_pids)
        for (size_t i = 1; i < job.processes.size(); ++i)
            text += "     " + number_text(job.processes[i].pid) + " " + state_text(job.processes[i]) + '\n';
}

}  // namespace sh
