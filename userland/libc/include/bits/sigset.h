#pragma once
// 1024 bits, as programs built for Linux expect; the kernel uses the first 64.
typedef struct __sigset {
    unsigned long __bits[16];
} sigset_t;
