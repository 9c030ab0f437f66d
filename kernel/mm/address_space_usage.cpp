// AddressSpace: what its mappings take, page by page, for /proc/pid/smaps, pagemap and clear_refs (proc(5)).
#include "mm/address_space.h"

namespace martlet {
namespace {

/// How many page tables map the frame. A leaf table shared after fork stands for each address space that shares it.
u64 count_mappers(const Frame& frame, u64 table_sharers) {
    u64 references = frame.references.load(std::memory_order_relaxed);
    if (frame.use == FrameUse::PageCache && references > 1) --references; // the cache's own
    return references + (table_sharers > 0 ? table_sharers - 1 : 0);
}

u64 sharers_of(const LeafTable& table) {
    return frame_of_pointer(table.slots.data()).references.load(std::memory_order_relaxed);
}

void add_page(MappingUsage& usage, PageEntry entry, u64 table_sharers) {
    const Frame& frame = frame_of(entry.frame());
    u64 mappers = count_mappers(frame, table_sharers);
    bool is_anonymous = frame.use == FrameUse::Anonymous;
    bool is_dirty = entry.is_dirty() || is_anonymous;
    u64 share = kPageSize / (mappers > 0 ? mappers : 1);
    usage.resident += kPageSize;
    if (is_anonymous) usage.anonymous += kPageSize;
    if (entry.is_accessed()) usage.referenced += kPageSize;
    (mappers > 1 ? is_dirty ? usage.shared_dirty : usage.shared_clean
     : is_dirty  ? usage.private_dirty
                 : usage.private_clean) += kPageSize;
    usage.proportional += share;
    if (is_dirty) usage.proportional_dirty += share;
    if (is_anonymous) usage.proportional_anonymous += share;
}

} // namespace

void MappingUsage::add(const MappingUsage& other) {
    resident += other.resident;
    anonymous += other.anonymous;
    referenced += other.referenced;
    large += other.large;
    shared_clean += other.shared_clean;
    shared_dirty += other.shared_dirty;
    private_clean += other.private_clean;
    private_dirty += other.private_dirty;
    proportional += other.proportional;
    proportional_dirty += other.proportional_dirty;
    proportional_anonymous += other.proportional_anonymous;
    proportional_locked += other.proportional_locked;
}

void AddressSpace::for_each_mapping_usage(Visit (*visit)(void*, const MappingView&, const MappingUsage&),
                                          void* context, u64 from) {
    MutexGuard guard(lock_);
    for (Vma* vma = vmas_.find_ending_above(from); vma; vma = vmas_.next(*vma)) {
        MappingUsage usage;
        (void)table_.walk(vma->start, vma->end, TableAccess::Look, [&](LeafTable& table) {
            u64 sharers = sharers_of(table);
            if (table.is_large) usage.large += table.slots.size() * kPageSize;
            for (PageSlot& slot : table.slots) {
                PageEntry entry = slot.load();
                if (entry.has_frame() && entry.is_counted()) add_page(usage, entry, sharers);
            }
        });
        if (vma->has(VmaFlag::Locked)) usage.proportional_locked = usage.proportional;
        if (visit(context, view_of(*vma), usage) == Visit::Stop) return;
    }
}

void AddressSpace::describe_pages(u64 address, std::span<u64> entries, FrameNumbers numbers) {
    constexpr u64 kPresent = 1ull << 63, kIsFile = 1ull << 61, kIsExclusive = 1ull << 56;
    for (u64& each : entries) each = 0;
    if (address >= kUserEnd) return;
    u64 end = entries.size() > (kUserEnd - address) / kPageSize ? kUserEnd : address + entries.size() * kPageSize;
    MutexGuard guard(lock_);
    (void)table_.walk(address, end, TableAccess::Look, [&](LeafTable& table) {
        u64 sharers = sharers_of(table);
        for (usize index = 0; index < table.slots.size(); ++index) {
            PageEntry entry = table.slots[index].load();
            if (!entry.has_frame()) continue;
            u64 bits = kPresent;
            if (numbers == FrameNumbers::Shown) bits |= entry.frame().value >> kPageShift;
            if (entry.is_counted()) {
                const Frame& frame = frame_of(entry.frame());
                if (frame.use == FrameUse::PageCache) bits |= kIsFile;
                if (count_mappers(frame, sharers) == 1) bits |= kIsExclusive;
            }
            entries[(table.address - address) / kPageSize + index] = bits;
        }
    });
}

Result<void> AddressSpace::clear_referenced() {
    MutexGuard guard(lock_);
    for (Vma* vma = vmas_.first(); vma; vma = vmas_.next(*vma)) {
        TRY(table_.walk(vma->start, vma->end, TableAccess::Change, [](LeafTable& table) {
            for (PageSlot& slot : table.slots) {
                PageEntry entry = slot.load();
                if (entry.is_present() && entry.is_accessed()) slot.clear_accessed();
            }
        }));
        table_.invalidate(vma->start, vma->end);
    }
    return {};
}

void AddressSpace::reset_peak() {
    MutexGuard guard(lock_);
    i64 resident = anonymous_pages_ + object_pages_;
    peak_resident_ = resident > 0 ? resident : 0;
}

} // namespace martlet
