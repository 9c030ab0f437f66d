// renice (POSIX.1-2017), chrt, taskset, ionice, prlimit (util-linux): how processes are treated, shown or
// changed, or chosen for a command that is then run.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/identity.h"
#include "lib/numbers.h"
#include "lib/spawn.h"

#include <algorithm>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <strings.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace coreutils {
namespace {

pid_t pid_or_die(const char* text) {
    auto pid = parse_unsigned(text);
    if (!pid || *pid > INT32_MAX) die(1, "invalid PID argument: '%s'", text);
    return static_cast<pid_t>(*pid);
}

// The rest of the operands as a command; execvp(3) wants its end marked.
[[noreturn]] void run_operands(std::span<char*> operands) {
    std::vector<char*> command(operands.begin(), operands.end());
    command.push_back(nullptr);
    execute(command.data());
}

// Calls `change(tid)` for the process or, with `all`, for each of its threads; false when one failed.
bool each_thread(pid_t pid, bool all, auto change) {
    if (!all) return change(pid);
    DIR* stream = opendir(("/proc/" + std::to_string(pid) + "/task").c_str());
    if (!stream) die(1, "failed to obtain the list of tasks: %m");
    bool fine = true;
    while (dirent* entry = readdir(stream))
        if (auto tid = parse_unsigned(entry->d_name)) fine = change(static_cast<pid_t>(*tid)) && fine;
    closedir(stream);
    return fine;
}

constexpr Option kReniceOptions[] = {
    {'n', "priority", "NUM", "the nice value, or what is added to it"},
    {'g', "pgrp", nullptr, "the operands are process groups"},
    {'p', "pid", nullptr, "the operands are processes (what happens anyway)"},
    {'u', "user", nullptr, "the operands are users"},
    {kLongOnly, "relative", nullptr, "the value is added to what is there"},
};

bool renice_one(int kind, const char* operand, int64_t value, bool relative) {
    id_t id;
    if (kind == PRIO_USER) {
        auto user = parse_user(operand);
        if (!user) {
            warn("unknown user %s", operand);
            return false;
        }
        id = *user;
    } else {
        auto number = parse_unsigned(operand);
        if (!number || *number > INT32_MAX) {
            warn("bad process ID value: %s", operand);
            return false;
        }
        id = static_cast<id_t>(*number);
    }
    errno = 0;
    int before = getpriority(kind, id);
    if (before == -1 && errno != 0) {
        warn("failed to get priority for %s: %m", operand);
        return false;
    }
    int wanted = static_cast<int>(relative ? before + value : value);
    if (setpriority(kind, id, wanted) != 0) {
        warn("failed to set priority for %s: %m", operand);
        return false;
    }
    out.print("%s (%s) old priority %d, new priority %d\n", operand,
              kind == PRIO_USER ? "user ID" : kind == PRIO_PGRP ? "process group ID" : "process ID", before,
              getpriority(kind, id));
    return true;
}

// `renice 5 PID` gives an absolute value, and so does -n as util-linux has it, unless POSIXLY_CORRECT is set.
int run_renice(Arguments& arguments) {
    int kind = PRIO_PROCESS;
    const char* value = nullptr;
    bool relative = false;
    while (auto option = arguments.next_option()) {
        if (*option == 'n') {
            value = arguments.value();
            relative |= getenv("POSIXLY_CORRECT") != nullptr;
        }
        if (*option == 'g') kind = PRIO_PGRP;
        if (*option == 'p') kind = PRIO_PROCESS;
        if (*option == 'u') kind = PRIO_USER;
        relative |= *option == kLongOnly;
    }
    auto operands = arguments.operands();
    if (!value && !operands.empty()) {
        value = operands[0];
        operands = operands.subspan(1);
    }
    if (!value || operands.empty()) usage_error("not enough arguments");
    auto number = parse_signed(value);
    if (!number || *number > 100 || *number < -100) usage_error("invalid priority '%s'", value);
    bool fine = true;
    for (const char* operand : operands) {
        if (strcmp(operand, "-g") == 0 || strcmp(operand, "-p") == 0 || strcmp(operand, "-u") == 0)
            kind = operand[1] == 'g' ? PRIO_PGRP : operand[1] == 'u' ? PRIO_USER : PRIO_PROCESS;
        else
            fine = renice_one(kind, operand, *number, relative) && fine;
    }
    return fine ? 0 : 1;
}

constexpr Tool kRenice = {
    .name = "renice",
    .synopsis = "[-n] PRIORITY [-p | -g | -u] ID...",
    .summary = "Change the nice values of running processes.",
    .options = kReniceOptions,
    .run = run_renice,
};
MARTLET_REGISTER_TOOL(kRenice);

constexpr Option kChrtOptions[] = {
    {'a', "all-tasks", nullptr, "all threads of the process"},
    {'b', "batch", nullptr, "SCHED_BATCH"},
    {'f', "fifo", nullptr, "SCHED_FIFO"},
    {'i', "idle", nullptr, "SCHED_IDLE"},
    {'o', "other", nullptr, "SCHED_OTHER"},
    {'r', "rr", nullptr, "SCHED_RR (what happens anyway)"},
    {'R', "reset-on-fork", nullptr, "children start with the ordinary policy"},
    {'m', "max", nullptr, "show the least and the greatest priority of each policy"},
    {'p', "pid", nullptr, "show or change a process that runs"},
    {'v', "verbose", nullptr, "say what is set"},
};

struct Policy {
    char letter;
    int number;
    const char* name;
};
constexpr Policy kPolicies[] = {
    {'o', SCHED_OTHER, "SCHED_OTHER"}, {'f', SCHED_FIFO, "SCHED_FIFO"}, {'r', SCHED_RR, "SCHED_RR"},
    {'b', SCHED_BATCH, "SCHED_BATCH"}, {'i', SCHED_IDLE, "SCHED_IDLE"},
};
constexpr int kResetOnFork = 0x40000000;

bool show_policy(pid_t tid, const char* when) {
    int policy = sched_getscheduler(tid);
    sched_param parameter;
    if (policy < 0 || sched_getparam(tid, &parameter) != 0) die(1, "failed to get pid %d's policy: %m", tid);
    const char* name = "unknown";
    for (const Policy& known : kPolicies)
        if (known.number == (policy & ~kResetOnFork)) name = known.name;
    out.print("pid %d's %s scheduling policy: %s%s\n", tid, when, name,
              policy & kResetOnFork ? "|SCHED_RESET_ON_FORK" : "");
    out.print("pid %d's %s scheduling priority: %d\n", tid, when, parameter.sched_priority);
    return true;
}

int run_chrt(Arguments& arguments) {
    int policy = SCHED_RR, flags = 0;
    bool existing = false, all = false, verbose = false;
    while (auto option = arguments.next_option()) {
        for (const Policy& known : kPolicies)
            if (known.letter == *option) policy = known.number;
        if (*option == 'm') {
            for (const Policy& known : kPolicies)
                out.print("%s min/max priority\t: %d/%d\n", known.name,
                          sched_get_priority_min(known.number), sched_get_priority_max(known.number));
            return 0;
        }
        existing |= *option == 'p';
        all |= *option == 'a';
        verbose |= *option == 'v';
        if (*option == 'R') flags = kResetOnFork;
    }
    auto operands = arguments.operands();
    if (existing && operands.size() == 1) {
        each_thread(pid_or_die(operands[0]), all, [](pid_t tid) { return show_policy(tid, "current"); });
        return 0;
    }
    bool needs_priority = policy == SCHED_RR || policy == SCHED_FIFO;
    sched_param parameter = {};
    if (!operands.empty()) {
        auto number = parse_unsigned(operands[0]);
        if (!number && needs_priority) die(1, "invalid priority argument: '%s'", operands[0]);
        if (number) {
            parameter.sched_priority = static_cast<int>(*number);
            operands = operands.subspan(1);
        }
    }
    if (operands.empty()) usage_error("not enough arguments");
    if (parameter.sched_priority < sched_get_priority_min(policy) ||
        parameter.sched_priority > sched_get_priority_max(policy))
        die(1, "unsupported priority value for the policy: %d: see --max for valid range",
            parameter.sched_priority);
    pid_t pid = existing ? pid_or_die(operands[0]) : 0;
    each_thread(pid, existing && all, [&](pid_t tid) {
        if (sched_setscheduler(tid, policy | flags, &parameter) != 0)
            die(1, "failed to set pid %d's policy: %m", tid);
        return true;
    });
    if (verbose) show_policy(existing ? pid : getpid(), "new");
    if (existing) return 0;
    run_operands(operands);
}

constexpr Tool kChrt = {
    .name = "chrt",
    .synopsis = "[OPTION]... PRIORITY COMMAND [ARG]...\n[OPTION]... -p [PRIORITY] PID\n-m",
    .summary = "Show or change scheduling policies and priorities.",
    .options = kChrtOptions,
    .run = run_chrt,
    .order = OperandOrder::options_first,
};
MARTLET_REGISTER_TOOL(kChrt);

constexpr Option kTasksetOptions[] = {
    {'a', "all-tasks", nullptr, "all threads of the process"},
    {'c', "cpu-list", nullptr, "processors as a list: 0,2-4, not as a mask"},
    {'p', "pid", nullptr, "show or change a process that runs"},
};

// "0,2-4,8-16:2"; false when it is wrong.
bool parse_cpu_list(std::string_view text, cpu_set_t& set) {
    CPU_ZERO(&set);
    while (!text.empty()) {
        std::string_view item = text.substr(0, text.find(','));
        text.remove_prefix(std::min(item.size() + 1, text.size()));
        size_t colon = item.find(':');
        auto stride = colon == std::string_view::npos ? std::optional<uint64_t>(1)
                                                      : parse_unsigned(item.substr(colon + 1));
        item = item.substr(0, colon);
        size_t dash = item.find('-');
        auto first = parse_unsigned(item.substr(0, dash));
        auto last = dash == std::string_view::npos ? first : parse_unsigned(item.substr(dash + 1));
        if (!first || !last || !stride || *stride == 0 || *last < *first || *last >= CPU_SETSIZE)
            return false;
        for (uint64_t cpu = *first; cpu <= *last; cpu += *stride) CPU_SET(cpu, &set);
    }
    return true;
}

// Hexadecimal digits, the last one of the first four processors.
bool parse_cpu_mask(std::string_view text, cpu_set_t& set) {
    CPU_ZERO(&set);
    if (text.starts_with("0x")) text.remove_prefix(2);
    if (text.empty() || text.size() > CPU_SETSIZE / 4) return false;
    for (size_t digit = 0; digit < text.size(); ++digit) {
        char letter = text[text.size() - 1 - digit];
        size_t number = std::string_view("0123456789abcdef").find(static_cast<char>(tolower(letter)));
        if (number == std::string_view::npos) return false;
        for (unsigned bit = 0; bit < 4; ++bit)
            if (number >> bit & 1) CPU_SET(4 * digit + bit, &set);
    }
    return true;
}

std::string cpu_text(const cpu_set_t& set, bool as_list) {
    std::string text;
    if (!as_list) {
        for (size_t digit = CPU_SETSIZE / 4; digit-- > 0;) {
            unsigned value = 0;
            for (unsigned bit = 0; bit < 4; ++bit) value |= CPU_ISSET(4 * digit + bit, &set) ? 1U << bit : 0;
            if (value || !text.empty()) text.push_back("0123456789abcdef"[value]);
        }
        return text.empty() ? "0" : text;
    }
    for (size_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (!CPU_ISSET(cpu, &set)) continue;
        size_t last = cpu;
        while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, &set)) ++last;
        text += (text.empty() ? "" : ",") + std::to_string(cpu);
        if (last > cpu) text += (last == cpu + 1 ? "," : "-") + std::to_string(last);
        cpu = last;
    }
    return text;
}

