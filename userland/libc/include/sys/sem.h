#pragma once
#include <bits/timespec.h>
#include <sys/ipc.h>
#define SEM_UNDO 0x1000
#define GETPID 11
#define GETVAL 12
#define GETALL 13
#define GETNCNT 14
#define GETZCNT 15
#define SETVAL 16
#define SETALL 17
struct sembuf {
    unsigned short sem_num;
    short sem_op, sem_flg;
};
struct semid_ds {
    struct ipc_perm sem_perm;
    time_t sem_otime;
    long __reserved1;
    time_t sem_ctime;
    long __reserved2;
    unsigned long sem_nsems, __reserved3[2];
};
__BEGIN_DECLS
int semget(key_t, int, int);
int semop(int, struct sembuf *, size_t);
int semtimedop(int, struct sembuf *, size_t, const struct timespec *);
int semctl(int, int, int, ...);
__END_DECLS
