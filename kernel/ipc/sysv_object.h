// What the three kinds of System V IPC objects share: keys, ids, owners and permissions (sysvipc(7),
// svipc(7)).
//
// An id is a sequence number and an index into the kind's table, so that the id of a removed object is not
// soon another's. The table holds one reference to each object; a removed object lives on for those who wait
// for it and says so. Locking: the table's mutex guards indexes and keys; owner and mode are atomics; each
// object has a lock of its own.
#pragma once
#include "abi/ipc.h"
#include "base/ref.h"
#include "base/setting.h"
#include "base/vector.h"
#include "proc/credentials.h"
#include "sync/mutex.h"

namespace martlet {

// Flags and commands of the …get and …ctl calls.
inline constexpr u32 kIpcCreate = 01000, kIpcExclusive = 02000, kIpcNoWait = 04000;
inline constexpr int kIpcPrivateKey = 0;
inline constexpr u32 kIpcRemove = 0, kIpcSet = 1, kIpcStatus = 2, kIpcLimits = 3;
inline constexpr u32 kIpcVersion64 = 0x100; // IPC_64: set by some C libraries, the only form here
inline constexpr u32 kIpcIndexBits = 15, kIpcSequenceMax = 0xffff;
inline constexpr i64 kIpcCountMax = 1u << kIpcIndexBits; // of one kind

class IpcObject : public RefCounted {
public:
    IpcObject(int key, u32 mode);
    int key() const { return key_.load(std::memory_order_relaxed); }
    int id() const { return id_; }
    u32 mode() const { return mode_.load(std::memory_order_relaxed); }
    bool is_removed() const { return is_removed_.load(std::memory_order_acquire); }
    abi::IpcPermission permission() const;
    /// EACCES unless `wanted` (0400 read, 0200 write, in any of the three places) is granted or the caller
    /// has CAP_IPC_OWNER.
    Result<void> check_access(u32 wanted) const;
    /// IPC_SET and IPC_RMID are for owner, creator and CAP_SYS_ADMIN. EPERM.
    Result<void> check_owner() const;
    /// IPC_SET: owner, group and permissions.
    Result<void> change_owner(const abi::IpcPermission& wanted);
    void set_mode_bits(u32 bits) { mode_.fetch_or(bits, std::memory_order_relaxed); }
    void clear_mode_bits(u32 bits) { mode_.fetch_and(~bits, std::memory_order_relaxed); }
    void become_private() { key_.store(kIpcPrivateKey, std::memory_order_relaxed); }

private:
    template <typename T> friend class IpcTable;
    std::atomic<int> key_;
    std::atomic<u32> user_id_, group_id_, mode_;
    u32 creator_user_id_, creator_group_id_;
    int id_ = -1;
    std::atomic<bool> is_removed_ = false;
};

template <typename T> class IpcTable {
public:
    /// `limit`: of objects; `next_id`: what the next new object's id shall be, as far as its index allows (-1: any).
    constexpr IpcTable(const Setting& limit, Setting& next_id) : limit_(limit), next_id_(next_id) {}

    /// EINVAL if no object has that id.
    Result<Ref<T>> find(int id) {
        MutexGuard guard(mutex_);
        auto index = static_cast<usize>(id) & kIndexMask;
        if (id < 0 || index >= slots_.size() || !slots_[index] || slots_[index]->id() != id)
            return Error(Errno::EINVAL);
        return slots_[index];
    }
    /// By position in the table (SHM_STAT and the like). EINVAL.
    Result<Ref<T>> find_by_index(int index) {
        MutexGuard guard(mutex_);
        if (index < 0 || static_cast<usize>(index) >= slots_.size() || !slots_[static_cast<usize>(index)])
            return Error(Errno::EINVAL);
        return slots_[static_cast<usize>(index)];
    }
    /// The …get calls: the object with `key`, after `check(object)`, or what create() makes. ENOENT, EEXIST,
    /// EACCES, ENOSPC.
    template <typename Check, typename Create> Result<int> get(int key, u32 flags, Check check, Create create) {
        MutexGuard guard(mutex_);
        if (key != kIpcPrivateKey) {
            for (Ref<T>& slot : slots_) {
                if (!slot || slot->key() != key) continue;
                if ((flags & kIpcCreate) && (flags & kIpcExclusive)) return Error(Errno::EEXIST);
                TRY(check(*slot));
                TRY(slot->check_access(flags));
                return slot->id();
            }
            if (!(flags & kIpcCreate)) return Error(Errno::ENOENT);
        }
        if (static_cast<i64>(count_) >= limit_.get()) return Error(Errno::ENOSPC);
        Ref<T> object = TRY(create());
        i64 wanted = next_id_.get();
        u32 sequence = wanted >= 0 ? static_cast<u32>(wanted) >> kIpcIndexBits : static_cast<u32>(sequence_);
        usize index = wanted >= 0 ? static_cast<usize>(wanted) & kIndexMask : 0;
        if (index < slots_.size() && slots_[index]) index = 0;
        while (index < slots_.size() && slots_[index]) ++index;
        while (slots_.size() <= index) TRY(slots_.push_back(nullptr));
        object->id_ = static_cast<int>(sequence << kIpcIndexBits | static_cast<u32>(index));
        if (wanted >= 0) (void)next_id_.set(-1);
        else sequence_ = (sequence_ + 1) & kIpcSequenceMax;
        slots_[index] = object;
        ++count_;
        return object->id();
    }
    /// Out of the table, once. Answers whether this call did it; waiters are the caller's to wake.
    bool remove(T& object) {
        Ref<T> removed;
        MutexGuard guard(mutex_);
        usize index = static_cast<usize>(object.id()) & kIndexMask;
        if (index >= slots_.size() || slots_[index].get() != &object) return false;
        object.is_removed_.store(true, std::memory_order_release);
        removed = std::move(slots_[index]);
        --count_;
        return true;
    }
    /// The highest used position, 0 if there is none (what the …_INFO commands answer).
    int highest_index() {
        MutexGuard guard(mutex_);
        for (usize index = slots_.size(); index-- > 0;)
            if (slots_[index]) return static_cast<int>(index);
        return 0;
    }
    usize count() const { return count_.load(std::memory_order_relaxed); }
    /// The object at the lowest position >= `index`, which becomes that position; null at the end.
    Ref<T> next(usize& index) {
        MutexGuard guard(mutex_);
        for (; index < slots_.size(); ++index)
            if (slots_[index]) return slots_[index];
        return nullptr;
    }

private:
    static constexpr usize kIndexMask = (1u << kIpcIndexBits) - 1;
    Mutex mutex_{LockRank::SleepLeaf};
    const Setting& limit_;
    Setting& next_id_; // set by the administrator for one object, under the lock by get()
    Vector<Ref<T>> slots_;
    std::atomic<usize> count_ = 0;
    u32 sequence_ = 0;
};

} // namespace martlet
