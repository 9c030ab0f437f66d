#include "sched/thread.h"

#include <string.h>

#include <algorithm>

#include "mm/frame.h"
#include "sched/run_queue.h"
#include "sched/scheduler.h"
#include "time/clock.h"

namespace martlet {

Result<Ref<Thread>> Thread::create_kernel_thread(std::string_view name, void (*entry)(void*), void* argument) {
    Thread* thread = new (std::nothrow) Thread;
    if (!thread) return Error(Errno::ENOMEM);
    Ref<Thread> owner = Ref<Thread>::adopt(thread);
    TRY(thread->init(name, entry, argument, false));
    return owner;
}

Result<void> Thread::init(std::string_view name, void (*entry)(void*), void* argument, bool is_user) {
    set_name(name);
    is_user_ = is_user;
    stack_base_ = TRY(allocate_kernel_stack());
    entry_ = entry;
    argument_ = argument;
    // A user thread's registers come first on its stack (user_trap_frame).
    u64 stack_top = kernel_stack_top();
    if (is_user) {
        user_trap_frame(*this) = {};
        stack_top = align_down(stack_top - sizeof(TrapFrame), 16);
    }
    context_init(context, stack_top, Scheduler::first_run, this);
    return {};
}

Thread::~Thread() {
    if (stack_base_ != 0) free_kernel_stack(stack_base_);
}

void Thread::set_name(std::string_view name) {
    usize size = std::min(name.size(), sizeof name_ - 1);
    memset(name_, 0, sizeof name_);
    memcpy(name_, name.data(), size);
}

void Thread::start() {
    acquire(); // the scheduler's reference
    {
        PreemptGuard guard;
        cpu_.store(this_cpu().id, std::memory_order_release);
        virtual_runtime_ns_ = current_thread()->virtual_runtime_ns_;
    }
    Scheduler::wake(*this); // it was born Uninterruptible
}

void Thread::exit() {
    irq_disable();
    Scheduler::set_state(ThreadState::Dead);
    Scheduler::switch_thread(Scheduler::SwitchReason::Voluntary);
    panic("a dead thread runs");
}

void Thread::inherit_scheduling(const Thread& from) {
    affinity_.store(from.affinity(), std::memory_order_relaxed);
    nice_ = from.nice_;
    if (from.resets_on_fork_ && from.own_priority_ != 0) {
        nice_ = 0; // and the policy stays SCHED_OTHER
        return;
    }
    policy_ = from.policy_;
    real_time_priority_ = own_priority_ = from.own_priority_;
    if (from.resets_on_fork_) nice_ = std::max(nice_, 0);
}

u64 Thread::run_time_ns() const { return Scheduler::run_time_ns(const_cast<Thread&>(*this)); }

Thread::CpuTime Thread::cpu_time() const {
    u64 ticks = user_ticks_ + system_ticks_;
    u64 run_time = run_time_ns(); // once: it grows while we look
    u64 user = is_user_ ? run_time / 2 : 0; // too short for a sample
    if (ticks != 0) user = static_cast<u64>(static_cast<unsigned __int128>(run_time) * user_ticks_ / ticks);
    return {user, run_time - user};
}

} // namespace martlet
