// Waiting for readiness: what poll, select and epoll share.
//
// File::poll(table) answers the events that hold now (POLLIN…) and, when `table` is given, registers the caller on the
// wait queues that announce changes. Each such queue is woken after the state changed.
#pragma once
#include "base/types.h"
#include "sync/wait_queue.h"

namespace martlet {

inline constexpr u32 kPollIn = 0x001, kPollPri = 0x002, kPollOut = 0x004, kPollErr = 0x008, kPollHup = 0x010,
                     kPollNval = 0x020, kPollRdNorm = 0x040, kPollRdBand = 0x080, kPollWrNorm = 0x100,
                     kPollWrBand = 0x200, kPollRdHup = 0x2000;

class RefCounted;

class PollTable {
public:
    /// Remembers that a change of `queue` ends the wait. Failures to allocate are kept and reported by the
    /// waiter. A queue that may go before the file does names the object it lives in, which is then kept.
    virtual void watch(WaitQueue& queue, RefCounted* owner = nullptr) = 0;
    /// The events that the registrations which follow wait for; others do not wake.
    u32 wanted = ~0u;

protected:
    ~PollTable() = default;
};

} // namespace martlet
