#include "mm/user_access.h"

namespace martlet {

Result<void> UserSpan::copy_to_kernel(std::span<u8> bytes) const {
    usize count = size_ < bytes.size() ? size_ : bytes.size();
    if (arch_copy_from_user(bytes.data(), address_, count) != 0) return Error(Errno::EFAULT);
    return {};
}

Result<void> UserSpan::copy_from_kernel(std::span<const u8> bytes) const {
    usize count = size_ < bytes.size() ? size_ : bytes.size();
    if (arch_copy_to_user(address_, bytes.data(), count) != 0) return Error(Errno::EFAULT);
    return {};
}

Result<String> copy_user_string(UserString from, usize limit, Errno too_long) {
    // Most strings are short: one copy through the stack. Long ones are measured by reading ahead in pieces.
    char buffer[256];
    usize first = arch_copy_string_from_user(buffer, from.address(),
                                             limit + 1 < sizeof(buffer) ? limit + 1 : sizeof(buffer));
    if (first == ~static_cast<usize>(0)) return Error(Errno::EFAULT);
    if (first < sizeof(buffer) && first <= limit) return String::create({buffer, first});
    if (limit < sizeof(buffer)) return Error(too_long);
    auto* text = static_cast<char*>(::operator new(limit + 1, std::nothrow));
    if (!text) return Error(Errno::ENOMEM);
    usize size = arch_copy_string_from_user(text, from.address(), limit + 1);
    Result<String> result = size == ~static_cast<usize>(0) ? Result<String>(Error(Errno::EFAULT))
                            : size > limit                 ? Result<String>(Error(too_long))
                                                           : String::create({text, size});
    ::operator delete(text);
    return result;
}

Result<String> copy_user_path(UserString from) {
    constexpr usize kPathMaximum = 4095; // PATH_MAX without the NUL
    return copy_user_string(from, kPathMaximum);
}

} // namespace martlet
