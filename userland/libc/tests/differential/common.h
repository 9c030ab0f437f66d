// What the differential programs share: a generator of numbers that is the same on every C library.
#pragma once
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t g_state = 88172645463325252ull;
static inline uint64_t next_random(void) {
    g_state ^= g_state << 13;
    g_state ^= g_state >> 7;
    g_state ^= g_state << 17;
    return g_state;
}
static inline unsigned below(unsigned limit) { return (unsigned)(next_random() >> 33) % limit; }
static inline double random_double(void) {
    union { uint64_t u; double d; } x;
    x.u = next_random();
    return x.d;
}
static inline long double random_long_double(void) {
    union { struct { uint64_t m; uint16_t e; } s; long double d; } x;
    memset(&x, 0, sizeof x);
    x.s.m = next_random() | 1ull << 63;
    x.s.e = (uint16_t)next_random();
    if ((x.s.e & 0x7fff) == 0)
        x.s.m &= ~(1ull << 63);
    return x.d;
}
