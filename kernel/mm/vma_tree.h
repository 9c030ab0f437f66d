// The mappings of one address space in order of address, with the search for free space in O(log n).
// Not synchronised; does not own the Vma objects.
#pragma once
#include "mm/vma.h"

namespace martlet {

/// Kept free below a mapping that grows downwards (stack_guard_gap of Linux: 256 pages).
inline constexpr u64 kStackGuardGap = 256 * kPageSize;

/// Where free space below `vma` ends: a growing mapping keeps its guard gap.
u64 guarded_start(const Vma& vma);

class VmaTree {
public:
    bool is_empty() const { return tree_.is_empty(); }
    u32 count() const { return count_; }
    Vma* first() const { return tree_.first(); }
    Vma* last() const { return tree_.last(); }
    Vma* next(const Vma& vma) const { return tree_.next(vma); }
    Vma* previous(const Vma& vma) const { return tree_.previous(vma); }
    /// The first mapping that ends above `address` (it may begin above it too), or null.
    Vma* find_ending_above(u64 address) const { return tree_.lower_bound(address); }
    /// The mapping that contains `address`, or null.
    Vma* find(u64 address) const {
        Vma* vma = find_ending_above(address);
        return vma && vma->start <= address ? vma : nullptr;
    }
    /// The first mapping that overlaps [start, end), or null.
    Vma* find_overlap(u64 start, u64 end) const {
        Vma* vma = find_ending_above(start);
        return vma && vma->start < end ? vma : nullptr;
    }

    void insert(Vma& vma);
    void erase(Vma& vma);
    /// Moves a mapping's bounds; it stays between its neighbours.
    void resize(Vma& vma, u64 start, u64 end);

    /// The highest free range of `size` bytes in [low, high), guard gaps left out; 0 if there is none.
    u64 find_gap(u64 size, u64 low, u64 high) const;

private:
    struct ByEnd {
        bool operator()(const Vma& a, const Vma& b) const { return a.end < b.end; }
        bool operator()(const Vma& vma, u64 address) const { return vma.end <= address; }
        bool operator()(u64 address, const Vma& vma) const { return address < vma.end; }
    };
    struct LargestGap {
        static bool update(Vma& vma, const Vma* left, const Vma* right) {
            u64 largest = vma.gap_before;
            if (left && left->largest_gap > largest) largest = left->largest_gap;
            if (right && right->largest_gap > largest) largest = right->largest_gap;
            if (vma.largest_gap == largest) return false;
            vma.largest_gap = largest;
            return true;
        }
    };
    using Tree = RbTree<Vma, &Vma::tree_node, ByEnd, LargestGap>;
    void update_gap(Vma& vma);
    static u64 search(const Vma* node, u64 size, u64 low, u64 high);

    Tree tree_;
    u32 count_ = 0;
};

} // namespace martlet
