// The machine-check architecture (Intel SDM 3B 15): errors are reported, and said clearly before the kernel stops.
#pragma once
#include <optional>

#include "base/types.h"

namespace martlet {

void machine_check_init_cpu();

struct MachineCheckError {
    u32 bank;
    u64 status, address;
};
/// The first error that the banks hold.
std::optional<MachineCheckError> find_machine_check();

} // namespace martlet
