// The type that libc++'s char_traits names; the kernel has no multibyte conversion.
#pragma once
typedef struct { unsigned int state; } mbstate_t;
