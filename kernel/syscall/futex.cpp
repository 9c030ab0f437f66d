// The operations of futex(2) by number: which arguments they take, which clock their timeout is on, how they restart.
#include "syscall/futex.h"

#include "ipc/futex.h"
#include "proc/task.h"
#include "time/clock.h"

namespace martlet {

namespace {

enum Operation {
    kWait = 0, kWake = 1, kRequeue = 3, kCompareRequeue = 4, kWakeOp = 5, kLockPi = 6, kUnlockPi = 7, kTryLockPi = 8,
    kWaitBitset = 9, kWakeBitset = 10, kWaitRequeuePi = 11, kCompareRequeuePi = 12, kLockPi2 = 13
};
constexpr int kPrivate = 128, kClockRealtime = 256;

enum class TimeoutKind : u8 { Relative, AbsoluteMonotonic, AbsoluteRealtime };

Result<Deadline> load_deadline(UserPtr<const abi::TimeSpec> timeout, TimeoutKind kind) {
    if (!timeout) return Deadline::never();
    abi::TimeSpec value = TRY(timeout.load());
    if (!value.is_valid()) return Error(Errno::EINVAL);
    switch (kind) {
    case TimeoutKind::Relative: return Deadline::after(value.to_ns());
    case TimeoutKind::AbsoluteMonotonic: return Deadline::at(value.to_ns());
    case TimeoutKind::AbsoluteRealtime: return Deadline::at_realtime(value.to_ns());
    }
    return Error(Errno::EINVAL);
}

/// A wait with a timeout that a signal interrupted goes on to the same end, unless a handler runs: then it is EINTR.
Result<void> wait(FutexWord word, u32 value, u32 bitset, Deadline deadline);

Result<i64> continue_wait(RestartBlock& block) {
    FutexWord word{block.user_address, block.arguments[1] != 0 ? FutexScope::Private : FutexScope::Shared};
    Deadline deadline =
        block.arguments[3] != 0 ? Deadline::at_realtime(block.arguments[3]) : Deadline::at(block.deadline_ns);
    TRY(wait(word, static_cast<u32>(block.arguments[0]), static_cast<u32>(block.arguments[2]), deadline));
    return 0;
}

Result<void> wait(FutexWord word, u32 value, u32 bitset, Deadline deadline) {
    Result<void> waited = futex_wait(word, value, bitset, deadline);
    if (waited || waited.error() != Errno::kRestartSys || deadline.is_never()) return waited;
    current_task().restart_block = {.restart = continue_wait,
                                    .deadline_ns = deadline.monotonic_ns,
                                    .user_address = word.address,
                                    .arguments = {value, word.scope == FutexScope::Private ? 1u : 0u, bitset,
                                                  deadline.realtime_ns}};
    return Error(Errno::kRestartBlock);
}

/// What FUTEX_WAKE_OP does to its second word, and when it wakes there.
struct WordOperation {
    explicit WordOperation(u32 encoded)
        : operation(encoded >> 28 & 7), comparison(encoded >> 24 & 15), operand(sign_extend_12(encoded >> 12)),
          comparand(sign_extend_12(encoded)) {
        if (encoded & 0x8000'0000) operand = static_cast<i32>(1u << (operand & 31));
    }
    bool is_valid() const { return operation <= 4 && comparison <= 5; }
    u32 apply(u32 old) const {
        u32 given = static_cast<u32>(operand);
        const u32 results[] = {given, old + given, old | given, old & ~given, old ^ given};
        return results[operation];
    }
    bool holds_for(u32 old) const {
        i32 before = static_cast<i32>(old);
        const bool outcomes[] = {before == comparand, before != comparand, before < comparand,
                                 before <= comparand, before > comparand,  before >= comparand};
        return outcomes[comparison];
    }

    u32 operation, comparison;
    i32 operand, comparand;

private:
    static i32 sign_extend_12(u32 bits) { return static_cast<i32>(bits << 20) >> 20; }
};

Result<u32> wake_op(FutexWord word, FutexWord second, u32 count, u32 second_count, WordOperation operation) {
    if (!operation.is_valid()) return Error(Errno::ENOSYS);
    if (second.address % sizeof(u32) != 0) return Error(Errno::EINVAL);
    u32 old;
    if (!arch_user_load_u32(second.address, old)) return Error(Errno::EFAULT);
    for (bool exchanged = false; !exchanged;)
        if (!arch_user_compare_exchange_u32(second.address, old, operation.apply(old), exchanged))
            return Error(Errno::EFAULT);
    u32 total = TRY(futex_wake(word, kFutexAnyBit, count));
    if (operation.holds_for(old)) total += TRY(futex_wake(second, kFutexAnyBit, second_count));
    return total;
}

Result<u32> success(Result<void> result) {
    TRY(result);
    return 0;
}

/// Counts are signed to Linux, and a wake-up without a positive one wakes one waiter.
u32 wake_count(u32 value) { return static_cast<i32>(value) < 1 ? 1 : value; }
bool is_negative(u32 count) { return static_cast<i32>(count) < 0; }

} // namespace

/// The rare operations stand apart, so that the frequent one needs no stack frame of their size.
[[gnu::noinline]] static Result<u32> other_operation(u64 address, int operation, u32 value, u64 timeout,
                                                     u64 address2, u32 value3) {
    FutexScope scope = operation & kPrivate ? FutexScope::Private : FutexScope::Shared;
    bool is_realtime = (operation & kClockRealtime) != 0;
    int command = operation & ~(kPrivate | kClockRealtime);
    if (is_realtime && command != kWaitBitset && command != kWaitRequeuePi && command != kLockPi2)
        return Error(Errno::ENOSYS);
    FutexWord word{address, scope}, second{address2, scope};
    UserPtr<const abi::TimeSpec> time(timeout);
    TimeoutKind absolute = is_realtime ? TimeoutKind::AbsoluteRealtime : TimeoutKind::AbsoluteMonotonic;
    u32 second_count = static_cast<u32>(timeout);
    switch (command) {
    case kWait: return success(wait(word, value, kFutexAnyBit, TRY(load_deadline(time, TimeoutKind::Relative))));
    case kWaitBitset: return success(wait(word, value, value3, TRY(load_deadline(time, absolute))));
    case kWakeBitset: return futex_wake(word, value3, wake_count(value));
    case kRequeue:
    case kCompareRequeue:
        if (is_negative(value) || is_negative(second_count)) return Error(Errno::EINVAL);
        return futex_requeue(word, second, value, second_count, command == kCompareRequeue ? &value3 : nullptr);
    case kWakeOp: return wake_op(word, second, wake_count(value), wake_count(second_count), WordOperation(value3));
    case kLockPi: return success(futex_lock_pi(word, TRY(load_deadline(time, TimeoutKind::AbsoluteRealtime))));
    case kLockPi2: return success(futex_lock_pi(word, TRY(load_deadline(time, absolute))));
    case kTryLockPi: return success(futex_try_lock_pi(word));
    case kUnlockPi: return success(futex_unlock_pi(word));
    case kWaitRequeuePi: return success(futex_wait_requeue_pi(word, value, second, TRY(load_deadline(time, absolute))));
    case kCompareRequeuePi:
        if (value != 1 || is_negative(second_count)) return Error(Errno::EINVAL);
        return futex_requeue_pi(word, second, second_count, value3);
    default: return Error(Errno::ENOSYS);
    }
}

Result<u32> sys_futex(u64 address, int operation, u32 value, u64 timeout, u64 address2, u32 value3) {
    if ((operation & ~kPrivate) != kWake) return other_operation(address, operation, value, timeout, address2, value3);
    return futex_wake({address, operation & kPrivate ? FutexScope::Private : FutexScope::Shared},
                      kFutexAnyBit, wake_count(value));
}

Result<u32> sys_futex_waitv(UserPtr<const abi::FutexWaitItem> from, u32 count, u32 flags,
                            UserPtr<const abi::TimeSpec> timeout, int clock) {
    constexpr u32 kSize32 = 2;
    if (flags != 0 || count == 0 || count > kMaximumFutexWaitItems || !from) return Error(Errno::EINVAL);
    Deadline deadline = Deadline::never();
    if (timeout) {
        if (clock != abi::kClockMonotonic && clock != abi::kClockRealtime) return Error(Errno::EINVAL);
        deadline = TRY(load_deadline(timeout, clock == abi::kClockRealtime ? TimeoutKind::AbsoluteRealtime
                                                                           : TimeoutKind::AbsoluteMonotonic));
    }
    FutexWaitItem items[kMaximumFutexWaitItems];
    for (u32 index = 0; index < count; ++index) {
        abi::FutexWaitItem item = TRY((from + index).load());
        if ((item.flags & ~static_cast<u32>(kPrivate)) != kSize32 || item.reserved != 0) return Error(Errno::EINVAL);
        items[index] = {{item.address, item.flags & kPrivate ? FutexScope::Private : FutexScope::Shared},
                        static_cast<u32>(item.expected)};
    }
    return futex_wait_any({items, count}, deadline);
}

} // namespace martlet
