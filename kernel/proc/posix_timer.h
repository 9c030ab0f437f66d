// Timers that a program makes (timer_create(2)): on a clock, once or by interval, with a signal at each
// expiry.
//
// Each timer has one signal, made with it. A periodic timer whose signal is queued rests until the signal is
// taken; what it missed is the overrun, and it goes on from there (timer_getoverrun(2)). An ignored signal
// does not stop it. Life: in its process's table until timer_delete, exec or exit; a queued signal and an
// armed CPU clock hold a reference. Locks: PosixTimers::lock_ guards the table, PosixTimer::lock_ the state;
// signals are sent with neither.
#pragma once
#include "abi/time.h"
#include "base/rb_tree.h"
#include "proc/cpu_clock.h"
#include "proc/signal_state.h"
#include "sync/wait_queue.h"
#include "time/timer.h"

namespace martlet {

/// What an expiry does.
struct TimerNotice {
    int signal = 0;      // 0: nothing (SIGEV_NONE)
    u64 value = 0;
    Ref<Task> task{};    // null: any of the process
    // As the program asked, for /proc/pid/timers.
    enum class Kind : u8 { Signal, None, Thread } kind = Kind::Signal;
    int clock = 0;
};

struct TimerSetting {
    u64 value_ns = 0;    // 0: off
    u64 interval_ns = 0; // 0: once
};

class PosixTimer final : public CpuTimer, public SignalSource {
public:
    /// The clock: `cpu_clock`, or the realtime or monotonic one. EAGAIN: RLIMIT_SIGPENDING; ENOMEM.
    enum class Base : u8 { Monotonic, Realtime, Cpu };
    static Result<Ref<PosixTimer>> create(Base base, CpuClock cpu_clock, TimerNotice notice);
    ~PosixTimer() override;

    int id() const { return id_; }
    const TimerNotice& notice() const { return notice_; }
    TimerSetting get();
    enum class Start : u8 { Relative, Absolute };
    /// Answers the previous setting.
    TimerSetting set(TimerSetting setting, Start start);
    int overrun();
    /// Off for good. Not in its own callback.
    void remove();

    void signal_taken(abi::SignalInfo& info) override;
    void signal_released() override;
    void cpu_time_reached() override { expire(); }

private:
    friend class PosixTimers;
    PosixTimer(Base base, CpuClock cpu_clock, TimerNotice notice);
    u64 now_ns(); // on the timer's clock; no locks held
    void arm() REQUIRES(lock_);
    void disarm() REQUIRES(lock_);
    u64 forward(u64 now_ns) REQUIRES(lock_);
    TimerSetting get_locked(u64 now_ns) REQUIRES(lock_);
    void expire();
    bool begin_expiry(u64 now_ns) REQUIRES(lock_);

    RbNode table_node_;
    int id_ = 0;
    const Base clock_;
    const CpuClock cpu_clock_;
    TimerNotice notice_; // complete before it is used
    Ref<Process> process_;
    Ref<UserAccount> account_; // charged for the signal

    SpinLock lock_{LockRank::PosixTimer};
    Base base_ GUARDED_BY(lock_);        // a relative realtime timer does not follow steps of the clock
    u64 expiry_ns_ GUARDED_BY(lock_) = 0; // on base_; 0: off
    u64 interval_ns_ GUARDED_BY(lock_) = 0;
    bool is_removed_ GUARDED_BY(lock_) = false;
    bool is_queued_ GUARDED_BY(lock_) = false;  // signal_ is
    bool restarts_ GUARDED_BY(lock_) = false;   // the queued signal, when taken, sets the timer going again
    i64 overruns_ GUARDED_BY(lock_) = -1;       // since signal_ was queued, that expiry not counted
    i64 last_overruns_ GUARDED_BY(lock_) = 0;
    QueuedSignal signal_;
    Timer timer_;
    Waiter clock_step_;
};

class PosixTimers : NonCopyable {
public:
    /// Gives the timer its number, which may also be the value that its signal carries.
    enum class Value : u8 { Given, Number };
    void add(Ref<PosixTimer> timer, Value value);
    Ref<PosixTimer> find(int id);
    /// The one with the greatest number below `id`, of all if `id` is negative; null if there is none.
    Ref<PosixTimer> find_before(int id);
    Ref<PosixTimer> take(int id);
    void remove_all();

private:
    struct ById {
        bool operator()(const PosixTimer& left, const PosixTimer& right) const { return left.id_ < right.id_; }
        bool operator()(const PosixTimer& left, int right) const { return left.id_ < right; }
        bool operator()(int left, const PosixTimer& right) const { return left < right.id_; }
    };
    SpinLock lock_{LockRank::Leaf};
    RbTree<PosixTimer, &PosixTimer::table_node_, ById> timers_ GUARDED_BY(lock_);
    int next_id_ GUARDED_BY(lock_) = 0;
};

} // namespace martlet
