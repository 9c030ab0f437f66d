// Resolving a page fault: finding the mapping, growing stacks, filling and copying pages. See mm/address_space.h.
#include "arch/page_moves.h"
#include "mm/address_space_internal.h"
#include "mm/large_pages.h"
#include "mm/zero_page.h"

namespace martlet {

namespace {

/// Pages around a faulting file page that are mapped with it if they are resident.
constexpr u64 kFaultAroundBytes = 16 * kPageSize;
/// Anonymous memory that is touched page after page is filled ahead: after so many faults, 1, 2, 4 … pages at once.
constexpr u32 kFaultsBeforeFilling = 3, kFillAheadShift = 4;

FaultResult fault_result_of(Errno error) {
    return error == Errno::ENOMEM ? FaultResult::OutOfMemory : FaultResult::BusAdrErr;
}

} // namespace

void AddressSpace::install(PageSlot& slot, PageEntry entry) {
    slot.store(entry);
    count_page(entry, 1);
    note_peak();
}

void AddressSpace::note_peak() {
    i64 resident = anonymous_pages_ + object_pages_;
    if (resident > peak_resident_) peak_resident_ = resident;
}

Vma* AddressSpace::find_or_grow(u64 address, LimitsSource limits) {
    if (last_fault_ && last_fault_->start <= address && address < last_fault_->end) return last_fault_;
    Vma* vma = vmas_.find_ending_above(address);
    if (!vma) return nullptr;
    if (vma->start <= address) return last_fault_ = vma;
    if (!limits || !vma->has(VmaFlag::GrowsDown) || address < kUserMin) return nullptr;
    return grow_down(*vma, page_align_down(address), limits()) ? last_fault_ = vma : nullptr;
}

/// expand_stack of Linux: within RLIMIT_STACK, RLIMIT_AS, RLIMIT_MEMLOCK and what may be promised, off the guard gap.
bool AddressSpace::grow_down(Vma& vma, u64 start, const AddressSpaceLimits& limits) {
    if (vma.end - start > limits.stack_bytes) return false;
    Vma* below = vmas_.previous(vma);
    if (below && !below->has(VmaFlag::GrowsDown) && below->is_readable() &&
        start - below->end < kStackGuardGap)
        return false;
    u64 growth = vma.start - start;
    if (vma.attributes.object && vma.offset_bytes < growth) return false;
    if (vma.has(VmaFlag::Locked) && !limits.may_lock_any &&
        locked_pages_ + (growth >> kPageShift) > limits.locked_bytes >> kPageShift)
        return false;
    if (!may_grow(growth, vma.attributes, limits)) return false;
    if (vma.attributes.object) vma.offset_bytes -= growth;
    resize_vma(vma, start, vma.end);
    return true;
}

FaultResult AddressSpace::fault(u64 address, PageAccess access, bool is_execute, LimitsSource limits) {
    if (address >= kUserEnd) return FaultResult::SegvMapErr;
    MutexGuard guard(lock_);
    if (is_reaped()) [[unlikely]] return FaultResult::OutOfMemory;
    Vma* vma = find_or_grow(address, limits);
    if (!vma) return FaultResult::SegvMapErr;
    if (is_execute && !vma->is_executable()) return FaultResult::SegvAccErr;
    return resolve(*vma, address, access, AccessMode::Checked);
}

FaultResult AddressSpace::resolve(Vma& vma, u64 address, PageAccess access, AccessMode mode) {
    if (mode == AccessMode::Checked) {
        if (access == PageAccess::Write ? !vma.is_writable() : !vma.is_readable()) return FaultResult::SegvAccErr;
    } else if (access == PageAccess::Write && vma.is_shared() && !vma.is_writable()) {
        return FaultResult::SegvAccErr;
    }
    address = page_align_down(address);
    if (access == PageAccess::Write && may_be_large(vma, address) &&
        fill_large(vma, align_down(address, kLargePageSize)))
        return FaultResult::Resolved;
    Result<PageSlot*> slot = table_.make_slot(address);
    if (!slot) return FaultResult::OutOfMemory;
    PageEntry entry = (*slot)->load();
    if (!entry.has_frame()) return fault_missing(vma, **slot, address, access);
    if (access == PageAccess::Write && !entry.is_writable()) return fault_write_protected(vma, **slot, address);
    // The processor's copy was older than the table's.
    table_.invalidate_here(address);
    return FaultResult::Resolved;
}

FaultResult AddressSpace::fault_missing(Vma& vma, PageSlot& slot, u64 address, PageAccess access) {
    return vma.attributes.object ? fault_object(vma, slot, address, access)
                                 : fault_anonymous(vma, slot, address, access);
}

FaultResult AddressSpace::fault_anonymous(Vma& vma, PageSlot& slot, u64 address, PageAccess access) {
    if (access == PageAccess::Read) {
        install(slot, PageEntry::make(zero_page(), page_flags(vma, PageAccess::Read) | kPageUncounted));
    } else {
        Result<Frame*> frame = allocate_frame(FrameUse::Anonymous, Zeroing::Yes);
        if (!frame) return fault_result_of(frame.error());
        install(slot, PageEntry::make((*frame)->physical(), page_flags(vma, PageAccess::Write)));
    }
    if (u32 pages = pages_ahead(vma, address)) fill_ahead(vma, next_fault_, next_fault_ + pages * kPageSize, access);
    return FaultResult::Resolved;
}

/// Whether the large page around `address` is worth filling at once: the program asked for it, or has filled the memory
/// before it in order.
bool AddressSpace::may_be_large(const Vma& vma, u64 address) const {
    u64 start = align_down(address, kLargePageSize);
    if (start < vma.start || vma.end - start < kLargePageSize) return false;
    bool is_in_order = address == start && address == next_fault_ &&
                       faults_in_order_ >= kFaultsBeforeFilling + kFillAheadShift;
    if (!is_in_order && !vma.has(VmaFlag::HugePage)) return false;
    return allows_large_pages(vma) && !refuses_large_pages.load(std::memory_order_relaxed);
}

/// Best effort: false where pages are there already or memory is short.
bool AddressSpace::fill_large(const Vma& vma, u64 start) {
    if (table_.has_table(start)) return false;
    Frame* block = allocate_block(kLargePageOrder, FrameUse::Anonymous);
    if (!block) return false;
    if (!table_.map_large(start, *block, page_flags(vma, PageAccess::Write))) {
        release_block(*block, kLargePageOrder);
        return false;
    }
    anonymous_pages_ += kLargePageSize / kPageSize;
    note_peak();
    next_fault_ = start + kLargePageSize;
    return true;
}

/// How many pages to fill behind the one at `address`.
u32 AddressSpace::pages_ahead(const Vma& vma, u64 address) {
    faults_in_order_ = address == next_fault_ ? faults_in_order_ + 1 : 0;
    next_fault_ = address + kPageSize;
    if (faults_in_order_ < kFaultsBeforeFilling || vma.has(VmaFlag::RandomAccess) ||
        vma.has(VmaFlag::NoHugePage))
        return 0;
    u32 shift = faults_in_order_ - kFaultsBeforeFilling;
    return 1u << (shift < kFillAheadShift ? shift : kFillAheadShift);
}

/// Best effort: ends at the mapping's end, the leaf table's, a page that is there, or where memory runs out.
void AddressSpace::fill_ahead(Vma& vma, u64 start, u64 end, PageAccess access) {
    u64 table_end = align_up(start, kLargePageSize); // the table of the page before `start` exists
    if (end > table_end) end = table_end;
    if (end > vma.end) end = vma.end;
    u32 flags = page_flags(vma, access);
    bool is_ended = false;
    (void)table_.walk(start, end, TableAccess::Fill, [&](LeafTable& leaf) RUNS_LOCKED {
        for (PageSlot& slot : leaf.slots) {
            if (is_ended || slot.load().has_frame()) return;
            if (access == PageAccess::Read) {
                install(slot, PageEntry::make(zero_page(), flags | kPageUncounted).without_accessed());
            } else {
                Result<Frame*> frame = allocate_frame(FrameUse::Anonymous, Zeroing::Yes);
                is_ended = !frame;
                if (is_ended) return;
                install(slot, PageEntry::make((*frame)->physical(), flags).without_accessed());
            }
            next_fault_ += kPageSize;
        }
    });
}

FaultResult AddressSpace::fault_object(Vma& vma, PageSlot& slot, u64 address, PageAccess access) {
    MemoryObject& object = *vma.attributes.object;
    u64 index = vma.page_index(address);
    bool is_copy = access == PageAccess::Write && !vma.is_shared();
    Result<Frame*> frame = object.get_page(index, is_copy ? PageAccess::Read : access);
    if (!frame) return fault_result_of(frame.error());
    if (is_copy) {
        Result<Frame*> copy = allocate_frame(FrameUse::Anonymous, Zeroing::No);
        if (!copy) {
            (*frame)->release();
            return fault_result_of(copy.error());
        }
        copy_page((*copy)->data(), (*frame)->data());
        (*frame)->release();
        install(slot, PageEntry::make((*copy)->physical(), page_flags(vma, PageAccess::Write)));
        return FaultResult::Resolved;
    }
    if (access == PageAccess::Write) {
        if (auto marked = object.mark_dirty(index); !marked) {
            (*frame)->release();
            return fault_result_of(marked.error());
        }
    }
    install(slot, PageEntry::make((*frame)->physical(), page_flags(vma, access)));
    if (access == PageAccess::Read) map_neighbours(vma, address);
    return FaultResult::Resolved;
}

/// Maps the resident pages near `address` for reading: neighbours are likely to be wanted and cost no fault then.
void AddressSpace::map_neighbours(Vma& vma, u64 address) {
    u64 start = align_down(address, kFaultAroundBytes), end = start + kFaultAroundBytes;
    if (start < vma.start) start = vma.start;
    if (end > vma.end) end = vma.end;
    u32 flags = page_flags(vma, PageAccess::Read);
    // The leaf table is private already: the page at `address` is in the same one.
    (void)table_.walk(start, end, TableAccess::Fill, [&](LeafTable& leaf) RUNS_LOCKED {
        u64 page = leaf.address;
        for (PageSlot& slot : leaf.slots) {
            if (!slot.load().has_frame())
                if (Frame* frame = vma.attributes.object->find_page(vma.page_index(page)))
                    install(slot, PageEntry::make(frame->physical(), flags).without_accessed());
            page += kPageSize;
        }
    });
}

FaultResult AddressSpace::fault_write_protected(Vma& vma, PageSlot& slot, u64 address) {
    PageEntry entry = slot.load();
    u32 flags = page_flags(vma, PageAccess::Write);
    if (vma.is_shared()) {
        if (vma.attributes.object)
            if (auto marked = vma.attributes.object->mark_dirty(vma.page_index(address)); !marked)
                return fault_result_of(marked.error());
        slot.store(PageEntry::make(entry.frame(), flags | (entry.is_counted() ? 0 : kPageUncounted)));
    } else {
        Frame* old = entry.is_counted() ? &frame_of(entry.frame()) : nullptr;
        if (old && old->use == FrameUse::Anonymous && !old->is_shared()) {
            slot.store(PageEntry::make(entry.frame(), flags));
        } else {
            bool is_zero = entry.frame() == zero_page();
            Result<Frame*> copy = allocate_frame(FrameUse::Anonymous, is_zero ? Zeroing::Yes : Zeroing::No);
            if (!copy) return fault_result_of(copy.error());
            if (!is_zero) copy_page((*copy)->data(), direct_map(entry.frame()));
            count_page(entry, -1);
            install(slot, PageEntry::make((*copy)->physical(), flags));
            table_.invalidate(address, address + kPageSize);
            if (old) old->release();
            return FaultResult::Resolved;
        }
    }
    table_.invalidate_here(address);
    return FaultResult::Resolved;
}

} // namespace martlet
