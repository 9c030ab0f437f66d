// What start.cpp, which owns the table of processors, offers to start_cpus.cpp.
#pragma once
#include <span>

#include "arch/cpu.h"

namespace martlet {

/// The processors with ids from 1 on.
void publish_cpus(std::span<Cpu* const> others);
void set_online_cpu_count(u32 count);

} // namespace martlet
