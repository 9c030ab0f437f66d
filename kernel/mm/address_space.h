// AddressSpace: the user half of a page table and the tree of mappings (VMAs) that says what belongs there.
//
// Faults fill pages on demand. Private writable pages are copied when written if their frame is shared; fork
// shares all leaf tables by count and copies them when either side changes something. The lock is a sleeping
// mutex held for changes and faults, so nothing that holds it may touch user memory. Limits (RLIMIT_AS,
// RLIMIT_DATA, RLIMIT_STACK, RLIMIT_MEMLOCK) come in as AddressSpaceLimits from the system calls.
#pragma once
#include <optional>
#include <span>

#include "arch/page_table.h"
#include "base/ref.h"
#include "mm/memory_object.h"
#include "mm/vma_tree.h"
#include "sync/mutex.h"

namespace martlet {

class File;

inline constexpr u32 kMapShared = 0x01, kMapPrivate = 0x02, kMapSharedValidate = 0x03, kMapTypeMask = 0x0f,
                     kMapFixed = 0x10, kMapAnonymous = 0x20, kMap32Bit = 0x40, kMapGrowsDown = 0x100,
                     kMapDenyWrite = 0x800, kMapExecutable = 0x1000, kMapLocked = 0x2000,
                     kMapNoReserve = 0x4000, kMapPopulate = 0x8000, kMapNonBlock = 0x10000,
                     kMapStack = 0x20000, kMapHugeTlb = 0x40000, kMapSync = 0x80000,
                     kMapFixedNoReplace = 0x100000, kMapUninitialized = 0x4000000;
inline constexpr u32 kRemapMayMove = 1, kRemapFixed = 2, kRemapDontUnmap = 4;

struct MapRequest {
    u64 address = 0;          // hint, or the place with kMapFixed
    u64 size_bytes = 0;
    u32 protection = 0;
    u32 flags = 0;
    Ref<File> file{};           // null: anonymous
    Ref<MemoryObject>
        object{}; // null: the file's (File::mapping_object), or fresh pages for a shared anonymous mapping
    u64 offset_bytes = 0;
    bool forbids_exec = false;  // the file is on a noexec mount, or the descriptor lacks the right
    bool forbids_write = false; // to the file: the descriptor lacks the right
};

struct AddressSpaceLimits {
    u64 address_space_bytes = ~0ull, data_bytes = ~0ull, stack_bytes = ~0ull, locked_bytes = ~0ull;
    bool may_lock_any = false;    // CAP_IPC_LOCK
    bool may_map_low = false;     // CAP_SYS_RAWIO: below vm.mmap_min_addr
    bool may_use_reserve = false; // CAP_SYS_ADMIN: of promised memory (mm/overcommit.h)
};

/// What execve(2) and prctl record, for /proc and brk.
struct ProgramLayout {
    u64 code_start = 0, code_end = 0, data_start = 0, data_end = 0, break_start = 0, stack_start = 0;
    u64 arguments_start = 0, arguments_end = 0, environment_start = 0, environment_end = 0;
    u64 auxiliary_start = 0, auxiliary_end = 0; // the auxiliary vector, on the stack
};

/// Bytes of a mapping's pages by kind, for smaps (proc(5)). A page that n page tables map counts 1/n in `proportional`.
struct MappingUsage {
    u64 resident = 0, anonymous = 0, referenced = 0, shared_clean = 0, shared_dirty = 0, private_clean = 0,
        private_dirty = 0;
    u64 proportional = 0, proportional_dirty = 0, proportional_anonymous = 0, proportional_locked = 0;
    u64 large = 0; // of `anonymous`
    void add(const MappingUsage& other);
};
enum class FrameNumbers : u8 { Hidden, Shown };

enum class FaultResult : u8 { Resolved, SegvMapErr, SegvAccErr, BusAdrErr, OutOfMemory };

/// Whether an access respects the mapping's protection, or overrides it as ptrace(2) does (on private mappings).
enum class AccessMode : u8 { Checked, Forced };

class AddressSpace : public RefCounted {
public:
    static Result<Ref<AddressSpace>> create();
    /// fork: a copy-on-write copy of everything (except MADV_DONTFORK ranges). ENOMEM, also when so much may
    /// not be promised.
    Result<Ref<AddressSpace>> fork(const AddressSpaceLimits& limits = {});
    ~AddressSpace() override;
    /// Address spaces that exist, for the audit.
    static u64 live_count() { return live_count_.load(std::memory_order_relaxed); }

