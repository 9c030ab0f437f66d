// The thread that runs deferred work.
#include "sched/deferred_work.h"

#include "sched/thread.h"
#include "sync/spinlock.h"
#include "sync/wait_queue.h"

namespace martlet {

struct DeferredWorkQueue {
    SpinLock lock{LockRank::Leaf};
    List<DeferredWork, &DeferredWork::node_> pending GUARDED_BY(lock);
    DeferredWork* running GUARDED_BY(lock) = nullptr;
    WaitQueue arrived{LockRank::EventQueue}; // also woken under another queue's lock
    WaitQueue finished;

    bool is_idle() {
        IrqLockGuard guard(lock);
        return pending.is_empty();
    }
    bool is_busy_with(DeferredWork& work) {
        IrqLockGuard guard(lock);
        return running == &work;
    }
    void run_one() {
        DeferredWork* work;
        {
            IrqLockGuard guard(lock);
            work = running = pending.pop_front();
        }
        if (!work) return;
        work->function_(work->context_);
        {
            IrqLockGuard guard(lock);
            running = nullptr;
        }
        if (finished.has_waiters()) finished.wake_all();
    }
    static void run(void* context);
    void schedule(DeferredWork& work) {
        {
            IrqLockGuard guard(lock);
            if (work.node_.is_linked()) return;
            pending.push_back(work);
        }
        arrived.wake_one();
    }
    void cancel(DeferredWork& work) {
        {
            IrqLockGuard guard(lock);
            work.node_.unlink();
        }
        finished.wait_uninterruptible([&] { return !is_busy_with(work); });
    }
};

namespace {
DeferredWorkQueue work_queue;
} // namespace

void DeferredWorkQueue::run(void* context) {
    auto& queue = *static_cast<DeferredWorkQueue*>(context);
    for (;;) {
        queue.arrived.wait_uninterruptible([&] { return !queue.is_idle(); });
        queue.run_one();
    }
}

void DeferredWork::schedule() { work_queue.schedule(*this); }
void DeferredWork::cancel() { work_queue.cancel(*this); }

void start_deferred_work_thread() {
    Result<Ref<Thread>> thread = Thread::create_kernel_thread("deferred", DeferredWorkQueue::run, &work_queue);
    if (!thread) panic("deferred work: no memory for its thread");
    (*thread)->start();
}

} // namespace martlet
