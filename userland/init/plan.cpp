#include "plan.h"

#include <algorithm>
#include <map>

namespace init {
namespace {

using Find = std::function<const Unit*(const std::string&)>;

class Planner {
public:
    explicit Planner(const Find& find) : find_(find) {}

    Plan plan(const std::vector<std::string>& wanted) {
        for (const std::string& name : wanted) add(name);
        while (true) {
            for (auto& [name, node] : nodes_) node.mark = Mark::New;
            bool found = false;
            for (auto& [name, node] : nodes_)
                if (node.mark == Mark::New && (found = visit(name, node))) break;
            if (!found) break;
        }
        for (const std::string& name : order_)
            if (nodes_.contains(name)) plan_.start.push_back(name);
        return std::move(plan_);
    }

private:
    enum class Mark { New, OnPath, Finished };
    struct Node {
        const Unit* unit;
        Mark mark = Mark::New;
    };

    void add(const std::string& first) {
        std::vector<std::string> todo = {first};
        while (!todo.empty()) {
            std::string name = std::move(todo.back());
            todo.pop_back();
            if (!seen_.emplace(name, true).second) continue;
            const Unit* unit = find_(name);
            if (unit == nullptr) {
                plan_.rejected.push_back(
                    {name, "/etc/services/" + unit_file_name(name) + " is not there", false});
                continue;
            }
            if (!unit->errors.empty()) {
                plan_.rejected.push_back({name, unit->errors[0]});
                continue;
            }
            nodes_.emplace(name, Node{unit});
            order_.push_back(name);
            todo.insert(todo.end(), unit->requires_units.rbegin(), unit->requires_units.rend());
        }
    }

    /// Depth first along "starts after"; on meeting the path again, takes the cycle's units out and answers
    /// true.
    bool visit(const std::string& name, Node& node) {
        node.mark = Mark::OnPath;
        path_.push_back(name);
        for (const std::vector<std::string>* names : {&node.unit->requires_units, &node.unit->after}) {
            for (const std::string& before : *names) {
                auto found = nodes_.find(before);
                if (found == nodes_.end() || found->second.mark == Mark::Finished) continue;
                if (found->second.mark == Mark::OnPath) {
                    reject_cycle(before);
                    return true;
                }
                if (visit(before, found->second)) return true;
            }
        }
        node.mark = Mark::Finished;
        path_.pop_back();
        return false;
    }

    void reject_cycle(const std::string& first) {
        std::vector<std::string> cycle(std::find(path_.begin(), path_.end(), first), path_.end());
        std::string text = "dependency cycle: ";
        for (const std::string& name : cycle) text += name + " -> ";
        text += first;
        for (const std::string& name : cycle) {
            plan_.rejected.push_back({name, text});
            nodes_.erase(name);
        }
        path_.clear();
    }

    const Find& find_;
    std::map<std::string, Node> nodes_;
    std::map<std::string, bool> seen_;
    std::vector<std::string> order_; // as they were asked for
    std::vector<std::string> path_;
    Plan plan_;
};

} // namespace

Plan plan_start(const std::vector<std::string>& wanted,
                const std::function<const Unit*(const std::string&)>& find) {
    return Planner(find).plan(wanted);
}

} // namespace init
