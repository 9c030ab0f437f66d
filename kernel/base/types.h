// Fixed-width integer names and byte units used throughout the kernel.
#pragma once
#include <stddef.h>
#include <stdint.h>

namespace martlet {

using u8 = uint8_t;
using u16 = uint16_t;
using u32 = uint32_t;
using u64 = uint64_t;
using i8 = int8_t;
using i16 = int16_t;
using i32 = int32_t;
using i64 = int64_t;
using usize = size_t;

inline constexpr u64 kKiB = 1024;
inline constexpr u64 kMiB = 1024 * kKiB;
inline constexpr u64 kGiB = 1024 * kMiB;

inline constexpr u64 kNanosecondsPerSecond = 1'000'000'000;
inline constexpr u64 kNanosecondsPerMillisecond = 1'000'000;

/// `value` rounded down / up to a multiple of `alignment`, a power of two.
constexpr u64 align_down(u64 value, u64 alignment) { return value & ~(alignment - 1); }
constexpr u64 align_up(u64 value, u64 alignment) { return (value + alignment - 1) & ~(alignment - 1); }

/// A class that is neither copied nor moved: other objects hold its address.
class NonCopyable {
public:
    NonCopyable() = default;
    NonCopyable(const NonCopyable&) = delete;
    NonCopyable& operator=(const NonCopyable&) = delete;
};

} // namespace martlet