void show_affinity(pid_t tid, const char* when, bool as_list) {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(tid, sizeof set, &set) < 0) die(1, "failed to get pid %d's affinity: %m", tid);
    out.print("pid %d's %s affinity %s: %s\n", tid, when, as_list ? "list" : "mask",
              cpu_text(set, as_list).c_str());
}

int run_taskset(Arguments& arguments) {
    bool existing = false, all = false, as_list = false;
    while (auto option = arguments.next_option()) {
        existing |= *option == 'p';
        all |= *option == 'a';
        as_list |= *option == 'c';
    }
    auto operands = arguments.operands();
    if (existing && operands.size() == 1) {
        each_thread(pid_or_die(operands[0]), all, [&](pid_t tid) {
            show_affinity(tid, "current", as_list);
            return true;
        });
        return 0;
    }
    if (operands.size() < 2) usage_error("bad usage");
    cpu_set_t set;
    if (!(as_list ? parse_cpu_list(operands[0], set) : parse_cpu_mask(operands[0], set)))
        die(1, "failed to parse CPU %s: %s", as_list ? "list" : "mask", operands[0]);
    pid_t pid = existing ? pid_or_die(operands[1]) : 0;
    each_thread(pid, existing && all, [&](pid_t tid) {
        if (existing) show_affinity(tid, "current", as_list);
        if (sched_setaffinity(tid, sizeof set, &set) != 0)
            die(1, "failed to set pid %d's affinity: %m", static_cast<int>(tid ? tid : getpid()));
        if (existing) show_affinity(tid, "new", as_list);
        return true;
    });
    if (existing) return 0;
    run_operands(operands.subspan(1));
}

