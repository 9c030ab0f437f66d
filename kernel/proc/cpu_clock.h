// CPU-time clocks of processes and threads (clock_getcpuclockid(3), pthread_getcpuclockid(3)) and timers on
// them.
//
// CPU time only grows while something runs: the tick asks each running user thread to look at its process's
// timers on the way back to user mode (ThreadWork::CpuTime), so they are exact to a tick and cost nothing
// when none is set. A timer is on the list of the process whose time it watches; the list holds a reference.
// CpuClockTimers::lock_ guards list and expiries; `expired` is called without locks, in the context of a
// thread of that process.
#pragma once
#include <atomic>

#include "base/list.h"
#include "base/ref.h"
#include "base/result.h"
#include "sync/spinlock.h"

namespace martlet {

class Process;
class Task;

enum class CpuTimeKind : u8 { All, User };

struct CpuClock {
    Ref<Process> process;
    Ref<Task> task; // null: of the whole process
    CpuTimeKind kind = CpuTimeKind::All;

    /// Takes process_tree_lock.
    u64 now_ns() const;
};

/// From a clock number: CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID, or a negative one that names a process or a
/// thread of the caller's. EINVAL.
Result<CpuClock> find_cpu_clock(int clock);
bool is_cpu_clock(int clock);

class CpuTimer : public RefCounted {
public:
    /// The clock has reached the expiry; the timer is off its list.
    virtual void cpu_time_reached() = 0;
    /// The process has ended: the time will never come.
    virtual void cpu_clock_ended() {}

private:
    friend class CpuClockTimers;
    ListNode node_;
    const Task* task_ = nullptr; // compared only; kept alive by the owner's CpuClock
    CpuTimeKind kind_ = CpuTimeKind::All;
    u64 expiry_ns_ = 0;
};

class CpuClockTimers : NonCopyable {
public:
    /// (Re)arms `timer` for `expiry_ns` on `clock`, which is of this process. Nothing happens after close().
    void arm(CpuTimer& timer, const CpuClock& clock, u64 expiry_ns);
    void disarm(CpuTimer& timer);
    bool is_empty() const { return count_.load(std::memory_order_relaxed) == 0; }
    void check(Process& process);
    /// The process ends.
    void close();

private:
    Ref<CpuTimer> take_expired(u64 all_ns, u64 user_ns);

    SpinLock lock_{LockRank::CpuClock};
    List<CpuTimer, &CpuTimer::node_> timers_ GUARDED_BY(lock_);
    bool is_closed_ GUARDED_BY(lock_) = false;
    std::atomic<u32> count_ = 0;
};

/// ThreadWork::CpuTime of the calling task: timers, interval timers and RLIMIT_CPU of its process.
void check_cpu_time(Process& process);

} // namespace martlet
