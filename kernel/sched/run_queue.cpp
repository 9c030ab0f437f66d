#include "sched/run_queue.h"

#include <utility>

#include "sched/pressure.h"
#include "sched/scheduler.h"
#include "time/clock.h"

namespace martlet {

static constexpr u32 kWeights[40] = {
    88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916, 9548, 7620, 6100, 4904,
    3906,  3121,  2501,  1991,  1586,  1277,  1024,  820,   655,   526,   423,  335,  272,  215,
    172,   137,   110,   87,    70,    56,    45,    36,    29,    23,    18,   15};
static constexpr u32 kDefaultWeight = 1024, kIdlePolicyWeight = 3;

u32 weight_of_nice(int nice) { return kWeights[nice + 20]; }

RunQueue::RunQueue(Cpu& owner) : cpu(owner), tick_timer_(on_tick, this) {}

void RunQueue::enqueue(Thread& thread, Position position) {
    DEBUG_ASSERT(thread.place_ != QueuePlace::Queued && thread.cpu_.load(std::memory_order_relaxed) == cpu.id);
    thread.place_ = QueuePlace::Queued;
    if (u32 priority = thread.real_time_priority_; priority == 0) [[likely]] {
        fair_.insert(thread);
    } else {
        if (position == Position::Front) real_time_[priority].push_front(thread);
        else real_time_[priority].push_back(thread);
        real_time_ready_[priority / 64] |= 1ull << (priority % 64);
    }
    queued_count_.store(queued_count() + 1, std::memory_order_relaxed);
}

void RunQueue::enqueue_woken(Thread& thread) {
    // At most half a slice of credit: a sleeper runs soon, but a long sleep earns no monopoly.
    i64 floor = minimum_runtime_ns_ - static_cast<i64>(kSliceNs / 2);
    if (thread.virtual_runtime_ns_ - floor < 0) thread.virtual_runtime_ns_ = floor;
    enqueue(thread);
}

void RunQueue::dequeue(Thread& thread) {
    DEBUG_ASSERT(thread.place_ == QueuePlace::Queued);
    thread.place_ = QueuePlace::None;
    if (u32 priority = thread.real_time_priority_; priority == 0) [[likely]] {
        fair_.erase(thread);
    } else {
        thread.queue_node_.unlink();
        if (real_time_[priority].is_empty()) real_time_ready_[priority / 64] &= ~(1ull << (priority % 64));
    }
    queued_count_.store(queued_count() - 1, std::memory_order_relaxed);
}

int RunQueue::highest_priority() const {
    if (real_time_ready_[1] != 0) return 127 - __builtin_clzll(real_time_ready_[1]);
    if (real_time_ready_[0] != 0) return 63 - __builtin_clzll(real_time_ready_[0]);
    return 0;
}

bool RunQueue::is_real_time_throttled() {
    if (real_time_used_ns_ < kRealTimeShareNs) return false;
    if (monotonic_ns() - real_time_period_start_ns_ < kRealTimePeriodNs) return true;
    real_time_used_ns_ = 0;
    return false;
}

Thread* RunQueue::first() {
    Thread* fair = fair_.first();
    int priority = highest_priority();
    if (priority == 0) [[likely]]
        return fair;
    return fair && is_real_time_throttled() ? fair : real_time_[priority].front();
}

Thread& RunQueue::pick_next() {
    while (Thread* next = first()) {
        dequeue(*next);
        if (next->may_run_on(cpu.id)) [[likely]] {
            if (next->virtual_runtime_ns_ - minimum_runtime_ns_ > 0 && next->real_time_priority_ == 0)
                minimum_runtime_ns_ = next->virtual_runtime_ns_;
            return *next;
        }
        Scheduler::send_away(*this, *next);
    }
    return *cpu.idle;
}

Thread* RunQueue::take_for(u32 to) {
    constexpr u32 kMaxLooks = 8;
    Thread* found = nullptr;
    if (int priority = highest_priority(); priority != 0) {
        for (Thread& thread : real_time_[priority])
            if (!found && thread.may_run_on(to)) found = &thread;
    }
    // The last in order: it has waited least and would run last.
    u32 looks = 0;
    for (Thread* thread = fair_.last(); !found && thread && looks++ < kMaxLooks; thread = fair_.previous(*thread))
        if (thread->may_run_on(to)) found = thread;
    if (!found) return nullptr;
    dequeue(*found);
    found->virtual_runtime_ns_ -= minimum_runtime_ns_;
    found->place_ = QueuePlace::Moving;
    found->cpu_.store(to, std::memory_order_release);
    return found;
}

void RunQueue::charge(Thread& current) {
    u64 now_ns = monotonic_ns();
    if (now_ns <= current.account_start_ns_) return; // another CPU's clock may be a hair ahead
    u64 ran_ns = now_ns - current.account_start_ns_;
    current.account_start_ns_ = now_ns;
    if (&current == cpu.idle) {
        cpu.idle_ns += ran_ns;
        return;
    }
    current.run_time_ns_ += ran_ns;
    cpu.unsplit_ns += ran_ns;
    if (current.real_time_priority_ != 0) [[unlikely]] {
        if (now_ns - real_time_period_start_ns_ >= kRealTimePeriodNs) {
            real_time_period_start_ns_ = now_ns;
            real_time_used_ns_ = 0;
        }
        real_time_used_ns_ += ran_ns;
        current.turn_used_ns_ += ran_ns;
        return;
    }
    if (current.policy_ == SchedulingPolicy::Idle) ran_ns = ran_ns * kDefaultWeight / kIdlePolicyWeight;
    else if (current.nice_ != 0) ran_ns = ran_ns * kDefaultWeight / weight_of_nice(current.nice_);
    current.virtual_runtime_ns_ += static_cast<i64>(ran_ns);
}

bool RunQueue::should_preempt(const Thread& thread) {
    Thread& current = *cpu.current;
    if (&current == cpu.idle) return true;
    if (thread.real_time_priority_ != 0 || current.real_time_priority_ != 0)
        return thread.real_time_priority_ > current.real_time_priority_;
    if (current.policy_ == SchedulingPolicy::Idle && thread.policy_ != SchedulingPolicy::Idle) return true;
    if (thread.policy_ != SchedulingPolicy::Other) return false; // batch work waits for the slice to end (sched(7))
    charge(current);
    return current.virtual_runtime_ns_ - thread.virtual_runtime_ns_ > kWakeupGranularityNs;
}

void RunQueue::fall_behind(Thread& current) {
    if (current.real_time_priority_ != 0) {
        current.turn_used_ns_ = 0;
        return; // to the end of its priority
    }
    Thread* next = fair_.first();
    if (next && current.virtual_runtime_ns_ - next->virtual_runtime_ns_ <= 0)
        current.virtual_runtime_ns_ = next->virtual_runtime_ns_ + 1;
}

void RunQueue::note_running(const Thread& thread) {
    running_priority_.store(&thread == cpu.idle ? -1 : static_cast<int>(thread.real_time_priority_),
                            std::memory_order_relaxed);
}

void RunQueue::arm_tick() {
    if (!tick_timer_.is_pending()) tick_timer_.arm(monotonic_ns() + kTickNs);
}

void RunQueue::on_tick(Timer&, void* run_queue) { static_cast<RunQueue*>(run_queue)->tick(); }

bool RunQueue::has_used_its_turn(Thread& current) {
    Thread* next = first();
    if (!next) return false;
    if (current.real_time_priority_ != 0) {
        if (next->real_time_priority_ == 0) return true; // only a throttled one meets a fair one here
        if (current.policy_ != SchedulingPolicy::RoundRobin || current.turn_used_ns_ < kRoundRobinNs) return false;
        current.turn_used_ns_ = 0;
        current.goes_to_back_ = next->real_time_priority_ == current.real_time_priority_;
        return current.goes_to_back_;
    }
    if (next->real_time_priority_ != 0) return !is_real_time_throttled();
    return current.account_start_ns_ - current.slice_start_ns_ >= kSliceNs &&
           next->virtual_runtime_ns_ - current.virtual_runtime_ns_ <= 0;
}

void RunQueue::tick() {
    update_load_average();
    update_pressure();
    Thread& current = *current_thread();
    bool is_idle = &current == cpu.idle, in_user = cpu.interrupted_user;
    if (current.is_user()) current.set_work(ThreadWork::CpuTime);
    {
        LockGuard guard(lock);
        charge(current);
        u64 busy_ns = std::exchange(cpu.unsplit_ns, 0);
        if (is_idle) {
            // Runs too short for a sample; the next thread that runs arms the tick again.
            cpu.user_ns += busy_ns / 2;
            cpu.system_ns += busy_ns - busy_ns / 2;
            return;
        }
        (in_user ? current.user_ticks_ : current.system_ticks_) += 1;
        (in_user ? (current.nice_ > 0 ? cpu.nice_ns : cpu.user_ns) : cpu.system_ns) += busy_ns;
        if (has_used_its_turn(current)) cpu.need_resched.store(true, std::memory_order_relaxed);
    }
    if (queued_count() > 0) note_waiting_for_cpu(kTickNs, Scheduler::working_cpu_count());
    Scheduler::balance(*this, ++ticks_);
    tick_timer_.arm(monotonic_ns() + kTickNs);
}

} // namespace martlet
