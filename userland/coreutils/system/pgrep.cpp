// pgrep, pkill, pidof, killall: processes by name and attributes (procps, sysvinit, psmisc).
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/identity.h"
#include "lib/numbers.h"
#include "lib/path.h"
#include "lib/processes.h"
#include "lib/regex.h"
#include "lib/signals.h"

#include <algorithm>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <string>
#include <unistd.h>
#include <vector>

namespace coreutils {
namespace {

constexpr size_t kNameBytes = 15; // as much of a name as the kernel keeps

constexpr Option kPgrepOptions[] = {
    {'a', "list-full", nullptr, "list PID and full command line"},
    {'c', "count", nullptr, "count of matching processes"},
    {'d', "delimiter", "STRING", "specify output delimiter"},
    {'f', "full", nullptr, "use full process name to match"},
    {'g', "pgroup", "PGID,...", "match listed process group IDs"},
    {'G', "group", "GID,...", "match real group IDs"},
    {'i', "ignore-case", nullptr, "match case insensitively"},
    {'l', "list-name", nullptr, "list PID and process name"},
    {'n', "newest", nullptr, "select most recently started"},
    {'o', "oldest", nullptr, "select least recently started"},
    {'P', "parent", "PPID,...", "match only child processes of the given parent"},
    {'s', "session", "SID,...", "match session IDs"},
    {'t', "terminal", "TTY,...", "match by controlling terminal"},
    {'u', "euid", "ID,...", "match by effective IDs"},
    {'U', "uid", "ID,...", "match by real IDs"},
    {'v', "inverse", nullptr, "negates the matching"},
    {'x', "exact", nullptr, "match exactly with the command name"},
};
constexpr Option kPkillOptions[] = {
    {kLongOnly, "signal", "SIG", "signal to send (either number or name); also -SIG"},
    {'e', "echo", nullptr, "display what is killed"},
    {'c', "count", nullptr, "count of matching processes"},
    {'f', "full", nullptr, "use full process name to match"},
    {'g', "pgroup", "PGID,...", "match listed process group IDs"},
    {'G', "group", "GID,...", "match real group IDs"},
    {'i', "ignore-case", nullptr, "match case insensitively"},
    {'n', "newest", nullptr, "select most recently started"},
    {'o', "oldest", nullptr, "select least recently started"},
    {'P', "parent", "PPID,...", "match only child processes of the given parent"},
    {'s', "session", "SID,...", "match session IDs"},
    {'t', "terminal", "TTY,...", "match by controlling terminal"},
    {'u', "euid", "ID,...", "match by effective IDs"},
    {'U', "uid", "ID,...", "match by real IDs"},
    {'v', "inverse", nullptr, "negates the matching"},
    {'x', "exact", nullptr, "match exactly with the command name"},
};

struct Selection {
    std::vector<int64_t> groups, real_groups, parents, sessions, effective_users, real_users;
    std::vector<dev_t> terminals;
    std::optional<Regex> pattern;
    bool full = false, exact = false, inverse = false, newest = false, oldest = false;

