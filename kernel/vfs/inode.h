// Inode: a file, directory, link, device, FIFO or socket of a file system, whatever its names.
//
// A file system derives from it and overrides what it supports; the defaults answer Linux's errno for the rest.
// Locking: directory operations run under the directory's `directory_lock`; attribute changes under `attribute_lock`.
// Permission checks, mounts, symlink walking and name caching are the VFS's, not the file system's.
#pragma once
#include <string_view>

#include "base/ref.h"
#include "sync/mutex.h"
#include "vfs/file.h"

namespace martlet {

class ExtendedAttributes;
class PageCache;
class SuperBlock;

// Types and permission bits as in st_mode (inode(7)).
inline constexpr u32 kModeTypeMask = 0170000, kModeSocket = 0140000, kModeSymlink = 0120000, kModeRegular = 0100000,
                     kModeBlock = 0060000, kModeDirectory = 0040000, kModeCharacter = 0020000, kModeFifo = 0010000,
                     kModeSetUid = 04000, kModeSetGid = 02000, kModeSticky = 01000, kModePermissions = 07777;

struct TimeSpec {
    i64 seconds = 0;
    i64 nanoseconds = 0;
};

struct InodeAttributes {
    u32 mode = 0;
    u32 user_id = 0, group_id = 0;
    u32 link_count = 1;
    u64 device = 0; // st_rdev, as makedev(3)
    u64 size = 0;
    u64 blocks_512 = 0;
    u32 block_size = 4096;
    TimeSpec access_time, modify_time, change_time, birth_time;
};

/// Receives the entries of a directory. add() answers false when it has no more room: the entry is not taken.
/// `next_offset` is the position to continue after this entry.
class DirectorySink {
public:
    virtual bool add(std::string_view name, u64 inode_number, u32 mode, u64 next_offset) = 0;

protected:
    ~DirectorySink() = default;
};

class Inode : public RefCounted {
public:
    Inode(SuperBlock& super_block, u64 number);
    ~Inode() override;

    u64 number() const { return number_; }
    SuperBlock& super_block() const { return super_block_; }
    u32 mode() const { return attributes.mode; }
    bool is_directory() const { return (mode() & kModeTypeMask) == kModeDirectory; }
    bool is_regular() const { return (mode() & kModeTypeMask) == kModeRegular; }
    bool is_symlink() const { return (mode() & kModeTypeMask) == kModeSymlink; }

    // Directories. Names are single components, neither "." nor "..".
    virtual Result<Ref<Inode>> lookup(std::string_view name) { return Error(Errno::ENOTDIR); } // ENOENT if absent
    virtual Result<Ref<Inode>> create(std::string_view name, const InodeAttributes&) {
        return Error(Errno::EPERM);
    } // any type but symlink
    virtual Result<Ref<Inode>> create_symlink(std::string_view name, std::string_view target,
                                              const InodeAttributes&) {
        return Error(Errno::EPERM);
    }
    virtual Result<void> link(std::string_view name, Inode& inode) { return Error(Errno::EPERM); }
    /// A regular file without a name and with a link count of 0 (O_TMPFILE).
    virtual Result<Ref<Inode>> create_nameless(const InodeAttributes&) { return Error(Errno::EOPNOTSUPP); }
    /// Whether whiteouts can be left behind by rename (RENAME_WHITEOUT): a character device 0:0.
    virtual bool supports_whiteouts() const { return false; }
    virtual Result<void> unlink(std::string_view name, Inode& inode) { return Error(Errno::EPERM); }
    virtual Result<void> remove_directory(std::string_view name, Inode& inode) {
        return Error(Errno::EPERM);
    } // ENOTEMPTY
    /// Checks are done; `replaced` is what the new name refers to, or null. `exchange` as RENAME_EXCHANGE.
    virtual Result<void> rename(std::string_view name, Inode& inode, Inode& new_directory,
                                std::string_view new_name, Inode* replaced, bool exchange) {
        return Error(Errno::EPERM);
    }
    virtual Result<void> read_directory(u64 offset, DirectorySink& sink) { return Error(Errno::ENOTDIR); }

    /// What holds this directory's entry; null for a root, a directory without a name, and where handles are unknown.
    virtual Ref<Inode> parent_directory() { return nullptr; }

    // Symbolic links.
    virtual Result<String> read_link() { return Error(Errno::EINVAL); }
    /// /proc/self/exe and the like: jumps straight to a path. Null result: an ordinary link, use read_link.
    virtual Result<Path> follow_magic_link() { return Path(); }

