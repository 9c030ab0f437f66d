// DeferredWork: what an interrupt handler or a wait queue's callback leaves to a thread. One kernel thread
// ("deferred") runs all of it in order.
//
// schedule() is callable in any context that holds no lock of a rank above WaitQueue; scheduling what is
// already scheduled does nothing; the function may schedule itself again. Works live for ever or call
// cancel() before they die.
#pragma once
#include "base/list.h"
#include "base/types.h"

namespace martlet {

class DeferredWork : NonCopyable {
public:
    using Function = void (*)(void* context);
    DeferredWork(Function function, void* context) : function_(function), context_(context) {}

    void schedule();
    /// After it returns the function is neither scheduled nor running. Process context.
    void cancel();

private:
    friend struct DeferredWorkQueue;
    Function function_;
    void* context_;
    ListNode node_; // on the queue, under its lock
};

/// Starts the thread; work scheduled earlier waits for it.
void start_deferred_work_thread();

} // namespace martlet
