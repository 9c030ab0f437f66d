// What a start of units means: which others they require, and which cannot start at all.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "unit.h"

namespace init {

struct Rejected {
    std::string name;
    std::string reason;
    bool has_file = true;
};

struct Plan {
    std::vector<std::string> start; // the wanted units and what they require, without the rejected ones
    std::vector<Rejected> rejected; // units with errors, without a file, or in a cycle: named with the reason
};

/// `find` answers the unit of a name, or null if it has no file. Units that require a rejected one are left
/// in: they fail when their turn comes, with a reason that names it.
Plan plan_start(const std::vector<std::string>& wanted,
                const std::function<const Unit*(const std::string&)>& find);

} // namespace init
