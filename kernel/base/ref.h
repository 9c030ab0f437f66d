// Intrusive reference counting and fallible creation.
//
// Ownership in the kernel is one of: Own<T> (unique), Ref<T> (shared, counted inside the object), or a C++
// reference (borrowed). make_own / make_ref answer ENOMEM instead of panicking.
#pragma once
#include <atomic>
#include <memory>
#include <new>
#include <utility>

#include "base/assert.h"
#include "base/result.h"
#include "base/types.h"

namespace martlet {

/// Base of objects held by Ref<T>. Born with one reference, which make_ref hands out. The last release calls
/// `last_reference_dropped()`, whose default deletes the object.
class RefCounted : NonCopyable {
public:
    void acquire() const { count_.fetch_add(1, std::memory_order_relaxed); }

    /// Takes a reference unless the count has already reached zero: for lookups in weak tables.
    [[nodiscard]] bool try_acquire() const {
        u32 count = count_.load(std::memory_order_relaxed);
        while (count != 0)
            if (count_.compare_exchange_weak(count, count + 1, std::memory_order_relaxed)) return true;
        return false;
    }

    void release() const {
        DEBUG_ASSERT(count_.load(std::memory_order_relaxed) != 0);
        if (count_.fetch_sub(1, std::memory_order_acq_rel) == 1)
            const_cast<RefCounted*>(this)->last_reference_dropped();
    }

    /// Gives a reference back unless it is the last one.
    [[nodiscard]] bool release_unless_last() const {
        u32 count = count_.load(std::memory_order_relaxed);
        while (count != 1)
            if (count_.compare_exchange_weak(count, count - 1, std::memory_order_acq_rel)) return true;
        return false;
    }

    u32 reference_count() const { return count_.load(std::memory_order_relaxed); }

protected:
    virtual ~RefCounted() = default;
    virtual void last_reference_dropped() { delete this; }

private:
    mutable std::atomic<u32> count_{1};
};

/// A counted pointer; may be null.
template <typename T> class Ref {
public:
    constexpr Ref() = default;
    constexpr Ref(decltype(nullptr)) {}
    /// Shares an object that somebody else already holds.
    explicit Ref(T& object) : object_(&object) { object_->acquire(); }
    Ref(const Ref& other) : object_(other.object_) { if (object_) object_->acquire(); }
    Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    template <typename U> requires __is_convertible_to(U*, T*)
    Ref(const Ref<U>& other) : object_(other.get()) { if (object_) object_->acquire(); }
    template <typename U> requires __is_convertible_to(U*, T*)
    Ref(Ref<U>&& other) : object_(other.leak()) {}
    ~Ref() { if (object_) object_->release(); }

    Ref& operator=(Ref other) noexcept {
        std::swap(object_, other.object_);
        return *this;
    }

    /// Takes over a reference that the caller owns.
    static Ref adopt(T* object) {
        Ref ref;
        ref.object_ = object;
        return ref;
    }
    /// Gives the reference to the caller, who must adopt or release it.
    [[nodiscard]] T* leak() { return std::exchange(object_, nullptr); }

    T* get() const { return object_; }
    T* operator->() const { DEBUG_ASSERT(object_); return object_; }
    T& operator*() const { DEBUG_ASSERT(object_); return *object_; }
    explicit operator bool() const { return object_ != nullptr; }
    bool operator==(const Ref& other) const { return object_ == other.object_; }
    bool operator==(const T* other) const { return object_ == other; }

private:
    T* object_ = nullptr;
};

template <typename T> using Own = std::unique_ptr<T>;

template <typename T, typename... Arguments> Result<Ref<T>> make_ref(Arguments&&... arguments) {
    T* object = new (std::nothrow) T(std::forward<Arguments>(arguments)...);
    if (!object) return Error(Errno::ENOMEM);
    return Ref<T>::adopt(object);
}

template <typename T, typename... Arguments> Result<Own<T>> make_own(Arguments&&... arguments) {
    T* object = new (std::nothrow) T(std::forward<Arguments>(arguments)...);
    if (!object) return Error(Errno::ENOMEM);
    return Own<T>(object);
}

/// static_pointer_cast for Ref: the caller knows the dynamic type.
template <typename To, typename From> Ref<To> ref_static_cast(Ref<From> from) {
    return Ref<To>::adopt(static_cast<To*>(from.leak()));
}

} // namespace martlet
