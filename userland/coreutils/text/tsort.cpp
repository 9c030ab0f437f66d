// tsort: POSIX.1-2017. Items are printed as soon as nothing unprinted precedes them, in the order in which
// they appear; of a loop, its members are named and one edge is left out.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"

#include <deque>
#include <map>
#include <string>
#include <vector>

namespace coreutils {
namespace {

struct Item {
    const std::string* name;
    size_t predecessors = 0;
    std::vector<size_t> successors;
    bool printed = false;
};

class Graph {
public:
    size_t find(std::string_view name) {
        auto [entry, added] = numbers_.try_emplace(std::string(name), items_.size());
        if (added) items_.push_back({.name = &entry->first, .successors = {}});
        return entry->second;
    }

    void add(size_t before, size_t after) {
        if (before == after) return;
        items_[before].successors.push_back(after);
        ++items_[after].predecessors;
    }

    // False when there was a loop.
    bool print(const char* input_name) {
        bool acyclic = true;
        size_t left = items_.size();
        std::deque<size_t> ready;
        // The names' order, as the order of what does not depend on each other.
        for (auto& [name, number] : numbers_)
            if (items_[number].predecessors == 0) ready.push_back(number);
        while (left > 0) {
            if (ready.empty()) {
                acyclic = false;
                break_loop(input_name, ready);
                continue;
            }
            Item& item = items_[ready.front()];
            ready.pop_front();
            item.printed = true;
            --left;
            out.write(*item.name);
            out.put('\n');
            for (size_t index = item.successors.size(); index-- > 0;)
                if (--items_[item.successors[index]].predecessors == 0)
                    ready.push_back(item.successors[index]);
        }
        return acyclic;
    }

private:
    // Walks forward from an unprinted item until one comes again: that is a loop; its last edge goes.
    void break_loop(const char* input_name, std::deque<size_t>& ready) {
        warn("%s: input contains a loop:", input_name);
        std::vector<size_t> path;
        std::vector<size_t> place(items_.size(), SIZE_MAX);
        std::vector<size_t> predecessor(items_.size(), SIZE_MAX);
        for (size_t number = 0; number < items_.size(); ++number)
            if (!items_[number].printed)
                for (size_t after : items_[number].successors)
                    if (!items_[after].printed && predecessor[after] == SIZE_MAX) predecessor[after] = number;
        size_t at = 0;
        for (auto& [name, number] : numbers_)
            if (!items_[number].printed) {
                at = number;
                break;
            }
        while (place[at] == SIZE_MAX) {
            place[at] = path.size();
            path.push_back(at);
            at = predecessor[at];
        }
        for (size_t index = path.size(); index-- > place[at];) warn("%s", items_[path[index]].name->c_str());
        size_t before = path.back();
        // `at` was reached as the predecessor of the path's last item: that edge closes the loop.
        auto& successors = items_[at].successors;
        for (size_t index = 0; index < successors.size(); ++index)
            if (successors[index] == before) {
                successors.erase(successors.begin() + static_cast<ptrdiff_t>(index));
                break;
            }
        if (--items_[before].predecessors == 0) ready.push_back(before);
    }

    std::map<std::string, size_t> numbers_;
    std::vector<Item> items_;
};

int run(Arguments& arguments) {
    while (arguments.next_option()) {
    }
    auto operands = arguments.operands();
    if (operands.size() > 1) extra_operand(operands[1]);
    static char dash[] = "-";
    char* name = operands.empty() ? dash : operands[0];
    Graph graph;
    bool have_first = false;
    size_t first = 0;
    char* names[] = {name};
    int status = for_each_input(names, [&](Input& input, const char*) {
        while (auto line = input.next_line()) {
            std::string_view rest = *line;
            for (;;) {
                size_t begin = rest.find_first_not_of(" \t\n");
                if (begin == std::string_view::npos) break;
                rest.remove_prefix(begin);
                size_t end = rest.find_first_of(" \t\n");
                size_t item = graph.find(rest.substr(0, end));
                if (have_first) graph.add(first, item);
                first = item;
                have_first = !have_first;
                if (end == std::string_view::npos) break;
                rest.remove_prefix(end);
            }
        }
    });
    if (status != 0) return status;
    if (have_first) die(1, "%s: input contains an odd number of tokens", name);
    return graph.print(name) ? 0 : 1;
}

constexpr Tool kTool = {
    .name = "tsort",
    .synopsis = "[FILE]",
    .summary = "Write a totally ordered list that agrees with the partial order of the pairs in FILE.",
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
