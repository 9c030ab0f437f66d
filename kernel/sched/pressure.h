// Pressure stall information: how much of the time threads could not go on for want of a processor or of
// memory
// (/proc/pressure, Linux's "PSI - Pressure Stall Information").
//
// Some: at least one thread waited; full: no thread ran instead. Waiting for a processor is sampled by the
// tick, for each processor that works, and weighted by how many do; waiting for memory is measured, from the
// start of a reclaim to its end. Locking: none for the callers.
#pragma once
#include "base/types.h"

namespace martlet {

enum class PressureKind : u8 { Cpu, Memory, Count };

struct Pressure {
    u64 averages[3]; // percent over 10, 60 and 300 seconds, with 11 fraction bits
    u64 total_ns;
};
struct PressureLines {
    Pressure some, full;
};
PressureLines pressure(PressureKind kind);

/// The tick of one of `working_cpus` processors, which stands for `ns`, has found a thread that waits.
void note_waiting_for_cpu(u64 ns, u32 working_cpus);

/// While one exists, the current thread waits for memory.
class MemoryStall : NonCopyable {
public:
    MemoryStall();
    ~MemoryStall();
};

} // namespace martlet
