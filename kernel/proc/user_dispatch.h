// System calls that a program answers itself (prctl(2), PR_SET_SYSCALL_USER_DISPATCH): outside one range of
// its code, and while its selector byte says so, each call is SIGSYS instead. The state is the task's own;
// clone and execve clear it.
#pragma once
#include "arch/trap_frame.h"
#include "base/result.h"

namespace martlet {

struct UserDispatch {
    bool is_on = false;
    u64 allowed_start = 0, allowed_size = 0;
    u64 selector = 0; // the byte's address; 0: always block
};

/// EINVAL, EFAULT.
Result<void> set_user_dispatch(u64 mode, u64 start, u64 size, u64 selector);
/// Whether the call in `frame` became a signal, or the end of the process because of a bad selector.
bool divert_call(TrapFrame& frame);

} // namespace martlet
