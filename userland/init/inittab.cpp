#include "inittab.h"

#include <array>
#include <optional>

namespace init {
namespace {

std::optional<Action> action_by_name(std::string_view name) {
    struct Named {
        std::string_view name;
        Action action;
    };
    static constexpr std::array<Named, 6> kActions = {{{"sysinit", Action::Sysinit},
                                                       {"wait", Action::Wait},
                                                       {"once", Action::Once},
                                                       {"respawn", Action::Respawn},
                                                       {"ctrlaltdel", Action::CtrlAltDel},
                                                       {"shutdown", Action::Shutdown}}};
    for (const Named& candidate : kActions)
        if (candidate.name == name) return candidate.action;
    return std::nullopt;
}

std::string_view take_until(std::string_view& text, char separator) {
    size_t end = text.find(separator);
    std::string_view field = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    return field;
}

} // namespace

std::vector<Entry> parse_inittab(std::string_view text, std::vector<std::string>& errors) {
    std::vector<Entry> entries;
    for (int number = 1; !text.empty(); ++number) {
        std::string_view line = take_until(text, '\n');
        if (line.empty() || line[0] == '#') continue;
        auto complain = [&](const char* reason) {
            errors.push_back("line " + std::to_string(number) + ": " + reason);
        };
        std::string_view terminal = take_until(line, ':');
        take_until(line, ':');
        std::string_view action_name = take_until(line, ':');
        std::optional<Action> action = action_by_name(action_name);
        if (!action) complain("unknown action");
        else if (line.empty()) complain("no command");
        else entries.push_back({std::string(terminal), *action, std::string(line)});
    }
    return entries;
}

} // namespace init
