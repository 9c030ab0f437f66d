// strace: shows the system calls and signals of programs, through ptrace(2). Options as strace's.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/numbers.h"
#include "lib/order.h"
#include "lib/path.h"
#include "lib/signals.h"
#include "lib/spawn.h"
#include "strace/decode.h"

#include <algorithm>
#include <errno.h>
#include <fcntl.h>
#include <map>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <vector>

namespace coreutils::strace {
namespace {

constexpr Option kOptions[] = {
    {'f', "follow-forks", nullptr, "follow forks"},
    {'p', "attach", "PID", "trace the process PID"},
    {'e', nullptr, "EXPRESSION",
     "trace=[!]CALL,... where a call may be a set: %file %desc %process %network %memory %signal"},
    {'o', "output", "FILE", "write to FILE instead of standard error"},
    {'A', nullptr, nullptr, "append to the file of -o"},
    {'s', "string-limit", "SIZE", "show at most SIZE characters of strings (32)"},
    {'t', nullptr, nullptr, "show the time of day (-tt: with microseconds, -ttt: in seconds since 1970)"},
    {'r', "relative-timestamps", nullptr, "show the time since the call before"},
    {'T', "syscall-times", nullptr, "show the time spent in each call"},
    {'c', "summary-only", nullptr, "count calls, errors and time instead of showing them"},
    {'C', "summary", nullptr, "the same, and show them"},
    {'y', "decode-fds", nullptr, "show the paths of descriptors"},
    {'E', "env", "VAR=VALUE", "set (VAR alone: remove) a variable of the program's environment"},
    {'q', "quiet", nullptr, "no messages about attaching and detaching"},
    {'v', nullptr, nullptr, nullptr},
};

struct Settings {
    bool follow = false, append = false, relative = false, durations = false, count = false, show = true,
         inverted = false, quiet = false;
    unsigned clock = 0;
    const char* output = nullptr;
    std::vector<std::string> chosen;
    std::vector<pid_t> attached;
    View view;
};

struct Tracee {
    bool in_call = false, fresh = true, attached = false, shown = false;
    unsigned number = 0;
    uint64_t arguments[6] = {};
    timespec start = {};
    size_t arguments_shown = 0;
};

struct Tally {
    uint64_t calls = 0, errors = 0;
    double seconds = 0;
};

volatile bool interrupted = false;
void on_interrupt(int) { interrupted = true; }

timespec now(clockid_t clock) {
    timespec time;
    clock_gettime(clock, &time);
    return time;
}
double between(const timespec& from, const timespec& to) {
    return static_cast<double>(to.tv_sec - from.tv_sec) +
           static_cast<double>(to.tv_nsec - from.tv_nsec) / 1e9;
}

class Tracer {
public:
    explicit Tracer(const Settings& settings) : settings_(settings), output_(open_output(settings)) {}

    int run(char** command) {
        struct sigaction action = {};
        action.sa_handler = settings_.attached.empty()
                                ? SIG_IGN
                                : on_interrupt; // the program decides about its own interrupts
        for (int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) sigaction(number, &action, nullptr);
        for (pid_t process : settings_.attached) attach(process);
        if (command[0]) start(command);
        last_ = now(CLOCK_MONOTONIC);
        while (!tracees_.empty() && !interrupted) {
            int status;
            pid_t process = waitpid(-1, &status, __WALL);
            if (process < 0 && errno == EINTR) continue;
            if (process < 0) break;
            handle(process, status);
        }
        if (interrupted) detach_all();
        if (settings_.count) summarize();
        output_.flush();
        if (WIFSIGNALED(final_status_)) {
            signal(WTERMSIG(final_status_), SIG_DFL);
            raise(WTERMSIG(final_status_));
        }
        return WEXITSTATUS(final_status_);
    }

private:
    static constexpr int kSyscallStop = SIGTRAP | 0x80;

    static int open_output(const Settings& settings) {
        if (!settings.output) return STDERR_FILENO;
        int fd = open(settings.output,
                      O_WRONLY | O_CREAT | O_CLOEXEC | (settings.append ? O_APPEND : O_TRUNC), 0666);
        if (fd < 0) die_errno(1, settings.output);
        return fd;
    }

