// The types that libc++'s <ctime> names; the kernel's clocks are in time/.
#pragma once
#include <stddef.h>
typedef long time_t;
typedef long clock_t;
struct tm;
