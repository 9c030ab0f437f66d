// User memory: UserPtr<T> and UserSpan can only be copied from and to, and the copy may fail with EFAULT.
//
// There is no dereference and no implicit conversion from integers. Copies may sleep (page faults).
#pragma once
#include <span>
#include <type_traits>

#include "arch/user_copy.h"
#include "base/result.h"
#include "base/string.h"
#include "mm/address.h"

namespace martlet {

/// Untyped user memory: `size` bytes at `address`. The range is checked at each copy.
class UserSpan {
public:
    constexpr UserSpan() = default;
    constexpr explicit UserSpan(u64 address, usize size) : address_(address), size_(size) {}
    u64 address() const { return address_; }
    usize size() const { return size_; }
    UserSpan subspan(usize offset) const { return UserSpan(address_ + offset, size_ - offset); }
    UserSpan first(usize size) const { return UserSpan(address_, size); }

    /// Copies min(size, bytes.size()) bytes; EFAULT if not all of them could be copied.
    [[nodiscard]] Result<void> copy_to_kernel(std::span<u8> bytes) const;
    [[nodiscard]] Result<void> copy_from_kernel(std::span<const u8> bytes) const;

private:
    u64 address_ = 0;
    usize size_ = 0;
};

/// A pointer to T in user memory; T is a trivially copyable ABI type.
template <typename T> class UserPtr {
public:
    static_assert(std::is_trivially_copyable_v<T> || std::is_void_v<T>);
    constexpr UserPtr() = default;
    constexpr explicit UserPtr(u64 address) : address_(address) {}
    u64 address() const { return address_; }
    explicit operator bool() const { return address_ != 0; }
    UserPtr operator+(usize count) const { return UserPtr(address_ + count * sizeof(T)); }
    template <typename U> UserPtr<U> cast() const { return UserPtr<U>(address_); }

    [[nodiscard]] Result<std::remove_const_t<T>> load() const {
        std::remove_const_t<T> value;
        if (arch_copy_from_user(&value, address_, sizeof(T)) != 0) return Error(Errno::EFAULT);
        return value;
    }
    [[nodiscard]] Result<void> store(const T& value) const {
        if (arch_copy_to_user(address_, &value, sizeof(T)) != 0) return Error(Errno::EFAULT);
        return {};
    }
    [[nodiscard]] Result<void> load_array(std::span<std::remove_const_t<T>> values) const {
        if (arch_copy_from_user(values.data(), address_, values.size_bytes()) != 0) return Error(Errno::EFAULT);
        return {};
    }
    [[nodiscard]] Result<void> store_array(std::span<const T> values) const {
        if (arch_copy_to_user(address_, values.data(), values.size_bytes()) != 0) return Error(Errno::EFAULT);
        return {};
    }

private:
    u64 address_ = 0;
};

using UserString = UserPtr<const char>;

/// A NUL-terminated string of at most `limit` bytes without the NUL; EFAULT, `too_long` if there is no NUL, ENOMEM.
[[nodiscard]] Result<String> copy_user_string(UserString from, usize limit, Errno too_long = Errno::ENAMETOOLONG);
/// A path argument: at most 4,095 bytes (ENAMETOOLONG). path_resolution(7).
[[nodiscard]] Result<String> copy_user_path(UserString from);

} // namespace martlet
