#include "base/radix_tree.h"

#include <random>

namespace martlet {

TEST(RadixTree, AgreesWithAMapUnderRandomChanges) {
    std::mt19937_64 random(7);
    RadixTree<u64> tree;
    std::map<u64, u64*> model;
    std::vector<u64> values(64);
    for (int step = 0; step < 20000; ++step) {
        u64 index = random() >> (random() % 64);
        u64* value = &values[random() % values.size()];
        if (random() % 2) {
            if (!model.contains(index)) {
                ASSERT_TRUE(tree.insert(index, value));
                model[index] = value;
            }
        } else if (!model.empty()) {
            auto found = model.lower_bound(index);
            if (found == model.end()) found = model.begin();
            ASSERT_EQ(tree.remove(found->first), found->second);
            model.erase(found);
        }
        auto expected = model.lower_bound(index);
        u64 next = index;
        u64* found = tree.next(next);
        ASSERT_EQ(found, expected == model.end() ? nullptr : expected->second);
        if (found) ASSERT_EQ(next, expected->first);
        ASSERT_EQ(tree.get(index), model.contains(index) ? model[index] : nullptr);
    }
    while (!model.empty()) {
        ASSERT_EQ(tree.remove(model.begin()->first), model.begin()->second);
        model.erase(model.begin());
    }
    EXPECT_TRUE(tree.is_empty());
}

TEST(RadixTree, HoldsTheLargestIndex) {
    RadixTree<int> tree;
    int low = 1, high = 2;
    ASSERT_TRUE(tree.insert(0, &low));
    ASSERT_TRUE(tree.insert(~0ull, &high));
    u64 index = 1;
    EXPECT_EQ(tree.next(index), &high);
    EXPECT_EQ(index, ~0ull);
    EXPECT_EQ(tree.get(0), &low);
}

} // namespace martlet
