// 4-level page tables (Intel SDM 3A 4.5). The contract is in arch/page_table.h.
#include "arch/page_table.h"

#include <string.h>

#include <utility>

#include "arch/x86_64/tlb.h"
#include "base/assert.h"

namespace martlet {

namespace {

constexpr u32 kEntries = 512;
constexpr u64 kTableBits = kEntryPresent | kEntryWritable | kEntryUser | kEntryAccessed;
constexpr u64 kRegionSize[] = {kPageSize, kLargePageSize, kGiB, 512 * kGiB}; // one entry's, by level

u64 kernel_root;

/// Large entries, in all page tables.
std::atomic<u64> large_entries;

u64* table_at(u64 entry) { return static_cast<u64*>(direct_map({entry & kEntryAddressMask})); }
u32 index_at(u64 address, u32 level) { return (address >> (kPageShift + 9 * level)) & (kEntries - 1); }
bool is_present(u64 entry) { return (entry & kEntryPresent) != 0; }
bool is_shared_table(u64 directory_entry) { return is_present(directory_entry) && !(directory_entry & kEntryWritable); }
bool is_large(u64 directory_entry) { return (directory_entry & kEntryLarge) != 0; }
/// Where a present directory entry's leaf table is. Behind a large entry, the first frame of its block knows.
u64 leaf_of(u64 directory_entry) {
    u64 address = directory_entry & kEntryAddressMask;
    return is_large(directory_entry) ? frame_of({address}).owner : address;
}
Frame& leaf_frame_of(u64 directory_entry) { return frame_of({leaf_of(directory_entry)}); }
std::span<PageSlot> slots_of(u64 directory_entry) {
    return {reinterpret_cast<PageSlot*>(table_at(leaf_of(directory_entry))), kEntries};
}
/// Frame::flags of a leaf table: somebody who shared it has taken a copy, so its pages may be shared though it is not.
constexpr u8 kLeafCopied = 1;

/// Most tables are nearly empty, so Frame::owner of a table has a bit for each eight entries (a cache line) that may hold
/// something: scans skip the rest.
constexpr u32 kGroupSize = 8;

void note_used(Frame& table, u32 index) { table.owner |= 1ull << (index / kGroupSize); }
void note_used(Frame& table, u32 first, u32 count) {
    for (u32 group = first / kGroupSize; group <= (first + count - 1) / kGroupSize; ++group) table.owner |= 1ull << group;
}
/// Calls visit(index) for each entry that may be there.
template <typename Visit> void for_each_used(const Frame& table, Visit visit) {
    for (u64 groups = table.owner; groups != 0; groups &= groups - 1) {
        u32 first = static_cast<u32>(__builtin_ctzll(groups)) * kGroupSize;
        for (u32 index = first; index < first + kGroupSize; ++index) visit(index);
    }
}

void release_pages(const Frame& table, std::span<PageSlot> slots) {
    for_each_used(table, [&](u32 index) {
        PageEntry entry = slots[index].load();
        if (entry.has_frame() && entry.is_counted()) frame_of(entry.frame()).release();
    });
}

/// Drops one sharer of a leaf table; the last one releases its pages. Sharers, each under its own lock, may do so at once:
/// the count decides who is the last.
void release_leaf(u64 directory_entry) {
    Frame& frame = leaf_frame_of(directory_entry);
    if (frame.references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    frame.references.store(1, std::memory_order_relaxed); // nobody else knows it any more
    if (is_large(directory_entry)) {
        large_entries.fetch_sub(1, std::memory_order_relaxed);
        release_block(frame_of({directory_entry & kEntryAddressMask}), kLargePageOrder);
    } else {
        release_pages(frame, slots_of(directory_entry));
    }
    frame.release();
}

} // namespace

u64 kernel_page_table_root() { return kernel_root; }

Result<void> PageTable::init() {
    Frame* frame = TRY(allocate_frame(FrameUse::PageTable, Zeroing::No));
    auto* table = static_cast<u64*>(frame->data());
    memset(table, 0, kPageSize / 2);
    memcpy(table + kEntries / 2, table_at(kernel_root) + kEntries / 2, kPageSize / 2);
    root_ = frame->physical().value;
    table_frames_ = 1;
    return {};
}

PageTable::~PageTable() {
    if (root_ == 0) return;
    tlb_leave_everywhere(root_);
    u64* root = table_at(root_);
    Frame& frame = frame_of({root_});
    for_each_used(frame, [&](u32 index) {
        if (is_present(root[index])) free_level(table_at(root[index]), 2);
    });
    frame.release();
}

/// Frees the table at `level` (2: of directories, 1: of leaf tables) and everything below.
void PageTable::free_level(u64* table, u32 level) {
    Frame& frame = frame_of_pointer(table);
    for_each_used(frame, [&](u32 index) {
        if (!is_present(table[index])) return;
        if (level == 1) release_leaf(table[index]);
        else free_level(table_at(table[index]), level - 1);
    });
    frame.release();
}

Result<u64*> PageTable::make_table(u64* entry) {
    if (!is_present(*entry)) {
        Frame* frame = TRY(allocate_frame(FrameUse::PageTable, Zeroing::Yes));
        *entry = frame->physical().value | kTableBits;
        note_used(frame_of_pointer(entry), static_cast<u32>(reinterpret_cast<u64>(entry) % kPageSize / sizeof(u64)));
        ++table_frames_;
    }
    return table_at(*entry);
}

Result<void> PageTable::make_private(u64* directory_entry, u64 address) {
    Frame& shared = leaf_frame_of(*directory_entry);
    if (!shared.is_shared()) {
        if (is_large(*directory_entry) && shared.flags == kLeafCopied)
            leave_large(directory_entry, address, leaf_of(*directory_entry) | kTableBits);
        else *directory_entry |= kEntryWritable;
        return {};
    }
    Frame* copy = TRY(allocate_frame(FrameUse::PageTable, Zeroing::Yes));
    copy->owner = shared.owner;
    std::span<PageSlot> from = slots_of(*directory_entry);
    u64 copy_entry = copy->physical().value | kTableBits;
    std::span<PageSlot> to = slots_of(copy_entry);
    for_each_used(shared, [&](u32 index) {
        PageEntry entry = from[index].load();
        if (!entry.has_frame()) return;
        if (entry.is_counted()) frame_of(entry.frame()).acquire();
        if (entry.is_writable()) {
            entry = entry.without_write();
            from[index].store(entry);
        }
        to[index].store(entry);
    });
    u64 shared_entry = *directory_entry;
    shared.flags = kLeafCopied;
    if (is_large(shared_entry)) {
        leave_large(directory_entry, address, copy_entry);
    } else {
        *directory_entry = copy_entry;
        // The translations that processors hold lead to the same frames, without write permission; but they may also hold
        // the directory entry, and its table may be gone in a moment. Forgetting any page forgets that.
        tlb_forget_user(root_, address, address + 1);
    }
    release_leaf(shared_entry);
    return {};
}

/// Replaces the large entry for `address` by `table_entry`. In between nothing is there: processors must not find both kinds
/// of translation at once (Intel SDM 3A 4.10.2.3, 4.11.2).
void PageTable::leave_large(u64* directory_entry, u64 address, u64 table_entry) {
    u64 region = align_down(address, kLargePageSize);
    bool is_last = leaf_of(*directory_entry) == (table_entry & kEntryAddressMask);
    *directory_entry = 0;
    tlb_forget_user(root_, region, region + kLargePageSize);
    *directory_entry = table_entry;
    if (is_last) large_entries.fetch_sub(1, std::memory_order_relaxed);
}

Result<void> PageTable::map_large(u64 address, Frame& block, u32 flags) {
    u64* table = table_at(root_);
    for (u32 level = 3; level > 1; --level) table = TRY(make_table(&table[index_at(address, level)]));
    Frame* leaf = TRY(allocate_frame(FrameUse::PageTable, Zeroing::No));
    leaf->owner = ~0ull; // all in use
    auto* slots = static_cast<PageSlot*>(leaf->data());
    PhysicalAddress frame = block.physical();
    u64* directory_entry = &table[index_at(address, 1)];
    *directory_entry = PageEntry::make(frame, flags).bits() | kEntryLarge;
    for (u32 index = 0; index < kEntries; ++index, frame.value += kPageSize) slots[index].store(PageEntry::make(frame, flags));
    block.owner = leaf->physical().value;
    note_used(frame_of_pointer(table), index_at(address, 1));
    ++table_frames_;
    large_entries.fetch_add(1, std::memory_order_relaxed);
    return {};
}

u64 PageTable::large_count() { return large_entries.load(std::memory_order_relaxed); }

Result<PageSlot*> PageTable::make_slot(u64 address) {
    DEBUG_ASSERT(address < kUserEnd);
    u64* table = table_at(root_);
    for (u32 level = 3; level > 1; --level) table = TRY(make_table(&table[index_at(address, level)]));
    u64* directory_entry = &table[index_at(address, 1)];
    if (is_shared_table(*directory_entry)) {
        TRY(make_private(directory_entry, address));
    }
    if (is_large(*directory_entry)) [[unlikely]] return &slots_of(*directory_entry)[index_at(address, 0)];
    u64* leaf = TRY(make_table(directory_entry));
    note_used(frame_of_pointer(leaf), index_at(address, 0));
    return reinterpret_cast<PageSlot*>(leaf) + index_at(address, 0);
}

u64* PageTable::find_directory_entry(u64 address) const {
    u64* table = table_at(root_);
    for (u32 level = 3; level > 1; --level) {
        u64 entry = table[index_at(address, level)];
        if (!is_present(entry)) return nullptr;
        table = table_at(entry);
    }
    u64* entry = &table[index_at(address, 1)];
    return is_present(*entry) ? entry : nullptr;
}

PageEntry PageTable::lookup(u64 address) const {
    u64* directory_entry = find_directory_entry(address);
    if (!directory_entry) return PageEntry();
    PageEntry entry = slots_of(*directory_entry)[index_at(address, 0)].load();
    return is_shared_table(*directory_entry) ? entry.without_write() : entry;
}

/// The first leaf table that exists in [start, end); no slots if there is none.
Result<LeafTable> PageTable::next_leaf(u64 start, u64 end, TableAccess access) {
    while (start < end) {
        u64* table = table_at(root_);
        u32 level = 3;
        while (level > 0 && is_present(table[index_at(start, level)])) {
            u64* entry = &table[index_at(start, level)];
            if (level == 1) {
                if (access != TableAccess::Look) {
                    if (is_shared_table(*entry)) TRY(make_private(entry, start));
                    if (is_large(*entry)) leave_large(entry, start, leaf_of(*entry) | kTableBits);
                }
                u32 first = index_at(start, 0);
                u64 pages = (end - start + kPageSize - 1) >> kPageShift;
                u32 count = pages < kEntries - first ? static_cast<u32>(pages) : kEntries - first;
                if (access == TableAccess::Fill) note_used(leaf_frame_of(*entry), first, count);
                return LeafTable{start, slots_of(*entry).subspan(first, count), is_large(*entry)};
            }
            table = table_at(*entry);
            --level;
        }
        u64 region = kRegionSize[level];
        start = align_down(start, region) + region;
    }
    return LeafTable{end, {}};
}

Result<void> PageTable::prepare_change(u64 start, u64 end) {
    u64 first = align_down(start, kLargePageSize), last = align_down(end, kLargePageSize);
    if (first != start)
        TRY(walk(start, start + 1, TableAccess::Change, [](LeafTable&) {}));
    if (last != end && (last != first || first == start))
        TRY(walk(end - 1, end, TableAccess::Change, [](LeafTable&) {}));
    return {};
}

u64 PageTable::take_leaf(u64 address) {
    u64* entry = find_directory_entry(address);
    --table_frames_;
    return std::exchange(*entry, 0);
}

void PageTable::release_leaves(std::span<const u64> leaves, u64 start, u64 end) {
    if (leaves.empty()) return;
    invalidate(start, end);
    for (u64 leaf : leaves) release_leaf(leaf);
}

namespace {

/// Gives the child's empty directory every leaf table of `directory`, write-protected in both; answers how many.
u64 share_directory(u64* directory, u64* child_directory) {
    Frame& frame = frame_of_pointer(directory);
    u64 count = 0;
    for_each_used(frame, [&](u32 index) {
        if (!is_present(directory[index])) return;
        directory[index] &= ~kEntryWritable;
        leaf_frame_of(directory[index]).acquire();
        child_directory[index] = directory[index];
        ++count;
    });
    frame_of_pointer(child_directory).owner = frame.owner;
    return count;
}

} // namespace

Result<void> PageTable::share_user_half(PageTable& child) {
    u64* root = table_at(root_);
    u64* child_root = table_at(child.root_);
    Result<void> result;
    for_each_used(frame_of({root_}), [&](u32 top) {
        if (!result || !is_present(root[top])) return;
        u64* upper = table_at(root[top]);
        Result<u64*> child_upper = child.make_table(&child_root[top]);
        if (!child_upper) {
            result = Error(child_upper.error());
            return;
        }
        for_each_used(frame_of_pointer(upper), [&](u32 middle) {
            if (!result || !is_present(upper[middle])) return;
            Result<u64*> child_directory = child.make_table(&(*child_upper)[middle]);
            if (!child_directory) result = Error(child_directory.error());
            else child.table_frames_ += share_directory(table_at(upper[middle]), *child_directory);
        });
    });
    // Even after a failure: some tables have lost their write permission.
    tlb_forget_user(root_, 0, kUserEnd);
    return result;
}

void PageTable::invalidate(u64 start, u64 end) { tlb_forget_user(root_, start, end); }
void PageTable::invalidate_here(u64 address) { tlb_forget_page_here(address); }

// The kernel half.

void kernel_page_table_init(PhysicalAddress (*take_table)()) {
    kernel_root = take_table().value;
    // The tables below these entries are shared by every address space, so the entries must exist from the start.
    for (u64 region : {kDirectMapBase, kFrameTableBase, kKernelMapBase, kKernelImageBase})
        table_at(kernel_root)[index_at(region, 3)] = take_table().value | (kTableBits & ~kEntryUser);
}

void kernel_page_table_map_boot(u64 address, PhysicalAddress to, u64 size, u32 flags, PhysicalAddress (*take_table)()) {
    const bool has_gib_pages = cpu_has_gib_pages();
    ASSERT(((address | to.value | size) & (kPageSize - 1)) == 0);
    u64 end = address + size;
    while (address < end) {
        u32 level = 0;
        for (u32 larger = has_gib_pages ? 2 : 1; larger > 0 && level == 0; --larger)
            if (((address | to.value) & (kRegionSize[larger] - 1)) == 0 && end - address >= kRegionSize[larger]) level = larger;
        u64* table = table_at(kernel_root);
        for (u32 depth = 3; depth > level; --depth) {
            u64* entry = &table[index_at(address, depth)];
            if (!is_present(*entry)) *entry = take_table().value | (kTableBits & ~kEntryUser);
            table = table_at(*entry);
        }
        table[index_at(address, level)] =
            PageEntry::make(to, flags | kPageGlobal).bits() | (level != 0 ? kEntryLarge : 0);
        address += kRegionSize[level];
        to.value += kRegionSize[level];
    }
}

void kernel_page_table_activate() { page_table_load(kernel_root); }

namespace {

/// The kernel's slot for `address`; tables are made if `make` is Change. Null if there is none or no memory.
PageSlot* kernel_slot(u64 address, TableAccess access) {
    u64* table = table_at(kernel_root);
    for (u32 level = 3; level > 0; --level) {
        u64* entry = &table[index_at(address, level)];
        if (!is_present(*entry)) {
            if (access == TableAccess::Look) return nullptr;
            Result<Frame*> frame = allocate_frame(FrameUse::PageTable, Zeroing::Yes);
            if (!frame) return nullptr;
            *entry = (*frame)->physical().value | (kTableBits & ~kEntryUser);
        }
        table = table_at(*entry);
    }
    return reinterpret_cast<PageSlot*>(table) + index_at(address, 0);
}

} // namespace

Result<void> kernel_map_page(u64 address, PhysicalAddress to, u32 flags) {
    PageSlot* slot = kernel_slot(address, TableAccess::Change);
    if (!slot) return Error(Errno::ENOMEM);
    slot->store(PageEntry::make(to, flags | kPageGlobal));
    return {};
}

PhysicalAddress kernel_unmap_page(u64 address) {
    PageSlot* slot = kernel_slot(address, TableAccess::Look);
    ASSERT(slot);
    return slot->exchange(PageEntry()).frame();
}

void kernel_invalidate(u64 start, u64 end) { tlb_forget_kernel(start, end); }

} // namespace martlet
