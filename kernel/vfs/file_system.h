// FileSystem: a type of file system that mount(2) knows by name; SuperBlock: one instance of it.
//
// A new file system is one folder under fs/ with a constructor function registered by REGISTER_FILE_SYSTEM.
#pragma once
#include <span>
#include <string_view>

#include "base/ref.h"
#include "sync/mutex.h"
#include "vfs/inode.h"

namespace martlet {

struct FileSystemStatistics { // statfs(2)
    u64 type_magic = 0, block_size = 4096, blocks = 0, blocks_free = 0, blocks_available = 0, files = 0, files_free = 0;
    u64 name_length = 255;
};

/// Whether a file system keeps its files itself or in another one: which of two inodes' locks comes first.
enum class Stacking : u8 { None, Stacked };

class SuperBlock : public RefCounted {
public:
    virtual Ref<Inode> root() = 0;
    virtual FileSystemStatistics statistics() = 0;
    virtual Result<void> sync() { return {}; }
    /// What /proc/mounts shows after rw/ro: "size=…,mode=…".
    virtual Result<String> options() { return String::create(""); }
    /// mount(2) MS_REMOUNT with new options.
    virtual Result<void> reconfigure(std::string_view options) { return {}; }
    /// Handles (vfs/file_handle.h): the inode can be found by its number from now on, as long as it lives. ENOMEM.
    virtual Result<void> keep_findable(Inode& inode) { return Error(Errno::EOPNOTSUPP); }
    virtual Result<Ref<Inode>> find_inode(u64 number) { return Error(Errno::ESTALE); }
    u64 device; // st_dev (as makedev(3)), unique per instance
    class FileSystem* type = nullptr;
    std::atomic<bool> is_read_only = false;
    // The mounts that show it share one tree of names; the last one takes it down (vfs/mount.cpp).
    std::atomic<u32> mount_count = 0;
    std::atomic<u32> writers = 0; // files open for writing on any of them (vfs/mount.h)
    Ref<class Dentry> root_dentry;
    const Stacking stacking;
    /// Held while a name moves between directories: no loop can arise in the tree.
    Mutex rename_lock;

    explicit SuperBlock(Stacking stacking = Stacking::None);
    ~SuperBlock() override;
};

class FileSystem {
public:
    virtual std::string_view name() const = 0;
    virtual bool needs_device() const { return false; } // "nodev" in /proc/filesystems
    virtual bool needs_read_only() const { return false; } // mounts without MS_RDONLY answer EACCES
    virtual Result<Ref<SuperBlock>> mount(std::string_view source, std::string_view options) = 0;

protected:
    ~FileSystem() = default;
};

/// Registration by a constant in a linker section (.martlet_file_systems), no central list.
#define REGISTER_FILE_SYSTEM(object)                                                                         \
    [[gnu::section(".martlet_file_systems"),                                                                 \
      gnu::used]] static ::martlet::FileSystem* const file_system_##object = &(object)

FileSystem* find_file_system(std::string_view name);
/// Every registered type, in link order.
std::span<FileSystem* const> file_systems();

} // namespace martlet
