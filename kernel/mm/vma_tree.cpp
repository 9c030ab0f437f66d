#include "mm/vma_tree.h"

namespace martlet {

u64 guarded_start(const Vma& vma) {
    if (!vma.has(VmaFlag::GrowsDown)) return vma.start;
    return vma.start > kStackGuardGap ? vma.start - kStackGuardGap : 0;
}

void VmaTree::update_gap(Vma& vma) {
    const Vma* below = tree_.previous(vma);
    u64 free_from = below ? below->end : 0;
    u64 free_to = guarded_start(vma);
    u64 gap = free_to > free_from ? free_to - free_from : 0;
    if (gap == vma.gap_before) return;
    vma.gap_before = gap;
    Tree::summary_changed(vma);
}

void VmaTree::insert(Vma& vma) {
    vma.gap_before = vma.largest_gap = 0;
    tree_.insert(vma);
    ++count_;
    update_gap(vma);
    if (Vma* above = tree_.next(vma)) update_gap(*above);
}

void VmaTree::erase(Vma& vma) {
    Vma* above = tree_.next(vma);
    tree_.erase(vma);
    --count_;
    if (above) update_gap(*above);
}

void VmaTree::resize(Vma& vma, u64 start, u64 end) {
    vma.start = start;
    vma.end = end;
    update_gap(vma);
    if (Vma* above = tree_.next(vma)) update_gap(*above);
}

u64 VmaTree::search(const Vma* node, u64 size, u64 low, u64 high) {
    if (!node || node->largest_gap < size) return 0;
    if (node->end < high)
        if (u64 found = search(Tree::right(*node), size, low, high)) return found;
    u64 gap_end = guarded_start(*node);
    u64 gap_start = gap_end - node->gap_before;
    if (gap_end > high) gap_end = high;
    if (gap_start < low) gap_start = low;
    if (node->gap_before >= size && gap_end >= size && gap_end - size >= gap_start) return gap_end - size;
    return node->start > low ? search(Tree::left(*node), size, low, high) : 0;
}

u64 VmaTree::find_gap(u64 size, u64 low, u64 high) const {
    if (low >= high || high - low < size) return 0;
    const Vma* top = tree_.last();
    u64 free_from = top && top->end > low ? top->end : low;
    if (free_from <= high && high - free_from >= size) return high - size;
    return search(tree_.root(), size, low, high);
}

} // namespace martlet
