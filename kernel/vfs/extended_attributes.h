// ExtendedAttributes: the named values that belong to an inode of a file system in memory (xattr(7)).
//
// Only the store: who may see or change what is decided by the operations below, as xattr(7) says. A spinlock
// guards the list; values are copied out under it and freed outside.
#pragma once
#include <span>
#include <string_view>

#include "base/list.h"
#include "base/ref.h"
#include "sync/spinlock.h"
#include "vfs/path.h"

namespace martlet {

class Inode;

inline constexpr usize kAttributeNameMax = 255, kAttributeValueMax = 65536,
                       kAttributeListMax = 65536; // limits of xattr(7)
inline constexpr u32 kAttributeCreate = 1, kAttributeReplace = 2;

class ExtendedAttributes : NonCopyable {
public:
    ExtendedAttributes() = default;
    ~ExtendedAttributes();
    /// ENODATA; ERANGE if `value` is too small. An empty span asks for the size.
    Result<usize> get(std::string_view name, std::span<u8> value);
    /// EEXIST, ENODATA by the flags; ENOSPC, ENOMEM.
    Result<void> set(std::string_view name, std::span<const u8> value, u32 flags);
    Result<void> remove(std::string_view name); // ENODATA
    /// All of another inode's attributes but its access control lists, beside those already here. ENOSPC, ENOMEM.
    Result<void> copy_from(ExtendedAttributes& other);
    /// The names, each with a NUL; those of trusted. only when asked for. An empty span asks for the size; ERANGE.
    enum class Trusted : u8 { Hidden, Shown };
    Result<usize> list(std::span<char> names, Trusted trusted);

private:
    struct Entry {
        ListNode node;
        u32 name_size, value_size;
        u8 bytes[]; // name, value
        std::string_view name() const { return {reinterpret_cast<const char*>(bytes), name_size}; }
        std::span<const u8> value() const { return {bytes + name_size, value_size}; }
    };
    static constexpr usize kTotalMax = 256 * 1024; // of names and values of one inode (ENOSPC)
    Entry* find(std::string_view name) REQUIRES(lock_);

    SpinLock lock_{LockRank::InodeTable}; // its destructor frees under it
    List<Entry, &Entry::node> entries_ GUARDED_BY(lock_);
    usize total_ GUARDED_BY(lock_) = 0;
};

// setxattr(2), getxattr(2), listxattr(2), removexattr(2) on what a path leads to, with every check.
Result<void> set_attribute(const Path& path, std::string_view name, std::span<const u8> value, u32 flags);
Result<usize> get_attribute(const Path& path, std::string_view name, std::span<u8> value);
Result<usize> list_attributes(const Path& path, std::span<char> names);
Result<void> remove_attribute(const Path& path, std::string_view name);

} // namespace martlet