    /// Where mmap starts to search downwards: execve sets it below the stack and its room to grow (kUserEnd
    /// until then).
    void set_map_base(u64 address);

    // The system calls, with their manual pages' results. Addresses come from user space unchecked.
    Result<u64> map(const MapRequest& request, const AddressSpaceLimits& limits);
    Result<void> unmap(u64 address, u64 size_bytes);
    Result<void> protect(u64 address, u64 size_bytes, u32 protection, const AddressSpaceLimits& limits = {});
    Result<u64> remap(u64 old_address, u64 old_size, u64 new_size, u32 flags, u64 new_address,
                      const AddressSpaceLimits& limits);
    Result<u64>
    set_break(u64 address,
              const AddressSpaceLimits& limits); // answers the break in force, never an error to user
    Result<void> advise(u64 address, u64 size_bytes, int advice);
    /// mincore: one byte per page, bit 0 if resident.
    Result<void> resident(u64 address, u64 size_bytes, std::span<u8> pages);
    enum class LockMode : u8 { Now, OnFault };
    Result<void> lock(u64 address, u64 size_bytes, LockMode mode, const AddressSpaceLimits& limits);
    Result<void> unlock(u64 address, u64 size_bytes);
    Result<void> lock_all(bool current, bool future, LockMode mode, const AddressSpaceLimits& limits);
    Result<void> unlock_all();
    Result<void> sync(u64 address, u64 size_bytes, int flags);

    /// remap_file_pages(2), as a new mapping of the same object over a part of an old one.
    Result<void> remap_file_pages(u64 address, u64 size_bytes, u32 protection, u64 page_index, u32 flags,
                                  const AddressSpaceLimits& limits);

    /// A page fault at `address`; called with interrupts on. Faults below a growing mapping extend it, as far
    /// as `limits` (asked only then) allow.
    using LimitsSource = AddressSpaceLimits (*)();
    FaultResult fault(u64 address, PageAccess access, bool is_execute, LimitsSource limits);

    /// Copies to or from another process's memory (ptrace, /proc/pid/mem, execve's stack). Short count on a
    /// fault, EFAULT if not even the first byte could be copied.
    Result<usize> read_memory(u64 address, std::span<u8> bytes, AccessMode mode = AccessMode::Forced);
    Result<usize> write_memory(u64 address, std::span<const u8> bytes, AccessMode mode = AccessMode::Forced);
    /// The frame behind a user address with a reference, faulted in for `access` (futex keys, direct access).
    Result<Frame*> pin_page(u64 address, PageAccess access, AccessMode mode = AccessMode::Checked);
    /// What names the memory at `address` for shared futexes: the object and page, or nothing for private memory.
    struct SharedLocation { Ref<MemoryObject> object; u64 page_index; };
    Result<std::optional<SharedLocation>> shared_location(u64 address);

    /// Physical, for ArchContext::page_table. Never changes.
    u64 page_table_root() const NO_THREAD_SAFETY_ANALYSIS { return table_.root(); }
    ProgramLayout layout;                                 // written by execve before the space is shared
    u64 current_break();
    std::atomic<bool> refuses_large_pages = false;        // prctl(PR_SET_THP_DISABLE); fork and execve pass it on
    std::atomic<u32> barrier_registrations = 0;           // membarrier(2): kinds that the program registered for

