// FdTable: a process's file descriptors. Each slot holds a file, the close-on-exec flag and the descriptor's rights.
//
// Shared by threads (CLONE_FILES) through Ref. A table that only one task uses is read without its lock: nobody else can
// change it. Free slots are found through a bitmap with a summary level, so dup and open cost the same however many
// descriptors are open. Files are released after the lock.
#pragma once
#include "base/ref.h"
#include "base/vector.h"
#include "sync/spinlock.h"
#include "vfs/file.h"

namespace martlet {

/// What a descriptor allows; the Linux calls grant all of them (DESIGN 3).
enum class DescriptorRights : u16 { Read = 1, Write = 2, Execute = 4, Map = 8, Wait = 16, Signal = 32, Duplicate = 64,
                                    Transfer = 128, Manage = 256, All = 511 };

enum class CloseOnExec : u8 { No, Yes };

/// A file that a call looks at while it runs, or null. It is not counted where nobody else can close the descriptor.
class UsedFile : NonCopyable {
public:
    UsedFile() = default;
    UsedFile(File& borrowed) : file_(&borrowed) {}
    UsedFile(Ref<File> counted) : file_(counted.leak()), is_counted_(true) {}
    ~UsedFile() { if (is_counted_) file_->release(); }
    explicit operator bool() const { return file_ != nullptr; }
    File* operator->() const { return file_; }
    Ref<File> keep() const { return Ref<File>(*file_); }

private:
    File* file_ = nullptr;
    bool is_counted_ = false;
};

class FdTable : public RefCounted {
public:
    static Result<Ref<FdTable>> create();
    Result<Ref<FdTable>> clone(); // fork
    ~FdTable() override;

    /// EBADF if the slot is empty.
    Result<Ref<File>> get(int fd);
    /// The same for the length of a call that opens, closes and replaces no descriptor; null if the slot is empty.
    UsedFile use(int fd) NO_THREAD_SAFETY_ANALYSIS {
        if (reference_count() != 1) [[unlikely]] return use_shared(fd);
        if (static_cast<u32>(fd) >= slots_.size() || !slots_.data()[fd].file) return {};
        return *slots_.data()[fd].file;
    }
    /// The lowest free descriptor >= minimum and < limit (RLIMIT_NOFILE): EMFILE; ENOMEM.
    Result<int> install(Ref<File> file, CloseOnExec cloexec, u64 limit, int minimum = 0);
    /// dup2/dup3 onto `fd`, closing what was there. EBADF if fd >= limit.
    Result<void> install_at(int fd, Ref<File> file, CloseOnExec cloexec, u64 limit);
    Result<void> close(int fd); // EBADF
    Result<CloseOnExec> close_on_exec(int fd);
    Result<void> set_close_on_exec(int fd, CloseOnExec value);
    void close_all_marked(); // execve
    void close_all();        // exit
    Result<void> close_range(u32 first, u32 last, bool only_mark);
    /// The open descriptor >= fd, or -1 (/proc/pid/fd).
    int next_open(int fd);
    u32 open_count();
    /// Slots of the table as it is; every open descriptor is below.
    u32 capacity();

    FdTable() = default;

private:
    /// Private to one Linux personality for now: every descriptor grants DescriptorRights::All.
    struct Slot {
        File* file = nullptr; // holds a reference
        DescriptorRights rights = DescriptorRights::All;
        CloseOnExec cloexec = CloseOnExec::No;
    };
    static constexpr u32 kInlineSlots = 16;

    UsedFile use_shared(int fd);
    Result<void> reserve(u32 capacity) EXCLUDES(lock_);
    int find_free(u32 minimum) const REQUIRES(lock_);
    void set_used(u32 fd, bool used) REQUIRES(lock_);
    File* take(u32 fd) REQUIRES(lock_);
    static void drop(File* file);

    SpinLock lock_{LockRank::FdTable};
    Vector<Slot> slots_ GUARDED_BY(lock_);
    Vector<u64> used_ GUARDED_BY(lock_); // a bit for each slot
    Vector<u64> full_ GUARDED_BY(lock_); // a bit for each word of used_ that has no free slot
};

} // namespace martlet
