// What libc++'s headers expect to find declared; the kernel defines abort only.
#pragma once
#include <stddef.h>
#ifdef __cplusplus
extern "C" {
#endif
[[noreturn]] void abort(void);
#ifdef __cplusplus
}
#endif
