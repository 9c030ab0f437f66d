#pragma once
#include <bits/sigset.h>
#include <bits/timespec.h>
#include <bits/timeval.h>
#define FD_SETSIZE 1024
#define NFDBITS 64
typedef unsigned long fd_mask;
typedef struct {
    unsigned long fds_bits[FD_SETSIZE / 64];
} fd_set;
#define FD_ZERO(s) (void)__builtin_memset((s), 0, sizeof(fd_set))
#define FD_SET(d, s) ((s)->fds_bits[(d) / 64] |= (1UL << ((d) % 64)))
#define FD_CLR(d, s) ((s)->fds_bits[(d) / 64] &= ~(1UL << ((d) % 64)))
#define FD_ISSET(d, s) (!!((s)->fds_bits[(d) / 64] & (1UL << ((d) % 64))))
__BEGIN_DECLS
int select(int, fd_set *__restrict, fd_set *__restrict, fd_set *__restrict, struct timeval *__restrict);
int pselect(int, fd_set *__restrict, fd_set *__restrict, fd_set *__restrict, const struct timespec *__restrict,
            const sigset_t *__restrict);
__END_DECLS
