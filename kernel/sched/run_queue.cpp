#include "sched/run_queue.h"

#include "sched/scheduler.h"
#include "time/clock.h"

namespace martlet {

static constexpr u32 kWeights[40] = {
    88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916, 9548, 7620, 6100, 4904,
    3906,  3121,  2501,  1991,  1586,  1277,  1024,  820,   655,   526,   423,  335,  272,  215,
    172,   137,   110,   87,    70,    56,    45,    36,    29,    23,    18,   15};

u32 weight_of_nice(int nice) { return kWeights[nice + 20]; }

RunQueue::RunQueue(Cpu& owner) : cpu(owner), tick_timer_(on_tick, this) {}

void RunQueue::enqueue(Thread& thread) {
    DEBUG_ASSERT(!thread.is_queued_);
    thread.is_queued_ = true;
    tree_.insert(thread);
    queued_count_.fetch_add(1, std::memory_order_relaxed);
}

void RunQueue::enqueue_woken(Thread& thread) {
    // At most half a slice of credit: a sleeper runs soon, but a long sleep earns no monopoly.
    u64 floor = minimum_runtime_ns_ > kSliceNs / 2 ? minimum_runtime_ns_ - kSliceNs / 2 : 0;
    if (thread.virtual_runtime_ns_ < floor) thread.virtual_runtime_ns_ = floor;
    enqueue(thread);
}

Thread& RunQueue::pick_next() {
    Thread* next = tree_.first();
    if (!next) return *cpu.idle;
    tree_.erase(*next);
    next->is_queued_ = false;
    queued_count_.fetch_sub(1, std::memory_order_relaxed);
    if (next->virtual_runtime_ns_ > minimum_runtime_ns_) minimum_runtime_ns_ = next->virtual_runtime_ns_;
    return *next;
}

void RunQueue::charge(Thread& current) {
    u64 now_ns = monotonic_ns();
    u64 ran_ns = now_ns - current.account_start_ns_;
    current.account_start_ns_ = now_ns;
    if (&current == cpu.idle) {
        cpu.idle_ns += ran_ns;
        return;
    }
    current.run_time_ns_ += ran_ns;
    current.virtual_runtime_ns_ += current.nice_ == 0 ? ran_ns : ran_ns * 1024 / weight_of_nice(current.nice_);
}

bool RunQueue::should_preempt(const Thread& current, const Thread& woken) const {
    return &current == cpu.idle || woken.virtual_runtime_ns_ + kWakeupGranularityNs < current.virtual_runtime_ns_;
}

void RunQueue::arm_tick() {
    if (!tick_timer_.is_pending()) tick_timer_.arm(monotonic_ns() + kTickNs);
}

void RunQueue::on_tick(Timer&, void* run_queue) { static_cast<RunQueue*>(run_queue)->tick(); }

void RunQueue::tick() {
    update_load_average();
    Thread& current = *current_thread();
    if (&current == cpu.idle) return; // the next thread that runs arms it again
    bool in_user = cpu.interrupted_user;
    (in_user ? current.user_ticks_ : current.system_ticks_) += 1;
    (in_user ? (current.nice_ > 0 ? cpu.nice_ticks : cpu.user_ticks) : cpu.system_ticks) += 1;
    {
        LockGuard guard(lock);
        charge(current);
        Thread* next = tree_.first();
        if (next && current.account_start_ns_ - current.slice_start_ns_ >= kSliceNs &&
            next->virtual_runtime_ns_ <= current.virtual_runtime_ns_)
            cpu.need_resched.store(true, std::memory_order_relaxed);
    }
    tick_timer_.arm(monotonic_ns() + kTickNs);
}

} // namespace martlet
