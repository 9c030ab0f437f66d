// An intrusive doubly linked circular list. An object is on as many lists as it has ListNode members.
// Not synchronised; the list does not own its elements. A node's destructor asserts that it is off the list.
#pragma once
#include "base/assert.h"
#include "base/types.h"

namespace martlet {

class ListNode : NonCopyable {
public:
    ListNode() = default;
    ~ListNode() { DEBUG_ASSERT(!is_linked()); }
    bool is_linked() const { return next_ != this; }
    /// Takes the node off its list; harmless when it is on none.
    void unlink() {
        previous_->next_ = next_;
        next_->previous_ = previous_;
        next_ = previous_ = this;
    }

private:
    template <typename T, ListNode T::* Member> friend class List;
    ListNode* next_ = this;
    ListNode* previous_ = this;
};

template <typename T, ListNode T::* Member> class List : NonCopyable {
public:
    ~List() { DEBUG_ASSERT(is_empty()); }
    bool is_empty() const { return !head_.is_linked(); }
    void push_back(T& element) { insert(*head_.previous_, element.*Member); }
    void push_front(T& element) { insert(head_, element.*Member); }
    /// Puts `element` directly before `position`, which is on this list.
    void insert_before(T& position, T& element) { insert(*(position.*Member).previous_, element.*Member); }
    T* front() const { return is_empty() ? nullptr : owner(head_.next_); }
    T* back() const { return is_empty() ? nullptr : owner(head_.previous_); }
    /// Moves all elements of `other` to this list's end, in their order.
    void splice_back(List& other) {
        if (other.is_empty()) return;
        ListNode &first = *other.head_.next_, &last = *other.head_.previous_;
        first.previous_ = head_.previous_;
        head_.previous_->next_ = &first;
        last.next_ = &head_;
        head_.previous_ = &last;
        other.head_.next_ = other.head_.previous_ = &other.head_;
    }
    T* pop_front() {
        T* element = front();
        if (element) (element->*Member).unlink();
        return element;
    }
    /// The element after `element`, or null at the end.
    T* next(const T& element) const {
        ListNode* node = (element.*Member).next_;
        return node == &head_ ? nullptr : owner(node);
    }

    /// The element before `element`, or null at the front.
    T* previous(const T& element) const {
        ListNode* node = (element.*Member).previous_;
        return node == &head_ ? nullptr : owner(node);
    }

    class Iterator {
    public:
        explicit Iterator(ListNode* node) : node_(node), next_(node->next_) {}
        T& operator*() const { return *owner(node_); }
        Iterator& operator++() {
            node_ = next_;
            next_ = node_->next_;
            return *this;
        }
        bool operator!=(const Iterator& other) const { return node_ != other.node_; }

    private:
        ListNode* node_;
        ListNode* next_; // read ahead, so that the current element may be unlinked
    };
    Iterator begin() const { return Iterator(head_.next_); }
    Iterator end() const { return Iterator(const_cast<ListNode*>(&head_)); }

private:
    static T* owner(const ListNode* node) {
        // The offset of a data member of T, computed on an address that is never dereferenced.
        alignas(T) static char probe[1];
        T* base = reinterpret_cast<T*>(probe);
        usize offset = reinterpret_cast<usize>(&(base->*Member)) - reinterpret_cast<usize>(base);
        return reinterpret_cast<T*>(reinterpret_cast<usize>(node) - offset);
    }
    static void insert(ListNode& after, ListNode& node) {
        DEBUG_ASSERT(!node.is_linked());
        node.next_ = after.next_;
        node.previous_ = &after;
        after.next_->previous_ = &node;
        after.next_ = &node;
    }
    ListNode head_;
};

} // namespace martlet
