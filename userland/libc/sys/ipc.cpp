// System V IPC (POSIX.1-2017 <sys/shm.h>, <sys/sem.h>, <sys/msg.h>; ftok(3)).
#include "sysdep/syscall.hpp"

#include <stdarg.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>

using libc::checked;

namespace {

template <typename... Arguments> int answer(long number, Arguments... arguments) {
    return static_cast<int>(checked(number, arguments...));
}

} // namespace

extern "C" {

key_t ftok(const char *path, int project) {
    struct stat status;
    if (stat(path, &status) < 0)
        return -1;
    return static_cast<key_t>((status.st_ino & 0xffff) | ((status.st_dev & 0xff) << 16) |
                              ((static_cast<unsigned>(project) & 0xffu) << 24));
}

int shmget(key_t key, size_t size, int flags) { return answer(SYS_shmget, key, size, flags); }
void *shmat(int id, const void *address, int flags) {
    return reinterpret_cast<void *>(checked(SYS_shmat, id, address, flags));
}
int shmdt(const void *address) { return answer(SYS_shmdt, address); }
int shmctl(int id, int command, shmid_ds *state) { return answer(SYS_shmctl, id, command, state); }

int semget(key_t key, int count, int flags) { return answer(SYS_semget, key, count, flags); }
int semop(int id, sembuf *operations, size_t count) { return answer(SYS_semop, id, operations, count); }
int semtimedop(int id, sembuf *operations, size_t count, const timespec *timeout) {
    return answer(SYS_semtimedop, id, operations, count, timeout);
}
int semctl(int id, int number, int command, ...) {
    va_list arguments;
    va_start(arguments, command);
    long argument = va_arg(arguments, long);
    va_end(arguments);
    return answer(SYS_semctl, id, number, command, argument);
}

int msgget(key_t key, int flags) { return answer(SYS_msgget, key, flags); }
int msgsnd(int id, const void *message, size_t size, int flags) { return answer(SYS_msgsnd, id, message, size, flags); }
ssize_t msgrcv(int id, void *message, size_t size, long type, int flags) {
    return checked(SYS_msgrcv, id, message, size, type, flags);
}
int msgctl(int id, int command, msqid_ds *state) { return answer(SYS_msgctl, id, command, state); }
}