    unsigned long options() const {
        unsigned long result = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC;
        if (settings_.follow) result |= PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;
        return result;
    }

    // As execvp(3) would find it, so that the trace begins with the one call that counts.
    static std::string find_program(const char* name) {
        if (strchr(name, '/')) return name;
        const char* path = getenv("PATH");
        for (std::string_view rest = path ? path : "/bin:/usr/bin";;) {
            size_t colon = std::min(rest.find(':'), rest.size());
            std::string candidate = join_path(colon ? rest.substr(0, colon) : ".", name);
            if (access(candidate.c_str(), X_OK) == 0 && !is_directory(candidate.c_str())) return candidate;
            if (colon == rest.size()) die(1, "Cannot find executable '%s'", name);
            rest.remove_prefix(colon + 1);
        }
    }

    void start(char** command) {
        std::string program = find_program(command[0]);
        pid_t child = fork();
        if (child < 0) die_errno(1, "fork");
        if (child == 0) {
            for (int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) signal(number, SIG_DFL);
            ptrace(PTRACE_TRACEME, 0, 0, 0);
            raise(SIGSTOP);
            execv(program.c_str(), command);
            int error = errno;
            warn_errno(program, error);
            _exit(exec_failure_status(error));
        }
        int status = wait_for(child);
        if (!WIFSTOPPED(status)) die(1, "the program ended before it began");
        main_ = child;
        Tracee& tracee = tracees_[child];
        tracee.fresh = false;
        ptrace(PTRACE_SETOPTIONS, child, 0, options() | PTRACE_O_EXITKILL);
        hidden_until_exec_ = child;
        ptrace(PTRACE_SYSCALL, child, 0, 0);
    }

    void attach(pid_t process) {
        if (ptrace(PTRACE_ATTACH, process, 0, 0) != 0)
            die(1, "attach: ptrace(PTRACE_ATTACH, %d): %m", static_cast<int>(process));
        tracees_[process].attached = true;
        if (!settings_.quiet) warn("Process %d attached", static_cast<int>(process));
    }

    void detach_all() {
        for (auto& [process, tracee] : tracees_) {
            if (!tracee.attached) {
                kill(process, SIGTERM);
                ptrace(PTRACE_DETACH, process, 0, 0);
                continue;
            }
            kill(process, SIGSTOP);
            int status;
            if (waitpid(process, &status, __WALL) == process && WIFSTOPPED(status))
                ptrace(PTRACE_DETACH, process, 0,
                       WSTOPSIG(status) == SIGSTOP || WSTOPSIG(status) == kSyscallStop ? 0
                                                                                       : WSTOPSIG(status));
            kill(process, SIGCONT);
            if (!settings_.quiet) warn("Process %d detached", static_cast<int>(process));
        }
    }

    void handle(pid_t process, int status) {
        if (!WIFSTOPPED(status)) return finish(process, status);
        Tracee& tracee = tracees_[process];
        int number = WSTOPSIG(status), event = status >> 16;
        if (tracee.fresh && number == SIGSTOP) { // how a new tracee first stops
            tracee.fresh = false;
            ptrace(PTRACE_SETOPTIONS, process, 0, options());
            number = 0;
        } else if (event) {
            if (event == PTRACE_EVENT_EXEC && hidden_until_exec_ == process) hidden_until_exec_ = 0;
            number = 0;
        } else if (number == kSyscallStop) {
            syscall_stop(process, tracee);
            number = 0;
        } else {
            report_signal(process, number);
        }
        ptrace(PTRACE_SYSCALL, process, 0, number);
    }

    bool is_chosen(const Call& call) const {
        if (settings_.chosen.empty()) return true;
        bool named = std::any_of(settings_.chosen.begin(), settings_.chosen.end(),
                                 [&](const std::string& name) { return call_matches(call, name); });
        return named != settings_.inverted;
    }

