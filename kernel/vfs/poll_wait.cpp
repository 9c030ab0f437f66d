#include "vfs/poll_wait.h"

#include <new>

#include "sched/scheduler.h"

namespace martlet {

PollWait::PollWait() : thread_(current_thread()) {}

PollWait::~PollWait() {
    destroy_entries(inline_entries_, inline_used_);
    while (Block* block = blocks_) {
        blocks_ = block->next;
        destroy_entries(block->entries, block->used);
        delete block;
    }
}

void PollWait::destroy_entries(unsigned char (*entries)[sizeof(Entry)], u32 count) {
    for (u32 index = 0; index < count; ++index) reinterpret_cast<Entry*>(entries[index])->~Entry();
}

u32 PollWait::poll(Ref<File> file, u32 wanted_events) {
    file_ = std::move(file);
    wanted = wanted_events | kPollErr | kPollHup;
    return file_->poll(this) & wanted;
}

void* PollWait::next_entry() {
    if (inline_used_ < kInlineEntries) return inline_entries_[inline_used_++];
    if (!blocks_ || blocks_->used == Block::kEntries) {
        auto* block = new (std::nothrow) Block;
        if (!block) return nullptr;
        block->next = blocks_;
        blocks_ = block;
    }
    return blocks_->entries[blocks_->used++];
}

/// The queue's owner is the caller's own process or belongs to the file: both outlive the wait.
void PollWait::watch(WaitQueue& queue, RefCounted*) {
    void* room = next_entry();
    if (!room) {
        out_of_memory_ = true;
        return;
    }
    auto* entry = new (room) Entry(*this);
    entry->wanted = wanted;
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
