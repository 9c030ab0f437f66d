// PollWait: the PollTable of poll(2) and select(2): sleeps until one of the watched queues announces a change.
#pragma once
#include "base/result.h"
#include "time/deadline.h"
#include "vfs/poll.h"

namespace martlet {

class Thread;

class PollWait final : public PollTable, NonCopyable {
public:
    PollWait();
    ~PollWait();
    void watch(WaitQueue& queue, RefCounted* owner) override;
    /// Returns when a watched queue was woken since the last call; ETIMEDOUT, kRestartSys, or ENOMEM if a queue could
    /// not be watched.
    Result<void> wait(Deadline deadline);

private:
    struct Entry {
        explicit Entry(PollWait& owner) : waiter(notify, this), owner(owner) {}
        Waiter waiter;
        PollWait& owner;
        u32 wanted = 0;
        Entry* next = nullptr;
    };
    static bool notify(Waiter& waiter, u32 events);
    static constexpr u32 kInlineEntries = 8;

    Thread* thread_;
    std::atomic<bool> is_triggered_ = false;
    bool out_of_memory_ = false;
    u32 inline_used_ = 0;
    Entry* first_ = nullptr;
    WaitQueue sleep_; // nobody wakes it: notify wakes the thread itself
    alignas(Entry) unsigned char inline_entries_[kInlineEntries][sizeof(Entry)];
};

} // namespace martlet
