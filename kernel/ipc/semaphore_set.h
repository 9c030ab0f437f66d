// System V semaphores (semget(2), semop(2)): sets of counters that operations change together or not at all.
//
// A waiter leaves its operation list on the set's list (for GETNCNT and GETZCNT) and tries again when
// anything changed. Undo: a set keeps, for each process that asked for it, what its end adds to each
// semaphore; release_semaphore_undo runs when a process ends. Locking: a set's spinlock guards its values,
// times, waiters and undo lists.
#pragma once
#include <span>

#include "ipc/semaphore_undo.h"
#include "ipc/sysv_object.h"
#include "time/deadline.h"

namespace martlet {

inline constexpr int kSemaphoreValueMax = 32767; // SEMVMX
/// The four numbers of /proc/sys/kernel/sem, in its order: SEMMSL, SEMMNS, SEMOPM, SEMMNI.
extern Setting semaphores_per_set_max, semaphores_max, semaphore_operations_max, semaphore_sets_max;

class SemaphoreSet final : public IpcObject {
public:
    static Result<Ref<SemaphoreSet>> create(int key, u32 mode, usize count);
    ~SemaphoreSet() override;
    usize count() const { return semaphores_.size(); }
    abi::SemaphoreSetStatus status();

    /// semop: all of it or nothing. EFBIG, ERANGE, EAGAIN (IPC_NOWAIT or the deadline), EIDRM, kRestartSys, ENOMEM.
    Result<void> operate(std::span<const abi::SemaphoreOperation> operations, Deadline deadline);

    // semctl. Indexes are checked (EINVAL).
    Result<int> value(int number);
    Result<int> last_process(int number);
    /// How many wait for an increase / for zero.
    Result<int> waiters(int number, bool for_zero);
    Result<void> set_value(int number, int value); // ERANGE
    void get_all(std::span<u16> values);
    Result<void> set_all(std::span<const u16> values); // ERANGE
    void touch_change();
    /// IPC_RMID.
    void destroy();
    /// The process ended: what it asked to be undone is done.
    void undo(int process_id);

    SemaphoreSet(int key, u32 mode);

private:
    struct Semaphore {
        int value = 0, last_process = 0;
    };
    struct Undo {
        ListNode node;
        int process_id;
        Vector<i16> adjustments;
    };
    struct Pending {
        ListNode node;
        u16 number = 0;
        bool for_zero = false;
    };
    /// The first operation that cannot be done, or the count; ERANGE.
    Result<usize> apply(std::span<const abi::SemaphoreOperation> operations, Undo* undo) REQUIRES(lock_);
    Undo* find_undo(int process_id) REQUIRES(lock_);
    Result<void> prepare_undo();
    void changed();

    SpinLock lock_{LockRank::InodeTable};
    Vector<Semaphore> semaphores_; // the size is constant, the values under lock_
    List<Undo, &Undo::node> undos_ GUARDED_BY(lock_);
    List<Pending, &Pending::node> pending_ GUARDED_BY(lock_);
    i64 operation_time_ GUARDED_BY(lock_) = 0, change_time_ GUARDED_BY(lock_) = 0;
    std::atomic<u64> change_count_ = 0;
    WaitQueue changes_;
};

extern IpcTable<SemaphoreSet> semaphore_table;
u64 semaphore_count(); // of all sets

} // namespace martlet
