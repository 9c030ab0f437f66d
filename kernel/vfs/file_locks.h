// FileLocks: the advisory locks on one inode: POSIX and OFD record locks (fcntl(2)) and whole-file locks
// (flock(2)).
//
// POSIX locks belong to a process and end when it closes any descriptor of the file; OFD and flock locks
// belong to an open file description. Record locks and flock locks do not see each other. A waiter sleeps
// until any lock is released, then tries again. POSIX waits that would close a circle of waiting processes
// answer EDEADLK.
#pragma once
#include "base/list.h"
#include "base/ref.h"
#include "base/result.h"
#include "sync/spinlock.h"
#include "sync/wait_queue.h"

namespace martlet {

class File;
class Inode;

enum class LockKind : u8 { Shared, Exclusive };
enum class LockClass : u8 { Record, Whole };
enum class LockWait : u8 { No, Yes };

/// Who holds a lock: a process (POSIX) or an open file description (OFD, flock).
struct LockOwner {
    const void* file = nullptr; // null: a process
    int process_id = 0;
    bool operator==(const LockOwner& other) const {
        return file == other.file && (file || process_id == other.process_id);
    }
};

struct RangeLock {
    ListNode node;
    LockOwner owner;
    LockClass lock_class = LockClass::Record;
    LockKind kind = LockKind::Shared;
    u64 start = 0, end = ~0ull; // inclusive
    int process_id = 0;         // l_pid: -1 for OFD locks
};

class FileLocks : NonCopyable {
public:
    explicit FileLocks(const Inode& inode);
    ~FileLocks();
    /// Calls visit for every lock that is held, with the device and number of its inode (/proc/locks). Under spinlocks.
    static void for_each(void (*visit)(void*, const RangeLock&, u64 device, u64 inode_number), void* context);
    /// The inode's, made on first use. ENOMEM.
    static Result<FileLocks*> of(Inode& inode);

    /// Takes or converts. EAGAIN if it conflicts and the caller does not wait; EDEADLK, kRestartSys, ENOMEM.
    Result<void> lock(const RangeLock& wanted, LockWait wait);
    /// Releases the owner's locks in the range, splitting where needed. ENOMEM.
    Result<void> unlock(const LockOwner& owner, LockClass lock_class, u64 start, u64 end);
    /// The first lock that stands in the way of `wanted` (F_GETLK): false if there is none.
    bool find_conflict(const RangeLock& wanted, RangeLock& found);
    /// Whether the owner has a lock of the same class and another kind.
    bool holds_other_kind(const RangeLock& wanted);
    /// A close: everything of this owner goes.
    void release_owner(const LockOwner& owner);

private:
    using LockList = List<RangeLock, &RangeLock::node>;
    RangeLock* conflict(const RangeLock& wanted) REQUIRES(lock_);
    void replace_range(const RangeLock& wanted, bool keep, RangeLock*& spare_one, RangeLock*& spare_two,
                       LockList& freed) REQUIRES(lock_);
    bool try_lock(const RangeLock& wanted, RangeLock*& spare_one, RangeLock*& spare_two, LockList& freed, int& holder);

    u64 device_, inode_number_;
    ListNode registry_node_;
    friend struct FileLocksRegistry;
    SpinLock lock_{LockRank::InodeTable};
    LockList locks_ GUARDED_BY(lock_);
    WaitQueue released_;
    std::atomic<u64> release_count_ = 0;
};

} // namespace martlet
