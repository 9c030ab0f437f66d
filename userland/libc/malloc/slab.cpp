// Slabs: equal slots for the requests up to 8 KiB. Classes: every 16 bytes up to 128, then four per doubling.
#include "malloc/heap.hpp"

namespace libc::heap {

namespace {

constexpr unsigned kClasses = 8 + 4 * 6;

struct SizeClass {
    Lock lock;
    Slab *partial = nullptr; // slabs with a free slot
};

SizeClass g_classes[kClasses];

unsigned class_of(size_t size) {
    if (size <= 128)
        return size == 0 ? 0 : static_cast<unsigned>((size - 1) / 16);
    unsigned log = 63 - static_cast<unsigned>(__builtin_clzl(size - 1)); // 7 for 129..256
    return 8 + (log - 7) * 4 + static_cast<unsigned>(((size - 1) >> (log - 2)) & 3);
}

size_t class_bytes(unsigned size_class) {
    if (size_class < 8)
        return (size_class + 1) * 16ul;
    unsigned log = 7 + (size_class - 8) / 4;
    return (1ul << log) + ((size_class - 8) % 4 + 1) * (1ul << (log - 2));
}

void link(SizeClass &owner, Slab *slab) {
    slab->previous = nullptr;
    slab->next = owner.partial;
    if (owner.partial)
        owner.partial->previous = slab;
    owner.partial = slab;
    slab->listed = true;
}

void unlink(SizeClass &owner, Slab *slab) {
    (slab->previous ? slab->previous->next : owner.partial) = slab->next;
    if (slab->next)
        slab->next->previous = slab->previous;
    slab->listed = false;
}

Slab *new_slab(unsigned size_class) {
    Unit unit = take_unit();
    if (!unit.memory)
        return nullptr;
    auto *slab = static_cast<Slab *>(unit.memory);
    size_t slot_bytes = class_bytes(size_class);
    size_t words = ((kUnitBytes - sizeof(Slab)) / slot_bytes + 63) / 64;
    size_t header_bytes = (sizeof(Slab) + words * 8 + kSlotAlignment - 1) & ~(kSlotAlignment - 1);
    slab->kind = Kind::Slab;
    slab->size_class = size_class;
    slab->slot_bytes = static_cast<uint32_t>(slot_bytes);
    slab->reciprocal = static_cast<uint32_t>((1ul << 32) / slot_bytes + 1);
    slab->slot_count = static_cast<uint32_t>((kUnitBytes - header_bytes) / slot_bytes);
    slab->slots_used = slab->first_fresh = slab->free_head = 0;
    slab->fresh_is_zero = unit.content == Content::Zero;
    slab->slots = static_cast<uint8_t *>(unit.memory) + header_bytes;
    if (unit.content == Content::Unknown)
        __builtin_memset(slab->in_use, 0, words * 8);
    return slab;
}

bool in_use(const Slab *slab, uint32_t slot) { return (slab->in_use[slot / 64] >> (slot % 64)) & 1; }

// A freed slot starts with the number of the next free one and that number's complement, so a write after free
// is seen when the slot is handed out.
struct FreeSlot {
    uint32_t next, check;
};

} // namespace

void *take_slot(size_t size, Content &content) {
    unsigned size_class = class_of(size);
    SizeClass &owner = g_classes[size_class];
    LockGuard guard(owner.lock);
    Slab *slab = owner.partial;
    if (!slab) {
        slab = new_slab(size_class);
        if (!slab)
            return nullptr;
        link(owner, slab);
    }
    uint32_t slot;
    if (slab->free_head != 0) {
        slot = slab->free_head - 1;
        auto *free_slot = reinterpret_cast<FreeSlot *>(slab->slots + size_t{slot} * slab->slot_bytes);
        if (free_slot->check != ~free_slot->next || free_slot->next > slab->slot_count)
            die("freed memory was written to", free_slot);
        slab->free_head = free_slot->next;
        content = Content::Unknown;
    } else {
        slot = slab->first_fresh++;
        content = slab->fresh_is_zero ? Content::Zero : Content::Unknown;
    }
    slab->in_use[slot / 64] |= 1ul << (slot % 64);
    if (++slab->slots_used == slab->slot_count)
        unlink(owner, slab);
    return slab->slots + size_t{slot} * slab->slot_bytes;
}

void give_slot(Slab *slab, void *pointer) {
    SizeClass &owner = g_classes[slab->size_class];
    LockGuard guard(owner.lock);
    auto offset = static_cast<size_t>(static_cast<uint8_t *>(pointer) - slab->slots);
    if (offset >= kUnitBytes)
        die("free of a pointer that malloc did not return", pointer);
    auto slot = static_cast<uint32_t>((offset * slab->reciprocal) >> 32);
    if (slot * size_t{slab->slot_bytes} != offset || slot >= slab->first_fresh)
        die("free of a pointer that malloc did not return", pointer);
    if (!in_use(slab, slot))
        die("double free", pointer);
    slab->in_use[slot / 64] &= ~(1ul << (slot % 64));
    *static_cast<FreeSlot *>(pointer) = {slab->free_head, ~slab->free_head};
    slab->free_head = slot + 1;
    slab->slots_used--;
    if (!slab->listed) {
        link(owner, slab);
    } else if (slab->slots_used == 0 && (slab->next || slab->previous)) {
        unlink(owner, slab); // the class keeps one empty slab at most
        give_unit(slab);
    }
}

} // namespace libc::heap
