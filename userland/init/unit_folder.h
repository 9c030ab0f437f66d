// /etc/services: NAME.service files are units, TARGET.target folders hold one entry (a link) for each unit
// that the target starts.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "unit.h"

namespace init {

inline constexpr char kUnitFolder[] = "/etc/services";

/// The unit of that name, with its errors; nothing if it has no file.
std::optional<Unit> load_unit(const std::string& name);
/// All units that have a file of their own (not templates), sorted.
std::vector<std::string> unit_names();
/// What the target starts, sorted; nothing if there is no such target.
std::optional<std::vector<std::string>> target_units(const std::string& target);
bool is_enabled(const std::string& name, const std::string& target);
/// 0, or the error.
int enable_unit(const std::string& name, const std::string& target);
int disable_unit(const std::string& name, const std::string& target);

} // namespace init
