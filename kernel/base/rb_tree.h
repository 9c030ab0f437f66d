// An intrusive red-black tree: ordered, O(log n) insert, erase and search, O(1) first (cached).
//
// An element is in as many trees as it has RbNode members; the tree does not own its elements and is not
// synchronised. Compare orders elements, `bool operator()(const T&, const T&)`, and may also compare an
// element with a key in both orders, for find and lower_bound. Equal elements are allowed and stay in order
// of insertion.
//
// An Augment keeps a summary of each subtree in its root element: `static bool update(T& element, const T*
// left, const T* right)` recomputes it from the element and its children (null where there is none) and
// answers whether it changed: where it did not, the elements above are right already. See mm/vma_tree.h for
// its use. Algorithms: Cormen, Leiserson, Rivest, Stein, Introduction to Algorithms, chapter 13.
#pragma once
#include "base/assert.h"
#include "base/types.h"

namespace martlet {

class RbNode : NonCopyable {
public:
    RbNode() = default;
    ~RbNode() { DEBUG_ASSERT(!is_linked()); }
    bool is_linked() const { return is_linked_; }

private:
    friend class RbTreeCore;
    template <typename T, RbNode T::* Member, typename Compare, typename Augment> friend class RbTree;
    RbNode* parent_ = nullptr;
    RbNode* left_ = nullptr;
    RbNode* right_ = nullptr;
    bool is_red_ = false;
    bool is_linked_ = false;
};

/// The part that does not depend on the element type. `Update` is called on nodes whose children changed.
class RbTreeCore : NonCopyable {
protected:
    using Update = bool (*)(RbNode& node);

    static RbNode* leftmost(RbNode* node) {
        while (node && node->left_) node = node->left_;
        return node;
    }
    static RbNode* rightmost(RbNode* node) {
        while (node && node->right_) node = node->right_;
        return node;
    }
    static RbNode* next(const RbNode* node) {
        if (node->right_) return leftmost(node->right_);
        while (node->parent_ && node == node->parent_->right_) node = node->parent_;
        return node->parent_;
    }
    static RbNode* previous(const RbNode* node) {
        if (node->left_) return rightmost(node->left_);
        while (node->parent_ && node == node->parent_->left_) node = node->parent_;
        return node->parent_;
    }
    static void update_upwards(RbNode* node, Update update) {
        if (!update) return;
        while (node && update(*node)) node = node->parent_;
    }

    /// For a node whose old summary says nothing about its place: what is above may have changed even if it has not.
    static void update_from(RbNode* node, Update update) {
        if (!update) return;
        (void)update(*node);
        update_upwards(node->parent_, update);
    }

    /// Links `node` at *link below `parent`.
    void insert(RbNode& node, RbNode* parent, RbNode** link, Update update) {
        DEBUG_ASSERT(!node.is_linked_);
        node.parent_ = parent;
        node.left_ = node.right_ = nullptr;
        node.is_red_ = node.is_linked_ = true;
        *link = &node;
        if (!parent || (parent == first_ && link == &parent->left_)) first_ = &node;
        update_from(&node, update);
        rebalance_after_insert(&node, update);
    }

    void erase(RbNode& node, Update update) {
        DEBUG_ASSERT(node.is_linked_);
        if (root_ == &node && !node.left_ && !node.right_) { // the only one, as run queues often hold
            root_ = first_ = nullptr;
            node.is_linked_ = false;
            return;
        }
        if (first_ == &node) first_ = next(&node);
        RbNode* hole_parent = nullptr; // the subtree `child` of it has lost one black node if `removed_red` is false
        RbNode* child = nullptr;
        RbNode* moved = nullptr;
        bool removed_red = node.is_red_;
        if (node.left_ && node.right_) {
            RbNode* successor = moved = leftmost(node.right_);
            removed_red = successor->is_red_;
            child = successor->right_;
            if (successor->parent_ == &node) {
                hole_parent = successor;
            } else {
                hole_parent = successor->parent_;
                replace_child(successor, child);
                successor->right_ = node.right_;
                successor->right_->parent_ = successor;
            }
            replace_child(&node, successor);
            successor->left_ = node.left_;
            successor->left_->parent_ = successor;
            successor->is_red_ = node.is_red_;
        } else {
            child = node.left_ ? node.left_ : node.right_;
            hole_parent = node.parent_;
            replace_child(&node, child);
        }
        node.parent_ = node.left_ = node.right_ = nullptr;
        node.is_linked_ = false;
        update_upwards(hole_parent, update);
        // What took the place of the erased node has other children now, whatever changed below.
        if (moved) update_from(moved, update);
        if (!removed_red) rebalance_after_erase(child, hole_parent, update);
    }

    RbNode* root_ = nullptr;
    RbNode* first_ = nullptr;

private:
    static bool is_red(const RbNode* node) { return node && node->is_red_; }

    /// Puts `child` (or nothing) where `node` hangs below its parent.
    void replace_child(RbNode* node, RbNode* child) {
        RbNode* parent = node->parent_;
        if (!parent) root_ = child;
        else if (parent->left_ == node) parent->left_ = child;
        else parent->right_ = child;
        if (child) child->parent_ = parent;
    }

    void rotate_left(RbNode* node, Update update) {
        RbNode* up = node->right_;
        node->right_ = up->left_;
        if (up->left_) up->left_->parent_ = node;
        replace_child(node, up);
        up->left_ = node;
        node->parent_ = up;
        if (update) {
            (void)update(*node);
            (void)update(*up);
        }
    }
    void rotate_right(RbNode* node, Update update) {
        RbNode* up = node->left_;
        node->left_ = up->right_;
        if (up->right_) up->right_->parent_ = node;
        replace_child(node, up);
        up->right_ = node;
        node->parent_ = up;
        if (update) {
            (void)update(*node);
            (void)update(*up);
        }
    }