    bool has_criteria() const {
        return pattern || !groups.empty() || !real_groups.empty() || !parents.empty() || !sessions.empty() ||
               !effective_users.empty() || !real_users.empty() || !terminals.empty();
    }
};

template <typename Each>
void for_each_word(const char* list, Each each) {
    std::string_view rest = list;
    while (!rest.empty()) {
        std::string word(rest.substr(0, rest.find(',')));
        rest.remove_prefix(std::min(rest.size(), word.size() + 1));
        each(word);
    }
}

// IDs; 0 stands for that of pgrep itself where it names a group or session.
void parse_ids(std::vector<int64_t>& ids, const char* list, int64_t own = -1) {
    for_each_word(list, [&](const std::string& word) {
        auto value = parse_unsigned(word);
        if (!value) die(2, "not a number: %s", word.c_str());
        ids.push_back(*value == 0 && own >= 0 ? own : static_cast<int64_t>(*value));
    });
}

bool contains(const std::vector<int64_t>& ids, int64_t id) {
    return ids.empty() || std::find(ids.begin(), ids.end(), id) != ids.end();
}

bool matches(const Process& process, const Selection& selection) {
    if (!contains(selection.groups, process.group) || !contains(selection.real_groups, process.real_gid) ||
        !contains(selection.parents, process.parent) || !contains(selection.sessions, process.session) ||
        !contains(selection.effective_users, process.effective_uid) ||
        !contains(selection.real_users, process.real_uid))
        return false;
    if (!selection.terminals.empty() && std::find(selection.terminals.begin(), selection.terminals.end(),
                                                  process.terminal) == selection.terminals.end())
        return false;
    if (!selection.pattern) return true;
    std::string text = selection.full ? process.arguments : process.name;
    // A name that the kernel cut is completed from the command line.
    if (!selection.full && process.name.size() == kNameBytes && !process.arguments.starts_with('[')) {
        std::string word = process.arguments.substr(0, process.arguments.find(' '));
        std::string base(base_name(word));
        if (base.starts_with(process.name)) text = base;
    }
    std::vector<regmatch_t> found;
    if (!selection.pattern->search(text, 0, found)) return false;
    return !selection.exact || (found[0].rm_so == 0 && found[0].rm_eo == static_cast<regoff_t>(text.size()));
}

std::vector<Process> select(const Selection& selection) {
    std::vector<Process> chosen;
    for (Process& process : read_processes())
        if (process.pid != getpid() && matches(process, selection) != selection.inverse)
            chosen.push_back(std::move(process));
    if ((selection.newest || selection.oldest) && chosen.size() > 1) {
        auto earlier = [](const Process& left, const Process& right) {
            return left.start_ticks != right.start_ticks ? left.start_ticks < right.start_ticks
                                                         : left.pid < right.pid;
        };
        auto one = selection.newest ? std::max_element(chosen.begin(), chosen.end(), earlier)
                                    : std::min_element(chosen.begin(), chosen.end(), earlier);
        chosen = {*one};
    }
    return chosen;
}

bool parse_selection(int option, char* value, Selection& selection, int& regex_flags) {
    switch (option) {
    case 'f':
        selection.full = true;
        break;
    case 'g':
        parse_ids(selection.groups, value, getpgrp());
        break;
    case 'G':
        for_each_word(value, [&](const std::string& word) {
            auto group = parse_group(word.c_str());
            if (!group) die(2, "invalid group name: %s", word.c_str());
            selection.real_groups.push_back(*group);
        });
        break;
    case 'i':
        regex_flags |= REG_ICASE;
        break;
    case 'n':
        selection.newest = true;
        break;
    case 'o':
        selection.oldest = true;
        break;
    case 'P':
        parse_ids(selection.parents, value);
        break;
    case 's':
        parse_ids(selection.sessions, value, getsid(0));
        break;
    case 't':
        for_each_word(value, [&](const std::string& word) {
            auto terminal = find_terminal(word);
            if (!terminal) die(2, "unknown terminal: %s", word.c_str());
            selection.terminals.push_back(*terminal);
        });
        break;
    case 'u':
    case 'U':
        for_each_word(value, [&](const std::string& word) {
            auto user = parse_user(word.c_str());
            if (!user) die(2, "invalid user name: %s", word.c_str());
            (option == 'u' ? selection.effective_users : selection.real_users).push_back(*user);
        });
        break;
    case 'v':
        selection.inverse = true;
        break;
    case 'x':
        selection.exact = true;
        break;
    default:
        return false;
    }
    return true;
}

void finish_selection(Selection& selection, std::span<char*> operands, int regex_flags) {
    if (operands.size() > 1) usage_error("only one pattern can be provided");
    if (!operands.empty()) {
        std::string problem;
        selection.pattern = Regex::compile(operands[0], Syntax::extended, regex_flags, problem);
        if (!selection.pattern) die(2, "%s", problem.c_str());
    }
    if (!selection.has_criteria()) usage_error("no matching criteria specified");
    if (selection.newest && selection.oldest) usage_error("-n and -o cannot go together");
}

int run_pgrep(Arguments& arguments) {
    Selection selection;
    int regex_flags = 0;
    bool names = false, lines = false, count = false;
    const char* delimiter = "\n";
    while (auto option = arguments.next_option()) {
        if (parse_selection(*option, arguments.value(), selection, regex_flags)) continue;
        if (*option == 'd')
            delimiter = arguments.value();
        else
            (*option == 'a' ? lines : *option == 'l' ? names : count) = true;
    }
    finish_selection(selection, arguments.operands(), regex_flags);
    std::vector<Process> chosen = select(selection);
    if (count) {
        out.print("%zu\n", chosen.size());
        return chosen.empty() ? 1 : 0;
    }
    for (size_t index = 0; index < chosen.size(); ++index) {
        if (index > 0) out.write(delimiter);
        out.print("%d", chosen[index].pid);
        if (lines || names) out.print(" %s", (lines ? chosen[index].arguments : chosen[index].name).c_str());
    }
    if (!chosen.empty()) out.put('\n');
    return chosen.empty() ? 1 : 0;
}

// "-9", "-KILL", "-SIGKILL" among the arguments: taken out, since the option parser does not know them.
std::vector<char*> take_signal(std::span<char*> words, int& number) {
    std::vector<char*> rest;
    for (char* word : words) {
        bool is_signal =
            word[0] == '-' && word[1] && word[1] != '-' && (word[2] || (word[1] >= '0' && word[1] <= '9'));
        auto parsed = is_signal ? parse_signal(word + 1) : std::nullopt;
        if (parsed)
            number = *parsed;
        else
            rest.push_back(word);
    }
    return rest;
}

int run_pkill(Arguments& raw) {
    static Tool tool = current_tool();
    tool.order = OperandOrder::permute;
    int number = SIGTERM, regex_flags = 0;
    std::vector<char*> line = take_signal(raw.operands(), number);
    static char name[] = "pkill";
    line.insert(line.begin(), name);
    Arguments arguments(tool, line);
    Selection selection;
    bool echo = false, count = false;
    while (auto option = arguments.next_option()) {
        if (parse_selection(*option, arguments.value(), selection, regex_flags)) continue;
        if (*option == kLongOnly) {
            auto parsed = parse_signal(arguments.value());
            if (!parsed) usage_error("Unknown signal \"%s\".", arguments.value());
            number = *parsed;
        } else {
            (*option == 'e' ? echo : count) = true;
        }
    }
    finish_selection(selection, arguments.operands(), regex_flags);
    int status = 1;
    std::vector<Process> chosen = select(selection);
    for (const Process& process : chosen) {
        if (kill(process.pid, number) == 0) {
            status = 0;
            if (echo) out.print("%s killed (pid %d)\n", process.name.c_str(), process.pid);
        } else if (errno != ESRCH) {
            warn("killing pid %d failed: %m", process.pid);
        }
    }
    if (count) out.print("%zu\n", chosen.size());
    return status;
}

constexpr Option kPidofOptions[] = {
    {'s', nullptr, nullptr, "return one PID only"},
    {'q', nullptr, nullptr, "quiet mode, only set the exit code"},
    {'x', nullptr, nullptr, "also find shells running the named scripts"},
    {'o', nullptr, "PID,...", "omit processes with PID"},
    {'S', nullptr, "SEP", "use SEP as separator put between PIDs"},
    {'c', nullptr, nullptr, nullptr},
};

// Whether the process runs `name`: by the name the kernel has, or the base name of its first word (or second,
// a script).
bool runs(const Process& process, std::string_view name, bool scripts) {
    std::string_view base = base_name(name);
    if (process.name == base.substr(0, kNameBytes) && base.size() <= kNameBytes) return true;
    std::string_view rest = process.arguments;
    for (int word_number = 0; word_number < (scripts ? 2 : 1) && !rest.empty(); ++word_number) {
        std::string_view word = rest.substr(0, rest.find(' '));
        if (word == name || base_name(word) == base) return !process.arguments.starts_with('[');
        rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    }
    return false;
}

int run_pidof(Arguments& arguments) {
    bool single = false, quiet = false, scripts = false;
    std::vector<int64_t> omitted;
    const char* separator = " ";
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 's':
            single = true;
            break;
        case 'q':
            quiet = true;
            break;
        case 'x':
            scripts = true;
            break;
        case 'o':
            for_each_word(arguments.value(), [&](const std::string& word) {
                auto value = word == "%PPID" ? std::optional<uint64_t>(getppid()) : parse_unsigned(word);
                if (value) omitted.push_back(static_cast<int64_t>(*value));
            });
            break;
        case 'S':
            separator = arguments.value();
            break;
        }
    }
    std::vector<Process> processes = read_processes();
    std::vector<pid_t> found;
    for (const char* name : arguments.operands())
        for (size_t index = processes.size(); index-- > 0;) { // the newest first
            const Process& process = processes[index];
            bool is_omitted = !omitted.empty() && contains(omitted, process.pid);
            if (process.pid != getpid() && !is_omitted && process.state != 'Z' &&
                runs(process, name, scripts))
                found.push_back(process.pid);
        }
    if (single && found.size() > 1) found.resize(1);
    for (size_t index = 0; index < found.size() && !quiet; ++index)
        out.print("%s%d", index > 0 ? separator : "", found[index]);
    if (!found.empty() && !quiet) out.put('\n');
    return found.empty() ? 1 : 0;
}

