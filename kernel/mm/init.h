// Bringing memory up, and what the architecture provides before.
//
// init_memory() is the first thing that kernel_main calls. Before it: the boot page tables map the first GiB
// of physical memory at kDirectMapBase and the kernel image at physical + kKernelImageBase; this_cpu() works;
// interrupts are off. After it: frames, heap, final page tables (W^X by section, direct map of all RAM, no
// identity map).
#pragma once
#include "base/result.h"
#include "base/types.h"

namespace martlet {

void init_memory();

/// Per-CPU caches of another processor, before it is started. Without them the CPU works, slower.
Result<void> init_memory_for_cpu(u32 cpu_id);

} // namespace martlet