    struct Sizes { u64 total_pages, resident_pages, shared_pages, text_pages, data_pages, stack_pages, locked_pages,
                   peak_total_pages, peak_resident_pages, page_table_bytes; };
    Sizes sizes();
    /// For a process that is being killed to free memory: takes its private pages at once; whoever touches
    /// them from now on gets OutOfMemory. Answers how many pages it was.
    u64 reap();
    bool is_reaped() const { return is_reaped_.load(std::memory_order_relaxed); }
    /// Calls visit for each mapping that ends above `from`, in address order, with what /proc/pid/maps shows;
    /// the lock is held.
    struct MappingView {
        u64 start, end;
        u32 protection;
        bool is_shared, grows_down;
        u64 offset_bytes;
        File* file;
        const char* name; // of a mapping without a file: null or "[vdso]" and the like
        u32 flags;
        bool may_be_large; // some of its pages may become large ones
        bool has(VmaFlag flag) const { return (flags & static_cast<u32>(flag)) != 0; }
    };
    enum class Visit : u8 { Continue, Stop };
    void for_each_mapping(Visit (*visit)(void*, const MappingView&), void* context, u64 from = 0);
    /// The same with what each takes, found by looking at every page.
    void for_each_mapping_usage(Visit (*visit)(void*, const MappingView&, const MappingUsage&), void* context,
                                u64 from = 0);
    /// /proc/pid/pagemap: one word for each page from `address` on.
    void describe_pages(u64 address, std::span<u64> entries, FrameNumbers numbers);
    /// /proc/pid/clear_refs: forgets which pages were touched. ENOMEM.
    Result<void> clear_referenced();
    /// The greatest resident set counts from now.
    void reset_peak();
    /// For core dumps: whether a page is there / was written or made privately in [start, end). Nothing is faulted in.
    bool has_page(u64 address);
    bool holds_private_pages(u64 start, u64 end);

private:
    MappingView view_of(const Vma& vma) const;
    friend class MemoryObject;
    template <typename T, typename... Arguments> friend Result<Ref<T>> make_ref(Arguments&&...);
    AddressSpace() { live_count_.fetch_add(1, std::memory_order_relaxed); }

    // Mappings (address_space.cpp).
    Result<Vma*> add_vma(u64 start, u64 end, const VmaAttributes& attributes, u64 offset_bytes) REQUIRES(lock_);
    void remove_vma(Vma& vma) REQUIRES(lock_);
    /// A new mapping where nothing is mapped, as part of an equal neighbour if there is one.
    Result<void> insert_mapping(u64 start, u64 end, const VmaAttributes& attributes, u64 offset_bytes) REQUIRES(lock_);
    Result<void> split(Vma& vma, u64 address) REQUIRES(lock_);
    Vma* merge(Vma& vma) REQUIRES(lock_);
    static bool can_merge(const Vma& below, const Vma& above);
    /// Counts pages of a kind of mapping that come (or go, negative).
    void account(const VmaAttributes& attributes, i64 pages) REQUIRES(lock_);
    void account_all(const Vma& vma, i64 sign) REQUIRES(lock_) {
        account(vma.attributes, sign * static_cast<i64>(vma.size() >> kPageShift));
    }
    /// Moves a mapping's bounds and counts the difference.
    void resize_vma(Vma& vma, u64 start, u64 end) REQUIRES(lock_);
    bool may_grow(u64 bytes, const VmaAttributes& attributes, const AddressSpaceLimits& limits) REQUIRES(lock_);
    /// Cuts mappings at `start` and `end`, then runs action on each inside; ENOMEM at the end if there were holes.
    template <typename Action> Result<void> for_each_in_range(u64 start, u64 end, Action action) REQUIRES(lock_);

    // Searching and changing (address_space_map.cpp, _remap.cpp, _advise.cpp).
    Result<u64> find_place(u64 hint, u64 size, u32 flags, const AddressSpaceLimits& limits) REQUIRES(lock_);
    std::optional<u64> move_break(u64 address, const AddressSpaceLimits& limits) REQUIRES(lock_);
    Result<void> unmap_locked(u64 start, u64 end) REQUIRES(lock_);
    Result<u64> grow_in_place_or_move(Vma& vma, u64 old_address, u64 old_size, u64 new_size, u32 flags, u64 new_address,
                                      const AddressSpaceLimits& limits) REQUIRES(lock_);
    Result<u64> move_mapping(Vma& vma, u64 old_address, u64 old_size, u64 new_size, u32 flags,
                             u64 new_address) REQUIRES(lock_);
    Result<void> move_pages(u64 from, u64 to, u64 size) REQUIRES(lock_);
    void populate(u64 start, u64 end) EXCLUDES(lock_);
    Result<void> populate_faults(u64 start, u64 end, PageAccess access) EXCLUDES(lock_);
    Result<void> lock_range(u64 start, u64 end, bool is_locked, LockMode mode) REQUIRES(lock_);

