// SeccompListener: a supervisor answers the calls that a filter hands it (seccomp_unotify(2)).
//
// The filter and the descriptor share it. A notification lives on the stack of the task whose call waits:
// Waiting -> Sent (RECV) -> Answered (SEND, or the descriptor is closed: ENOSYS); RECV that cannot store it
// takes it back to Waiting, an ADDFD that sends and fails back to Sent. The task leaves when it is Answered
// or a signal interrupts it. Locking: `lock_` guards the list and all notifications. Files are installed by
// the waiting task, without it.
#pragma once
#include "base/list.h"
#include "base/ref.h"
#include "proc/task.h"
#include "sync/wait_queue.h"
#include "vfs/fd_table.h"
#include "vfs/file.h"

namespace martlet {

struct SeccompCall { // struct seccomp_data
    u32 number, architecture;
    u64 instruction_pointer;
    u64 arguments[6];
};
static_assert(sizeof(SeccompCall) == 64);

struct SeccompNotification { // struct seccomp_notif
    u64 id;
    u32 thread_id, flags;
    SeccompCall call;
};
static_assert(sizeof(SeccompNotification) == 80);

struct SeccompAnswer { // struct seccomp_notif_resp
    u64 id;
    i64 value;
    i32 error;
    u32 flags;
};
static_assert(sizeof(SeccompAnswer) == 24);

struct SeccompAddFd { // struct seccomp_notif_addfd
    u64 id;
    u32 flags, source, target, target_flags;
};
static_assert(sizeof(SeccompAddFd) == 24);

/// Whether a signal may interrupt a call that the supervisor has received (SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV).
enum class ReceivedWait : u8 { Interruptible, Killable };

class SeccompListener final : public RefCounted {
public:
    explicit SeccompListener(ReceivedWait received_wait) : received_wait_(received_wait) {}
    /// A descriptor for it, close-on-exec.
    static Result<int> open(Ref<SeccompListener> listener);

    // The supervised task. Answers whether the call is to run; if not, its result is what comes back.
    struct Outcome { bool runs; i64 result; };
    Outcome ask(const SeccompCall& call);
    /// No task uses the filter any more.
    void lose_filter();

    // The supervisor.
    static constexpr u32 kContinue = 1;                    // SECCOMP_USER_NOTIF_FLAG_CONTINUE
    static constexpr u32 kAddSetTarget = 1, kAddSend = 2;  // SECCOMP_ADDFD_FLAG_…
    Result<SeccompNotification> receive();     // kRestartSys, ENOENT
    void take_back(u64 id);                    // it could not be stored
    Result<void> answer(const SeccompAnswer& answer); // ENOENT, EINPROGRESS
    bool is_valid(u64 id);
    Result<int> add_file(const SeccompAddFd& request, Descriptor source);
    u32 poll(PollTable* table);
    void close();

private:
    enum class State : u8 { Waiting, Sent, Answered };
    enum class Progress : u8 { Queued, Taken, Done };
    /// Shared by the supervisor, who waits for the result, and the task, which installs the file.
    struct Addition final : RefCounted {
        Addition(const SeccompAddFd& wanted, Descriptor added) : request(wanted), source(std::move(added)) {}
        SeccompAddFd request;
        Descriptor source;
        ListNode node;
        std::atomic<Progress> progress = Progress::Queued;
        int result = 0; // a descriptor or a negative errno
        WaitQueue done;
    };
    struct Notification {
        SeccompNotification shown{};
        State state = State::Waiting;
        SeccompAnswer answer{};
        ListNode node;
        List<Addition, &Addition::node> additions; // each holds a reference
        WaitQueue changed;
    };
    Notification* find(u64 id) REQUIRES(lock_);
    Notification* find_in_state(State state) REQUIRES(lock_);
    WaitMode wait_mode(const Notification& notification) const REQUIRES(lock_);
    bool has_news(Notification& notification, WaitMode mode);
    void install(Notification& notification, Ref<Addition> addition);
    Ref<Addition> take_addition(Notification& notification) REQUIRES(lock_);
    static void finish(Addition& addition, int result);

    const ReceivedWait received_wait_;
    SpinLock lock_{LockRank::EventObject};
    List<Notification, &Notification::node> notifications_ GUARDED_BY(lock_);
    u64 next_id_ GUARDED_BY(lock_) = 1;
    bool is_closed_ GUARDED_BY(lock_) = false, has_lost_filter_ GUARDED_BY(lock_) = false;
    WaitQueue changed_; // for the supervisor
};

} // namespace martlet
