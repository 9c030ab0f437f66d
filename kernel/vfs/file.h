// File: an open file description (open(2)): what descriptors refer to, shared by dup and fork.
//
// Each kind of thing that can be opened derives from it: inode files, pipes, terminals, devices, sockets, events, …
// The defaults answer what Linux answers for "no such operation".
#pragma once
#include <atomic>

#include "base/ref.h"
#include "mm/memory_object.h"
#include "sync/mutex.h"
#include "vfs/io_cursor.h"
#include "vfs/path.h"
#include "vfs/poll.h"

namespace martlet {

class File;
class Inode;
class DirectorySink;
class Process;

/// Takes the lines that a file adds to /proc/pid/fdinfo/N.
class InformationSink {
public:
    virtual void append(std::string_view text) = 0;
    /// At most 200 bytes (base/format.h).
    void print(const char* format, ...) __attribute__((format(printf, 2, 3)));

protected:
    ~InformationSink() = default;
};

/// Whoever watches a file without keeping it open (an epoll item): told when the file goes, in time to let go of it.
class FileWatcher : NonCopyable {
public:
    /// Under file_watch_mutex: unlinks itself.
    virtual void file_is_going() = 0;
    /// The epoll that the watcher belongs to, or null.
    virtual File* watching_file() const { return nullptr; }

    FileWatcher* next_watcher() const { return next_; }

protected:
    ~FileWatcher() = default;

private:
    friend class File;
    FileWatcher* next_ = nullptr;
    FileWatcher** link_ = nullptr;
};
/// What fcntl(2) attached to an open file and goes with it (event/file_owner.h).
class FileAttachment : NonCopyable {
public:
    virtual ~FileAttachment() = default;
};

/// Guards the watchers of every file.
extern Mutex file_watch_mutex;

// open(2) flags of the x86-64 ABI.
inline constexpr u32 kOpenAccessMode = 3, kOpenReadOnly = 0, kOpenWriteOnly = 1, kOpenReadWrite = 2,
                     kOpenCreate = 0100, kOpenExclusive = 0200, kOpenNoControllingTty = 0400,
                     kOpenTruncate = 01000, kOpenAppend = 02000, kOpenNonBlock = 04000, kOpenDsync = 010000,
                     kOpenAsync = 020000, kOpenDirect = 040000, kOpenLargeFile = 0100000,
                     kOpenDirectory = 0200000, kOpenNoFollow = 0400000, kOpenNoAtime = 01000000,
                     kOpenCloseOnExec = 02000000, kOpenSync = 04010000, kOpenPath = 010000000,
                     kOpenTmpfile = 020200000;
enum class TransferDirection : u8 { Read, Write };
/// Not a program's to ask for: what happens by this file is not reported to listeners (fanotify(7)). F_GETFL shows it.
inline constexpr u32 kOpenUnreported = 1u << 26;
/// The kinds that some call tells from all others.
enum class FileKind : u8 { Other, Event, Timer, Signal, Epoll, Inotify, Fanotify, Socket, MessageQueue, NameSpace };
/// What F_SETFL may change.
inline constexpr u32 kOpenStatusFlags = kOpenAppend | kOpenAsync | kOpenDirect | kOpenNoAtime | kOpenNonBlock;
inline constexpr int kSeekSet = 0, kSeekCurrent = 1, kSeekEnd = 2, kSeekData = 3, kSeekHole = 4;

class File : public RefCounted {
public:
    /// `path` is empty for things without a name (pipes, sockets, anonymous inodes).
    File(u32 flags, Path path, FileKind kind = FileKind::Other);
    ~File() override;

