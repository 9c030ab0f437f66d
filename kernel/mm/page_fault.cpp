// The processor's page faults: the address space resolves them, or the task gets a signal.
#include "abi/signal.h"
#include "arch/faults.h"
#include "mm/address_space.h"
#include "mm/oom.h"
#include "proc/resource_limits.h"
#include "proc/signal_set.h"
#include "proc/task.h"

namespace martlet {

PageFaultOutcome handle_page_fault(TrapFrame& frame, u64 address, u64 error_code) {
    Task* task = current_task_or_null();
    bool from_user = frame.from_user();
    AddressSpace* space = task ? task->address_space() : nullptr;
    FaultResult result = FaultResult::SegvMapErr;
    if (space && address < kUserEnd && !(error_code & kPageFaultReserved)) {
        PageAccess access = (error_code & kPageFaultWrite) ? PageAccess::Write : PageAccess::Read;
        // A kernel that jumps to user memory is a bug, never a page to fill.
        if (!from_user && (error_code & kPageFaultFetch)) return PageFaultOutcome::Unhandled;
        u32 attempt = 0;
        do {
            result = space->fault(address, access, (error_code & kPageFaultFetch) != 0, current_memory_limits);
        } while (result == FaultResult::OutOfMemory && wait_for_memory(attempt++));
    }
    if (result == FaultResult::Resolved) {
        task->minor_faults.fetch_add(1, std::memory_order_relaxed);
        return PageFaultOutcome::Resolved;
    }
    if (!from_user) return PageFaultOutcome::Unhandled;
    constexpr u64 kPageFaultTrap = 14;
    switch (result) {
    case FaultResult::BusAdrErr:
        deliver_fault_signal(frame, kSigBus, abi::kBusAdrErr, address, kPageFaultTrap, error_code);
        break;
    case FaultResult::SegvAccErr:
        deliver_fault_signal(frame, kSigSegv, abi::kSegvAccErr, address, kPageFaultTrap, error_code);
        break;
    case FaultResult::SegvMapErr:
        deliver_fault_signal(frame, kSigSegv, abi::kSegvMapErr, address, kPageFaultTrap, error_code);
        break;
    // The OOM killer chose this task or found nobody: either way it goes on to its signals, or faults again.
    case FaultResult::OutOfMemory:
    case FaultResult::Resolved: break;
    }
    return PageFaultOutcome::Resolved;
}

} // namespace martlet
