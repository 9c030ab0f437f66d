// NotifyQueueFile: what inotify and fanotify files share: a queue of events that is read, waited for and measured.
//
// The derived class owns the events and their lock; it says under that lock whether there are any (set_has_events), and
// announces new ones.
#pragma once
#include "sync/wait_queue.h"
#include "vfs/anonymous.h"

namespace martlet {

class NotifyQueueFile : public AnonymousFile {
public:
    using AnonymousFile::AnonymousFile;
    u32 poll(PollTable* table) override;
    bool is_pollable() const override { return true; }
    u32 signalled_events() const override { return kPollIn; }
    /// FIONREAD.
    Result<i64> ioctl(u32 command, u64 argument) override;

protected:
    /// What read(2) would give, if it took all.
    virtual usize queued_bytes() = 0;
    bool has_events() const { return has_events_.load(std::memory_order_acquire); }
    void set_has_events(bool has) { has_events_.store(has, std::memory_order_release); }
    void announce() { queue_.announce(kPollIn | kPollRdNorm); }
    /// EAGAIN for one that does not wait, kRestartSys.
    Result<void> wait_for_event();

private:
    std::atomic<bool> has_events_ = false;
    WaitQueue queue_;
};

} // namespace martlet
