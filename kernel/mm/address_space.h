// AddressSpace: the user half of a page table and the tree of mappings (VMAs) that says what belongs there.
//
// Faults fill pages on demand. Private writable pages are copied when written if their frame is shared; fork shares all
// private frames by count and write-protects both sides. The lock is a sleeping mutex held for changes and faults.
// Limits (RLIMIT_AS, RLIMIT_DATA, RLIMIT_STACK, RLIMIT_MEMLOCK) come in through Limits, set by proc.
#pragma once
#include <optional>
#include <span>

#include "base/rb_tree.h"
#include "base/ref.h"
#include "mm/memory_object.h"
#include "sync/mutex.h"

namespace martlet {

class File;

/// Protection and kind of a mapping; values are those of mmap(2) where they have one.
inline constexpr u32 kProtRead = 1, kProtWrite = 2, kProtExec = 4;
inline constexpr u32 kMapShared = 0x01, kMapPrivate = 0x02, kMapSharedValidate = 0x03, kMapFixed = 0x10,
                     kMapAnonymous = 0x20, kMapGrowsDown = 0x100, kMapLocked = 0x2000, kMapNoReserve = 0x4000,
                     kMapPopulate = 0x8000, kMapStack = 0x20000, kMapFixedNoReplace = 0x100000;

struct MapRequest {
    u64 address = 0;          // hint, or the place with kMapFixed
    u64 size_bytes = 0;
    u32 protection = 0;
    u32 flags = 0;
    Ref<File> file;           // null: anonymous
    Ref<MemoryObject> object; // the file's pages (File::mapping_object), or shared anonymous memory
    u64 offset_bytes = 0;
};

struct AddressSpaceLimits {
    u64 address_space_bytes, data_bytes, stack_bytes, locked_bytes;
};

/// What execve(2) and prctl record, for /proc and brk.
struct ProgramLayout {
    u64 code_start = 0, code_end = 0, data_start = 0, data_end = 0, break_start = 0, stack_start = 0;
    u64 arguments_start = 0, arguments_end = 0, environment_start = 0, environment_end = 0;
};

enum class FaultResult : u8 { Resolved, SegvMapErr, SegvAccErr, BusAdrErr, OutOfMemory };

class AddressSpace : public RefCounted {
public:
    static Result<Ref<AddressSpace>> create();
    /// fork: a copy-on-write copy of everything (except MADV_DONTFORK ranges). ENOMEM.
    Result<Ref<AddressSpace>> fork();
    ~AddressSpace() override;

    // The system calls, with their manual pages' results. Addresses come from user space unchecked.
    Result<u64> map(const MapRequest& request, const AddressSpaceLimits& limits);
    Result<void> unmap(u64 address, u64 size_bytes);
    Result<void> protect(u64 address, u64 size_bytes, u32 protection);
    Result<u64> remap(u64 old_address, u64 old_size, u64 new_size, u32 flags, u64 new_address, const AddressSpaceLimits& limits);
    Result<u64> set_break(u64 address, const AddressSpaceLimits& limits); // answers the break in force, never an error to user
    Result<void> advise(u64 address, u64 size_bytes, int advice);
    Result<void> resident(u64 address, u64 size_bytes, std::span<u8> pages); // mincore
    Result<void> lock(u64 address, u64 size_bytes, const AddressSpaceLimits& limits);
    Result<void> unlock(u64 address, u64 size_bytes);
    Result<void> sync(u64 address, u64 size_bytes, int flags);

    /// A page fault at `address`; called with interrupts on. `from_user` faults below the stack pointer grow the stack.
    FaultResult fault(u64 address, PageAccess access, bool is_execute, u64 stack_limit_bytes);

    /// Copies to or from another process's memory (ptrace, /proc/pid/mem, execve's stack). Short count on a fault.
    Result<usize> read_memory(u64 address, std::span<u8> bytes);
    Result<usize> write_memory(u64 address, std::span<const u8> bytes);

    u64 page_table_root() const; // physical, for CR3
    ProgramLayout layout;        // written by execve before the space is shared

    struct Sizes { u64 total_pages, resident_pages, shared_pages, text_pages, data_pages, stack_pages, locked_pages,
                   peak_total_pages, peak_resident_pages, page_table_bytes; };
    Sizes sizes();
    /// Calls visit for each mapping in address order with what /proc/pid/maps shows; the lock is held.
    struct MappingView { u64 start, end; u32 protection; bool is_shared, grows_down; u64 offset_bytes; File* file; };
    void for_each_mapping(void (*visit)(void*, const MappingView&), void* context);

private:
    AddressSpace();
};

} // namespace martlet
