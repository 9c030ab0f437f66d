// The search for free address space against a search that looks at every mapping.
#include "mm/vma_tree.h"

#include <random>

#include <gtest/gtest.h>

namespace martlet {
namespace {

constexpr u64 kPages = 20000;

u64 naive_gap(const VmaTree& tree, u64 size, u64 low, u64 high) {
    u64 best = 0;
    u64 from = low;
    auto consider = [&](u64 to) {
        to = std::min(to, high);
        if (to > from && to - from >= size) best = std::max(best, to - size);
    };
    for (Vma* vma = tree.first(); vma; vma = tree.next(*vma)) {
        u64 start = vma->start;
        if (vma->has(VmaFlag::GrowsDown)) start = start > kStackGuardGap ? start - kStackGuardGap : 0;
        consider(start);
        from = std::max(from, vma->end);
    }
    consider(high);
    return best;
}

TEST(VmaTree, FindsTheHighestGapUnderRandomChanges) {
    std::mt19937 random(5);
    VmaTree tree;
    std::vector<std::unique_ptr<Vma>> vmas;
    for (int step = 0; step < 30000; ++step) {
        u64 start = random() % kPages * kPageSize, end = start + (1 + random() % 40) * kPageSize;
        if (random() % 100 < 45 && !vmas.empty()) {
            std::swap(vmas[random() % vmas.size()], vmas.back());
            tree.erase(*vmas.back());
            vmas.pop_back();
        } else if (!tree.find_overlap(start, end)) {
            auto vma = std::make_unique<Vma>();
            vma->start = start;
            vma->end = end;
            vma->attributes.set(VmaFlag::GrowsDown, random() % 10 == 0);
            tree.insert(*vma);
            vmas.push_back(std::move(vma));
        } else if (Vma* vma = tree.find(start); vma && vma->size() > kPageSize) {
            tree.resize(*vma, vma->start, vma->end - kPageSize);
        }
        u64 size = (1 + random() % 300) * kPageSize;
        u64 low = random() % kPages * kPageSize, high = low + random() % kPages * kPageSize;
        if (random() % 2) {
            low = kPageSize;
            high = kPages * kPageSize;
        }
        u64 expected = naive_gap(tree, size, low, high), found = tree.find_gap(size, low, high);
        ASSERT_EQ(found, expected) << "size " << size << " in " << low << ".." << high;
        ASSERT_EQ(tree.count(), vmas.size());
    }
    for (auto& vma : vmas) tree.erase(*vma);
}

} // namespace
} // namespace martlet
