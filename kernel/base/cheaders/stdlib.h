// What libc++'s headers expect to find declared; the kernel defines abort only.
#pragma once
#include <stddef.h>
#ifdef __cplusplus
extern "C" {
#endif
typedef struct { long quot, rem; } ldiv_t;
typedef struct { long long quot, rem; } lldiv_t;
ldiv_t ldiv(long dividend, long divisor);
lldiv_t lldiv(long long dividend, long long divisor);
[[noreturn]] void abort(void);
#ifdef __cplusplus
}
#endif
