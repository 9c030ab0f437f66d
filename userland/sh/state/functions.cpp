#include "state/functions.hpp"

#include <algorithm>

namespace sh {

namespace {

bool comes_before(const std::shared_ptr<Function>& function, std::string_view name) {
    return function->name < name;
}

}  // namespace

size_t Functions::position(std::string_view name) const {
    auto at = std::lower_bound(functions_.begin(), functions_.end(), name, comes_before);
    return at != functions_.end() && (*at)->name == name ? static_cast<size_t>(at - functions_.begin())
                                                         : functions_.size();
}

std::shared_ptr<Function> Functions::find(std::string_view name) const {
    size_t at = position(name);
    return at < functions_.size() ? functions_[at] : nullptr;
}

void Functions::define(std::string_view name, ArenaRef arena, const Node* body, const std::string* source_file) {
    auto function = std::make_shared<Function>(std::string(name), std::move(arena), body, source_file);
    auto at = std::lower_bound(functions_.begin(), functions_.end(), name, comes_before);
    if (at != functions_.end() && (*at)->name == name)
        *at = std::move(function);
    else
        functions_.insert(at, std::move(function));
}

bool Functions::remove(std::string_view name) {
    size_t at = position(name);
    if (at == functions_.size())
        return false;
    functions_.erase(functions_.begin() + static_cast<ptrdiff_t>(at));
    return true;
}

}  // namespace sh
