#pragma once
#include <bits/types.h>
#include <bits/timespec.h>
#include <fcntl.h>
#include <time.h>
#define SEM_FAILED ((sem_t *)0)
typedef union {
    struct {
        unsigned __value, __waiters;
        int __shared;
    };
    char __size[32];
    long __align;
} sem_t;
__BEGIN_DECLS
int sem_init(sem_t *, int, unsigned), sem_destroy(sem_t *);
sem_t *sem_open(const char *, int, ...);
int sem_close(sem_t *), sem_unlink(const char *);
int sem_wait(sem_t *), sem_trywait(sem_t *), sem_post(sem_t *), sem_getvalue(sem_t *__restrict, int *__restrict);
int sem_timedwait(sem_t *__restrict, const struct timespec *__restrict);
int sem_clockwait(sem_t *__restrict, clockid_t, const struct timespec *__restrict);
__END_DECLS