constexpr Tool kTaskset = {
    .name = "taskset",
    .synopsis = "[-c] MASK COMMAND [ARG]...\n[-ac] -p [MASK] PID",
    .summary = "Show or set on which processors a process may run.",
    .options = kTasksetOptions,
    .run = run_taskset,
    .order = OperandOrder::options_first,
};
MARTLET_REGISTER_TOOL(kTaskset);

constexpr Option kIoniceOptions[] = {
    {'c', "class", "CLASS", "0 none, 1 realtime, 2 best-effort, 3 idle, or the name"},
    {'n', "classdata", "NUM", "the priority in the class, 0 (first) to 7"},
    {'p', "pid", "PID", "show or change PID, and the operands, instead of running a command"},
    {'P', "pgid", "PGRP", "process groups"},
    {'t', "ignore", nullptr, "run the command even if the class cannot be set"},
    {'u', "uid", "UID", "all processes of a user"},
};
constexpr const char* kIoClasses[] = {"none", "realtime", "best-effort", "idle"};
constexpr int kIoClassShift = 13;

void show_io_priority(int kind, int id) {
    long value = syscall(SYS_ioprio_get, kind, id);
    if (value < 0) die(1, "ioprio_get failed: %m");
    unsigned level = static_cast<unsigned>(value) >> kIoClassShift;
    const char* name = level < 4 ? kIoClasses[level] : "unknown";
    if (level == 3)
        out.print("%s\n", name);
    else
        out.print("%s: prio %ld\n", name, value & ((1 << kIoClassShift) - 1));
}