    // Content. `open` makes the File for this inode; the default serves regular files through read_at/write_at and
    // directories, and the VFS opens devices, FIFOs and sockets itself.
    virtual Result<Ref<File>> open(u32 flags, const Path& path);
    /// A device node that open() above opens, without a driver found by its number (a pty's slave).
    virtual bool opens_itself() const { return false; }
    virtual Result<usize> read_at(IoCursor& to, u64 offset) { return Error(Errno::EINVAL); }
    virtual Result<usize> write_at(IoCursor& from, u64 offset) { return Error(Errno::EINVAL); }
    virtual Result<void> truncate(u64 size) { return Error(Errno::EINVAL); }
    virtual Result<Ref<MemoryObject>> mapping_object() { return Error(Errno::ENODEV); }
    /// The pages of a regular file that may be lent out without a copy (splice, sendfile), or null.
    virtual PageCache* page_cache() { return nullptr; }
    /// Where user., trusted. and security. attributes are kept; null: nowhere (EOPNOTSUPP).
    virtual ExtendedAttributes* extended_attributes() { return nullptr; }

    /// Whether extended_attributes() may keep access control lists, which check_permission() then obeys.
    virtual bool supports_access_lists() const { return false; }

    /// Called, without locks, before attributes or content change: a file system of layers copies up.
    virtual Result<void> prepare_change() { return {}; }
    /// Called before attributes are shown: a file system with computed attributes refreshes them.
    virtual Result<void> refresh_attributes() { return {}; }
    /// Called with attribute_lock held after the VFS changed `attributes` (chmod, chown, utimes).
    virtual Result<void> attributes_changed() { return {}; }
    /// False for /proc and the like whose names may vanish at any time: absent names are not remembered, and a cached
    /// name is good only while is_current() of its inode says so.
    virtual bool names_are_stable() const { return true; }
    virtual bool is_current() { return true; }
    /// Whether the caller may follow this magic link (/proc/pid/exe …).
    virtual Result<void> check_follow() { return {}; }
    /// fcntl(2) F_GET_SEALS, F_ADD_SEALS: only memory files have seals.
    /// The process whose directory of /proc this is, or null (pidfd_send_signal(2)).
    virtual Process* process() const { return nullptr; }
    virtual Result<u32> seals() { return Error(Errno::EINVAL); }
    virtual Result<void> add_seals(u32 seals) { return Error(Errno::EINVAL); }
    /// posix_fallocate's and fallocate(2)'s work on content; `mode` has only known flags. Under attribute_lock.
    virtual Result<void> allocate(u32 mode, u64 offset, u64 size) { return Error(Errno::EOPNOTSUPP); }
    /// lseek(2) SEEK_DATA and SEEK_HOLE below the size: without knowledge of holes all is data.
    virtual u64 next_data(u64 offset) { return offset; }
    virtual u64 next_hole(u64 offset) { return attributes.size; }
    /// Times by the realtime clock: what changed now.
    void touch(bool modified);

    std::atomic<u8> write_hint = 0; // F_SET_RW_HINT
    /// link(2) may give a file without a name one: made by O_TMPFILE without O_EXCL. Under attribute_lock.
    bool is_linkable = false;

    // ETXTBSY: a file is open for writing or executing, not both (open(2), execve(2)).
    Result<void> acquire_write();
    void release_write() { writers_.fetch_sub(1, std::memory_order_release); }
    Result<void> deny_write();
    void allow_write() { writers_.fetch_add(1, std::memory_order_release); }
    bool has_writers() const { return writers_.load(std::memory_order_relaxed) > 0; }

    std::atomic<u8> access_lists = 0; // which there are (vfs/access_list.h)
    InodeAttributes attributes; // written under attribute_lock
    /// What belongs to the inode while it is in use: a FIFO's pipe, a socket; guarded by attribute_lock.
    Ref<RefCounted> attachment;
    /// Record and whole-file locks (vfs/file_locks.h), made on first use.
    std::atomic<class FileLocks*> locks = nullptr;
    Mutex attribute_lock;
    Mutex directory_lock;

private:
    SuperBlock& super_block_;
    u64 number_;
    std::atomic<i32> writers_ = 0; // > 0: open for writing so often; < 0: executed so often
};

/// Live objects, for the account at power-off.
u64 live_inode_count();

TimeSpec current_time();

} // namespace martlet
