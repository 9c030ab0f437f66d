#pragma once
#include <features.h>
#include <stdint.h>
#define EFD_SEMAPHORE 1
#define EFD_CLOEXEC 0x80000
#define EFD_NONBLOCK 0x800
typedef uint64_t eventfd_t;
__BEGIN_DECLS
int eventfd(unsigned, int);
int eventfd_read(int, eventfd_t *);
int eventfd_write(int, eventfd_t);
__END_DECLS
