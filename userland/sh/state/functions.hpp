// Shell functions. A definition keeps the syntax tree it is part of alive.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.hpp"
#include "syntax/ast.hpp"

namespace sh {

// Shared, because a function may redefine or unset itself while it runs.
struct Function {
    std::string name;
    ArenaRef arena;
    const Node* body = nullptr;
    const std::string* source_file = nullptr;  // as Shell::source_file where it was defined
};

class Functions {
public:
    std::shared_ptr<Function> find(std::string_view name) const;
    bool contains(std::string_view name) const { return position(name) < functions_.size(); }
    void define(std::string_view name, ArenaRef arena, const Node* body, const std::string* source_file);
    bool remove(std::string_view name);
    bool empty() const { return functions_.empty(); }
    const std::vector<std::shared_ptr<Function>>& all() const { return functions_; }

private:
    size_t position(std::string_view name) const;

    std::vector<std::shared_ptr<Function>> functions_;  // sorted by name
};

}  // namespace sh
