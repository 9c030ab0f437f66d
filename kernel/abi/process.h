// Structures of process calls of the Linux x86-64 ABI.
#pragma once
#include "abi/time.h"

namespace martlet::abi {

struct ResourceUsage { // struct rusage
    TimeVal user_time, system_time;
    i64 maximum_resident_kib, shared, data, stack, minor_faults, major_faults, swaps, blocks_in, blocks_out,
        messages_sent, messages_received, signals, voluntary_switches, involuntary_switches;
};
static_assert(sizeof(ResourceUsage) == 144);

struct CloneArguments { // struct clone_args
    u64 flags, pid_fd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup;
};
inline constexpr usize kCloneArgumentsSizeV0 = 64, kCloneArgumentsSizeV2 = 88;

struct FutexWaitItem { // struct futex_waitv
    u64 expected, address;
    u32 flags, reserved;
};

struct UtsName { // struct new_utsname
    char system[65], node[65], release[65], version[65], machine[65], domain[65];
};

struct SystemInformation { // struct sysinfo
    i64 uptime;
    u64 loads[3]; // 16 fraction bits
    u64 total_ram, free_ram, shared_ram, buffer_ram, total_swap, free_swap;
    u16 processes, padding;
    u64 total_high, free_high;
    u32 memory_unit;
};
static_assert(sizeof(SystemInformation) == 112);

struct CapabilityHeader {
    u32 version;
    i32 process_id;
};
struct CapabilityData {
    u32 effective, permitted, inheritable;
};

} // namespace martlet::abi
