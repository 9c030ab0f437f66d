// How the C library calls the system. `call` gives the kernel's raw answer, `checked` the C convention: -1 and
// errno. Arguments may be integers, pointers or null.
#pragma once

#include "arch/x86_64/syscall.hpp"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

namespace libc {

template <typename T> [[gnu::always_inline]] inline long syscall_word(T value) {
    if constexpr (__is_same(T, decltype(nullptr)))
        return 0;
    else if constexpr (__is_pointer(T))
        return reinterpret_cast<long>(value);
    else
        return static_cast<long>(value);
}

template <typename... Arguments> [[gnu::always_inline]] inline long call(long number, Arguments... arguments) {
    return raw_syscall(number, syscall_word(arguments)...);
}

// Turns the kernel's answer into the C convention.
long set_errno_from(long negative_errno);

[[gnu::always_inline]] inline long to_errno(long result) {
    if (__builtin_expect(static_cast<unsigned long>(result) > -4096ul, 0))
        return set_errno_from(result);
    return result;
}

template <typename... Arguments> [[gnu::always_inline]] inline long checked(long number, Arguments... arguments) {
    return to_errno(call(number, arguments...));
}

// The kernel's signal sets have 8 bytes.
inline constexpr size_t kKernelSigsetBytes = 8;

} // namespace libc
