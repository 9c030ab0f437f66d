// A growing array for the library's own use, where libc++ must not be. Only for types that may be moved as bytes.
// Running out of memory is a false answer; the array is then as before.
#pragma once

#include <stddef.h>
#include <stdlib.h>

namespace libc {

template <typename T> class Array {
public:
    Array() = default;
    Array(const Array &) = delete;
    Array &operator=(const Array &) = delete;
    ~Array() { free(items_); }

    [[nodiscard]] bool add(const T &item) {
        if (count_ == capacity_ && !reserve(capacity_ ? capacity_ * 2 : 16))
            return false;
        items_[count_++] = item;
        return true;
    }

    [[nodiscard]] bool reserve(size_t capacity) {
        if (capacity <= capacity_)
            return true;
        auto *grown = static_cast<T *>(reallocarray(items_, capacity, sizeof(T)));
        if (!grown)
            return false;
        items_ = grown;
        capacity_ = capacity;
        return true;
    }

    // New items are zero bytes.
    [[nodiscard]] bool resize(size_t count) {
        if (!reserve(count))
            return false;
        if (count > count_)
            __builtin_memset(static_cast<void *>(items_ + count_), 0, (count - count_) * sizeof(T));
        count_ = count;
        return true;
    }

    void clear() { count_ = 0; }
    void drop_last() { count_--; }
    size_t size() const { return count_; }
    bool empty() const { return count_ == 0; }
    T &operator[](size_t index) { return items_[index]; }
    const T &operator[](size_t index) const { return items_[index]; }
    T &last() { return items_[count_ - 1]; }
    T *data() { return items_; }
    const T *data() const { return items_; }

private:
    T *items_ = nullptr;
    size_t count_ = 0, capacity_ = 0;
};

} // namespace libc
