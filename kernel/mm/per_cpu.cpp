#include "mm/per_cpu.h"

#include "base/ref.h"
#include "mm/init.h"

namespace martlet {

namespace {
PerCpuMemory boot_cpu_memory;
PerCpuMemory* cpu_memories[kMaxCpus];
} // namespace

PerCpuMemory* this_cpu_memory() { return cpu_memories[this_cpu().id]; }
PerCpuMemory* cpu_memory(u32 cpu_id) { return cpu_memories[cpu_id]; }

void per_cpu_memory_init() { cpu_memories[0] = &boot_cpu_memory; }

Result<void> init_memory_for_cpu(u32 cpu_id) {
    cpu_memories[cpu_id] = TRY(make_own<PerCpuMemory>()).release();
    return {};
}

} // namespace martlet
