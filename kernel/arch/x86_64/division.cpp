// Division of 128-bit integers, which the compiler calls by these names (libgcc interface, "Integer library routines").
#include "base/types.h"

namespace {

using u128 = unsigned __int128;
using martlet::u64;

/// One DIV: the quotient must fit, that is high < divisor.
u64 divide_128_by_64(u64 high, u64 low, u64 divisor, u64& remainder) {
    u64 quotient;
    asm("divq %4" : "=a"(quotient), "=d"(remainder) : "0"(low), "1"(high), "r"(divisor) : "cc");
    return quotient;
}

u128 divide(u128 dividend, u128 divisor, u128& remainder) {
    u64 high = static_cast<u64>(dividend >> 64), low = static_cast<u64>(dividend);
    if (divisor >> 64 == 0) {
        u64 narrow = static_cast<u64>(divisor), rest;
        u64 quotient_high = high / narrow;
        u64 quotient_low = divide_128_by_64(high % narrow, low, narrow, rest);
        remainder = rest;
        return static_cast<u128>(quotient_high) << 64 | quotient_low;
    }
    // The quotient has at most 64 bits: estimate it with the divisor's top 64 bits; it is then at most one too large.
    int shift = __builtin_clzll(static_cast<u64>(divisor >> 64));
    u64 top = static_cast<u64>(divisor << shift >> 64);
    u64 unused;
    u128 half = dividend >> 1;
    u64 estimate = divide_128_by_64(static_cast<u64>(half >> 64), static_cast<u64>(half), top, unused) >> (63 - shift);
    if (estimate > 0) --estimate;
    remainder = dividend - divisor * estimate;
    if (remainder >= divisor) {
        ++estimate;
        remainder -= divisor;
    }
    return estimate;
}

} // namespace

extern "C" {

u128 __udivti3(u128 dividend, u128 divisor) {
    u128 remainder;
    return divide(dividend, divisor, remainder);
}

u128 __umodti3(u128 dividend, u128 divisor) {
    u128 remainder;
    divide(dividend, divisor, remainder);
    return remainder;
}

} // extern "C"
