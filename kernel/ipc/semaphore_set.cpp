#include "ipc/semaphore_set.h"

#include "vfs/caller.h"
#include "vfs/inode.h"

namespace martlet {

// One file shows and sets the four together (fs/proc/sysctl_ipc.cpp), so they are not registered. As on Linux only the
// number of sets has a range.
constexpr i64 kLeast = -0x8000'0000ll, kMost = 0x7fff'ffff;
constinit Setting semaphores_per_set_max("sys/kernel/sem", 32000, kLeast, kMost);
constinit Setting semaphores_max("sys/kernel/sem", 1'024'000'000, kLeast, kMost);
constinit Setting semaphore_operations_max("sys/kernel/sem", 500, kLeast, kMost);
constinit Setting semaphore_sets_max("sys/kernel/sem", 32000, 0, kIpcCountMax);
static constinit Setting next_id("sys/kernel/sem_next_id", -1, -1, 0x7fff'ffff);
REGISTER_SETTING(next_id);

constinit IpcTable<SemaphoreSet> semaphore_table{semaphore_sets_max, next_id};

namespace {

constexpr i16 kNoWait = kIpcNoWait, kUndo = 0x1000; // of sem_flg
std::atomic<u64> total_semaphores = 0;
std::atomic<u64> undo_lists = 0; // in all sets

} // namespace

SemaphoreSet::SemaphoreSet(int key, u32 mode) : IpcObject(key, mode), change_time_(current_time().seconds) {}

Result<Ref<SemaphoreSet>> SemaphoreSet::create(int key, u32 mode, usize count) {
    auto wanted = static_cast<i64>(total_semaphores.load(std::memory_order_relaxed) + count);
    if (wanted > semaphores_max.get()) return Error(Errno::ENOSPC);
    Ref<SemaphoreSet> set = TRY(make_ref<SemaphoreSet>(key, mode));
    TRY(set->semaphores_.resize(count));
    total_semaphores.fetch_add(count, std::memory_order_relaxed);
    return set;
}

SemaphoreSet::~SemaphoreSet() {
    LockGuard guard(lock_);
    while (Undo* undo = undos_.pop_front()) {
        delete undo;
        undo_lists.fetch_sub(1, std::memory_order_relaxed);
    }
    total_semaphores.fetch_sub(semaphores_.size(), std::memory_order_relaxed);
}

SemaphoreSet::Undo* SemaphoreSet::find_undo(int process_id) {
    for (Undo& undo : undos_)
        if (undo.process_id == process_id) return &undo;
    return nullptr;
}

/// Makes the caller's undo list before the lock is taken.
Result<void> SemaphoreSet::prepare_undo() {
    int process_id = current_process_id();
    {
        LockGuard guard(lock_);
        if (find_undo(process_id)) return {};
    }
    Own<Undo> fresh = TRY(make_own<Undo>());
    fresh->process_id = process_id;
    TRY(fresh->adjustments.resize(count()));
    LockGuard guard(lock_);
    if (find_undo(process_id)) return {}; // another thread was faster
    undos_.push_back(*fresh.release());
    undo_lists.fetch_add(1, std::memory_order_relaxed);
    return {};
}

Result<usize> SemaphoreSet::apply(std::span<const abi::SemaphoreOperation> operations, Undo* undo) {
    usize done = 0;
    Result<void> failed;
    for (; done < operations.size(); ++done) {
        const abi::SemaphoreOperation& operation = operations[done];
        int& value = semaphores_[operation.number].value;
        if (operation.change == 0) {
            if (value != 0) break;
            continue;
        }
        int changed = value + operation.change;
        if (changed < 0) break;
        if (changed > kSemaphoreValueMax) {
            failed = Error(Errno::ERANGE);
            break;
        }
        if (operation.flags & kUndo) {
            int adjustment = undo->adjustments[operation.number] - operation.change;
            if (adjustment < -kSemaphoreValueMax - 1 || adjustment > kSemaphoreValueMax) {
                failed = Error(Errno::ERANGE);
                break;
            }
            undo->adjustments[operation.number] = static_cast<i16>(adjustment);
        }
        value = changed;
    }
    if (done == operations.size()) return done;
    for (usize index = done; index-- > 0;) {
        const abi::SemaphoreOperation& operation = operations[index];
        semaphores_[operation.number].value -= operation.change;
        if (operation.flags & kUndo)
            undo->adjustments[operation.number] =
                static_cast<i16>(undo->adjustments[operation.number] + operation.change);
    }
    if (!failed) return Error(failed.error());
    return done;
}

void SemaphoreSet::changed() {
    change_count_.fetch_add(1, std::memory_order_acq_rel);
    changes_.wake_all();
}

Result<void> SemaphoreSet::operate(std::span<const abi::SemaphoreOperation> operations, Deadline deadline) {
    bool changes_values = false, undoes = false;
    for (const abi::SemaphoreOperation& operation : operations) {
        if (operation.number >= count()) return Error(Errno::EFBIG);
        changes_values = changes_values || operation.change != 0;
        undoes = undoes || (operation.change != 0 && (operation.flags & kUndo));
    }
    TRY(check_access(changes_values ? 0222 : 0444));
    if (undoes) TRY(prepare_undo());
    Pending pending;
    for (;;) {
        u64 seen = change_count_.load(std::memory_order_acquire);
        {
            LockGuard guard(lock_);
            if (is_removed()) return Error(Errno::EIDRM);
            // SETALL may have taken the list away: then there is nothing to note for what comes.
            usize done = TRY(apply(operations, undoes ? find_undo(current_process_id()) : nullptr));
            if (done == operations.size()) {
                int process_id = current_process_id();
                for (const abi::SemaphoreOperation& operation : operations)
                    semaphores_[operation.number].last_process = process_id;
                operation_time_ = current_time().seconds;
            } else if (operations[done].flags & kNoWait) {
                return Error(Errno::EAGAIN);
            } else {
                pending.number = operations[done].number;
                pending.for_zero = operations[done].change == 0;
                pending_.push_back(pending);
            }
            if (done == operations.size() && !changes_values) return {};
            if (done == operations.size()) seen = ~0ull;
        }
        if (seen == ~0ull) {
            changed();
            return {};
        }
        auto waited = changes_.wait([&] { return change_count_.load(std::memory_order_acquire) != seen; },
                                    WaitMode::Interruptible, deadline);
        LockGuard guard(lock_);
        pending.node.unlink();
        if (is_removed()) return Error(Errno::EIDRM);
        if (!waited) return Error(waited.error() == Errno::ETIMEDOUT ? Errno::EAGAIN : waited.error());
    }
}

Result<int> SemaphoreSet::value(int number) {
    if (number < 0 || static_cast<usize>(number) >= count()) return Error(Errno::EINVAL);
    LockGuard guard(lock_);
    return semaphores_[static_cast<usize>(number)].value;
}

Result<int> SemaphoreSet::last_process(int number) {
    if (number < 0 || static_cast<usize>(number) >= count()) return Error(Errno::EINVAL);
    LockGuard guard(lock_);
    return semaphores_[static_cast<usize>(number)].last_process;
}

Result<int> SemaphoreSet::waiters(int number, bool for_zero) {
    if (number < 0 || static_cast<usize>(number) >= count()) return Error(Errno::EINVAL);
    LockGuard guard(lock_);
    int waiting = 0;
    for (Pending& pending : pending_) waiting += pending.number == number && pending.for_zero == for_zero;
    return waiting;
}

Result<void> SemaphoreSet::set_value(int number, int value) {
    if (value < 0 || value > kSemaphoreValueMax) return Error(Errno::ERANGE);
    if (number < 0 || static_cast<usize>(number) >= count()) return Error(Errno::EINVAL);
    {
        LockGuard guard(lock_);
        if (is_removed()) return Error(Errno::EIDRM);
        semaphores_[static_cast<usize>(number)] = {value, current_process_id()};
        for (Undo& undo : undos_) undo.adjustments[static_cast<usize>(number)] = 0;
        change_time_ = current_time().seconds;
    }
    changed();
    return {};
}

void SemaphoreSet::get_all(std::span<u16> values) {
    LockGuard guard(lock_);
    for (usize index = 0; index < values.size(); ++index) values[index] = static_cast<u16>(semaphores_[index].value);
}

Result<void> SemaphoreSet::set_all(std::span<const u16> values) {
    for (u16 value : values)
        if (value > kSemaphoreValueMax) return Error(Errno::ERANGE);
    {
        LockGuard guard(lock_);
        if (is_removed()) return Error(Errno::EIDRM);
        for (usize index = 0; index < values.size(); ++index)
            semaphores_[index] = {values[index], current_process_id()};
        for (Undo& undo : undos_)
            for (i16& adjustment : undo.adjustments) adjustment = 0;
        change_time_ = current_time().seconds;
    }
    changed();
    return {};
}

abi::SemaphoreSetStatus SemaphoreSet::status() {
    LockGuard guard(lock_);
    return {.permission = permission(),
            .operation_time = operation_time_,
            .change_time = change_time_,
            .count = count()};
}

void SemaphoreSet::touch_change() {
    LockGuard guard(lock_);
    change_time_ = current_time().seconds;
}

void SemaphoreSet::destroy() {
    if (semaphore_table.remove(*this)) changed();
}

void SemaphoreSet::undo(int process_id) {
    Undo* undo;
    {
        LockGuard guard(lock_);
        undo = find_undo(process_id);
        if (!undo) return;
        undo->node.unlink();
        for (usize index = 0; index < count(); ++index) {
            int adjustment = undo->adjustments[index];
            if (adjustment == 0) continue;
            int value = semaphores_[index].value + adjustment;
            semaphores_[index] = {value < 0 ? 0 : value > kSemaphoreValueMax ? kSemaphoreValueMax : value, process_id};
        }
        operation_time_ = current_time().seconds;
    }
    delete undo;
    undo_lists.fetch_sub(1, std::memory_order_relaxed);
    changed();
}

u64 semaphore_count() { return total_semaphores.load(std::memory_order_relaxed); }

void release_semaphore_undo(int process_id) {
    if (undo_lists.load(std::memory_order_relaxed) == 0) return;
    for (usize index = 0; Ref<SemaphoreSet> set = semaphore_table.next(index); ++index) set->undo(process_id);
}

} // namespace martlet