constexpr Option kKillallOptions[] = {
    {'e', "exact", nullptr, "require exact match for very long names (always so)"},
    {'I', "ignore-case", nullptr, "case insensitive process name match"},
    {'l', "list", nullptr, "list all known signal names"},
    {'q', "quiet", nullptr, "don't print complaints"},
    {'r', "regexp", nullptr, "interpret NAME as an extended regular expression"},
    {'s', "signal", "SIGNAL", "send this signal instead of SIGTERM; also -SIGNAL"},
    {'u', "user", "USER", "kill only processes running as USER"},
    {'v', "verbose", nullptr, "report if the signal was successfully sent"},
    {'w', "wait", nullptr, "wait for processes to die"},
};

int run_killall(Arguments& raw) {
    static Tool tool = current_tool();
    tool.order = OperandOrder::permute;
    int number = SIGTERM;
    std::vector<char*> line = take_signal(raw.operands(), number);
    static char own_name[] = "killall";
    line.insert(line.begin(), own_name);
    Arguments arguments(tool, line);
    bool ignore_case = false, quiet = false, by_regex = false, verbose = false, wait_for_end = false;
    std::optional<uid_t> user;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'I':
            ignore_case = true;
            break;
        case 'l':
            for (int each = 1; each < 32; ++each)
                out.print("%s%s", each > 1 ? " " : "", signal_name(each).c_str());
            out.put('\n');
            return 0;
        case 'q':
            quiet = true;
            break;
        case 'r':
            by_regex = true;
            break;
        case 's': {
            auto parsed = parse_signal(arguments.value());
            if (!parsed) usage_error("%s: unknown signal", arguments.value());
            number = *parsed;
            break;
        }
        case 'u':
            user = parse_user(arguments.value());
            if (!user) die(1, "Cannot find user %s", arguments.value());
            break;
        case 'v':
            verbose = true;
            break;
        case 'w':
            wait_for_end = true;
            break;
        }
    }
    if (arguments.operands().empty() && !user) missing_operand();
    std::vector<Process> processes = read_processes();
    std::vector<pid_t> killed;
    int status = 0;
    std::vector<const char*> names(arguments.operands().begin(), arguments.operands().end());
    if (names.empty()) names.push_back(nullptr);
    for (const char* name : names) {
        std::optional<Regex> pattern;
        if (name && (by_regex || ignore_case)) {
            std::string text = name, problem;
            if (!by_regex) { // only the case is to be ignored
                std::string escaped = "^";
                for (char byte : text) {
                    if (strchr("\\^$.[]|()*+?{}", byte)) escaped.push_back('\\');
                    escaped.push_back(byte);
                }
                text = escaped + "$";
            }
            pattern = Regex::compile(text, Syntax::extended, ignore_case ? REG_ICASE : 0, problem);
            if (!pattern) die(1, "%s: %s", name, problem.c_str());
        }
        bool any = false;
        for (const Process& process : processes) {
            std::vector<regmatch_t> found;
            bool chosen = !name     ? true
                          : pattern ? pattern->search(process.name, 0, found)
                                    : runs(process, name, false);
            if (process.pid == getpid() || !chosen || (user && process.effective_uid != *user)) continue;
            if (kill(process.pid, number) == 0) {
                any = true;
                killed.push_back(process.pid);
                if (verbose)
                    out.print("Killed %s(%d) with signal %d\n", process.name.c_str(), process.pid, number);
            } else if (errno != ESRCH && !quiet) {
                warn("%s(%d): %m", process.name.c_str(), process.pid);
            }
        }
        if (!any) {
            status = 1;
            if (!quiet && name) warn("%s: no process found", name);
        }
    }
    while (wait_for_end && !killed.empty()) {
        std::erase_if(killed, [](pid_t pid) { return kill(pid, 0) != 0; });
        if (!killed.empty()) usleep(100'000);
    }
    return status;
}

