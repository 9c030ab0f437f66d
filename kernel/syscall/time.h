// Calls about clocks and sleeping.
#pragma once
#include "abi/time.h"
#include "mm/user_access.h"

namespace martlet {

Result<void> sys_nanosleep(UserPtr<const abi::TimeSpec> duration, UserPtr<abi::TimeSpec> remaining);
Result<void> sys_clock_nanosleep(int clock, int flags, UserPtr<const abi::TimeSpec> request,
                                 UserPtr<abi::TimeSpec> remaining);
Result<void> sys_clock_gettime(int clock, UserPtr<abi::TimeSpec> time);
Result<void> sys_clock_getres(int clock, UserPtr<abi::TimeSpec> resolution);
Result<void> sys_clock_settime(int clock, UserPtr<const abi::TimeSpec> time);
Result<void> sys_gettimeofday(UserPtr<abi::TimeVal> time, UserPtr<abi::TimeZone> zone);
Result<void> sys_settimeofday(UserPtr<const abi::TimeVal> time, UserPtr<const abi::TimeZone> zone);
Result<int> sys_adjtimex(UserPtr<abi::TimeAdjustment> adjustment);
Result<int> sys_clock_adjtime(int clock, UserPtr<abi::TimeAdjustment> adjustment);
/// EINVAL: there is no such clock.
Result<void> check_clock(int clock);
Result<i64> sys_time(UserPtr<i64> time);

} // namespace martlet
