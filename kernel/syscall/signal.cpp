#include "syscall/signal.h"

#include <string.h>

#include <algorithm>

#include "proc/process_info.h"
#include "proc/signal_internal.h"
#include "proc/signal_stack.h"
#include "sync/wait_queue.h"

namespace martlet {

namespace {

constexpr usize kSetSize = sizeof(u64);
constexpr u64 kKnownActionFlags = abi::kSaNoClDStop | abi::kSaNoClDWait | abi::kSaSigInfo | abi::kSaRestorer |
                                  abi::kSaOnStack | abi::kSaRestart | abi::kSaNoDefer | abi::kSaResetHand;

/// A disposition that ignores the signal also forgets pending ones (POSIX.1-2017 2.4.3).
void forget_ignored(Process& process, int signal) {
    PendingSignals::EntryList discarded;
    {
        IrqLockGuard guard(process.signals.lock);
        if (process.signals.actions->is_ignored(signal)) discard_pending(process, SignalSet::of(signal), discarded);
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
    free_queued_signal(consumed);
    return signal;
}

} // namespace

Result<void> sys_rt_sigaction(int signal, UserPtr<const abi::SignalAction> action, UserPtr<abi::SignalAction> old, usize size) {
    if (size != kSetSize || !is_valid_signal(signal)) return Error(Errno::EINVAL);
    if (action && kUnblockableSignals.contains(signal)) return Error(Errno::EINVAL);
    Process& process = current_process();
    Ref<SignalActions> actions;
    {
        IrqLockGuard guard(process.signals.lock);
        actions = process.signals.actions;
    }
    abi::SignalAction previous;
    if (action) {
        abi::SignalAction wanted = TRY(action.load());
        wanted.flags &= kKnownActionFlags;
        wanted.mask &= ~kUnblockableSignals.bits();
        previous = actions->set(signal, wanted);
        forget_ignored(process, signal);
    } else {
        previous = actions->get(signal);
    }
    if (old) TRY(old.store(previous));
    return {};
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
    abi::SignalInfo fault;
    fault.signal = kSigSegv;
    fault.code = abi::kSiKernel;
    force_signal(fault);
    return 0;
}

Result<void> sys_sigaltstack(TrapFrame& frame, UserPtr<const abi::AlternateStack> stack, UserPtr<abi::AlternateStack> old) {
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

Result<u32> sys_alarm(u32 seconds) {
    u64 remaining_ns = current_process()
                           .timers.set(IntervalTimerKind::Real, {.remaining_ns = seconds * kNanosecondsPerSecond})
                           .remaining_ns;
    // Rounded, but a timer that is still running never shows as 0 (alarm(2)).
    u64 rounded = (remaining_ns + kNanosecondsPerSecond / 2) / kNanosecondsPerSecond;
    return static_cast<u32>(remaining_ns != 0 && rounded == 0 ? 1 : rounded);
}

namespace {

abi::IntervalTimer to_user(IntervalTimerValue value) {
    // A running timer never shows as zero, which would mean "off".
    u64 remaining_ns = value.remaining_ns != 0 ? std::max<u64>(value.remaining_ns, 1000) : 0;
    return {.interval = abi::TimeVal::from_ns(value.interval_ns), .value = abi::TimeVal::from_ns(remaining_ns)};
}

Result<IntervalTimerKind> timer_kind(int which) {
    if (which < 0 || which > 2) return Error(Errno::EINVAL);
    return static_cast<IntervalTimerKind>(which);
}

} // namespace

Result<void> sys_getitimer(int which, UserPtr<abi::IntervalTimer> value) {
    return value.store(to_user(current_process().timers.get(TRY(timer_kind(which)))));
}

Result<void> sys_setitimer(int which, UserPtr<const abi::IntervalTimer> value, UserPtr<abi::IntervalTimer> old) {
    IntervalTimerValue wanted;
    if (value) { // a null pointer turns the timer off, as Linux
        abi::IntervalTimer given = TRY(value.load());
        if (!given.value.is_valid() || !given.interval.is_valid()) return Error(Errno::EINVAL);
        wanted = {.remaining_ns = given.value.to_ns(), .interval_ns = given.interval.to_ns()};
    }
    IntervalTimerValue before = current_process().timers.set(TRY(timer_kind(which)), wanted);
    if (old) TRY(old.store(to_user(before)));
    return {};
}

} // namespace martlet
