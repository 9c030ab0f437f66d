#include "state/aliases.hpp"

#include <algorithm>

namespace sh {

namespace {

bool comes_before(const std::unique_ptr<Alias>& alias, std::string_view name) {
    return alias->name < name;
}

}  // namespace

Alias* Aliases::find(std::string_view name) {
    auto at = std::lower_bound(aliases_.begin(), aliases_.end(), name, comes_before);
    return at != aliases_.end() && (*at)->name == name && !(*at)->removed ? at->get() : nullptr;
}

void Aliases::set(std::string_view name, std::string_view value) {
    auto at = std::lower_bound(aliases_.begin(), aliases_.end(), name, comes_before);
    if (at == aliases_.end() || (*at)->name != name)
        at = aliases_.insert(at, std::make_unique<Alias>());
    (*at)->name = name;
    (*at)->value = value;
    (*at)->removed = false;
}

bool Aliases::remove(std::string_view name) {
    Alias* alias = find(name);
    if (alias)
        alias->removed = true;
    return alias != nullptr;
}

void Aliases::remove_all() {
    for (auto& alias : aliases_)
        alias->removed = true;
}

std::vector<const Alias*> Aliases::sorted() const {
    std::vector<const Alias*> all;
    for (const auto& alias : aliases_)
        if (!alias->removed)
            all.push_back(alias.get());
    return all;
}

}  // namespace sh
