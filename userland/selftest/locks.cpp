// Record locks of fcntl(2) (ranges, deadlock, waiting, open file description locks) and flock(2).
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file_helpers.h"

using namespace selftest;

namespace {

int g_fd;

int lock_range(int fd, int command, int type, off_t start, off_t length) {
    struct flock lock = {};
    lock.l_type = static_cast<short>(type);
    lock.l_whence = SEEK_SET;
    lock.l_start = start;
    lock.l_len = length;
    return fcntl(fd, command, &lock);
}

/// What F_GETLK answers for a write lock from `start` to the end.
struct flock first_conflict(off_t start) {
    struct flock lock = {};
    lock.l_type = F_WRLCK;
    lock.l_start = start;
    CHECK_EQUAL(fcntl(g_fd, F_GETLK, &lock), 0);
    return lock;
}

void enter_with_file() {
    enter_fresh_directory();
    write_file("file", "0123456789");
    g_fd = open("file", O_RDWR);
}

} // namespace

CASE(locks, unlocking_the_middle_splits_a_range) {
    enter_with_file();
    CHECK_EQUAL(lock_range(g_fd, F_SETLK, F_WRLCK, 10, 10), 0);
    CHECK_EQUAL(lock_range(g_fd, F_SETLK, F_UNLCK, 12, 2), 0);
    int status = in_child([] {
        struct flock found = first_conflict(0);
        CHECK(found.l_start == 10 && found.l_len == 2 && found.l_pid == getppid());
        found = first_conflict(12);
        CHECK(found.l_start == 14 && found.l_len == 6);
        CHECK_EQUAL(lock_range(g_fd, F_SETLK, F_WRLCK, 12, 2), 0);
        CHECK_ERROR(lock_range(g_fd, F_SETLK, F_RDLCK, 13, 2), EAGAIN);
        CHECK_EQUAL(first_conflict(20).l_type, F_UNLCK);
    });
    CHECK_EQUAL(status, 0);
}

CASE(locks, neighbours_join_and_types_change) {
    enter_with_file();
    CHECK_EQUAL(lock_range(g_fd, F_SETLK, F_RDLCK, 0, 5), 0);
    CHECK_EQUAL(lock_range(g_fd, F_SETLK, F_RDLCK, 5, 5), 0);
    int status = in_child([] {
        struct flock found = first_conflict(0);
        CHECK(found.l_type == F_RDLCK && found.l_start == 0 && found.l_len == 10);
        CHECK_EQUAL(lock_range(g_fd, F_SETLK, F_RDLCK, 0, 0), 0);
    });
    CHECK_EQUAL(status, 0);
    CHECK_EQUAL(lock_range(g_fd, F_SETLK, F_WRLCK, 3, 4), 0);
    status = in_child([] {
        CHECK_EQUAL(lock_range(g_fd, F_SETLK, F_RDLCK, 0, 3), 0);
        CHECK_ERROR(lock_range(g_fd, F_SETLK, F_RDLCK, 6, 1), EAGAIN);
        CHECK_EQUAL(lock_range(g_fd, F_SETLK, F_RDLCK, 7, 3), 0);
    });
    CHECK_EQUAL(status, 0);
}

CASE(locks, argument_errors) {
    enter_with_file();
    CHECK_ERROR(lock_range(g_fd, F_SETLK, F_WRLCK, -5, 1), EINVAL);
    CHECK_ERROR(lock_range(g_fd, F_SETLK, F_WRLCK, 5, -6), EINVAL);
    CHECK_EQUAL(lock_range(g_fd, F_SETLK, F_WRLCK, 5, -2), 0); // the two bytes before
    CHECK_ERROR(lock_range(g_fd, F_SETLK, 9, 0, 1), EINVAL);
    CHECK_ERROR(lock_range(999, F_SETLK, F_WRLCK, 0, 1), EBADF);
    int reader = open("file", O_RDONLY), writer = open("file", O_WRONLY);
    CHECK_ERROR(lock_range(reader, F_SETLK, F_WRLCK, 0, 1), EBADF);
    CHECK_ERROR(lock_range(writer, F_SETLK, F_RDLCK, 0, 1), EBADF);
    struct flock lock = {};
    lock.l_type = F_UNLCK;
    CHECK_ERROR(fcntl(g_fd, F_GETLK, &lock), EINVAL);
}

CASE(locks, closing_any_descriptor_of_the_file_releases) {
    enter_with_file();
    CHECK_EQUAL(lock_range(g_fd, F_SETLK, F_WRLCK, 0, 0), 0);
    close(open("file", O_RDONLY));
    CHECK_EQUAL(in_child([] { CHECK_EQUAL(lock_range(g_fd, F_SETLK, F_WRLCK, 0, 0), 0); }), 0);
    CHECK_EQUAL(lock_range(g_fd, F_SETLK, F_WRLCK, 0, 0), 0); // the child's ended with it
}

