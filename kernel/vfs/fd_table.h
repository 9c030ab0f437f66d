// FdTable: a process's file descriptors. Each slot holds a file, the close-on-exec flag and the descriptor's
// rights.
//
// Shared by threads (CLONE_FILES) through Ref. A table that only one task uses is read without its lock:
// nobody else can change it. Free slots are found through a bitmap with a summary level, so dup and open cost
// the same however many descriptors are open. Files are released after the lock.
#pragma once
#include "base/ref.h"
#include "base/vector.h"
#include "sync/spinlock.h"
#include "vfs/file.h"

namespace martlet {

/// What a descriptor allows (docs/ARCHITECTURE.md). The Linux calls grant all; a restricted duplicate has some of those
/// that its original has, and keeps them wherever it goes.
enum class Rights : u16 { None = 0, Read = 1, Write = 2, Execute = 4, Map = 8, Wait = 16, Signal = 32, Duplicate = 64,
                          Transfer = 128, Manage = 256, All = 511 };
constexpr Rights operator|(Rights left, Rights right) {
    return static_cast<Rights>(static_cast<u16>(left) | static_cast<u16>(right));
}
constexpr Rights operator&(Rights left, Rights right) {
    return static_cast<Rights>(static_cast<u16>(left) & static_cast<u16>(right));
}
constexpr bool includes(Rights all, Rights some) { return (all & some) == some; }

enum class CloseOnExec : u8 { No, Yes };

/// What a descriptor stands for, on its way to another table.
struct Descriptor {
    Ref<File> file;
    Rights rights = Rights::All;
};

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

    /// EBADF if the slot is empty, EACCES if the descriptor lacks a right that is needed.
    Result<Ref<File>> get(int fd, Rights needed);
    Result<Descriptor> descriptor(int fd, Rights needed);
    /// As get, for the length of a call that opens, closes and replaces no descriptor; null instead of an error.
    UsedFile use(int fd, Rights needed) NO_THREAD_SAFETY_ANALYSIS {
        if (reference_count() != 1) [[unlikely]] return use_shared(fd, needed);
        if (static_cast<u32>(fd) >= slots_.size()) return {};
        const Slot& slot = slots_.data()[fd];
        if (!slot.file || !includes(slot.rights, needed)) return {};
        return *slot.file;
    }
    /// The lowest free descriptor >= minimum and < limit (RLIMIT_NOFILE): EMFILE; ENOMEM.
    Result<int> install(Descriptor descriptor, CloseOnExec cloexec, u64 limit, int minimum = 0);
    Result<int> install(Ref<File> file, CloseOnExec cloexec, u64 limit, int minimum = 0) {
        return install(Descriptor{std::move(file)}, cloexec, limit, minimum);
    }
    /// dup2/dup3 onto `fd`, closing what was there. EBADF if fd >= limit.
    Result<void> install_at(int fd, Descriptor descriptor, CloseOnExec cloexec, u64 limit);
    /// A duplicate with no more than `rights` of what `fd` has. EBADF, EACCES without Duplicate, EMFILE, ENOMEM.
    Result<int> duplicate(int fd, Rights rights, CloseOnExec cloexec, u64 limit, int minimum = 0);
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
    struct Slot {
        File* file = nullptr; // holds a reference
        Rights rights = Rights::None;
        CloseOnExec cloexec = CloseOnExec::No;
    };
    static constexpr u32 kInlineSlots = 16;

    UsedFile use_shared(int fd, Rights needed);
    Result<void> reserve(u32 capacity) EXCLUDES(lock_);
    Result<Slot> slot(int fd, Rights needed) const REQUIRES(lock_);
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