    // Pages (address_space_pages.cpp).
    Result<void> clear_pages(u64 start, u64 end) REQUIRES(lock_);
    Result<void> protect_pages(Vma& vma) REQUIRES(lock_);
    void count_page(PageEntry entry, i64 sign) REQUIRES(lock_);

    // Faults (fault.cpp).
    Vma* find_or_grow(u64 address, LimitsSource limits) REQUIRES(lock_);
    bool grow_down(Vma& vma, u64 start, const AddressSpaceLimits& limits) REQUIRES(lock_);
    FaultResult resolve(Vma& vma, u64 address, PageAccess access, AccessMode mode) REQUIRES(lock_);
    FaultResult fault_missing(Vma& vma, PageSlot& slot, u64 address, PageAccess access) REQUIRES(lock_);
    FaultResult fault_anonymous(Vma& vma, PageSlot& slot, u64 address, PageAccess access) REQUIRES(lock_);
    u32 pages_ahead(const Vma& vma, u64 address) REQUIRES(lock_);
    bool may_be_large(const Vma& vma, u64 address) const REQUIRES(lock_);
    bool fill_large(const Vma& vma, u64 start) REQUIRES(lock_);
    void note_peak() REQUIRES(lock_);
    void fill_ahead(Vma& vma, u64 start, u64 end, PageAccess access) REQUIRES(lock_);
    FaultResult fault_object(Vma& vma, PageSlot& slot, u64 address, PageAccess access) REQUIRES(lock_);
    FaultResult fault_write_protected(Vma& vma, PageSlot& slot, u64 address) REQUIRES(lock_);
    void map_neighbours(Vma& vma, u64 address) REQUIRES(lock_);
    void install(PageSlot& slot, PageEntry entry) REQUIRES(lock_);
    /// MemoryObject::unmap_pages for the mappings of this space.
    void unmap_object_pages(const MemoryObject& object, u64 first_index, u64 end_index) EXCLUDES(lock_);
    /// MemoryObject::unmap_clean_pages, likewise.
    u64 unmap_clean_object_pages(const MemoryObject& object) EXCLUDES(lock_);
    /// MemoryObject::write_protect_pages, likewise. Whether the lock is taken depends on `locks`.
    bool write_protect_object_pages(const MemoryObject& object, u64 first_index, u64 end_index, SpaceLocks locks)
        NO_THREAD_SAFETY_ANALYSIS;
    template <typename Action>
    void for_each_object_range(const MemoryObject& object, u64 first_index, u64 end_index, Action action)
        REQUIRES(lock_);

    static std::atomic<u64> live_count_;

    Mutex lock_{LockRank::AddressSpace};
    PageTable table_ GUARDED_BY(lock_);
    VmaTree vmas_ GUARDED_BY(lock_);
    Vma* last_fault_ GUARDED_BY(lock_) = nullptr; // where the last fault was: the next is often there too
    u64 map_base_ GUARDED_BY(lock_) = kUserEnd;
    std::atomic<bool> is_reaped_ = false; // set under lock_
    u64 next_fault_ GUARDED_BY(lock_) = 0;        // where a program that fills memory in order faults next
    u32 faults_in_order_ GUARDED_BY(lock_) = 0;
    u64 break_ GUARDED_BY(lock_) = 0;
    u32 future_flags_ GUARDED_BY(lock_) = 0; // mlockall(MCL_FUTURE): Locked, LockOnFault
    u64 total_pages_ GUARDED_BY(lock_) = 0, data_pages_ GUARDED_BY(lock_) = 0, stack_pages_ GUARDED_BY(lock_) = 0,
        locked_pages_ GUARDED_BY(lock_) = 0, text_pages_ GUARDED_BY(lock_) = 0, peak_total_pages_ GUARDED_BY(lock_) = 0;
    i64 anonymous_pages_ GUARDED_BY(lock_) = 0, object_pages_ GUARDED_BY(lock_) = 0,
                         peak_resident_ GUARDED_BY(lock_) = 0;
};

} // namespace martlet