int run_ionice(Arguments& arguments) {
    int level = 2, data = 4, kind = 0;
    bool sets = false, tolerant = false, data_given = false;
    const char* id = nullptr;
    while (auto option = arguments.next_option()) {
        const char* value = arguments.value();
        if (*option == 'c') {
            auto number = parse_unsigned(value);
            level = number && *number < 4 ? static_cast<int>(*number) : -1;
            for (int i = 0; i < 4; ++i)
                if (strcasecmp(value, kIoClasses[i]) == 0) level = i;
            if (level < 0) die(1, "unknown scheduling class: '%s'", value);
            sets = true;
        } else if (*option == 'n') {
            data = static_cast<int>(unsigned_or_die(value, "class data argument"));
            sets = data_given = true;
        } else if (*option == 't') {
            tolerant = true;
        } else {
            kind = *option == 'p' ? 1 : *option == 'P' ? 2 : 3;
            id = value;
        }
    }
    if (level == 0 || level == 3) {
        if (data_given && level == 0) warn("ignoring given class data for none class");
        if (data_given && level == 3) warn("ignoring given class data for idle class");
        data = level == 3 ? 7 : 0;
    }
    auto operands = arguments.operands();
    int priority = level << kIoClassShift | data;
    if (id) {
        std::vector<const char*> ids = {id};
        ids.insert(ids.end(), operands.begin(), operands.end());
        for (const char* each : ids) {
            if (!sets)
                show_io_priority(kind, pid_or_die(each));
            else if (syscall(SYS_ioprio_set, kind, pid_or_die(each), priority) != 0 && !tolerant)
                die(1, "ioprio_set failed: %m");
        }
        return 0;
    }
    if (operands.empty()) {
        show_io_priority(1, 0);
        return 0;
    }
    if (syscall(SYS_ioprio_set, 1, 0, priority) != 0 && !tolerant) die(1, "ioprio_set failed: %m");
    run_operands(operands);
}

