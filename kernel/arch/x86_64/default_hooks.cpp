// Weak answers to the hooks of arch/faults.h, for a kernel without processes.
#include "arch/faults.h"

#include "base/assert.h"

namespace martlet {

[[gnu::weak]] PageFaultOutcome handle_page_fault(TrapFrame&, u64, u64) { return PageFaultOutcome::Unhandled; }
[[gnu::weak]] void deliver_fault_signal(TrapFrame&, int signal, int, u64, u64, u64) {
    panic("signal %d for a fault, and there are no processes", signal);
}
[[gnu::weak]] void handle_return_to_user_work(TrapFrame&) { panic("work for user mode, and there are no processes"); }
extern "C" [[gnu::weak]] void syscall_dispatch(TrapFrame&) { panic("a system call, and there are none"); }
[[gnu::weak]] void start_init() { panic("this kernel has no processes: nothing to start"); }

} // namespace martlet
