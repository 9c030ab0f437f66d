// adjtimex(2), clock_adjtime(2): the clock runs free, as it does on a Linux without an NTP daemon. What a daemon would
// only note is kept and answered; slewing is refused (EOPNOTSUPP), steps work.
#include "proc/credentials.h"
#include "sync/spinlock.h"
#include "syscall/time.h"
#include "time/clock.h"

namespace martlet {

namespace {

constexpr u32 kOffset = 0x0001, kFrequency = 0x0002, kMaximumError = 0x0004, kEstimatedError = 0x0008,
              kStatus = 0x0010, kTimeConstant = 0x0020, kTai = 0x0080, kSetOffset = 0x0100, kMicro = 0x1000,
              kNano = 0x2000, kTick = 0x4000, kAdjustSingle = 0x8000, kOffsetReadOnly = 0xa001;
constexpr i32 kStatusUnsynchronised = 0x40, kStatusNano = 0x2000, kWritableStatus = 0x00ff;
constexpr int kTimeError = 5, kTimeOk = 0;
constexpr i64 kNormalTick = 10'000, kTolerance = 500ll << 16, kPrecision = 1;

struct Discipline {
    i64 maximum_error = 16'000'000, estimated_error = 16'000'000, time_constant = 2;
    i32 status = kStatusUnsynchronised, tai = 0;
};
SpinLock g_lock{LockRank::Leaf};
Discipline g_discipline GUARDED_BY(g_lock);

Result<void> check_modes(const abi::TimeAdjustment& request) {
    u32 modes = request.modes;
    if (modes & kAdjustSingle) {
        if (!(modes & kOffset)) return Error(Errno::EINVAL);
        if (modes == kOffsetReadOnly) return {};
        if (!current_has(Capability::SysTime)) return Error(Errno::EPERM);
        return Error(Errno::EOPNOTSUPP);
    }
    if (modes == 0) return {};
    if (!current_has(Capability::SysTime)) return Error(Errno::EPERM);
    if ((modes & kTick) && (request.tick < 900'000 / 100 || request.tick > 1'100'000 / 100))
        return Error(Errno::EINVAL);
    bool changes_rate = ((modes & kOffset) && request.offset != 0) ||
                        ((modes & kFrequency) && request.frequency != 0) ||
                        ((modes & kTick) && request.tick != kNormalTick);
    return changes_rate ? Error(Errno::EOPNOTSUPP) : Result<void>();
}

/// ADJ_SETOFFSET: a step by a signed time; the fraction is never negative.
Result<void> step(const abi::TimeAdjustment& request) {
    i64 limit = request.modes & kNano ? 1'000'000'000 : 1'000'000;
    if (request.time.microseconds < 0 || request.time.microseconds >= limit) return Error(Errno::EINVAL);
    i64 fraction_ns = request.modes & kNano ? request.time.microseconds : request.time.microseconds * 1000;
    i64 delta_ns, target_ns;
    if (__builtin_mul_overflow(request.time.seconds, static_cast<i64>(kNanosecondsPerSecond), &delta_ns) ||
        __builtin_add_overflow(delta_ns, fraction_ns, &delta_ns) ||
        __builtin_add_overflow(static_cast<i64>(realtime_ns()), delta_ns, &target_ns) || target_ns < 0)
        return Error(Errno::EINVAL);
    set_realtime_ns(static_cast<u64>(target_ns));
    return {};
}

void note(const abi::TimeAdjustment& request) REQUIRES(g_lock) {
    if (request.modes & kAdjustSingle) return;
    if (request.modes & kStatus)
        g_discipline.status = (g_discipline.status & ~kWritableStatus) | (request.status & kWritableStatus);
    if (request.modes & kNano) g_discipline.status |= kStatusNano;
    if (request.modes & kMicro) g_discipline.status &= ~kStatusNano;
    if (request.modes & kMaximumError) g_discipline.maximum_error = request.maximum_error;
    if (request.modes & kEstimatedError) g_discipline.estimated_error = request.estimated_error;
    if (request.modes & kTimeConstant) g_discipline.time_constant = request.constant;
    if ((request.modes & kTai) && request.constant >= 0) g_discipline.tai = static_cast<i32>(request.constant);
}

} // namespace

Result<int> sys_adjtimex(UserPtr<abi::TimeAdjustment> adjustment) {
    abi::TimeAdjustment request = TRY(adjustment.load());
    TRY(check_modes(request));
    if ((request.modes & kSetOffset) && !(request.modes & kAdjustSingle)) TRY(step(request));
    u64 now_ns = realtime_ns();
    int answer;
    {
        LockGuard guard(g_lock);
        note(request);
        const Discipline& now = g_discipline;
        request.offset = request.frequency = 0;
        request.maximum_error = now.maximum_error;
        request.estimated_error = now.estimated_error;
        request.status = now.status;
        request.constant = now.time_constant;
        request.precision = kPrecision;
        request.tolerance = kTolerance;
        request.tick = kNormalTick;
        request.tai = now.tai;
        request.time = abi::TimeVal::from_ns(now_ns);
        if (now.status & kStatusNano) request.time.microseconds = static_cast<i64>(now_ns % kNanosecondsPerSecond);
        answer = now.status & kStatusUnsynchronised ? kTimeError : kTimeOk;
    }
    TRY(adjustment.store(request));
    return answer;
}

Result<int> sys_clock_adjtime(int clock, UserPtr<abi::TimeAdjustment> adjustment) {
    if (clock != abi::kClockRealtime) {
        TRY(check_clock(clock));
        return Error(Errno::EOPNOTSUPP);
    }
    return sys_adjtimex(adjustment);
}

} // namespace martlet