    void syscall_stop(pid_t process, Tracee& tracee) {
        user_regs_struct registers;
        if (ptrace(PTRACE_GETREGS, process, 0, &registers) != 0) return;
        tracee.in_call = !tracee.in_call;
        if (tracee.in_call)
            enter(process, tracee, registers);
        else
            leave(process, tracee, static_cast<int64_t>(registers.rax));
    }

    void enter(pid_t process, Tracee& tracee, const user_regs_struct& registers) {
        tracee.number = static_cast<unsigned>(registers.orig_rax);
        const uint64_t values[] = {registers.rdi, registers.rsi, registers.rdx,
                                   registers.r10, registers.r8,  registers.r9};
        std::copy(values, values + 6, tracee.arguments);
        const Call& call = call_of(tracee.number);
        // Before the program itself runs, only the call that starts it is of interest.
        bool hidden = hidden_until_exec_ == process && strcmp(call.name, "execve") != 0;
        tracee.shown = is_chosen(call) && !hidden;
        tracee.start = now(CLOCK_MONOTONIC);
        if (!tracee.shown || !settings_.show) return;
        begin_line(process);
        text_ += std::string(call.name) + "(";
        size_t count = strlen(call.arguments), index = 0;
        Memory memory(process);
        for (; index < count && !is_result(call.arguments[index]); ++index) {
            if (is_optional_mode(call, index, tracee)) break;
            text_ += (index ? ", " : "") +
                     decode(call.arguments[index], tracee.arguments, index, 0, memory, settings_.view);
        }
        tracee.arguments_shown = index;
        open_line_ = process;
        put_text();
    }

    // The mode of open counts only where a file may be made.
    static bool is_optional_mode(const Call& call, size_t index, const Tracee& tracee) {
        constexpr uint64_t kMakes = O_CREAT | 020000000;
        return index > 0 && call.arguments[index] == 'o' && call.arguments[index - 1] == 'O' &&
               !(tracee.arguments[index - 1] & kMakes);
    }

    void leave(pid_t process, Tracee& tracee, int64_t result) {
        if (!tracee.shown) return;
        const Call& call = call_of(tracee.number);
        double seconds = between(tracee.start, now(CLOCK_MONOTONIC));
        Tally& tally = tallies_[call.name];
        ++tally.calls;
        tally.errors += result < 0 && result >= -4095;
        tally.seconds += seconds;
        tracee.shown = false;
        if (!settings_.show) return;
        if (open_line_ != process) {
            begin_line(process);
            text_ += std::string("<... ") + call.name + " resumed>";
        }
        Memory memory(process);
        size_t count = strlen(call.arguments);
        for (size_t index = tracee.arguments_shown; index < count && !is_optional_mode(call, index, tracee);
             ++index)
            text_ += (index ? ", " : "") +
                     decode(call.arguments[index], tracee.arguments, index, result, memory, settings_.view);
        text_ += ")";
        end_call(decode_result(call, result, memory, settings_.view), seconds);
    }

    void end_call(const std::string& result, double seconds) {
        constexpr size_t kResultColumn = 39;
        size_t length = line_length_ + text_.size();
        if (length < kResultColumn) text_.append(kResultColumn - length, ' ');
        text_ += result;
        if (settings_.durations) {
            char time[32];
            snprintf(time, sizeof time, " <%.6f>", seconds);
            text_ += time;
        }
        text_ += "\n";
        put_text();
        open_line_ = 0;
        line_length_ = 0;
    }

    void begin_line(pid_t process) {
        if (open_line_) {
            text_ = " <unfinished ...>\n";
            put_text();
            open_line_ = 0;
        }
        line_length_ = 0;
        text_.clear();
        if (tracees_.size() > 1 || seen_many_) {
            seen_many_ = true;
            text_ =
                settings_.output ? std::to_string(process) + " " : "[pid " + std::to_string(process) + "] ";
        }
        char stamp[64] = "";
        if (settings_.relative) {
            timespec time = now(CLOCK_MONOTONIC);
            snprintf(stamp, sizeof stamp, "%12.6f ", between(last_, time));
            last_ = time;
        } else if (settings_.clock) {
            timespec time = now(CLOCK_REALTIME);
            struct tm broken;
            localtime_r(&time.tv_sec, &broken);
            if (settings_.clock == 3)
                snprintf(stamp, sizeof stamp, "%lld.%06ld ", static_cast<long long>(time.tv_sec),
                         time.tv_nsec / 1000);
            else if (settings_.clock == 2)
                snprintf(stamp, sizeof stamp, "%02d:%02d:%02d.%06ld ", broken.tm_hour, broken.tm_min,
                         broken.tm_sec, time.tv_nsec / 1000);
            else
                snprintf(stamp, sizeof stamp, "%02d:%02d:%02d ", broken.tm_hour, broken.tm_min,
                         broken.tm_sec);
        }
        text_ += stamp;
    }

