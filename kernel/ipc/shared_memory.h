// System V shared memory (shmget(2), shmop(2)): segments of pages made on first access.
//
// A segment is a MemoryObject; its attachments are its mappings. IPC_RMID of an attached segment takes its key away and
// lets it live until the last mapping goes.
#pragma once
#include "ipc/sysv_object.h"
#include "mm/memory_object.h"
#include "vfs/file.h"

namespace martlet {

/// SHMMAX and SHMALL at first: what Linux calls no limit.
inline constexpr u64 kSharedMemoryUnlimited = ~0ull - (1ull << 24);
/// /proc/sys/kernel/shmmax and shmall: of one segment, and of all in pages.
extern std::atomic<u64> shared_memory_size_max, shared_memory_pages_max;
extern Setting shared_memory_count_max; // /proc/sys/kernel/shmmni
inline constexpr u32 kSharedMemoryDestroyed = 01000, kSharedMemoryLocked = 02000; // of the mode

class SharedMemory final : public IpcObject {
public:
    static Result<Ref<SharedMemory>> create(int key, u32 mode, u64 size);
    u64 size() const { return size_; }
    u64 page_count() const { return (size_ + kPageSize - 1) / kPageSize; }
    abi::SharedMemoryStatus status();
    /// What mmap needs: a description of the segment for one attachment. ENOMEM, EIDRM.
    Result<Ref<File>> open(bool writable);
    MemoryObject& object() { return *object_; }
    void touch_change();
    /// IPC_RMID.
    void destroy();
    /// By the object: an attachment went, so many are left.
    void detached(u32 left);

    SharedMemory(int key, u32 mode, u64 size);
    ~SharedMemory() override;

private:
    u64 size_;
    Ref<MemoryObject> object_;
    SpinLock lock_{LockRank::Leaf};
    i64 attach_time_ GUARDED_BY(lock_) = 0, detach_time_ GUARDED_BY(lock_) = 0, change_time_ GUARDED_BY(lock_) = 0;
    int creator_process_, last_process_ GUARDED_BY(lock_) = 0;
};

extern IpcTable<SharedMemory> shared_memory_table;
/// The segment that an open description attaches, or null (shmdt).
SharedMemory* shared_memory_of(const File& file);
/// Pages of all segments (SHM_INFO).
u64 shared_memory_pages();
/// Those of them that are in memory.
u64 shared_memory_resident_pages();

} // namespace martlet