constexpr Tool kPgrep = {
    .name = "pgrep",
    .synopsis = "[OPTION]... [PATTERN]",
    .summary = "Look up processes by name and other attributes.",
    .options = kPgrepOptions,
    .run = run_pgrep,
    .usage_status = 2,
    .failure_status = 3,
};
MARTLET_REGISTER_TOOL(kPgrep);

constexpr Tool kPkill = {
    .name = "pkill",
    .synopsis = "[-SIGNAL] [OPTION]... [PATTERN]",
    .summary = "Signal processes chosen by name and other attributes.",
    .options = kPkillOptions,
    .run = run_pkill,
    .order = OperandOrder::raw,
    .usage_status = 2,
    .failure_status = 3,
};
MARTLET_REGISTER_TOOL(kPkill);

constexpr Tool kPidof = {
    .name = "pidof",
    .synopsis = "[OPTION]... PROGRAM...",
    .summary = "Find the process IDs of running programs.",
    .options = kPidofOptions,
    .run = run_pidof,
};
MARTLET_REGISTER_TOOL(kPidof);

constexpr Tool kKillall = {
    .name = "killall",
    .synopsis = "[-SIGNAL] [OPTION]... NAME...",
    .summary = "Send a signal to all processes running any of the named programs.",
    .options = kKillallOptions,
    .run = run_killall,
    .order = OperandOrder::raw,
};
MARTLET_REGISTER_TOOL(kKillall);

} // namespace
} // namespace coreutils
