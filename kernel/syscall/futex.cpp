#include "syscall/futex.h"

#include "abi/time.h"
#include "ipc/futex.h"
#include "proc/task.h"
#include "time/clock.h"

namespace martlet {

namespace {

enum Operation { kWait = 0, kWake = 1, kRequeue = 3, kCompareRequeue = 4, kWakeOp = 5, kWaitBitset = 9, kWakeBitset = 10 };
constexpr int kPrivate = 128, kClockRealtime = 256;
constexpr u32 kAnyBit = ~0u;

Result<i64> continue_wait(RestartBlock& block) {
    FutexScope scope = block.arguments[1] != 0 ? FutexScope::Private : FutexScope::Shared;
    Result<void> waited = futex_wait(block.user_address, static_cast<u32>(block.arguments[0]), scope, kAnyBit,
                                     Deadline::at(block.deadline_ns));
    if (!waited) return Error(waited.error() == Errno::kRestartSys ? Errno::kRestartBlock : waited.error());
    return 0;
}

/// FUTEX_WAIT's timeout is relative, FUTEX_WAIT_BITSET's absolute on the chosen clock.
Result<Deadline> load_deadline(u64 timeout, bool is_absolute, bool is_realtime) {
    if (timeout == 0) return Deadline::never();
    abi::TimeSpec value = TRY(UserPtr<const abi::TimeSpec>(timeout).load());
    if (!value.is_valid()) return Error(Errno::EINVAL);
    if (!is_absolute) return Deadline::after(value.to_ns());
    if (!is_realtime) return Deadline::at(value.to_ns());
    u64 now = realtime_ns();
    return Deadline::after(value.to_ns() > now ? value.to_ns() - now : 0);
}

Result<u32> wait(u64 address, u32 value, FutexScope scope, u64 timeout, bool has_bitset, u32 bitset, bool is_realtime) {
    Deadline deadline = TRY(load_deadline(timeout, has_bitset, is_realtime));
    Result<void> waited = futex_wait(address, value, scope, bitset, deadline);
    if (waited) return 0;
    if (waited.error() != Errno::kRestartSys || deadline.is_never()) return Error(waited.error());
    current_task().restart_block = {.restart = continue_wait,
                                    .deadline_ns = deadline.monotonic_ns,
                                    .user_address = address,
                                    .arguments = {value, scope == FutexScope::Private ? 1u : 0u, 0, 0}};
    return Error(Errno::kRestartBlock);
}

/// FUTEX_WAKE_OP: changes the second word, then wakes at the first and, depending on the old value, at the second.
Result<u32> wake_op(u64 address, u64 address2, FutexScope scope, u32 count, u32 count2, u32 encoded) {
    u32 operation = encoded >> 28 & 7, comparison = encoded >> 24 & 15;
    i32 operand = static_cast<i32>(encoded << 8) >> 20, comparand = static_cast<i32>(encoded << 20) >> 20;
    if (encoded & 0x8000'0000) operand = static_cast<i32>(1u << (operand & 31));
    if (operation > 4 || comparison > 5) return Error(Errno::ENOSYS);
    if (address2 % sizeof(u32) != 0) return Error(Errno::EINVAL);
    u32 old;
    if (!arch_user_load_u32(address2, old)) return Error(Errno::EFAULT);
    for (bool exchanged = false; !exchanged;) {
        u32 given = static_cast<u32>(operand);
        const u32 results[] = {given, old + given, old | given, old & ~given, old ^ given};
        if (!arch_user_compare_exchange_u32(address2, old, results[operation], exchanged)) return Error(Errno::EFAULT);
    }
    i32 before = static_cast<i32>(old);
    const bool outcomes[] = {before == comparand, before != comparand, before < comparand,
                             before <= comparand, before > comparand,  before >= comparand};
    u32 total = TRY(futex_wake(address, scope, kAnyBit, count));
    if (outcomes[comparison]) total += TRY(futex_wake(address2, scope, kAnyBit, count2));
    return total;
}

} // namespace

Result<u32> sys_futex(u64 address, int operation, u32 value, u64 timeout, u64 address2, u32 value3) {
    FutexScope scope = operation & kPrivate ? FutexScope::Private : FutexScope::Shared;
    bool is_realtime = (operation & kClockRealtime) != 0;
    int command = operation & ~(kPrivate | kClockRealtime);
    if (is_realtime && command != kWait && command != kWaitBitset) return Error(Errno::ENOSYS);
    u32 second = static_cast<u32>(timeout);
    switch (command) {
    case kWait: return wait(address, value, scope, timeout, false, kAnyBit, is_realtime);
    case kWaitBitset: return wait(address, value, scope, timeout, true, value3, is_realtime);
    case kWake: return futex_wake(address, scope, kAnyBit, value);
    case kWakeBitset: return futex_wake(address, scope, value3, value);
    case kRequeue: return futex_requeue(address, address2, scope, value, second, false, 0);
    case kCompareRequeue: return futex_requeue(address, address2, scope, value, second, true, value3);
    case kWakeOp: return wake_op(address, address2, scope, value, second, value3);
    default: return Error(Errno::ENOSYS);
    }
}

} // namespace martlet