constexpr Tool kIonice = {
    .name = "ionice",
    .synopsis = "[-c CLASS] [-n NUM] [-t] COMMAND [ARG]...\n[-c CLASS] [-n NUM] -p PID...",
    .summary = "Show or set the I/O priority of processes.",
    .options = kIoniceOptions,
    .run = run_ionice,
    .order = OperandOrder::options_first,
};
MARTLET_REGISTER_TOOL(kIonice);

struct Limit {
    int letter;
    const char* long_name;
    int resource;
    const char *name, *description, *unit;
};
constexpr Limit kLimits[] = {
    {'v', "as", RLIMIT_AS, "AS", "address space limit", "bytes"},
    {'c', "core", RLIMIT_CORE, "CORE", "max core file size", "bytes"},
    {'t', "cpu", RLIMIT_CPU, "CPU", "CPU time", "seconds"},
    {'d', "data", RLIMIT_DATA, "DATA", "max data size", "bytes"},
    {'f', "fsize", RLIMIT_FSIZE, "FSIZE", "max file size", "bytes"},
    {'x', "locks", RLIMIT_LOCKS, "LOCKS", "max number of file locks held", "locks"},
    {'l', "memlock", RLIMIT_MEMLOCK, "MEMLOCK", "max locked-in-memory address space", "bytes"},
    {'q', "msgqueue", RLIMIT_MSGQUEUE, "MSGQUEUE", "max bytes in POSIX mqueues", "bytes"},
    {'e', "nice", RLIMIT_NICE, "NICE", "max nice prio allowed to raise", ""},
    {'n', "nofile", RLIMIT_NOFILE, "NOFILE", "max number of open files", "files"},
    {'u', "nproc", RLIMIT_NPROC, "NPROC", "max number of processes", "processes"},
    {'m', "rss", RLIMIT_RSS, "RSS", "max resident set size", "bytes"},
    {'r', "rtprio", RLIMIT_RTPRIO, "RTPRIO", "max real-time priority", ""},
    {'y', "rttime", RLIMIT_RTTIME, "RTTIME", "timeout for real-time tasks", "microsecs"},
    {'i', "sigpending", RLIMIT_SIGPENDING, "SIGPENDING", "max number of pending signals", "signals"},
    {'s', "stack", RLIMIT_STACK, "STACK", "max stack size", "bytes"},
};

constexpr Option kPrlimitOptions[] = {
    {'p', "pid", "PID", "the process; otherwise the command, or prlimit itself"},
    {kLongOnly, "noheadings", nullptr, "no headings"},
    {'v', "as", "[LIMIT]", "address space"},
    {'c', "core", "[LIMIT]", "size of core files"},
    {'t', "cpu", "[LIMIT]", "processor time in seconds"},
    {'d', "data", "[LIMIT]", "data segment"},
    {'f', "fsize", "[LIMIT]", "size of files"},
    {'x', "locks", "[LIMIT]", "file locks"},
    {'l', "memlock", "[LIMIT]", "locked memory"},
    {'q', "msgqueue", "[LIMIT]", "bytes in message queues"},
    {'e', "nice", "[LIMIT]", "nice value"},
    {'n', "nofile", "[LIMIT]", "open files"},
    {'u', "nproc", "[LIMIT]", "processes of the user"},
    {'m', "rss", "[LIMIT]", "resident set"},
    {'r', "rtprio", "[LIMIT]", "real-time priority"},
    {'y', "rttime", "[LIMIT]", "time of real-time tasks in microseconds"},
    {'i', "sigpending", "[LIMIT]", "pending signals"},
    {'s', "stack", "[LIMIT]", "stack"},
};