    void put_text() {
        output_.write(text_);
        output_.flush();
        line_length_ += text_.size();
        text_.clear();
    }

    void report_signal(pid_t process, int number) {
        if (!settings_.show) return;
        siginfo_t info = {};
        begin_line(process);
        bool known = ptrace(PTRACE_GETSIGINFO, process, 0, &info) == 0;
        std::string name = "SIG" + signal_name(number);
        if (!known) {
            text_ += "--- stopped by " + name + " ---\n"; // a stop of the whole group
        } else {
            text_ += "--- " + name + " {si_signo=" + name + ", si_code=" + code_name(number, info.si_code);
            if (number == SIGSEGV || number == SIGBUS || number == SIGFPE || number == SIGILL) {
                char address[32];
                snprintf(address, sizeof address, "%p", info.si_addr);
                text_ += std::string(", si_addr=") + (info.si_addr ? address : "NULL");
            } else if (info.si_code <= 0 || number == SIGCHLD) {
                text_ +=
                    ", si_pid=" + std::to_string(info.si_pid) + ", si_uid=" + std::to_string(info.si_uid);
            }
            if (number == SIGCHLD && info.si_code == CLD_EXITED)
                text_ += ", si_status=" + std::to_string(info.si_status);
            text_ += "} ---\n";
        }
        put_text();
    }

    static std::string code_name(int number, int code) {
        if (code == SI_USER) return "SI_USER";
        if (code == SI_TKILL) return "SI_TKILL";
        if (code == SI_QUEUE) return "SI_QUEUE";
        if (code == SI_TIMER) return "SI_TIMER";
        if (code == 0x80) return "SI_KERNEL";
        static constexpr const char* kChild[] = {"CLD_EXITED",  "CLD_KILLED",  "CLD_DUMPED",
                                                 "CLD_TRAPPED", "CLD_STOPPED", "CLD_CONTINUED"};
        if (number == SIGCHLD && code >= 1 && code <= 6) return kChild[code - 1];
        if (number == SIGSEGV && code <= 2) return code == 1 ? "SEGV_MAPERR" : "SEGV_ACCERR";
        return std::to_string(code);
    }

    void finish(pid_t process, int status) {
        auto found = tracees_.find(process);
        if (found != tracees_.end() && found->second.in_call && found->second.shown && settings_.show) {
            // exit and exit_group do not return.
            if (open_line_ == process) {
                text_ += ")";
                end_call(" = ?", 0);
            }
        }
        if (settings_.show && hidden_until_exec_ != process) {
            begin_line(process);
            if (WIFEXITED(status))
                text_ += "+++ exited with " + std::to_string(WEXITSTATUS(status)) + " +++\n";
            else
                text_ += "+++ killed by SIG" + signal_name(WTERMSIG(status)) +
                         (WCOREDUMP(status) ? " (core dumped) +++\n" : " +++\n");
            put_text();
        }
        if (process == main_) final_status_ = status;
        tracees_.erase(process);
    }