    /// At `offset` (advanced by the caller through the count answered). Streams ignore the offset.
    /// Read answers 0 at the end. Results and errors as read(2), write(2).
    virtual Result<usize> read(IoCursor& to, u64 offset) { return Error(Errno::EINVAL); }
    virtual Result<usize> write(IoCursor& from, u64 offset) { return Error(Errno::EINVAL); }
    /// An O_APPEND write: at the end as it is then, atomically. `end` becomes the position behind what was written.
    virtual Result<usize> append(IoCursor& from, u64& end) { return write(from, 0); }
    /// False for streams: pread and lseek answer ESPIPE.
    virtual bool is_seekable() const { return false; }
    /// Whether read or write never wait, or ask may_wait() first (RWF_NOWAIT: else EOPNOTSUPP).
    virtual bool supports_no_wait(TransferDirection direction) const { return is_seekable(); }
    virtual Result<u64> seek(i64 offset, int whence); // lseek(2); default uses the inode's size
    virtual Result<i64> ioctl(u32 command, u64 argument) { return Error(Errno::ENOTTY); }
    /// The events that hold now. Also called by watchers while the last reference goes: takes none itself.
    virtual u32 poll(PollTable* table) { return kPollIn | kPollOut | kPollRdNorm | kPollWrNorm; }
    /// False where poll() knows nothing but "ready": epoll_ctl(2) answers EPERM.
    virtual bool is_pollable() const { return false; }
    /// The pages to map (mmap(2)); ENODEV where that makes no sense.
    virtual Result<Ref<MemoryObject>> mapping_object() { return Error(Errno::ENODEV); }
    /// getdents64(2): entries from the current offset on. ENOTDIR.
    virtual Result<void> read_directory(DirectorySink& sink) { return Error(Errno::ENOTDIR); }
    virtual Result<void> sync() { return Error(Errno::EINVAL); } // fsync(2)
    /// The bytes [start, end) have reached the medium (msync(2), sync_file_range(2), O_DSYNC). Where that
    /// cannot be told apart: all of them.
    virtual Result<void> sync_range(u64 start, u64 end) { return sync(); }
    /// posix_fadvise(2), readahead(2): the bytes will be wanted / are no longer, as far as pages can be read
    /// or dropped.
    virtual void prefetch(u64 offset, u64 size) {}
    virtual void drop_cached(u64 offset, u64 size) {}
    /// A descriptor that referred to this was closed (record locks end, flush); the description may live on.
    virtual void descriptor_closed();
    /// Then the descriptor's reference goes, which may be the last.
    virtual void release_descriptor() { release(); }
    /// What /proc/pid/fd/N points at when there is no path: "pipe:[123]", "anon_inode:[eventfd]".
    virtual Result<String> describe() const;

    u32 flags() const { return flags_.load(std::memory_order_relaxed); }
    bool is_unreported() const { return (flags() & kOpenUnreported) != 0; }
    /// F_SETFL: only O_APPEND, O_ASYNC, O_DIRECT, O_NOATIME, O_NONBLOCK change.
    virtual Result<void> set_status_flags(u32 flags);
    bool can_read() const { return (flags() & kOpenAccessMode) != kOpenWriteOnly && !(flags() & kOpenPath); }
    bool can_write() const { return (flags() & kOpenAccessMode) != kOpenReadOnly && !(flags() & kOpenPath); }
    bool is_nonblocking() const { return (flags() & kOpenNonBlock) != 0; }
    /// Whether this transfer may wait for data or room.
    bool may_wait(const IoCursor& cursor) const { return cursor.may_wait() && !is_nonblocking(); }
    const Path& path() const { return path_; }
    FileKind kind() const { return kind_; }
    /// This as a T, or null if it is of another kind.
    template <typename T> T* as() { return kind_ == T::kKind ? static_cast<T*>(this) : nullptr; }
    /// The poll events of which O_ASYNC tells by a signal; none: the kind of file knows no such signals.
    virtual u32 signalled_events() const { return 0; }
    /// The System V segment that it attaches, or null (shmdt).
    virtual class SharedMemory* shared_memory() const { return nullptr; }
    /// The pipe behind it, or null (F_SETPIPE_SZ, splice).
    virtual class Pipe* pipe() { return nullptr; }
    /// The file that this one is made around (a program's), or null.
    virtual const File* inner_file() const { return nullptr; }
    /// The process that it refers to (pidfd_open(2)), or null.
    virtual Process* process() { return nullptr; }
    /// The terminal behind it, or null.
    virtual class ControllingTerminal* terminal() { return nullptr; }
    /// What /proc/pid/fdinfo/N tells beside position and flags.
    virtual void show_information(InformationSink& sink) {}
    /// The inode behind it, or null for things that have none.
    virtual Inode* inode() const;

    /// The file position and its lock (held across a read or write that uses the position, POSIX.1-2017 2.9.7).
    Mutex position_lock{LockRank::FileOffset};
    u64 position = 0;

    /// Set once, by who made it; freed before the file itself goes.
    std::atomic<FileAttachment*> attachment = nullptr;

    void add_watcher(FileWatcher& watcher) REQUIRES(file_watch_mutex);
    static void remove_watcher(FileWatcher& watcher) REQUIRES(file_watch_mutex);
    FileWatcher* first_watcher() const REQUIRES(file_watch_mutex) { return watchers_; }

protected:
    void last_reference_dropped() override;
    void clear_flags(u32 flags) { flags_.fetch_and(~flags, std::memory_order_relaxed); }

private:
    void dismiss_watchers();

    std::atomic<u32> flags_;
    const FileKind kind_;
    FileWatcher* watchers_ = nullptr; // under file_watch_mutex
    Path path_;
};

/// Live open file descriptions, for the account at power-off and /proc/sys/fs/file-nr.
u64 live_file_count();

} // namespace martlet
