// Waiting for children (wait4(2), waitid(2)).
#pragma once
#include "proc/process.h"

namespace martlet {

inline constexpr u32 kWaitNoHang = 1, kWaitStopped = 2, kWaitExited = 4, kWaitContinued = 8, kWaitNoWait = 0x0100'0000,
                     kWaitNoThread = 0x2000'0000, kWaitAll = 0x4000'0000, kWaitClone = 0x8000'0000;

enum class WaitTarget : u8 { Any, Process, Group, Exactly };

struct WaitRequest {
    WaitTarget target = WaitTarget::Any;
    int id = 0;        // of the process or group
    Ref<Process> process{}; // Exactly: this one, whatever has its number by now (P_PIDFD)
    u32 options = 0;   // kWait…
};

struct WaitOutcome {
    int process_id = 0; // 0: WNOHANG and nothing to report
    u32 user_id = 0;
    i32 code = 0;       // CLD_…
    i32 status = 0;     // wait(2) format
    ResourceUsage usage;
};

/// ECHILD: no such child; kRestartSys: a signal.
Result<WaitOutcome> wait_for_child(const WaitRequest& request);

} // namespace martlet