CASE(locks, a_waiter_gets_the_lock_when_it_is_free) {
    enter_with_file();
    int ready[2];
    CHECK_EQUAL(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        CHECK_EQUAL(lock_range(g_fd, F_SETLK, F_WRLCK, 0, 5), 0);
        CHECK_EQUAL(write(ready[1], "x", 1), 1);
        usleep(100'000);
        CHECK_EQUAL(pwrite(g_fd, "W", 1, 0), 1);
        _exit(0);
    }
    char byte;
    CHECK_EQUAL(read(ready[0], &byte, 1), 1);
    CHECK_ERROR(lock_range(g_fd, F_SETLK, F_RDLCK, 4, 10), EAGAIN);
    CHECK_EQUAL(lock_range(g_fd, F_SETLKW, F_RDLCK, 4, 10), 0);
    CHECK_EQUAL(pread(g_fd, &byte, 1, 0), 1);
    CHECK_EQUAL(byte, 'W');
    int status;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK_EQUAL(status, 0);
}

CASE(locks, a_deadlock_is_refused) {
    enter_with_file();
    int ready[2];
    CHECK_EQUAL(pipe(ready), 0);
    CHECK_EQUAL(lock_range(g_fd, F_SETLK, F_WRLCK, 0, 1), 0);
    pid_t child = fork();
    if (child == 0) {
        CHECK_EQUAL(lock_range(g_fd, F_SETLK, F_WRLCK, 1, 1), 0);
        CHECK_EQUAL(write(ready[1], "x", 1), 1);
        CHECK_EQUAL(lock_range(g_fd, F_SETLKW, F_WRLCK, 0, 1), 0); // waits for the parent
        _exit(0);
    }
    char byte;
    CHECK_EQUAL(read(ready[0], &byte, 1), 1);
    usleep(100'000);
    CHECK_ERROR(lock_range(g_fd, F_SETLKW, F_WRLCK, 1, 1), EDEADLK);
    CHECK_EQUAL(lock_range(g_fd, F_SETLK, F_UNLCK, 0, 1), 0);
    int status;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK_EQUAL(status, 0);
}

CASE(locks, open_file_description_locks_belong_to_the_description) {
    enter_with_file();
    int other = open("file", O_RDWR), copy = dup(g_fd);
    CHECK_EQUAL(lock_range(g_fd, F_OFD_SETLK, F_WRLCK, 0, 5), 0);
    CHECK_ERROR(lock_range(other, F_OFD_SETLK, F_WRLCK, 4, 1), EAGAIN);
    CHECK_ERROR(lock_range(other, F_SETLK, F_WRLCK, 4, 1), EAGAIN);
    CHECK_EQUAL(lock_range(copy, F_OFD_SETLK, F_RDLCK, 0, 5), 0);
    CHECK_EQUAL(lock_range(other, F_OFD_SETLK, F_RDLCK, 4, 1), 0);
    struct flock lock = {};
    lock.l_type = F_WRLCK;
    CHECK_EQUAL(fcntl(other, F_OFD_GETLK, &lock), 0);
    CHECK(lock.l_type == F_RDLCK && lock.l_pid == -1);
    lock.l_pid = 1;
    CHECK_ERROR(fcntl(g_fd, F_OFD_SETLK, &lock), EINVAL);
    close(other);
    close(copy);
    CHECK_EQUAL(in_child([] { close(g_fd); }), 0); // the parent still has the description
    int third = open("file", O_RDWR);
    CHECK_ERROR(lock_range(third, F_OFD_SETLK, F_WRLCK, 0, 1), EAGAIN);
    close(g_fd);
    CHECK_EQUAL(lock_range(third, F_OFD_SETLK, F_WRLCK, 0, 1), 0);
}

CASE(locks, flock_converts_and_ends_with_the_last_descriptor) {
    enter_with_file();
    int other = open("file", O_RDONLY), copy = dup(g_fd);
    CHECK_EQUAL(flock(g_fd, LOCK_EX), 0);
    CHECK_ERROR(flock(other, LOCK_SH | LOCK_NB), EWOULDBLOCK);
    CHECK_EQUAL(flock(copy, LOCK_SH), 0);
    CHECK_EQUAL(flock(other, LOCK_SH | LOCK_NB), 0);
    CHECK_ERROR(flock(g_fd, LOCK_EX | LOCK_NB), EWOULDBLOCK); // the conversion gives the old lock up first
    CHECK_EQUAL(flock(other, LOCK_EX | LOCK_NB), 0);
    CHECK_EQUAL(flock(other, LOCK_UN), 0);
    CHECK_EQUAL(flock(copy, LOCK_SH), 0);
    close(g_fd);
    CHECK_ERROR(flock(other, LOCK_EX | LOCK_NB), EWOULDBLOCK);
    close(copy);
    CHECK_EQUAL(flock(other, LOCK_EX | LOCK_NB), 0);
    CHECK_ERROR(flock(other, 77), EINVAL);
    CHECK_ERROR(flock(999, LOCK_SH), EBADF);
}
