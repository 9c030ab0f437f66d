// Calls about timers that send signals: timer_create(2) and its relatives, setitimer(2), alarm(2).
#pragma once
#include "abi/signal.h"
#include "abi/time.h"
#include "mm/user_access.h"

namespace martlet {

Result<void> sys_timer_create(int clock, UserPtr<const abi::SignalEvent> event, UserPtr<int> id);
Result<void> sys_timer_settime(int id, int flags, UserPtr<const abi::TimerSpec> value, UserPtr<abi::TimerSpec> old);
Result<void> sys_timer_gettime(int id, UserPtr<abi::TimerSpec> value);
Result<int> sys_timer_getoverrun(int id);
Result<void> sys_timer_delete(int id);

Result<u32> sys_alarm(u32 seconds);
Result<void> sys_getitimer(int which, UserPtr<abi::IntervalTimer> value);
Result<void> sys_setitimer(int which, UserPtr<const abi::IntervalTimer> value, UserPtr<abi::IntervalTimer> old);

} // namespace martlet
