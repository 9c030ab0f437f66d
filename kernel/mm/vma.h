// A mapping (virtual memory area): a range of pages with one protection, kind and source. Guarded by its address
// space's lock.
#pragma once
#include "base/rb_tree.h"
#include "mm/memory_object.h"
#include "vfs/file.h"

namespace martlet {

class AddressSpace;

/// Protection and kind of a mapping; values are those of mmap(2) where they have one.
inline constexpr u32 kProtRead = 1, kProtWrite = 2, kProtExec = 4;

enum class VmaFlag : u32 {
    Shared = 1u << 0,
    GrowsDown = 1u << 1,
    Locked = 1u << 2,
    LockOnFault = 1u << 3,
    DontFork = 1u << 4,
    WipeOnFork = 1u << 5,
    DontDump = 1u << 6,
    NoReserve = 1u << 7,
    MayWrite = 1u << 8, // mprotect may add PROT_WRITE: not a shared mapping of a file opened for reading
    MayExec = 1u << 9,  // and PROT_EXEC: not a file on a noexec mount
    RandomAccess = 1u << 10,
    SequentialAccess = 1u << 11,
    NoHugePage = 1u << 13, // MADV_NOHUGEPAGE: one page per fault
    HugePage = 1u << 14,   // MADV_HUGEPAGE: large pages on first touch
    Accounted = 1u << 12, // its pages are promised (mm/overcommit.h)
};
constexpr u32 operator|(VmaFlag a, VmaFlag b) { return static_cast<u32>(a) | static_cast<u32>(b); }
constexpr u32 operator|(u32 a, VmaFlag b) { return a | static_cast<u32>(b); }

/// What decides whether two neighbours are one mapping.
struct VmaAttributes {
    u32 protection = 0;
    u32 flags = 0; // VmaFlag
    Ref<File> file;
    Ref<MemoryObject> object;

    bool has(VmaFlag flag) const { return (flags & static_cast<u32>(flag)) != 0; }
    void set(VmaFlag flag, bool value) {
        flags = value ? flags | static_cast<u32>(flag) : flags & ~static_cast<u32>(flag);
    }
    /// Private pages that may be written: their number counts as promised memory.
    bool is_promise() const {
        return (protection & kProtWrite) != 0 && !has(VmaFlag::Shared) && !has(VmaFlag::NoReserve);
    }
    bool operator==(const VmaAttributes&) const = default;
    /// What counts against RLIMIT_DATA.
    bool is_data() const {
        return (protection & kProtWrite) != 0 && !has(VmaFlag::Shared) && !has(VmaFlag::GrowsDown);
    }
};

struct Vma : ObjectMapping {
    AddressSpace* space = nullptr;
    u64 start = 0, end = 0;
    u64 offset_bytes = 0; // in the object, of `start`
    VmaAttributes attributes;

    RbNode tree_node;
    // Kept by VmaTree: the free space below this mapping, and the most below any mapping of its subtree.
    u64 gap_before = 0;
    u64 largest_gap = 0;

    u64 size() const { return end - start; }
    u64 page_index(u64 address) const { return (offset_bytes + (address - start)) >> kPageShift; }
    bool has(VmaFlag flag) const { return attributes.has(flag); }
    bool is_shared() const { return has(VmaFlag::Shared); }
    bool is_readable() const { return attributes.protection != 0; } // x86: write or execute implies read
    bool is_writable() const { return (attributes.protection & kProtWrite) != 0; }
    bool is_executable() const { return (attributes.protection & kProtExec) != 0; }
    bool is_data() const { return attributes.is_data(); }
};

} // namespace martlet
