// Pathname expansion; POSIX.1-2017 2.6.6.
#pragma once

#include <string>
#include <vector>

#include "expand/pattern.hpp"

namespace sh {

// The sorted names that match; empty when none does.
std::vector<std::string> expand_pathname(const Pattern& pattern);

}  // namespace sh
