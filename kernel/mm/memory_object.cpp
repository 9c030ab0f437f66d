#include "mm/memory_object.h"

#include "mm/address_space_internal.h"

namespace martlet {

namespace {

bool may_write_object(const ObjectMapping& mapping) {
    auto& vma = static_cast<const Vma&>(mapping);
    return vma.is_shared() && vma.has(VmaFlag::MayWrite);
}

} // namespace

void MemoryObject::add_mapping(ObjectMapping& mapping) {
    LockGuard guard(mappings_lock_);
    mapping.unmap_generation_ = 0;
    mappings_.push_back(mapping);
    if (may_write_object(mapping)) ++writable_mappings_;
    mapping_count_.fetch_add(1, std::memory_order_relaxed);
}

void MemoryObject::remove_mapping(ObjectMapping& mapping) {
    u32 left;
    {
        LockGuard guard(mappings_lock_);
        if (!mapping.object_node_.is_linked()) return; // of a copy that fork(2) could not finish
        mapping.object_node_.unlink();
        if (may_write_object(mapping)) --writable_mappings_;
        left = mapping_count_.fetch_sub(1, std::memory_order_relaxed) - 1;
    }
    mapping_removed(left);
}

bool MemoryObject::begin_writable_mapping() {
    LockGuard guard(mappings_lock_);
    if (forbids_writers_.load(std::memory_order_relaxed)) return false;
    ++writable_mappings_;
    return true;
}

void MemoryObject::end_writable_mapping() {
    LockGuard guard(mappings_lock_);
    --writable_mappings_;
}

bool MemoryObject::forbid_writable_mappings(Existing existing) {
    LockGuard guard(mappings_lock_);
    if (existing == Existing::Refuse && writable_mappings_ != 0) return false;
    forbids_writers_.store(true, std::memory_order_release);
    return true;
}

void MemoryObject::unmap_pages(u64 first_index, u64 end_index) {
    if (!is_mapped()) return;
    u64 generation;
    {
        LockGuard guard(mappings_lock_);
        generation = ++unmap_generation_;
    }
    for (;;) {
        Ref<AddressSpace> space;
        {
            // One address space per turn: its lock cannot be taken under this one.
            LockGuard guard(mappings_lock_);
            for (ObjectMapping& mapping : mappings_) {
                if (mapping.unmap_generation_ == generation) continue;
                AddressSpace* candidate = static_cast<Vma&>(mapping).space;
                if (space && candidate != space.get()) continue;
                mapping.unmap_generation_ = generation;
                if (!space && candidate->try_acquire()) space = Ref<AddressSpace>::adopt(candidate);
            }
        }
        if (!space) return;
        space->unmap_object_pages(*this, first_index, end_index);
    }
}

void AddressSpace::unmap_object_pages(const MemoryObject& object, u64 first_index, u64 end_index) {
    MutexGuard guard(lock_);
    for (Vma* vma = vmas_.first(); vma; vma = vmas_.next(*vma)) {
        if (vma->attributes.object.get() != &object) continue;
        u64 vma_first = vma->offset_bytes >> kPageShift, vma_end = vma_first + (vma->size() >> kPageShift);
        u64 first = first_index > vma_first ? first_index : vma_first, end = end_index < vma_end ? end_index : vma_end;
        // Without memory to make a shared leaf table private the pages stay, still counted: no harm but a late SIGBUS.
        if (first < end)
            (void)clear_pages(vma->start + ((first - vma_first) << kPageShift), vma->start + ((end - vma_first) << kPageShift));
    }
}

} // namespace martlet
