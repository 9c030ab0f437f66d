// The names of the system that uname(2) and /proc/sys/kernel show.
#pragma once
#include <string_view>

#include "abi/process.h"
#include "vfs/change_count.h"

namespace martlet {

abi::UtsName system_names();
/// At most 64 bytes; longer ones are cut.
void set_node_name(std::string_view name);
void set_domain_name(std::string_view name);
extern ChangeCount node_name_changes, domain_name_changes;

} // namespace martlet