    void summarize() {
        std::vector<std::pair<std::string, Tally>> rows(tallies_.begin(), tallies_.end());
        sort_items(rows, [](auto& left, auto& right) { return left.second.seconds > right.second.seconds; });
        Tally total;
        for (auto& [name, tally] : rows) {
            total.calls += tally.calls;
            total.errors += tally.errors;
            total.seconds += tally.seconds;
        }
        auto errors_text = [](uint64_t errors) { return errors ? std::to_string(errors) : std::string(); };
        auto usecs = [](const Tally& tally) {
            return static_cast<unsigned long long>(
                tally.calls ? tally.seconds * 1e6 / static_cast<double>(tally.calls) : 0);
        };
        const char* line = "------ ----------- ----------- --------- --------- ----------------\n";
        output_.print("%% time     seconds  usecs/call     calls    errors syscall\n%s", line);
        for (auto& [name, tally] : rows)
            output_.print("%6.2f %11.6f %11llu %9llu %9s %s\n",
                          total.seconds > 0 ? tally.seconds * 100 / total.seconds : 0.0, tally.seconds,
                          usecs(tally), static_cast<unsigned long long>(tally.calls),
                          errors_text(tally.errors).c_str(), name.c_str());
        output_.print("%s%6.2f %11.6f %11llu %9llu %9s total\n", line, 100.0, total.seconds, usecs(total),
                      static_cast<unsigned long long>(total.calls), errors_text(total.errors).c_str());
    }

    const Settings& settings_;
    Output output_;
    std::map<pid_t, Tracee> tracees_;
    std::map<std::string, Tally> tallies_;
    pid_t main_ = 0, open_line_ = 0, hidden_until_exec_ = 0;
    bool seen_many_ = false;
    size_t line_length_ = 0; // of the line that is open
    int final_status_ = 0;
    timespec last_ = {};
    std::string text_;
};

void parse_expression(std::string_view text, Settings& settings) {
    size_t equals = text.find('=');
    std::string_view kind = equals == std::string_view::npos ? "trace" : text.substr(0, equals);
    if (equals != std::string_view::npos) text.remove_prefix(equals + 1);
    if (kind == "signal" || kind == "verbose" || kind == "abbrev" || kind == "raw") return;
    if (kind != "trace" && kind != "t") usage_error("invalid -e kind '%s'", std::string(kind).c_str());
    if (text.starts_with('!')) {
        settings.inverted = true;
        text.remove_prefix(1);
    }
    if (text == "none") {
        settings.inverted = true;
        text = "all";
    }
    while (!text.empty()) {
        size_t comma = std::min(text.find(','), text.size());
        std::string name(text.substr(0, comma));
        if (name != "all" && !call_exists(name)) usage_error("invalid system call '%s'", name.c_str());
        settings.chosen.push_back(name);
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
}

int run(Arguments& arguments) {
    Settings settings;
    while (auto option = arguments.next_option()) {
        char* value = arguments.value();
        switch (*option) {
        case 'f': settings.follow = true; break;
        case 'p':
            settings.attached.push_back(static_cast<pid_t>(unsigned_or_die(value, "process id")));
            break;
        case 'e': parse_expression(value, settings); break;
        case 'o': settings.output = value; break;
        case 'A': settings.append = true; break;
        case 's':
            settings.view.string_bytes =
                static_cast<size_t>(std::min<uint64_t>(unsigned_or_die(value, "string size"), 1 << 20));
            break;
        case 't': ++settings.clock; break;
        case 'r': settings.relative = true; break;
        case 'T': settings.durations = true; break;
        case 'c':
            settings.count = true;
            settings.show = false;
            break;
        case 'C': settings.count = true; break;
        case 'y': settings.view.paths = true; break;
        case 'E':
            if (char* equals = strchr(value, '=')) {
                *equals = '\0';
                setenv(value, equals + 1, 1);
            } else {
                unsetenv(value);
            }
            break;
        case 'q': settings.quiet = true; break;
        }
    }
    if (arguments.operands().empty() && settings.attached.empty())
        usage_error("must have PROG [ARGS] or -p PID");
    return Tracer(settings).run(arguments.operand_vector());
}

constexpr Tool kTool = {
    .name = "strace",
    .synopsis = "[OPTION]... PROGRAM [ARGUMENT]...\n[OPTION]... -p PID",
    .summary = "Show the system calls and signals of a program.",
    .options = kOptions,
    .run = run,
    .order = OperandOrder::options_first,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils::strace
