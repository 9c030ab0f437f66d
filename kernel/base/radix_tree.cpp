#include "base/radix_tree.h"

#include <new>

#include "base/assert.h"

namespace martlet {

RadixReserve::~RadixReserve() {
    while (RadixNode* node = take()) delete node;
}

Result<void> RadixReserve::fill(u32 count) {
    while (count_ < count) {
        auto* node = new (std::nothrow) RadixNode();
        if (!node) return Error(Errno::ENOMEM);
        node->slots[0] = first_;
        first_ = node;
        ++count_;
    }
    return {};
}

RadixNode* RadixReserve::take() {
    RadixNode* node = first_;
    if (!node) return nullptr;
    first_ = static_cast<RadixNode*>(node->slots[0]);
    node->slots[0] = nullptr;
    --count_;
    return node;
}

void* RadixTreeCore::get(u64 index) const {
    if (!fits(index)) return nullptr;
    void* node = root_;
    for (u32 level = height_; level > 0 && node; --level)
        node = static_cast<RadixNode*>(node)->slots[(index >> ((level - 1) * kBits)) & 63];
    return node;
}

u32 RadixTreeCore::nodes_needed(u64 index) const {
    u32 height = height_;
    while (height < 11 && (index >> (height * kBits)) != 0) ++height;
    u32 climb = root_ ? height - height_ : 0; // nodes above the present root
    if (height != height_ || !root_) return climb + (height > 0 ? height - (climb > 0 ? 1 : 0) : 0);
    void* node = root_;
    u32 level = height_;
    while (level > 0 && node) {
        node = static_cast<RadixNode*>(node)->slots[(index >> ((level - 1) * kBits)) & 63];
        --level;
    }
    return node ? 0 : level;
}

void RadixTreeCore::insert(u64 index, void* element, RadixReserve& reserve) {
    DEBUG_ASSERT(element);
    while (!fits(index)) {
        if (root_) {
            RadixNode* above = reserve.take();
            above->slots[0] = root_;
            above->used = 1;
            root_ = above;
        }
        ++height_;
    }
    void** slot = &root_;
    for (u32 level = height_; level > 0; --level) {
        if (!*slot) *slot = reserve.take();
        auto* node = static_cast<RadixNode*>(*slot);
        ASSERT(node);
        slot = &node->slots[(index >> ((level - 1) * kBits)) & 63];
        if (!*slot) ++node->used; // filled below
    }
    DEBUG_ASSERT(!*slot);
    *slot = element;
}

void* RadixTreeCore::remove(u64 index) {
    if (!fits(index)) return nullptr;
    RadixNode* path[11];
    void* node = root_;
    for (u32 level = height_; level > 0 && node; --level) {
        path[level - 1] = static_cast<RadixNode*>(node);
        node = path[level - 1]->slots[(index >> ((level - 1) * kBits)) & 63];
    }
    if (!node) return nullptr;
    void* removed = node;
    u32 level = 0;
    for (; level < height_; ++level) {
        path[level]->slots[(index >> (level * kBits)) & 63] = nullptr;
        if (--path[level]->used > 0) return removed;
        delete path[level];
    }
    root_ = nullptr;
    height_ = 0;
    return removed;
}

void* RadixTreeCore::next_below(void* node, u32 height, u64& index) {
    if (height == 0) return node;
    auto* inner = static_cast<RadixNode*>(node);
    u32 shift = (height - 1) * kBits;
    u64 base = height >= 11 ? 0 : index >> (height * kBits) << (height * kBits);
    u64 first = (index >> shift) & 63;
    for (u64 slot = first; slot < 64; ++slot) {
        if (slot != first) index = base | (slot << shift);
        if (!inner->slots[slot]) continue;
        if (void* found = next_below(inner->slots[slot], height - 1, index)) return found;
    }
    return nullptr;
}

void* RadixTreeCore::next(u64& index) const {
    if (!root_ || !fits(index)) return nullptr;
    if (height_ == 0) return index == 0 ? root_ : nullptr;
    return next_below(root_, height_, index);
}

void* const* RadixTreeCore::leaf_slots(u64 index, u32& count) const {
    if (height_ == 0 || !fits(index)) return nullptr;
    void* node = root_;
    for (u32 level = height_; level > 1 && node; --level)
        node = static_cast<RadixNode*>(node)->slots[(index >> ((level - 1) * kBits)) & 63];
    if (!node) return nullptr;
    count = 64 - static_cast<u32>(index & 63);
    return &static_cast<RadixNode*>(node)->slots[index & 63];
}

void RadixTreeCore::free_nodes(void* node, u32 height) {
    if (height == 0 || !node) return;
    auto* inner = static_cast<RadixNode*>(node);
    for (void* slot : inner->slots) free_nodes(slot, height - 1);
    delete inner;
}

void RadixTreeCore::clear() {
    free_nodes(root_, height_);
    root_ = nullptr;
    height_ = 0;
}

} // namespace martlet
