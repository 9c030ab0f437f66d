// ps: POSIX.1-2017, the BSD forms (ps aux, ps ax, ps u) and procps' common options, over /proc.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/columns.h"
#include "lib/identity.h"
#include "lib/numbers.h"
#include "lib/order.h"
#include "lib/processes.h"
#include "lib/utf8.h"
#include "system/ps_columns.h"

#include <algorithm>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

namespace coreutils {
namespace {

enum : int {
    kPpid = kLongOnly,
    kSort,
    kNoHeaders,
    kHeadersOn,
    kPidList,
    kUserList,
    kFormat,
    kForest,
    kTtyList
};

constexpr Option kOptions[] = {
    {'A', nullptr, nullptr, "all processes"},
    {'a', nullptr, nullptr, "all with a terminal, except session leaders"},
    {'C', nullptr, "NAMES", "processes of these programs"},
    {'d', nullptr, nullptr, "all except session leaders"},
    {'e', nullptr, nullptr, "all processes, the same as -A"},
    {'f', nullptr, nullptr, "full format"},
    {'F', nullptr, nullptr, "extra full format"},
    {'g', nullptr, "LIST", "processes of these sessions"},
    {'G', nullptr, "LIST", "processes with these real groups"},
    {'H', "forest", nullptr, "show the hierarchy of processes"},
    {'j', nullptr, nullptr, "jobs format"},
    {'l', nullptr, nullptr, "long format"},
    {'n', nullptr, "NAMELIST", nullptr},
    {'o', "format", "FORMAT", "columns, as NAME or NAME=HEADER, separated by commas or blanks"},
    {'p', "pid", "LIST", "processes with these numbers"},
    {kPpid, "ppid", "LIST", "children of these processes"},
    {'s', "sid", "LIST", "processes of these sessions"},
    {kSort, "sort", "KEYS", "order by these columns, each with + or - in front"},
    {'t', "tty", "LIST", "processes with these terminals"},
    {'u', "user", "LIST", "processes with these effective users"},
    {'U', "User", "LIST", "processes with these real users"},
    {'w', nullptr, nullptr, "wide output"},
    {kNoHeaders, "no-headers", nullptr, "print no header line"},
    {kHeadersOn, "headers", nullptr, nullptr},
};

struct Chosen {
    const Column* column;
    std::string header;
    size_t width; // at least
};

struct SortKey {
    const Column* column;
    bool descending;
};

// What a process must match: any of the lists, and the default when none was given.
struct Selection {
    bool all = false, with_terminal = false, no_leaders = false, bsd_all_users = false,
         bsd_no_terminal = false;
    bool any_list = false;
    std::vector<pid_t> pids, parents, sessions;
    std::vector<uid_t> users, real_users;
    std::vector<gid_t> real_groups;
    std::vector<dev_t> terminals;
    std::vector<std::string> names;
};

struct Settings {
    Selection selection;
    std::vector<Chosen> columns;
    std::vector<SortKey> sort;
    bool headers = true, forest = false, bsd = false;
    int wide = 0;
};

void for_each_word(std::string_view list, const char* separators, auto take) {
    while (true) {
        size_t start = list.find_first_not_of(separators);
        if (start == std::string_view::npos) return;
        list.remove_prefix(start);
        std::string_view word = list.substr(0, list.find_first_of(separators));
        take(word);
        list.remove_prefix(word.size());
    }
}

void add_format(Settings& settings, std::string_view format) {
    while (!format.empty()) {
        size_t start = format.find_first_not_of(", \t");
        if (start == std::string_view::npos) return;
        format.remove_prefix(start);
        size_t end = format.find_first_of(", \t=");
        std::string_view name = format.substr(0, end), width;
        format.remove_prefix(name.size());
        if (size_t colon = name.find(':'); colon != std::string_view::npos) {
            width = name.substr(colon + 1);
            name = name.substr(0, colon);
        }
        const Column* column = find_column(name);
        if (!column) die(1, "unknown column '%.*s'", static_cast<int>(name.size()), name.data());
        std::string header = column->header;
        if (format.starts_with('=')) {
            // POSIX: a header takes the rest of the argument.
            format.remove_prefix(1);
            header = format;
            format = {};
        }
        settings.columns.push_back(
            {column, header,
             static_cast<size_t>(parse_unsigned(width).value_or(static_cast<uint64_t>(column->width)))});
    }
}

template <typename Number> void add_numbers(std::vector<Number>& list, const char* text) {
    for_each_word(text, ", \t", [&](std::string_view word) {
        auto number = parse_unsigned(word);
        if (!number || *number > INT32_MAX)
            die(1, "invalid process number '%.*s'", static_cast<int>(word.size()), word.data());
        list.push_back(static_cast<Number>(*number));
    });
}

template <typename Id, typename Parse>
void add_names(std::vector<Id>& list, const char* text, const char* what, Parse parse) {
    for_each_word(text, ", \t", [&](std::string_view word) {
        auto id = parse(std::string(word).c_str());
        if (!id) die(1, "unknown %s '%.*s'", what, static_cast<int>(word.size()), word.data());
        list.push_back(*id);
    });
}

void add_sort(Settings& settings, const char* keys) {
    for_each_word(keys, ", ", [&](std::string_view word) {
        bool descending = word.starts_with('-');
        if (descending || word.starts_with('+')) word.remove_prefix(1);
        const Column* column = find_column(word);
        if (!column) die(1, "unknown sort key '%.*s'", static_cast<int>(word.size()), word.data());
        settings.sort.push_back({column, descending});
    });
}

void take_option(Settings& settings, int id, const char* value, const char*& format) {
    Selection& selection = settings.selection;
    switch (id) {
    case 'A':
    case 'e':
        selection.all = true;
        break;
    case 'a':
        selection.with_terminal = selection.no_leaders = selection.any_list = true;
        break;
    case 'd':
        selection.all = selection.no_leaders = true;
        break;
    case 'C':
        for_each_word(value, ", \t", [&](std::string_view word) { selection.names.emplace_back(word); });
        selection.any_list = true;
        break;
    case 'f':
        format = "fuid,pid,ppid,c,stime,tname,time,cmd";
        break;
    case 'F':
        format = "fuid,pid,ppid,c,sz,rss,psr,stime,tname,time,cmd";
        break;
    case 'j':
        format = "pid,pgid,sid,tname,time,ucmd";
        break;
    case 'l':
        format = "f,s,uid,pid,ppid,c,opri,ni,addr,sz,wchan,tname,time,ucmd";
        break;
    case 'H':
        settings.forest = true;
        break;
    case 'o':
        add_format(settings, value);
        break;
    case 'p':
        add_numbers(selection.pids, value), selection.any_list = true;
        break;
    case kPpid:
        add_numbers(selection.parents, value), selection.any_list = true;
        break;
    case 'g':
    case 's':
        add_numbers(selection.sessions, value), selection.any_list = true;
        break;
    case 'G':
        add_names(selection.real_groups, value, "group", parse_group), selection.any_list = true;
        break;
    case 'u':
        add_names(selection.users, value, "user", parse_user), selection.any_list = true;
        break;
    case 'U':
        add_names(selection.real_users, value, "user", parse_user), selection.any_list = true;
        break;
    case 't':
        add_names(selection.terminals, value, "terminal", find_terminal), selection.any_list = true;
        break;
    case kSort:
        add_sort(settings, value);
        break;
    case 'w':
        ++settings.wide;
        break;
    case kNoHeaders:
        settings.headers = false;
        break;
    }
}

// BSD's letters without a dash: ps aux.
void take_bsd(Settings& settings, std::span<char*>& operands, const char*& format) {
    const char* letters = operands[0];
    settings.bsd = true;
    operands = operands.subspan(1);
    auto argument = [&]() -> const char* {
        if (*letters) {
            const char* rest = letters;
            letters += strlen(letters);
            return rest;
        }
        if (operands.empty()) usage_error("option requires an argument");
        const char* word = operands[0];
        operands = operands.subspan(1);
        return word;
    };
    Selection& selection = settings.selection;
    if (*letters >= '0' && *letters <= '9') {
        add_numbers(selection.pids, letters);
        selection.any_list = true;
        return;
    }
    while (char letter = *letters) {
        ++letters;
        switch (letter) {
        case 'a':
            selection.bsd_all_users = true;
            break;
        case 'x':
            selection.bsd_no_terminal = true;
            break;
        case 'u':
            format = "user,pid,pcpu,pmem,vsz,rss,tname,stat,start_time,bsdtime,command";
            break;
        case 'j':
            format = "ppid,pid,pgid,sid,tname,tpgid,stat,uid,bsdtime,command";
            break;
        case 'l':
            format = "f,uid,pid,ppid,pri,ni,vsz,rss,wchan,stat,tname,bsdtime,command";
            break;
        case 'f':
            settings.forest = true;
            break;
        case 'w':
            ++settings.wide;
            break;
        case 'h':
            settings.headers = false;
            break;
        case 'e':
        case 'g':
            break;
        case 'o':
            add_format(settings, argument());
            break;
        case 'p':
            add_numbers(selection.pids, argument()), selection.any_list = true;
            break;
        case 't':
            add_names(selection.terminals, argument(), "terminal", find_terminal), selection.any_list = true;
            break;
        case 'U':
            add_names(selection.users, argument(), "user", parse_user), selection.any_list = true;
            break;
        case 'k':
            add_sort(settings, argument());
            break;
        default:
            usage_error("invalid option '%c'", letter);
        }
    }
}

template <typename Value> bool contains(const std::vector<Value>& list, const Value& value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

bool is_selected(const Process& process, const Settings& settings, dev_t own_terminal) {
    const Selection& selection = settings.selection;
    bool leader = process.session == process.pid;
    if (selection.all) return !selection.no_leaders || !leader;
    if (selection.with_terminal && process.terminal && !leader) return true;
    if (contains(selection.pids, process.pid) || contains(selection.parents, process.parent) ||
        contains(selection.sessions, process.session) || contains(selection.users, process.effective_uid) ||
        contains(selection.real_users, process.real_uid) ||
        contains(selection.real_groups, process.real_gid) ||
        contains(selection.terminals, process.terminal) || contains(selection.names, process.name))
        return true;
    if (selection.bsd_all_users || selection.bsd_no_terminal) {
        bool terminal = selection.bsd_no_terminal || process.terminal;
        return terminal && (selection.bsd_all_users || process.effective_uid == geteuid());
    }
    if (selection.any_list) return false;
    return process.effective_uid == geteuid() && process.terminal == own_terminal;
}

void sort_processes(std::vector<Process>& processes, const std::vector<SortKey>& keys) {
    sort_items(processes, [&](const Process& left, const Process& right) {
        for (const SortKey& key : keys) {
            double order = key.column->key ? key.column->key(left) - key.column->key(right)
                                           : key.column->text(left).compare(key.column->text(right));
            if (order != 0) return key.descending ? order > 0 : order < 0;
        }
        return left.pid < right.pid;
    });
}

// Puts every process behind its parent and indents its command.
void arrange_forest(std::vector<Process>& processes, bool bsd) {
    std::vector<Process> ordered;
    auto has_parent = [&](const Process& process) {
        return std::any_of(processes.begin(), processes.end(), [&](const Process& other) {
            return other.pid == process.parent && other.pid != process.pid;
        });
    };
    auto visit = [&](auto& self, const Process& process, size_t depth) -> void {
        Process copy = process;
        std::string indent =
            bsd && depth ? std::string((depth - 1) * 4 + 1, ' ') + "\\_ " : std::string(depth * 2, ' ');
        copy.arguments.insert(0, indent);
        copy.name.insert(0, indent);
        ordered.push_back(std::move(copy));
        for (const Process& child : processes)
            if (child.parent == process.pid && child.pid != process.pid && depth < 1000)
                self(self, child, depth + 1);
    };
    for (const Process& process : processes)
        if (!has_parent(process)) visit(visit, process, 0);
    processes = std::move(ordered);
}

void cut_to_width(std::string& line, size_t limit) {
    size_t width = 0, at = 0;
    while (at < line.size()) {
        CodePoint point = decode_utf8(std::string_view(line).substr(at));
        int columns = column_width(point.value);
        width += columns < 0 ? 1 : static_cast<size_t>(columns);
        if (width > limit) break;
        at += point.length;
    }
    line.resize(at);
}

void print_table(const std::vector<Process>& processes, const Settings& settings) {
    std::vector<std::vector<std::string>> rows;
    bool any_header =
        settings.headers && std::any_of(settings.columns.begin(), settings.columns.end(),
                                        [](const Chosen& chosen) { return !chosen.header.empty(); });
    std::vector<size_t> widths;
    for (const Chosen& chosen : settings.columns)
        widths.push_back(std::max(chosen.width, chosen.header.size()));
    for (const Process& process : processes) {
        std::vector<std::string> row;
        for (size_t i = 0; i < settings.columns.size(); ++i) {
            row.push_back(settings.columns[i].column->text(process));
            // Names of terminals and users make room for themselves, commands only at the end.
            if (i + 1 < settings.columns.size()) widths[i] = std::max(widths[i], display_width(row.back()));
        }
        rows.push_back(std::move(row));
    }
    size_t limit = settings.wide >= 2 || (!out.is_terminal() && !settings.wide) ? SIZE_MAX
                   : settings.wide == 1                                         ? 132
                                                                                : terminal_width();
    auto print_line = [&](auto text_of) {
        std::string line;
        for (size_t i = 0; i < settings.columns.size(); ++i) {
            std::string text = text_of(i);
            size_t width = display_width(text);
            size_t pad = widths[i] > width ? widths[i] - width : 0;
            if (i > 0) line.push_back(' ');
            if (settings.columns[i].column->align == Align::right) line.append(pad, ' ');
            line.append(text);
            if (settings.columns[i].column->align == Align::left && i + 1 < settings.columns.size())
                line.append(pad, ' ');
        }
        cut_to_width(line, limit);
        out.write(line);
        out.put('\n');
    };
    if (any_header) print_line([&](size_t i) { return settings.columns[i].header; });
    for (const auto& row : rows) print_line([&](size_t i) { return row[i]; });
}

int run(Arguments& arguments) {
    Settings settings;
    const char* format = nullptr;
    while (auto option = arguments.next_option()) take_option(settings, *option, arguments.value(), format);
    auto operands = arguments.operands();
    while (!operands.empty()) take_bsd(settings, operands, format);
    if (settings.columns.empty()) {
        if (!format) format = settings.bsd ? "pid,tname,stat,bsdtime,command" : "pid,tname,time,ucmd";
        add_format(settings, format);
    }
    dev_t own_terminal = 0;
    if (auto self = read_process(getpid())) own_terminal = self->terminal;
    auto processes = read_processes();
    if (processes.empty()) die(1, "/proc: no processes to be seen; is it mounted?");
    std::erase_if(processes,
                  [&](const Process& process) { return !is_selected(process, settings, own_terminal); });
    bool found = !processes.empty();
    sort_processes(processes, settings.sort);
    if (settings.forest) arrange_forest(processes, settings.bsd);
    print_table(processes, settings);
    return found ? 0 : 1;
}

constexpr Tool kTool = {
    .name = "ps",
    .synopsis = "[OPTION]...\n[auxjlfw]...",
    .summary = "Report the current processes.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
