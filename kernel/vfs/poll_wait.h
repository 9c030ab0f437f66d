// PollWait: the PollTable of poll(2) and select(2): sleeps until one of the watched queues announces a change.
//
// It keeps the files that it watches: another thread may close their descriptors meanwhile.
#pragma once
#include "base/result.h"
#include "sync/wait_queue.h"
#include "time/deadline.h"
#include "vfs/file.h"

namespace martlet {

class Thread;

class PollWait final : public PollTable, NonCopyable {
public:
    PollWait();
    ~PollWait();
    /// The events of `wanted` that hold for the file, errors and hang-ups; its queues are watched from here on.
    u32 poll(Ref<File> file, u32 wanted);
    /// Returns when a watched queue was woken since the last call; ETIMEDOUT, kRestartSys, or ENOMEM if a queue could
    /// not be watched.
    Result<void> wait(Deadline deadline);

private:
    struct Entry {
        explicit Entry(PollWait& owner) : owner(owner), file(owner.file_), waiter(notify, this) {}
        PollWait& owner;
        Ref<File> file;
        Waiter waiter; // gone before its queue, which may be the file's
        u32 wanted = 0;
    };
    /// Entries never move: the queues point at them.
    struct Block {
        Block* next = nullptr;
        u32 used = 0;
        static constexpr u32 kEntries = (4096 - 16) / sizeof(Entry);
        alignas(Entry) unsigned char entries[kEntries][sizeof(Entry)];
    };

    void watch(WaitQueue& queue, RefCounted* owner) override;
    void* next_entry();
    static void destroy_entries(unsigned char (*entries)[sizeof(Entry)], u32 count);
    static bool notify(Waiter& waiter, u32 events);
    static constexpr u32 kInlineEntries = 8;

    Thread* thread_;
    Ref<File> file_; // being polled
    std::atomic<bool> is_triggered_ = false;
    bool out_of_memory_ = false;
    u32 inline_used_ = 0;
    Block* blocks_ = nullptr;
    WaitQueue sleep_; // nobody wakes it: notify wakes the thread itself
    alignas(Entry) unsigned char inline_entries_[kInlineEntries][sizeof(Entry)];
};

} // namespace martlet
