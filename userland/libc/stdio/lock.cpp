// flockfile, ftrylockfile, funlockfile (POSIX.1-2017): a recursive futex lock per stream.
#include "internal/file.hpp"

using libc::call;

extern "C" {

int ftrylockfile(FILE *file) {
    int self = libc::current_thread()->tid, nobody = 0;
    if (__atomic_load_n(&file->lock_owner, __ATOMIC_RELAXED) != self &&
        !__atomic_compare_exchange_n(&file->lock_owner, &nobody, self, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        return -1;
    file->lock_depth++;
    return 0;
}

void flockfile(FILE *file) {
    while (ftrylockfile(file) != 0) {
        __atomic_fetch_add(&file->lock_waiters, 1, __ATOMIC_SEQ_CST);
        if (int owner = __atomic_load_n(&file->lock_owner, __ATOMIC_SEQ_CST))
            call(SYS_futex, &file->lock_owner, 0 | 128, owner, nullptr);
        __atomic_fetch_sub(&file->lock_waiters, 1, __ATOMIC_SEQ_CST);
    }
}

void funlockfile(FILE *file) {
    if (--file->lock_depth > 0)
        return;
    __atomic_store_n(&file->lock_owner, 0, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&file->lock_waiters, __ATOMIC_SEQ_CST) > 0)
        call(SYS_futex, &file->lock_owner, 1 | 128, 1);
}
}
