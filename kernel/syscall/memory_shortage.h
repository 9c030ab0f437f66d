// A system call that failed because memory ran out, not because of a limit.
#pragma once
#include "syscall/table.h"

namespace martlet {

/// Linux's small allocations fail only when no process is left to be killed for them. Here they fail at once,
/// with whatever locks the caller holds; the call undoes itself, and runs again from its beginning after a
/// process has been killed. So a call that answers ENOMEM for want of memory must not have done anything that
/// it cannot do again. Answers the final result: ENOMEM if it has another cause, or if the task is dying or
/// nobody else can be killed.
i64 run_again_for_memory(TrapFrame& frame, SyscallEntry entry);

} // namespace martlet
