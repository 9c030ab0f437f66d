#include "vfs/poll_wait.h"

#include <new>

#include "sched/scheduler.h"

namespace martlet {

PollWait::PollWait() : thread_(current_thread()) {}

PollWait::~PollWait() {
    while (Entry* entry = first_) {
        first_ = entry->next;
        auto* bytes = reinterpret_cast<unsigned char*>(entry);
        auto* inline_bytes = reinterpret_cast<unsigned char*>(inline_entries_);
        bool is_inline = bytes >= inline_bytes && bytes < inline_bytes + sizeof inline_entries_;
        if (is_inline) entry->~Entry();
        else delete entry;
    }
}

/// The queue's owner is the caller's own process or belongs to the file: both outlive the wait.
void PollWait::watch(WaitQueue& queue, RefCounted*) {
    Entry* entry = inline_used_ < kInlineEntries ? new (inline_entries_[inline_used_++]) Entry(*this)
                                                 : new (std::nothrow) Entry(*this);
    if (!entry) {
        out_of_memory_ = true;
        return;
    }
    entry->wanted = wanted | kPollErr | kPollHup;
    entry->next = first_;
    first_ = entry;
    queue.add(entry->waiter);
}

bool PollWait::notify(Waiter& waiter, u32 events) {
    auto& entry = *static_cast<Entry*>(waiter.owner());
    if (events != 0 && !(events & entry.wanted)) return false;
    entry.owner.is_triggered_.store(true, std::memory_order_seq_cst);
    return Scheduler::wake(*entry.owner.thread_);
}

Result<void> PollWait::wait(Deadline deadline) {
    if (out_of_memory_) return Error(Errno::ENOMEM);
    return sleep_.wait([this] { return is_triggered_.exchange(false, std::memory_order_seq_cst); },
                       WaitMode::Interruptible, deadline);
}

} // namespace martlet