    void rebalance_after_insert(RbNode* node, Update update) {
        while (is_red(node->parent_)) {
            RbNode* parent = node->parent_;
            RbNode* grandparent = parent->parent_; // exists: the root is black
            bool parent_is_left = parent == grandparent->left_;
            RbNode* uncle = parent_is_left ? grandparent->right_ : grandparent->left_;
            if (is_red(uncle)) {
                parent->is_red_ = uncle->is_red_ = false;
                grandparent->is_red_ = true;
                node = grandparent;
                continue;
            }
            if (parent_is_left) {
                if (node == parent->right_) {
                    rotate_left(parent, update);
                    parent = node;
                }
                rotate_right(grandparent, update);
            } else {
                if (node == parent->left_) {
                    rotate_right(parent, update);
                    parent = node;
                }
                rotate_left(grandparent, update);
            }
            parent->is_red_ = false;
            grandparent->is_red_ = true;
            break;
        }
        root_->is_red_ = false;
    }

    void rebalance_after_erase(RbNode* node, RbNode* parent, Update update) {
        while (node != root_ && !is_red(node)) {
            bool is_left = node == parent->left_;
            RbNode* sibling = is_left ? parent->right_ : parent->left_; // exists: its side has the missing black
            if (sibling->is_red_) {
                sibling->is_red_ = false;
                parent->is_red_ = true;
                if (is_left) rotate_left(parent, update);
                else rotate_right(parent, update);
                sibling = is_left ? parent->right_ : parent->left_;
            }
            if (!is_red(sibling->left_) && !is_red(sibling->right_)) {
                sibling->is_red_ = true;
                node = parent;
                parent = node->parent_;
                continue;
            }
            if (is_left) {
                if (!is_red(sibling->right_)) {
                    sibling->left_->is_red_ = false;
                    sibling->is_red_ = true;
                    rotate_right(sibling, update);
                    sibling = parent->right_;
                }
                sibling->right_->is_red_ = false;
            } else {
                if (!is_red(sibling->left_)) {
                    sibling->right_->is_red_ = false;
                    sibling->is_red_ = true;
                    rotate_left(sibling, update);
                    sibling = parent->left_;
                }
                sibling->left_->is_red_ = false;
            }
            sibling->is_red_ = parent->is_red_;
            parent->is_red_ = false;
            if (is_left) rotate_left(parent, update);
            else rotate_right(parent, update);
            node = root_;
            break;
        }
        if (node) node->is_red_ = false;
    }
};

struct RbNoAugment {};

template <typename T, RbNode T::* Member, typename Compare, typename Augment = RbNoAugment>
class RbTree : RbTreeCore {
public:
    ~RbTree() { DEBUG_ASSERT(is_empty()); }

    bool is_empty() const { return !root_; }
    T* first() const { return first_ ? owner(first_) : nullptr; }
    T* last() const { return root_ ? owner(rightmost(root_)) : nullptr; }
    T* next(const T& element) const { return owner_or_null(RbTreeCore::next(&(element.*Member))); }
    T* previous(const T& element) const { return owner_or_null(RbTreeCore::previous(&(element.*Member))); }
    static bool contains(const T& element) { return (element.*Member).is_linked(); }

    void insert(T& element) {
        RbNode** link = &root_;
        RbNode* parent = nullptr;
        while (*link) {
            parent = *link;
            link = Compare()(element, *owner(parent)) ? &parent->left_ : &parent->right_;
        }
        RbTreeCore::insert(element.*Member, parent, link, updater());
    }
    void erase(T& element) { RbTreeCore::erase(element.*Member, updater()); }

    /// The first element equal to `key`, or null.
    template <typename Key> T* find(const Key& key) const {
        T* element = lower_bound(key);
        return element && !Compare()(key, *element) ? element : nullptr;
    }
    /// The first element that is not less than `key`, or null.
    template <typename Key> T* lower_bound(const Key& key) const {
        RbNode* best = nullptr;
        for (RbNode* node = root_; node;) {
            if (Compare()(*owner(node), key)) {
                node = node->right_;
            } else {
                best = node;
                node = node->left_;
            }
        }
        return owner_or_null(best);
    }

    /// For searches guided by an Augment, and after an element's own part of the summary changed.
    T* root() const { return owner_or_null(root_); }
    static T* left(const T& element) { return owner_or_null((element.*Member).left_); }
    static T* right(const T& element) { return owner_or_null((element.*Member).right_); }
    static T* parent(const T& element) { return owner_or_null((element.*Member).parent_); }
    static void summary_changed(T& element) { update_upwards(&(element.*Member), updater()); }

private:
    static T* owner(const RbNode* node) {
        // The offset of a data member of T, computed on an address that is never dereferenced.
        alignas(T) static char probe[sizeof(T)];
        T* base = reinterpret_cast<T*>(probe);
        usize offset = reinterpret_cast<usize>(&(base->*Member)) - reinterpret_cast<usize>(base);
        return reinterpret_cast<T*>(reinterpret_cast<usize>(node) - offset);
    }
    static T* owner_or_null(const RbNode* node) { return node ? owner(node) : nullptr; }

    static constexpr Update updater() {
        if constexpr (__is_same(Augment, RbNoAugment)) return nullptr;
        else
            return [](RbNode& node) {
                return Augment::update(*owner(&node), owner_or_null(node.left_), owner_or_null(node.right_));
            };
    }
};

} // namespace martlet
