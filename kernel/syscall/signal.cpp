#include "syscall/signal.h"

#include <string.h>

#include "proc/process_info.h"
#include "proc/signal_internal.h"
#include "proc/signal_stack.h"
#include "sync/wait_queue.h"

namespace martlet {

namespace {

constexpr usize kSetSize = sizeof(u64);
constexpr u64 kKnownActionFlags = abi::kSaNoClDStop | abi::kSaNoClDWait | abi::kSaSigInfo | abi::kSaRestorer |
                                  abi::kSaOnStack | abi::kSaExposeTagBits | abi::kSaRestart |
                                  abi::kSaNoDefer | abi::kSaResetHand;

/// A disposition that ignores the signal also forgets pending ones (POSIX.1-2017 2.4.3).
void forget_pending(Process& process, int signal) {
    PendingSignals::EntryList discarded;
    {
        IrqLockGuard guard(process.signals.lock);
        discard_pending(process, SignalSet::of(signal), discarded);
    }
    free_queued_signals(discarded);
}

Result<void> store_information(UserPtr<abi::SignalInfo> to, const abi::SignalInfo& info) {
    u8 padded[abi::kUserSignalInfoSize] = {};
    memcpy(padded, &info, sizeof info);
    return UserSpan(to.address(), sizeof padded).copy_from_kernel(padded);
}

int take_waited(Process& process, Task& task, SignalSet wanted, abi::SignalInfo& info) {
    QueuedSignal* consumed = nullptr;
    int signal;
    {
        IrqLockGuard guard(process.signals.lock);
        signal = task.signals.pending.take(~wanted, info, consumed);
        if (signal == 0) signal = process.signals.pending.take(~wanted, info, consumed);
        task.signals.waited = signal == 0 ? wanted : SignalSet();
        recalculate_pending(process, task);
    }
    finish_taken_signal(consumed, info);
    return signal;
}

} // namespace

Result<void> sys_rt_sigaction(int signal, UserPtr<const abi::SignalAction> action,
                              UserPtr<abi::SignalAction> old, usize size) {
    if (size != kSetSize || !is_valid_signal(signal)) return Error(Errno::EINVAL);
    if (action && kUnblockableSignals.contains(signal)) return Error(Errno::EINVAL);
    Process& process = current_process();
    SignalActions& actions = process.signals.own_actions();
    if (!action) return old ? old.store(actions.get(signal)) : Result<void>();
    abi::SignalAction wanted, previous;
    TRY(action.load_array({&wanted, 1}));
    wanted.flags &= kKnownActionFlags;
    wanted.mask &= ~kUnblockableSignals.bits();
    actions.set(signal, wanted, old ? &previous : nullptr);
    if (wanted.handler <= abi::kSigIgnore && SignalActions::ignores(wanted.handler, signal))
        forget_pending(process, signal);
    return old ? old.store(previous) : Result<void>();
}

Result<void> sys_rt_sigprocmask(int how, UserPtr<const u64> set, UserPtr<u64> old, usize size) {
    enum { kBlock = 0, kUnblock = 1, kSetMask = 2 };
    if (size != kSetSize) return Error(Errno::EINVAL);
    SignalSet before = current_task().signals.blocked;
    if (set) {
        SignalSet given(TRY(set.load()));
        switch (how) {
        case kBlock: set_signal_mask(before | given); break;
        case kUnblock: set_signal_mask(before & ~given); break;
        case kSetMask: set_signal_mask(given); break;
        default: return Error(Errno::EINVAL);
        }
    }
    if (old) TRY(old.store(before.bits()));
    return {};
}

Result<void> sys_rt_sigpending(UserPtr<u64> set, usize size) {
    if (size > kSetSize) return Error(Errno::EINVAL);
    Task& task = current_task();
    Process& process = task.process();
    u64 bits;
    {
        IrqLockGuard guard(process.signals.lock);
        bits = ((task.signals.pending.set() | process.signals.pending.set()) & task.signals.blocked).bits();
    }
    return UserSpan(set.address(), size).copy_from_kernel({reinterpret_cast<const u8*>(&bits), size});
}

Result<void> sys_pause() {
    (void)sleep_until(Deadline::never());
    return Error(Errno::kRestartNoHandler);
}

Result<void> sys_rt_sigsuspend(UserPtr<const u64> mask, usize size) {
    if (size != kSetSize) return Error(Errno::EINVAL);
    begin_temporary_signal_mask(SignalSet(TRY(mask.load())));
    return sys_pause();
}

Result<int> sys_rt_sigtimedwait(UserPtr<const u64> set, UserPtr<abi::SignalInfo> information,
                                UserPtr<const abi::TimeSpec> timeout, usize size) {
    if (size != kSetSize) return Error(Errno::EINVAL);
    SignalSet wanted = SignalSet(TRY(set.load())) & ~kUnblockableSignals;
    Deadline deadline = Deadline::never();
    if (timeout) {
        abi::TimeSpec value = TRY(timeout.load());
        if (!value.is_valid()) return Error(Errno::EINVAL);
        deadline = Deadline::after(value.to_ns());
    }
    Task& task = current_task();
    Process& process = task.process();
    abi::SignalInfo info;
    int signal = take_waited(process, task, wanted, info);
    Result<void> slept;
    if (signal == 0) {
        slept = sleep_until(deadline);
        signal = take_waited(process, task, wanted, info);
    }
    task.signals.waited = SignalSet();
    if (signal == 0) return Error(slept ? Errno::EAGAIN : Errno::EINTR);
    if (information) TRY(store_information(information, info));
    return signal;
}

Result<u64> sys_rt_sigreturn(TrapFrame& frame) {
    Result<u64> restored = restore_signal_frame(frame);
    if (restored) return restored;
    force_segmentation_fault();
    return 0;
}

Result<void> sys_sigaltstack(TrapFrame& frame, UserPtr<const abi::AlternateStack> stack,
                             UserPtr<abi::AlternateStack> old) {
    abi::AlternateStack before = alternate_stack_for_user(current_task().signals.alternate_stack, frame.rsp);
    if (stack) TRY(set_alternate_stack(TRY(stack.load()), frame.rsp));
    if (old) TRY(old.store(before));
    return {};
}

Result<i64> sys_restart_syscall() {
    RestartBlock& block = current_task().restart_block;
    if (!block.restart) return Error(Errno::EINTR);
    return block.restart(block);
}

} // namespace martlet
