// RadixTree<T>: a sparse array of pointers indexed by u64, 64 slots to a node. Index 0 alone needs no node.
//
// Lookup and insertion cost depends on the size of the largest index, not on the number of elements; memory
// on the number of elements. Not synchronised, does not own elements. Insertion under a spinlock: nodes come
// from a RadixReserve that is filled outside the lock.
#pragma once
#include "base/result.h"
#include "base/types.h"

namespace martlet {

struct RadixNode {
    void* slots[64] = {};
    u32 used = 0;
};

/// Nodes for one insertion, allocated before the lock is taken.
class RadixReserve : NonCopyable {
public:
    static constexpr u32 kMaxNodes = 11 + 11; // a full path below and a full climb of the root
    ~RadixReserve();
    /// ENOMEM.
    [[nodiscard]] Result<void> fill(u32 count);
    RadixNode* take();
    u32 available() const { return count_; }

private:
    RadixNode* first_ = nullptr; // linked through slots[0]
    u32 count_ = 0;
};

class RadixTreeCore : NonCopyable {
public:
    ~RadixTreeCore() { clear(); }
    bool is_empty() const { return root_ == nullptr; }

protected:
    void* get(u64 index) const;
    /// How many nodes insert(index) takes from the reserve.
    u32 nodes_needed(u64 index) const;
    /// The slot must be empty and the reserve full enough.
    void insert(u64 index, void* element, RadixReserve& reserve);
    void* remove(u64 index);
    /// The first element at or after `index`, which becomes its index; null if there is none.
    void* next(u64& index) const;
    /// The slots from `index` to the end of its leaf, `count` of them, some perhaps null; null if there is no
    /// such leaf.
    void* const* leaf_slots(u64 index, u32& count) const;
    /// Forgets all elements and frees the nodes.
    void clear();

private:
    static constexpr u32 kBits = 6;
    bool fits(u64 index) const { return height_ >= 11 || (index >> (height_ * kBits)) == 0; }
    static void free_nodes(void* node, u32 height);
    static void* next_below(void* node, u32 height, u64& index);

    void* root_ = nullptr; // an element if height_ is 0, else a node
    u32 height_ = 0;
};

template <typename T> class RadixTree : public RadixTreeCore {
public:
    T* get(u64 index) const { return static_cast<T*>(RadixTreeCore::get(index)); }
    T* remove(u64 index) { return static_cast<T*>(RadixTreeCore::remove(index)); }
    T* next(u64& index) const { return static_cast<T*>(RadixTreeCore::next(index)); }
    T* const* leaf_slots(u64 index, u32& count) const {
        return reinterpret_cast<T* const*>(RadixTreeCore::leaf_slots(index, count));
    }
    using RadixTreeCore::clear;
    using RadixTreeCore::nodes_needed;
    void insert(u64 index, T* element, RadixReserve& reserve) { RadixTreeCore::insert(index, element, reserve); }
    /// Insertion where sleeping is allowed.
    [[nodiscard]] Result<void> insert(u64 index, T* element) {
        RadixReserve reserve;
        TRY(reserve.fill(nodes_needed(index)));
        RadixTreeCore::insert(index, element, reserve);
        return {};
    }
};

} // namespace martlet