std::string limit_text(rlim_t value) { return value == RLIM_INFINITY ? "unlimited" : std::to_string(value); }

rlim_t parse_limit(std::string_view text, rlim_t otherwise) {
    if (text.empty()) return otherwise;
    if (text == "unlimited" || text == "-1") return RLIM_INFINITY;
    auto value = parse_unsigned(text);
    if (!value) die(1, "failed to parse limit: '%s'", std::string(text).c_str());
    return *value;
}

// "SOFT:HARD", "SOFT:", ":HARD" or one value for both.
void set_limit(pid_t pid, const Limit& limit, std::string_view text) {
    rlimit value;
    if (prlimit(pid, limit.resource, nullptr, &value) != 0)
        die(1, "failed to get the %s resource limit: %m", limit.name);
    size_t colon = text.find(':');
    value.rlim_cur = parse_limit(text.substr(0, colon), value.rlim_cur);
    value.rlim_max = colon == std::string_view::npos ? value.rlim_cur
                                                     : parse_limit(text.substr(colon + 1), value.rlim_max);
    if (value.rlim_cur > value.rlim_max) die(1, "the soft limit %s cannot exceed the hard limit", limit.name);
    if (prlimit(pid, limit.resource, &value, nullptr) != 0)
        die(1, "failed to set the %s resource limit: %m", limit.name);
}

int run_prlimit(Arguments& arguments) {
    pid_t pid = 0;
    bool headings = true;
    std::vector<const Limit*> shown;
    std::vector<std::pair<const Limit*, std::string_view>> changes;
    while (auto option = arguments.next_option()) {
        if (*option == 'p') pid = pid_or_die(arguments.value());
        if (*option == kLongOnly) headings = false;
        for (const Limit& limit : kLimits) {
            if (limit.letter != *option) continue;
            const char* value = arguments.value();
            if (value && *value == '=') ++value;
            if (value)
                changes.emplace_back(&limit, value);
            else
                shown.push_back(&limit);
        }
    }
    for (auto& [limit, value] : changes) set_limit(pid, *limit, value);
    if (!arguments.operands().empty()) run_operands(arguments.operands());
    if (shown.empty() && changes.empty())
        for (const Limit& limit : kLimits) shown.push_back(&limit);
    if (shown.empty()) return 0;
    std::vector<std::vector<std::string>> rows;
    if (headings) rows.push_back({"RESOURCE", "DESCRIPTION", "SOFT", "HARD", "UNITS"});
    for (const Limit* limit : shown) {
        rlimit value;
        if (prlimit(pid, limit->resource, nullptr, &value) != 0)
            die(1, "failed to get the %s resource limit: %m", limit->name);
        rows.push_back({limit->name, limit->description, limit_text(value.rlim_cur),
                        limit_text(value.rlim_max), limit->unit});
    }
    size_t widths[5] = {};
    for (auto& row : rows)
        for (size_t i = 0; i < 5; ++i) widths[i] = std::max(widths[i], row[i].size());
    for (auto& row : rows)
        out.print("%-*s %-*s %*s %*s %s\n", static_cast<int>(widths[0]), row[0].c_str(),
                  static_cast<int>(widths[1]), row[1].c_str(), static_cast<int>(widths[2]), row[2].c_str(),
                  static_cast<int>(widths[3]), row[3].c_str(), row[4].c_str());
    return 0;
}

constexpr Tool kPrlimit = {
    .name = "prlimit",
    .synopsis = "[OPTION[=SOFT:HARD]]... [-p PID]\n[OPTION=SOFT:HARD]... COMMAND [ARG]...",
    .summary = "Show or set the resource limits of a process.",
    .options = kPrlimitOptions,
    .run = run_prlimit,
    .order = OperandOrder::options_first,
};
MARTLET_REGISTER_TOOL(kPrlimit);

} // namespace
} // namespace coreutils
