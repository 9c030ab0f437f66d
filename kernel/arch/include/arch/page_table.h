// Page tables: the user half of one address space, and the kernel half that all share.
//
// A leaf table (512 pages, 2 MiB) may be shared between address spaces after fork: then the entry above it
// lacks write permission, its frame counts the sharers, and make_slot or walk(Change) first gives this
// address space its own copy with every page write-protected and counted once more. So fork costs by leaf
// tables, not by pages.
//
// A leaf table of fresh anonymous pages in one aligned block may be hidden behind a large entry, which the
// processor reads instead of it (map_large). The table stays complete, so everybody here goes on seeing
// pages, and leaving the large entry costs no memory: walk(Change) does it first. Fork shares large entries
// like tables.
//
// Ownership: leaf tables hold one reference to the frame of each counted entry. The caller changes slots and
// keeps those counts; destroying the PageTable releases what is left. Locking: the address space's lock. Leaf
// tables that are shared may be looked at and given up by their sharers at once. Invalidation: callers call
// invalidate before they release frames that were mapped; what replaces whole tables here (making private,
// dropping, sharing) does it itself. It waits for other CPUs: no spinlock may be held.
#pragma once
#include <span>

#include "base/result.h"
#include "mm/frame.h"

namespace martlet {

inline constexpr u32 kPageWrite = 1u << 0, kPageExecute = 1u << 1, kPageUser = 1u << 2, kPageGlobal = 1u << 3,
                     kPageUncounted = 1u << 4, // no reference is held on the frame
                     kPageHidden = 1u << 5,    // PROT_NONE: kept, but every access faults
                     kPageUncached = 1u << 6, kPageWriteCombining = 1u << 7;

} // namespace martlet

#include "arch/x86_64/page_entry.h" // the one line that chooses the architecture

namespace martlet {

/// The part of a leaf table that a walk covers: slots[i] maps address + i * kPageSize.
struct LeafTable {
    u64 address;
    std::span<PageSlot> slots;
    bool is_large = false; // the processor sees one large page
};

/// Fill: like Change, and empty slots will be filled. Slots of the other walks stay empty if they are.
enum class TableAccess : u8 { Look, Change, Fill };

class PageTable : NonCopyable {
public:
    PageTable() = default;
    ~PageTable();
    /// An empty user half below the kernel's shared half. ENOMEM.
    Result<void> init();
    u64 root() const { return root_; }
    /// Frames that the tables take, the root included; shared leaf tables count for each sharer.
    u64 table_frames() const { return table_frames_; }

    /// Maps `block`, kLargePageSize of frames with a reference each, at `address` (aligned to it) by one
    /// large entry. Nothing may be there (has_table). ENOMEM.
    Result<void> map_large(u64 address, Frame& block, u32 flags);
    bool has_table(u64 address) const { return find_directory_entry(address) != nullptr; }
    /// Large entries in all page tables.
    static u64 large_count();

    /// The slot for `address`, with tables made and made private as needed. A slot that is writable already
    /// may be a large page's: it must not be changed. ENOMEM.
    Result<PageSlot*> make_slot(u64 address);
    /// A copy of the entry with the permissions that the processor sees; an empty one where there is no table.
    PageEntry lookup(u64 address) const;

    /// Visits the leaf tables that exist in [start, end). Change makes each private first (ENOMEM stops the walk).
    template <typename Visit> Result<void> walk(u64 start, u64 end, TableAccess access, Visit visit) {
        while (start < end) {
            LeafTable table = TRY(next_leaf(start, end, access));
            if (table.slots.empty()) break;
            visit(table);
            start = table.address + table.slots.size() * kPageSize;
        }
        return {};
    }
    /// Makes private the shared tables that [start, end) covers partly, so that a later walk that drops the rest
    /// cannot fail. ENOMEM.
    Result<void> prepare_change(u64 start, u64 end);
    /// Gives up the leaf tables that lie wholly in [start, end), releasing their pages once nobody else shares them;
    /// visits each before. Call prepare_change and walk the edges first; the TLB is flushed here, before frames go.
    template <typename Visit> void drop_tables(u64 start, u64 end, Visit visit) {
        start = align_up(start, kLargePageSize);
        end = align_down(end, kLargePageSize);
        constexpr usize kBatch = 32;
        u64 leaves[kBatch];
        usize count = 0;
        u64 flush_from = start;
        while (start < end) {
            Result<LeafTable> table = next_leaf(start, end, TableAccess::Look);
            if (!table || table->slots.empty()) break;
            visit(*table);
            leaves[count++] = take_leaf(table->address);
            start = table->address + kLargePageSize;
            if (count < kBatch) continue;
            release_leaves({leaves, count}, flush_from, start);
            count = 0;
            flush_from = start;
        }
        release_leaves({leaves, count}, flush_from, start);
    }

    /// fork: `child` (just initialised) gets every leaf table of this one, shared, and the TLBs are flushed. ENOMEM
    /// leaves the child destructible.
    Result<void> share_user_half(PageTable& child);

    /// Makes every CPU that has this table loaded forget [start, end), and waits until it has.
    void invalidate(u64 start, u64 end);
    /// This CPU forgets one page: enough where an entry has only gained permissions.
    void invalidate_here(u64 address);

private:
    Result<LeafTable> next_leaf(u64 start, u64 end, TableAccess access);
    Result<u64*> make_table(u64* entry);
    Result<void> make_private(u64* directory_entry, u64 address);
    void leave_large(u64* directory_entry, u64 address, u64 table_entry);
    u64* find_directory_entry(u64 address) const;
    u64 take_leaf(u64 address);
    void release_leaves(std::span<const u64> leaves, u64 start, u64 end);
    void free_level(u64* table, u32 level);

    u64 root_ = 0;
    u64 table_frames_ = 0;
};

/// Sets the page attribute table of this CPU: write-back, write-combining, uncached.
void page_attributes_init_cpu();
/// The table of idle and kernel threads: only the kernel half.
u64 kernel_page_table_root();

/// Builds the kernel's tables while only the boot tables are there: take_table answers zeroed memory for one table.
void kernel_page_table_init(PhysicalAddress (*take_table)());
void kernel_page_table_map_boot(u64 address, PhysicalAddress to, u64 size, u32 flags, PhysicalAddress (*take_table)());
/// Loads them.
void kernel_page_table_activate();
/// Maps and unmaps pages in the kernel half at run time; tables are made from frames. Serialised by the
/// caller. Unmapped pages may be freed and mapped anew only after kernel_invalidate, which waits for other
/// CPUs.
Result<void> kernel_map_page(u64 address, PhysicalAddress to, u32 flags);
PhysicalAddress kernel_unmap_page(u64 address);
void kernel_invalidate(u64 start, u64 end);

} // namespace martlet
