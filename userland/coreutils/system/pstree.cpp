// pstree (psmisc): the processes as a tree. Equal leaves of one parent are shown once with their number.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/identity.h"
#include "lib/numbers.h"
#include "lib/order.h"
#include "lib/processes.h"
#include "lib/utf8.h"

#include <langinfo.h>
#include <locale.h>
#include <string.h>
#include <string>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'a', "arguments", nullptr, "show the command lines, and each process by itself"},
    {'A', "ascii", nullptr, "draw with ASCII characters"},
    {'c', "compact-not", nullptr, "show equal subtrees one by one"},
    {'l', "long", nullptr, "do not cut lines"},
    {'n', "numeric-sort", nullptr, "in the order of the process numbers"},
    {'p', "show-pids", nullptr, "show the process numbers"},
    {'s', "show-parents", nullptr, "with a PID: its parents, too"},
    {'T', "hide-threads", nullptr, "do not show threads"},
    {'u', "uid-changes", nullptr, "show where the user changes"},
    {'U', "unicode", nullptr, "draw with box characters"},
};

struct Style {
    const char *first, *next, *last, *through, *single, *blank;
};
constexpr Style kAscii = {"-+-", " |-", " `-", " | ", "---", "   "};
constexpr Style kBoxes = {"─┬─", " ├─", " └─", " │ ", "───", "   "};

class Forest {
public:
    bool arguments = false, compact = true, by_number = false, pids = false, users = false, threads = true;
    Style style = kAscii;

    Forest() : processes_(read_processes()) {}

    const Process* find(pid_t pid) const {
        for (const Process& process : processes_)
            if (process.pid == pid) return &process;
        return nullptr;
    }
    std::vector<const Process*> roots_of(uid_t user) const {
        std::vector<const Process*> roots;
        for (const Process& process : processes_) {
            const Process* parent = find(process.parent);
            if (process.real_uid == user && (!parent || parent->real_uid != user)) roots.push_back(&process);
        }
        return roots;
    }

    void print(const Process& root) {
        std::vector<std::string> lines = draw(root, nullptr);
        for (std::string& line : lines) out.write(line + "\n");
    }
    // Only the way from the first process down to `target`, and what is below it.
    void print_with_parents(const Process& target) {
        for (const Process* at = &target; at; at = find(at->parent)) path_.push_back(at->pid);
        print(*find(path_.back()));
    }

private:
    std::string label(const Process& process, const Process* parent) const {
        std::string text = arguments && process.arguments[0] != '[' ? process.arguments : process.name;
        std::string extra;
        if (pids && !arguments) extra = std::to_string(process.pid);
        if (pids && arguments)
            text.insert(std::min(text.find(' '), text.size()), "," + std::to_string(process.pid));
        if (users && parent && parent->real_uid != process.real_uid)
            extra += (extra.empty() ? "" : ",") + user_name(process.real_uid);
        return extra.empty() ? text : text + "(" + extra + ")";
    }

    std::vector<const Process*> children_of(const Process& parent) const {
        std::vector<const Process*> children;
        for (const Process& process : processes_)
            if (process.parent == parent.pid) children.push_back(&process);
        if (path_.size() > 1 && parent.pid != path_[0])
            for (size_t i = 1; i < path_.size(); ++i)
                if (path_[i] == parent.pid)
                    std::erase_if(children, [&](const Process* child) { return child->pid != path_[i - 1]; });
        if (!by_number)
            sort_items(children, [](const Process* left, const Process* right) {
                return left->name != right->name ? left->name < right->name : left->pid < right->pid;
            });
        return children;
    }

    // The subtree as lines; the first begins with the label.
    std::vector<std::string> draw(const Process& process, const Process* parent) const {
        std::vector<std::vector<std::string>> parts;
        for (const Process* child : children_of(process)) parts.push_back(draw(*child, &process));
        if (threads && process.threads > 1) {
            std::string thread = "{" + process.name + "}";
            for (int64_t i = 1; i < process.threads; ++i) parts.push_back({thread});
        }
        if (compact && !arguments) join_equal(parts);
        std::string name = label(process, parent);
        std::vector<std::string> lines;
        std::string indent = arguments ? " " : std::string(display_width(name), ' ');
        if (arguments || parts.empty()) lines.push_back(name);
        for (size_t i = 0; i < parts.size(); ++i) {
            bool last = i + 1 == parts.size();
            std::string lead, rest = indent + (last ? style.blank : style.through);
            if (i == 0 && !arguments)
                lead = name + (last ? style.single : style.first);
            else
                lead = indent + (last ? style.last : style.next);
            if (arguments) lead.erase(0, 1), rest.erase(0, 1);
            for (size_t row = 0; row < parts[i].size(); ++row)
                lines.push_back((row == 0 ? lead : rest) + parts[i][row]);
        }
        return lines;
    }

    // "3*[name]" instead of three times the same.
    static void join_equal(std::vector<std::vector<std::string>>& parts) {
        for (size_t i = 0; i < parts.size(); ++i) {
            size_t count = 1;
            for (size_t other = i + 1; other < parts.size();) {
                if (parts[other] != parts[i]) {
                    ++other;
                    continue;
                }
                ++count;
                parts.erase(parts.begin() + static_cast<ptrdiff_t>(other));
            }
            if (count == 1) continue;
            std::string lead = std::to_string(count) + "*[";
            for (size_t row = 0; row < parts[i].size(); ++row)
                parts[i][row].insert(0, row == 0 ? lead : std::string(lead.size(), ' '));
            parts[i][0] += "]";
        }
    }

    std::vector<Process> processes_;
    std::vector<pid_t> path_; // of -s: the process and its ancestors
};

int run(Arguments& arguments) {
    Forest forest;
    bool parents = false;
    setlocale(LC_CTYPE, "");
    if (isatty(STDOUT_FILENO) && strcmp(nl_langinfo(CODESET), "UTF-8") == 0) forest.style = kBoxes;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'a':
            forest.arguments = true;
            forest.compact = false;
            break;
        case 'A':
            forest.style = kAscii;
            break;
        case 'U':
            forest.style = kBoxes;
            break;
        case 'c':
            forest.compact = false;
            break;
        case 'n':
            forest.by_number = true;
            break;
        case 'p':
            forest.pids = true;
            forest.compact = false;
            break;
        case 's':
            parents = true;
            break;
        case 'T':
            forest.threads = false;
            break;
        case 'u':
            forest.users = true;
            break;
        }
    }
    auto operands = arguments.operands();
    if (operands.size() > 1) extra_operand(operands[1]);
    const char* operand = operands.empty() ? "1" : operands[0];
    if (auto pid = parse_unsigned(operand)) {
        const Process* root = forest.find(static_cast<pid_t>(*pid));
        if (!root) return 1;
        if (parents)
            forest.print_with_parents(*root);
        else
            forest.print(*root);
        return 0;
    }
    auto user = parse_user(operand);
    if (!user) die(1, "No such user name: %s", operand);
    for (const Process* root : forest.roots_of(*user)) forest.print(*root);
    return 0;
}

constexpr Tool kTool = {
    .name = "pstree",
    .synopsis = "[OPTION]... [PID | USER]",
    .summary = "Show the processes as a tree.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
