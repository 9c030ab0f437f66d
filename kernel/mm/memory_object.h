// MemoryObject: something whose pages can be mapped: a file's page cache, shared anonymous memory, a device.
//
// Private anonymous memory has no object: its frames hang in the page tables only.
#pragma once
#include "base/ref.h"
#include "mm/frame.h"

namespace martlet {

enum class PageAccess : u8 { Read, Write };

class MemoryObject : public RefCounted {
public:
    /// The frame that holds page `index`, with a reference for the caller; made or filled on demand. May sleep.
    /// ERANGE/ENXIO past the end (SIGBUS for a mapping), ENOMEM, EIO.
    virtual Result<Frame*> get_page(u64 index, PageAccess access) = 0;
    /// The page if it is resident, with a reference; null otherwise. Does not sleep (mincore, fault-around).
    virtual Frame* find_page(u64 index) { return nullptr; }
    /// A page was written through a shared mapping.
    virtual void mark_dirty(u64 index) {}
};

/// Zero-filled shared memory of any size (MAP_SHARED|MAP_ANONYMOUS).
Result<Ref<MemoryObject>> create_shared_anonymous_object(usize size_bytes);

} // namespace martlet
