// tsearch and its relatives (POSIX.1-2017): an AA tree (Andersson 1993), a balanced tree with one integer of balance
// and two operations, skew and split. The key pointer comes first in a node: callers read it through the node.
#include <search.h>
#include <stdlib.h>

namespace {

typedef int (*Compare)(const void *, const void *);

struct TreeNode {
    const void *key;
    TreeNode *left, *right;
    int level;
};

int level(const TreeNode *node) { return node ? node->level : 0; }

// A left child of the same level becomes the parent.
void skew(TreeNode *&node) {
    if (!node || !node->left || node->left->level != node->level)
        return;
    TreeNode *left = node->left;
    node->left = left->right;
    left->right = node;
    node = left;
}

// Two right steps on one level: the middle one rises.
void split(TreeNode *&node) {
    if (!node || !node->right || level(node->right->right) != node->level)
        return;
    TreeNode *right = node->right;
    node->right = right->left;
    right->left = node;
    right->level++;
    node = right;
}

TreeNode *insert(TreeNode *&node, const void *key, Compare compare) {
    if (!node) {
        auto *fresh = static_cast<TreeNode *>(malloc(sizeof(TreeNode)));
        if (fresh)
            *fresh = {key, nullptr, nullptr, 1};
        return node = fresh;
    }
    int order = compare(key, node->key);
    if (order == 0)
        return node;
    TreeNode *result = insert(order < 0 ? node->left : node->right, key, compare);
    skew(node);
    split(node);
    return result;
}

void rebalance(TreeNode *&node) {
    int wanted = (level(node->left) < level(node->right) ? level(node->left) : level(node->right)) + 1;
    if (wanted < node->level) {
        node->level = wanted;
        if (level(node->right) > wanted)
            node->right->level = wanted;
    }
    skew(node);
    if (node->right) {
        skew(node->right);
        if (node->right->right)
            skew(node->right->right);
    }
    split(node);
    if (node->right)
        split(node->right);
}

// Takes the smallest node out of a tree.
TreeNode *take_first(TreeNode *&node) {
    if (!node->left) {
        TreeNode *first = node;
        node = node->right;
        return first;
    }
    TreeNode *first = take_first(node->left);
    rebalance(node);
    return first;
}

bool erase(TreeNode *&node, const void *key, Compare compare, TreeNode *parent, TreeNode *&parent_of_erased) {
    if (!node)
        return false;
    int order = compare(key, node->key);
    if (order != 0) {
        bool erased = erase(order < 0 ? node->left : node->right, key, compare, node, parent_of_erased);
        if (erased)
            rebalance(node);
        return erased;
    }
    TreeNode *gone = node;
    parent_of_erased = parent;
    if (!node->left || !node->right) {
        node = node->left ? node->left : node->right;
    } else {
        TreeNode *next = take_first(node->right);
        next->left = gone->left;
        next->right = gone->right;
        next->level = gone->level;
        node = next;
        rebalance(node);
    }
    free(gone);
    return true;
}

void walk(const TreeNode *node, void (*visit)(const void *, VISIT, int), int depth) {
    if (!node->left && !node->right)
        return visit(node, leaf, depth);
    visit(node, preorder, depth);
    if (node->left)
        walk(node->left, visit, depth + 1);
    visit(node, postorder, depth);
    if (node->right)
        walk(node->right, visit, depth + 1);
    visit(node, endorder, depth);
}

} // namespace

extern "C" {

void *tsearch(const void *key, void **root, Compare compare) {
    return root ? insert(*reinterpret_cast<TreeNode **>(root), key, compare) : nullptr;
}

void *tfind(const void *key, void *const *root, Compare compare) {
    if (!root)
        return nullptr;
    auto *node = static_cast<TreeNode *>(*root);
    while (node) {
        int order = compare(key, node->key);
        if (order == 0)
            break;
        node = order < 0 ? node->left : node->right;
    }
    return node;
}

void *tdelete(const void *__restrict key, void **__restrict root, Compare compare) {
    if (!root || !*root)
        return nullptr;
    TreeNode *parent = nullptr;
    auto *&tree = *reinterpret_cast<TreeNode **>(root);
    if (!erase(tree, key, compare, nullptr, parent))
        return nullptr;
    return parent ? static_cast<void *>(parent) : static_cast<void *>(root); // any pointer but null for the root
}

void twalk(const void *root, void (*visit)(const void *, VISIT, int)) {
    if (root && visit)
        walk(static_cast<const TreeNode *>(root), visit, 0);
}

void tdestroy(void *root, void (*release)(void *)) {
    auto *node = static_cast<TreeNode *>(root);
    if (!node)
        return;
    tdestroy(node->left, release);
    tdestroy(node->right, release);
    if (release)
        release(const_cast<void *>(node->key));
    free(node);
}
}
