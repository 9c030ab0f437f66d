// MemoryObject: something whose pages can be mapped: a file's page cache, shared anonymous memory, a device.
//
// Private anonymous memory has no object: its frames hang in the page tables only. An object knows the
// mappings of it, so that truncation can take pages out of every address space.
#pragma once
#include "base/list.h"
#include "base/ref.h"
#include "mm/frame.h"
#include "sync/spinlock.h"

namespace martlet {

enum class PageAccess : u8 { Read, Write };
/// What to do about an address space that somebody is working on.
enum class SpaceLocks : u8 { Wait, PassOver };

/// What a mapping of an object (mm/vma.h) puts on the object's list.
class ObjectMapping : NonCopyable {
private:
    friend class MemoryObject;
    friend class AddressSpace;
    ListNode object_node_;
    u64 walk_generation_ = 0; // of the last walk over spaces that has seen it
};

class MemoryObject : public RefCounted {
public:
    /// The frame that holds page `index`, with a reference for the caller; made or filled on demand. May sleep.
    /// ERANGE/ENXIO past the end (SIGBUS for a mapping), ENOMEM, EIO. A private mapping asks with Read and copies.
    virtual Result<Frame*> get_page(u64 index, PageAccess access) = 0;
    /// The page if it is resident, with a reference; null otherwise. Does not sleep (mincore, fault-around).
    virtual Frame* find_page(u64 index) { return nullptr; }
    /// How many find_page() would find; 0 where nobody asks.
    virtual u64 resident_page_count() const { return 0; }
    /// A page is about to be written through a shared mapping, which was not writable so far. Errors as get_page.
    virtual Result<void> mark_dirty(u64 index) { return {}; }
    /// A mapping went; so many are left. With the address space's lock held.
    virtual void mapping_removed(u32 left) {}
    /// madvise(MADV_REMOVE): turns the pages into a hole.
    virtual Result<void> remove_pages(u64 first_index, u64 end_index) { return Error(Errno::EOPNOTSUPP); }

    /// What /proc/pid/maps calls a mapping that has no file and starts at this page; null: nothing.
    virtual const char* mapping_name(u64 first_index) const { return nullptr; }

    /// Takes the pages [first_index, end_index) out of every address space, private copies included, so that the next
    /// access faults. Called after the object stopped handing them out (truncate, hole punching), with no lock of rank
    /// ObjectMappings or above held. May sleep.
    void unmap_pages(u64 first_index, u64 end_index);
    /// Shared mappings of the pages [first_index, end_index) lose write permission: the next write faults,
    /// and marks the page dirty. False: where an address space was locked (PassOver), or for lack of memory,
    /// some kept it. May sleep.
    bool write_protect_pages(u64 first_index, u64 end_index, SpaceLocks locks);
    /// Takes the object's own pages that no mapping may write out of every address space that has not locked
    /// them in memory, so that the object can free them; those used since the last call stay. Answers how
    /// many entries went. Call without locks; sleeps.
    u64 unmap_clean_pages();
    u32 mapping_count() const { return mapping_count_.load(std::memory_order_relaxed); }
    /// Memory seals (memfd): from now on no shared mapping may become writable. False, with Refuse, if one is already.
    enum class Existing : u8 { Keep, Refuse };
    bool forbid_writable_mappings(Existing existing);
    bool forbids_writable_mappings() const { return forbids_writers_.load(std::memory_order_acquire); }
    /// Keeps that away while a shared mapping that may be written is being made. False: it is forbidden already.
    bool begin_writable_mapping();
    void end_writable_mapping();
    bool is_mapped() const { return mapping_count_.load(std::memory_order_relaxed) != 0; }

private:
    friend class AddressSpace;
    void add_mapping(ObjectMapping& mapping);
    void remove_mapping(ObjectMapping& mapping);
    template <typename Visit> void for_each_space(Visit visit);

    SpinLock mappings_lock_{LockRank::Leaf};
    List<ObjectMapping, &ObjectMapping::object_node_> mappings_ GUARDED_BY(mappings_lock_);
    u64 walk_generation_ GUARDED_BY(mappings_lock_) = 0;
    std::atomic<u32> mapping_count_ = 0;
    u32 writable_mappings_ GUARDED_BY(mappings_lock_) = 0; // shared ones that mprotect(2) may make writable
    std::atomic<bool> forbids_writers_ = false;            // set under mappings_lock_
};

/// Zero-filled shared memory of any size (MAP_SHARED|MAP_ANONYMOUS). Whether it counts as promised (mm/overcommit.h) as
/// long as it lives; whether so much may be promised is the caller's question.
enum class Promise : u8 { No, Yes };
Result<Ref<MemoryObject>> create_shared_anonymous_object(usize size_bytes, Promise promise);

} // namespace martlet
