// jobs fg bg wait kill
#include <cerrno>
#include <csignal>
#include <cstring>
#include <unistd.h>

#include "base/text.hpp"
#include "builtins/builtin.hpp"
#include "shell.hpp"

namespace sh {

namespace {

Job* find_job(Shell& shell, Arguments arguments, std::string_view spec) {
    bool ambiguous = false;
    Job* job = shell.jobs.find(spec, ambiguous);
    if (!job)
        shell.complain({arguments[0], ": ", ambiguous ? "ambiguous job: " : "No such job: ", spec});
    return job;
}

Job* job_operand_or_current(Shell& shell, Arguments arguments, int index) {
    if (index < arguments.count)
        return find_job(shell, arguments, arguments[index]);
    Job* job = shell.jobs.current();
    if (!job)
        shell.complain({arguments[0], ": No current job"});
    return job;
}

bool require_job_control(Shell& shell, Arguments arguments) {
    if (shell.jobs.job_control())
        return true;
    shell.complain({arguments[0], ": no job control in this shell"});
    return false;
}

}  // namespace

namespace {

int list_jobs(Shell& shell, Arguments arguments, int first, bool with_pids, bool only_groups) {
    std::vector<Job*> jobs;
    int status = 0;
    if (first >= arguments.count)
        for (const auto& job : shell.jobs.all())
            jobs.push_back(job.get());
    for (int i = first; i < arguments.count; ++i) {
        if (Job* job = find_job(shell, arguments, arguments[i]))
            jobs.push_back(job);
        else
            status = kStatusError;
    }
    for (Job* job : jobs) {
        if (job->processes.empty())
            continue;
        if (only_groups) {
            shell.out.put(number_text(job->processes[0].pid) + "\n");
            continue;
        }
        std::string text;
        shell.jobs.describe(*job, with_pids, text);
        shell.out.put(text);
        job->changed = false;
        if (job->state() == JobState::done)
            shell.jobs.remove(*job);
    }
    return status;
}

}  // namespace

int run_jobs(Shell& shell, Arguments arguments) {
    OptionScanner options(shell, arguments, "lp");
    bool with_pids = false;
    bool only_groups = false;
    while (char letter = options.next()) {
        if (letter == '?')
            return kStatusError;
        (letter == 'l' ? with_pids : only_groups) = true;
    }
    shell.jobs.poll();
    const bool parents = shell.is_child && shell.jobs.all().empty();
    if (parents)
        shell.jobs.swap_with_parents();
    int status = list_jobs(shell, arguments, options.operands(), with_pids, only_groups);
    if (parents)
        shell.jobs.swap_with_parents();
    return status;
}

int run_fg(Shell& shell, Arguments arguments) {
    if (!require_job_control(shell, arguments))
        return kStatusError;
    shell.jobs.poll();
    int first = arguments.count > 1 && arguments[1] == "--" ? 2 : 1;
    Job* job = job_operand_or_current(shell, arguments, first);
    if (!job)
        return kStatusError;
    shell.out.put(job->command() + "\n");
    shell.out.finish();
    if (job->state() == JobState::done) {
        int status = job->exit_status(shell.options[Option::pipe_fail]);
        shell.jobs.remove(*job);
        return status;
    }
    return shell.jobs.continue_in_foreground(*job);
}

int run_bg(Shell& shell, Arguments arguments) {
    if (!require_job_control(shell, arguments))
        return kStatusError;
    shell.jobs.poll();
    int first = arguments.count > 1 && arguments[1] == "--" ? 2 : 1;
    int status = 0;
    int i = first;
    do {
        Job* job = job_operand_or_current(shell, arguments, i);
        if (!job) {
            status = kStatusError;
            continue;
        }
        if (job->state() == JobState::stopped)
            shell.jobs.continue_in_background(*job);
        shell.out.put("[" + number_text(job->number) + "] " + job->command() + "\n");
    } while (++i < arguments.count);
    return status;
}

int run_wait(Shell& shell, Arguments arguments) {
    int first = arguments.count > 1 && arguments[1] == "--" ? 2 : 1;
    int status = 0;
    auto wait_for = [&](Job& job) {
        if (auto result = shell.jobs.wait_background(job)) {
            status = *result;
            if (job.state() == JobState::done)
                shell.jobs.remove(job);
            return true;
        }
        // A signal with a trap: its action runs after we return (POSIX.1-2017 2.11).
        status = kStatusSignal + (Traps::interrupted() ? SIGINT : shell.traps.first_pending());
        return false;
    };
    if (arguments.count <= first) {
        while (!shell.jobs.all().empty()) {
            Job* running = nullptr;
            for (const auto& job : shell.jobs.all())
                if (job->state() != JobState::stopped)
                    running = job.get();
            if (!running)
                break;
            if (!wait_for(*running))
                return status;
        }
        return 0;
    }
    for (int i = first; i < arguments.count; ++i) {
        std::string_view spec = arguments[i];
        bool ambiguous = false;
        Job* job = shell.jobs.find(spec, ambiguous);
        if (!job) {
            if (!spec.starts_with('%') && !all_digits(spec))
                return usage_error(shell, arguments, "not a job or process", spec);
            if (spec.starts_with('%'))
                shell.complain({"wait: ", ambiguous ? "ambiguous job: " : "No such job: ", spec});
            status = kStatusNotFound;
            continue;
        }
        if (!wait_for(*job))
            return status;
    }
    return status;
}

namespace {

void list_signals(Shell& shell) {
    for (int signal = 1; !signal_name(signal).empty(); ++signal)
        shell.out.put(std::string(signal_name(signal)) + "\n");
}

int kill_list(Shell& shell, Arguments arguments, int first) {
    if (first >= arguments.count) {
        list_signals(shell);
        return 0;
    }
    int status = 0;
    for (int i = first; i < arguments.count; ++i) {
        std::string_view word = arguments[i];
        if (auto number = parse_small_number(word, 255)) {
            int signal = *number > 128 ? *number - 128 : *number;
            std::string_view found = signal > 0 ? signal_name(signal) : std::string_view();
            if (!found.empty()) {
                shell.out.put(std::string(found) + "\n");
                continue;
            }
        } else if (int signal = signal_number(word); signal >= 0) {
            shell.out.put(number_text(signal) + "\n");
            continue;
        }
        shell.complain({"kill: invalid signal number or exit status: ", word});
        status = kStatusError;
    }
    return status;
}

bool send(Shell& shell, Arguments arguments, std::string_view target, int signal) {
    if (target.starts_with('%')) {
        Job* job = find_job(shell, arguments, target);
        if (!job)
            return false;
        bool sent = true;
        if (job->group) {
            sent = kill(-job->group, signal) == 0;
            if (sent && job->state() == JobState::stopped && (signal == SIGTERM || signal == SIGHUP))
                kill(-job->group, SIGCONT);
        } else {
            for (const Process& process : job->processes)
                if (process.state != JobState::done)
                    sent = kill(process.pid, signal) == 0 && sent;
        }
        if (!sent)
            shell.complain({"kill: ", target, ": ", strerror(errno)});
        return sent;
    }
    auto pid = parse_integer(target);
    if (!pid || *pid > 0x7fffffff || *pid < -0x7fffffff) {
        shell.complain({"kill: Illegal number: ", target});
        return false;
    }
    if (kill(static_cast<pid_t>(*pid), signal) == 0)
        return true;
    shell.complain({"kill: ", target, ": ", strerror(errno)});
    return false;
}

}  // namespace

int run_kill(Shell& shell, Arguments arguments) {
    int i = 1;
    int signal = SIGTERM;
    if (i < arguments.count && arguments[i].size() > 1 && arguments[i][0] == '-' && arguments[i] != "--") {
        std::string_view option = arguments[i++].substr(1);
        if (option == "l" || option == "L")
            return kill_list(shell, arguments, i);
        if ((option == "s" || option == "n") && i < arguments.count)
            option = arguments[i++];
        signal = signal_number(option == "EXIT" ? "0" : option);
        if (signal < 0)
            return usage_error(shell, arguments, "bad signal", option);
    }
    if (i < arguments.count && arguments[i] == "--")
        ++i;
    if (i >= arguments.count)
        return usage_error(shell, arguments, "usage: kill [-s sigspec | -signum] pid | %job ...");
    // A child that has ended is gone, not a zombie that signals still reach.
    shell.jobs.poll();
    int status = 0;
    for (; i < arguments.count; ++i)
        if (!send(shell, arguments, arguments[i], signal))
            status = 1;
    return status;
}

}  // namespace sh
