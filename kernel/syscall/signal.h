// Calls about signals.
#pragma once
#include "abi/signal.h"
#include "abi/time.h"
#include "arch/trap_frame.h"
#include "mm/user_access.h"

namespace martlet {

Result<void> sys_rt_sigaction(int signal, UserPtr<const abi::SignalAction> action,
                              UserPtr<abi::SignalAction> old, usize size);
Result<void> sys_rt_sigprocmask(int how, UserPtr<const u64> set, UserPtr<u64> old, usize size);
Result<void> sys_rt_sigpending(UserPtr<u64> set, usize size);
Result<void> sys_rt_sigsuspend(UserPtr<const u64> mask, usize size);
Result<int> sys_rt_sigtimedwait(UserPtr<const u64> set, UserPtr<abi::SignalInfo> information,
                                UserPtr<const abi::TimeSpec> timeout, usize size);
Result<void> sys_rt_sigqueueinfo(int process_id, int signal, UserPtr<const abi::SignalInfo> information);
Result<void> sys_rt_tgsigqueueinfo(int process_id, int thread_id, int signal,
                                   UserPtr<const abi::SignalInfo> information);
Result<u64> sys_rt_sigreturn(TrapFrame& frame);
Result<void> sys_sigaltstack(TrapFrame& frame, UserPtr<const abi::AlternateStack> stack,
                             UserPtr<abi::AlternateStack> old);
Result<void> sys_kill(int process_id, int signal);
Result<void> sys_tkill(int thread_id, int signal);
Result<void> sys_tgkill(int process_id, int thread_id, int signal);
Result<void> sys_pause();
Result<i64> sys_restart_syscall();

} // namespace martlet
