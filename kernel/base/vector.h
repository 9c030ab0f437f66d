// Vector<T>: a growable array whose growth can fail. Elements are moved when it grows.
#pragma once
#include <new>
#include <span>
#include <utility>

#include "base/assert.h"
#include "base/result.h"
#include "base/types.h"

namespace martlet {

template <typename T> class Vector {
public:
    Vector() = default;
    Vector(Vector&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)),
          capacity_(std::exchange(other.capacity_, 0)) {}
    Vector& operator=(Vector&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        std::swap(capacity_, other.capacity_);
        return *this;
    }
    ~Vector() {
        clear();
        ::operator delete(data_);
    }

    usize size() const { return size_; }
    bool is_empty() const { return size_ == 0; }
    T* data() { return data_; }
    const T* data() const { return data_; }
    T& operator[](usize index) { ASSERT(index < size_); return data_[index]; }
    const T& operator[](usize index) const { ASSERT(index < size_); return data_[index]; }
    T& back() { return (*this)[size_ - 1]; }
    T* begin() { return data_; }
    T* end() { return data_ + size_; }
    const T* begin() const { return data_; }
    const T* end() const { return data_ + size_; }
    std::span<T> span() { return {data_, size_}; }
    std::span<const T> span() const { return {data_, size_}; }

    /// Makes room for `capacity` elements in all; ENOMEM leaves the vector as it was.
    [[nodiscard]] Result<void> reserve(usize capacity) {
        if (capacity <= capacity_) return {};
        if (capacity > SIZE_MAX / sizeof(T)) return Error(Errno::ENOMEM);
        T* data = static_cast<T*>(::operator new(capacity * sizeof(T), std::nothrow));
        if (!data) return Error(Errno::ENOMEM);
        for (usize index = 0; index < size_; ++index) {
            new (&data[index]) T(std::move(data_[index]));
            data_[index].~T();
        }
        ::operator delete(data_);
        data_ = data;
        capacity_ = capacity;
        return {};
    }
    [[nodiscard]] Result<void> push_back(T value) {
        if (size_ == capacity_) TRY(reserve(capacity_ == 0 ? 4 : capacity_ * 2));
        new (&data_[size_++]) T(std::move(value));
        return {};
    }
    /// Grows with value-initialised elements or shrinks.
    [[nodiscard]] Result<void> resize(usize size) {
        TRY(reserve(size));
        while (size_ > size) data_[--size_].~T();
        while (size_ < size) new (&data_[size_++]) T();
        return {};
    }
    void pop_back() { ASSERT(size_ > 0); data_[--size_].~T(); }
    void remove(usize index) {
        ASSERT(index < size_);
        for (usize next = index + 1; next < size_; ++next) data_[next - 1] = std::move(data_[next]);
        pop_back();
    }
    void clear() { while (size_ > 0) data_[--size_].~T(); }

private:
    T* data_ = nullptr;
    usize size_ = 0;
    usize capacity_ = 0;
};

} // namespace martlet
