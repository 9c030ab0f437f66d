// The red-black tree against std::multiset, with an augmentation that must stay right through every rotation.
#include "base/rb_tree.h"

#include <random>
#include <set>

#include <gtest/gtest.h>

namespace martlet {
namespace {

struct Element {
    int key = 0;
    int serial = 0;
    int largest = 0; // key in the subtree
    RbNode node;
};
struct ByKey {
    bool operator()(const Element& a, const Element& b) const { return a.key < b.key; }
    bool operator()(const Element& a, int key) const { return a.key < key; }
    bool operator()(int key, const Element& a) const { return key < a.key; }
};
struct LargestKey {
    static bool update(Element& element, const Element* left, const Element* right) {
        int before = element.largest;
        element.largest = std::max({element.key, left ? left->largest : INT_MIN, right ? right->largest : INT_MIN});
        return element.largest != before;
    }
};
using Tree = RbTree<Element, &Element::node, ByKey, LargestKey>;

void expect_same(const Tree& tree, const std::multiset<int>& model) {
    auto expected = model.begin();
    const Element* before = nullptr;
    for (Element* element = tree.first(); element; element = tree.next(*element), ++expected) {
        ASSERT_NE(expected, model.end());
        ASSERT_EQ(element->key, *expected);
        ASSERT_EQ(tree.previous(*element), before);
        if (before && before->key == element->key) { ASSERT_LT(before->serial, element->serial) << "equal keys keep their order"; }
        before = element;
    }
    ASSERT_EQ(expected, model.end());
    ASSERT_EQ(tree.last(), before);
}

/// Black height below `element`, or a failure.
int check_height(const Element* element) {
    if (!element) return 0;
    int left = check_height(Tree::left(*element)), right = check_height(Tree::right(*element));
    EXPECT_LE(std::max(left, right), 2 * std::min(left, right) + 2) << "a path is more than twice as long as another";
    return std::max(left, right) + 1;
}

TEST(RbTree, BehavesLikeAMultisetUnderRandomChanges) {
    std::mt19937 random(7);
    Tree tree;
    std::multiset<int> model;
    std::vector<std::unique_ptr<Element>> elements;
    for (int step = 0; step < 60000; ++step) {
        bool grows = (step / 15000) % 2 == 0;
        if (elements.empty() || random() % 100 < (grows ? 60u : 40u)) {
            auto element = std::make_unique<Element>();
            element->key = static_cast<int>(random() % 2000);
            element->serial = step;
            tree.insert(*element);
            model.insert(element->key);
            elements.push_back(std::move(element));
        } else {
            std::swap(elements[random() % elements.size()], elements.back());
            tree.erase(*elements.back());
            EXPECT_FALSE(Tree::contains(*elements.back()));
            model.erase(model.find(elements.back()->key));
            elements.pop_back();
        }
        if (model.empty()) {
            ASSERT_EQ(tree.first(), nullptr);
            continue;
        }
        ASSERT_EQ(tree.first()->key, *model.begin());
        ASSERT_EQ(tree.root()->largest, *model.rbegin());
        int key = static_cast<int>(random() % 2000);
        auto bound = model.lower_bound(key);
        Element* found = tree.lower_bound(key);
        ASSERT_EQ(found == nullptr, bound == model.end());
        if (found) { ASSERT_EQ(found->key, *bound); }
        ASSERT_EQ(tree.find(key) != nullptr, model.contains(key));
        if (step % 997 == 0) {
            expect_same(tree, model);
            check_height(tree.root());
        }
    }
    while (Element* element = tree.first()) tree.erase(*element);
}

TEST(RbTree, AscendingInsertionStaysBalanced) {
    Tree tree;
    std::vector<std::unique_ptr<Element>> elements;
    for (int key = 0; key < 4096; ++key) {
        elements.push_back(std::make_unique<Element>());
        elements.back()->key = key;
        tree.insert(*elements.back());
    }
    EXPECT_LE(check_height(tree.root()), 24);
    for (auto& element : elements) tree.erase(*element);
    EXPECT_TRUE(tree.is_empty());
}

} // namespace
} // namespace martlet
