// UserAccount: what one real user id uses across processes: tasks (RLIMIT_NPROC), queued signals
// (RLIMIT_SIGPENDING), pipes.
//
// One object per id in use, found by id and freed with its last reference.
#pragma once
#include <atomic>

#include "base/list.h"
#include "base/ref.h"
#include "base/result.h"

namespace martlet {

class UserAccount : public RefCounted {
public:
    static Result<Ref<UserAccount>> get(u32 user_id);
    explicit UserAccount(u32 user_id) : user_id_(user_id) {}
    u32 user_id() const { return user_id_; }

    std::atomic<u32> tasks = 0;
    std::atomic<u32> queued_signals = 0;
    std::atomic<u64> message_queue_bytes = 0; // RLIMIT_MSGQUEUE
    std::atomic<u32> pipe_pages = 0; // room in the pipes that the user made
    std::atomic<u32> epoll_items = 0;
    std::atomic<u32> files_in_flight = 0; // in messages that nobody received yet
    ListNode node; // of the table of accounts, under its lock

protected:
    void last_reference_dropped() override;

private:
    u32 user_id_;
};

} // namespace martlet
