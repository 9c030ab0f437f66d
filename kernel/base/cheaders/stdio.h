// The constant that libc++'s char_traits names; the kernel has no stdio.
#pragma once
#define EOF (-1)
#ifdef __cplusplus
extern "C"
#endif
int remove(const char* path); // declared for libc++'s <algorithm>, never called
