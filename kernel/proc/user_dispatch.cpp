#include "proc/user_dispatch.h"

#include <string.h>

#include "mm/user_access.h"
#include "proc/core/core_dump.h"
#include "proc/exit.h"
#include "proc/signal_internal.h"
#include "proc/trace/tracing.h"

namespace martlet {

namespace {

/// A fatal signal that no handler sees.
[[noreturn]] void end_by(int signal) {
    abi::SignalInfo info;
    info.signal = signal;
    info.code = abi::kSiKernel;
    exit_process(dump_core(info));
}

} // namespace

Result<void> set_user_dispatch(u64 mode, u64 start, u64 size, u64 selector) {
    enum Mode : u64 { kOff, kOn };
    Task& task = current_task();
    if (mode > kOn || (mode == kOff && (start | size | selector) != 0)) return Error(Errno::EINVAL);
    if (start != 0 && start + size <= start) return Error(Errno::EINVAL);
    if (selector >= kUserEnd) return Error(Errno::EFAULT);
    task.user_dispatch = {mode == kOn, start, size, selector};
    update_call_tracing(task);
    return {};
}

bool divert_call(TrapFrame& frame) {
    constexpr u8 kAllow = 0, kBlock = 1; // SYSCALL_DISPATCH_FILTER_…
    constexpr i32 kUserDispatchCode = 2; // SYS_USER_DISPATCH
    constexpr u32 kArchitecture = 0xc000'003e; // AUDIT_ARCH_X86_64
    const UserDispatch& dispatch = current_task().user_dispatch;
    if (frame.rip - dispatch.allowed_start < dispatch.allowed_size) return false;
    if (dispatch.selector != 0) {
        Result<u8> state = UserPtr<const u8>(dispatch.selector).load();
        if (!state) end_by(kSigSegv);
        if (*state == kAllow) return false;
        if (*state != kBlock) end_by(kSigSys);
    }
    frame.rax = frame.orig_rax; // as if the call had not been made
    abi::SignalInfo info;
    info.signal = kSigSys;
    info.code = kUserDispatchCode;
    struct {
        u64 address;
        u32 number, architecture;
    } details = {frame.rip, static_cast<u32>(frame.orig_rax), kArchitecture};
    memcpy(info.raw, &details, sizeof details);
    force_signal(info);
    return true;
}

} // namespace martlet
