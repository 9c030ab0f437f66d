// O_TMPFILE, linkat(2) of descriptors, renameat2(2) whiteouts, unshare(2), close_range(2), small calls on files.
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "file_helpers.h"

using namespace selftest;

CASE(files, a_file_without_a_name_gets_one) {
    enter_fresh_directory();
    int fd = open(".", O_TMPFILE | O_RDWR, 0644);
    CHECK(fd >= 0);
    struct stat status;
    CHECK_EQUAL(fstat(fd, &status), 0);
    CHECK_EQUAL(status.st_nlink, 0);
    CHECK_EQUAL(status.st_mode, S_IFREG | 0644);
    CHECK_EQUAL(write(fd, "text", 4), 4);
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    CHECK_EQUAL(linkat(AT_FDCWD, link, AT_FDCWD, "named", AT_SYMLINK_FOLLOW), 0);
    CHECK(read_file("named") == "text");
    CHECK_EQUAL(linkat(fd, "", AT_FDCWD, "second", AT_EMPTY_PATH), 0);
    CHECK_EQUAL(status_of("second").st_nlink, 2);
    int hidden = open(".", O_TMPFILE | O_RDWR | O_EXCL, 0600);
    CHECK(hidden >= 0);
    CHECK_ERROR(linkat(hidden, "", AT_FDCWD, "third", AT_EMPTY_PATH), ENOENT);
    CHECK_ERROR(open(".", O_TMPFILE | O_RDONLY, 0600), EINVAL);
    CHECK_ERROR(open("named", O_TMPFILE | O_RDWR, 0600), ENOTDIR);
    CHECK_ERROR(open("absent", O_TMPFILE | O_RDWR, 0600), ENOENT);
    chmod(".", 0555);
    become_nobody();
    CHECK_ERROR(open(".", O_TMPFILE | O_RDWR, 0600), EACCES);
}

CASE(directories, rename_leaves_a_whiteout) {
    enter_fresh_directory();
    write_file("old", "x");
    CHECK_EQUAL(syscall(SYS_renameat2, AT_FDCWD, "old", AT_FDCWD, "new", 4), 0);
    struct stat status = status_of("old");
    CHECK(S_ISCHR(status.st_mode));
    CHECK_EQUAL(status.st_rdev, makedev(0, 0));
    CHECK(read_file("new") == "x");
    CHECK_ERROR(syscall(SYS_renameat2, AT_FDCWD, "new", AT_FDCWD, "old", 4 | 2), EINVAL);
}

CASE(files, links_to_what_one_may_not_write_are_refused) {
    enter_fresh_directory();
    chmod(".", 01777);
    write_file("mine", "x", 0644);
    CHECK_EQUAL(symlink("mine", "link"), 0);
    become_nobody();
    CHECK_ERROR(link("mine", "theirs"), EPERM); // protected_hardlinks
    CHECK_EQUAL(access("mine", R_OK), 0);
}

CASE(files, unshare_parts_what_threads_share) {
    enter_fresh_directory();
    CHECK_EQUAL(unshare(CLONE_FILES | CLONE_FS), 0);
    CHECK_EQUAL(unshare(0), 0);
    CHECK_ERROR(unshare(0x1), EINVAL);
    CHECK_EQUAL(syscall(SYS_close_range, 100, 200, 2), 0); // CLOSE_RANGE_UNSHARE
    CHECK_ERROR(syscall(SYS_close_range, 2, 1, 0), EINVAL);
    CHECK_ERROR(syscall(SYS_close_range, 2, 3, 8), EINVAL);
}

CASE(files, sync_file_range_checks_its_arguments) {
    enter_fresh_directory();
    int fd = open("file", O_CREAT | O_RDWR, 0600), ends[2];
    CHECK_EQUAL(sync_file_range(fd, 0, 0, 7), 0);
    CHECK_ERROR(sync_file_range(fd, -1, 0, 7), EINVAL);
    CHECK_ERROR(sync_file_range(fd, 0, 0, 8), EINVAL);
    CHECK_EQUAL(pipe(ends), 0);
    CHECK_ERROR(sync_file_range(ends[0], 0, 0, 2), ESPIPE);
}

CASE(files, write_hints_are_kept) {
    enter_fresh_directory();
    constexpr int kGet = 1035, kSet = 1036;
    int fd = open("file", O_CREAT | O_RDWR, 0600);
    unsigned long long hint = 3;
    CHECK_EQUAL(fcntl(fd, kSet, &hint), 0);
    hint = 0;
    CHECK_EQUAL(fcntl(fd, kGet, &hint), 0);
    CHECK_EQUAL(hint, 3);
    hint = 77;
    CHECK_ERROR(fcntl(fd, kSet, &hint), EINVAL);
}

CASE(files, a_failed_fallocate_gives_its_pages_back) {
    enter_fresh_directory();
    int fd = open("file", O_CREAT | O_RDWR, 0600);
    struct statfs file_system;
    CHECK_EQUAL(fstatfs(fd, &file_system), 0);
    if (file_system.f_type != 0x01021994 || file_system.f_blocks > 1 << 20) return; // only a small tmpfs fills quickly
    off_t too_much = static_cast<off_t>(file_system.f_blocks + 1) * file_system.f_bsize;
    CHECK_ERROR(fallocate(fd, 0, 0, too_much), ENOSPC);
    struct stat status;
    CHECK_EQUAL(fstat(fd, &status), 0);
    CHECK(status.st_size == 0 && status.st_blocks == 0);
}

CASE(locks, one_of_a_circle_of_waiters_is_refused) {
    enter_fresh_directory();
    constexpr int kCount =
        8; // process n holds byte n and waits for the next one's: whoever closes the circle is refused
    int fd = open("file", O_CREAT | O_RDWR, 0600), ready[2], go[2], results[2];
    CHECK(pipe(ready) == 0 && pipe(go) == 0 && pipe(results) == 0);
    auto lock = [fd](int command, off_t byte) {
        struct flock wanted = {};
        wanted.l_type = F_WRLCK;
        wanted.l_start = byte;
        wanted.l_len = 1;
        return fcntl(fd, command, &wanted);
    };
    for (int index = 0; index < kCount; ++index) {
        if (fork() != 0) continue;
        char byte;
        if (lock(F_SETLK, index) != 0) _exit(1);
        (void)!write(ready[1], "x", 1);
        (void)!read(go[0], &byte, 1);
        bool is_refused = lock(F_SETLKW, (index + 1) % kCount) != 0 && errno == EDEADLK;
        (void)!write(results[1], is_refused ? "D" : "-", 1);
        _exit(0); // frees its byte for the one who waits
    }
    char text[kCount];
    for (int index = 0; index < kCount; ++index) CHECK_EQUAL(read(ready[0], text, 1), 1);
    CHECK_EQUAL(write(go[1], "gogogogo", kCount), kCount);
    int refused = 0;
    for (int index = 0; index < kCount; ++index) {
        CHECK_EQUAL(read(results[0], text, 1), 1);
        refused += text[0] == 'D';
    }
    CHECK_EQUAL(refused, 1);
}
