// open(2), read(2), write(2), lseek(2), stat(2), directories, links, permissions, descriptors: files as
// programs use them.
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <signal.h>

#include "file_helpers.h"

using namespace selftest;

CASE(files, open_errors) {
    enter_fresh_directory();
    CHECK_ERROR(open("missing", O_RDONLY), ENOENT);
    CHECK_ERROR(open("", O_RDONLY), ENOENT);
    CHECK_ERROR(open(".", O_WRONLY), EISDIR);
    CHECK_ERROR(open(".", O_CREAT | O_RDWR, 0600), EISDIR);
    write_file("file", "x");
    CHECK_ERROR(open("file", O_CREAT | O_EXCL | O_RDWR, 0600), EEXIST);
    CHECK_ERROR(open("file/x", O_RDONLY), ENOTDIR);
    CHECK_ERROR(open("file/", O_RDONLY), ENOTDIR);
    CHECK_ERROR(open("file", O_DIRECTORY), ENOTDIR);
    CHECK_ERROR(open("new/", O_CREAT | O_RDWR, 0600), EISDIR);
    std::string component(256, 'n'), path;
    CHECK_ERROR(open(component.c_str(), O_RDONLY), ENAMETOOLONG);
    for (int index = 0; index < 2048; ++index) path += "./";
    CHECK_ERROR(open((path + "file").c_str(), O_RDONLY), ENAMETOOLONG);
    CHECK_EQUAL(symlink("loop", "loop"), 0);
    CHECK_ERROR(open("loop", O_RDONLY), ELOOP);
    CHECK_EQUAL(symlink("file", "link"), 0);
    CHECK_ERROR(open("link", O_RDONLY | O_NOFOLLOW), ELOOP);
    CHECK_ERROR(open("/dev/tty0123", O_RDONLY), ENOENT);
}

CASE(files, creation_obeys_the_umask) {
    enter_fresh_directory();
    umask(027);
    close(open("file", O_CREAT | O_RDWR, 0666));
    CHECK_EQUAL(status_of("file").st_mode, S_IFREG | 0640);
    CHECK_EQUAL(mkdir("directory", 0777), 0);
    CHECK_EQUAL(status_of("directory").st_mode, S_IFDIR | 0750);
}

CASE(files, read_write_seek_and_holes) {
    enter_fresh_directory();
    int fd = open("file", O_CREAT | O_RDWR, 0600);
    CHECK_EQUAL(write(fd, "0123456789", 10), 10);
    CHECK_EQUAL(lseek(fd, 100'000, SEEK_SET), 100'000);
    CHECK_EQUAL(write(fd, "end", 3), 3);
    char buffer[16];
    CHECK_EQUAL(pread(fd, buffer, 16, 50'000), 16);
    for (char byte : buffer) CHECK_EQUAL(byte, 0);
    CHECK_EQUAL(pread(fd, buffer, 16, 100'001), 2);
    CHECK_EQUAL(pread(fd, buffer, 16, 200'000), 0);
    CHECK_EQUAL(lseek(fd, -4, SEEK_END), 99'999);
    CHECK_EQUAL(lseek(fd, 0, SEEK_CUR), 99'999);
    CHECK_ERROR(lseek(fd, -1, SEEK_SET), EINVAL);
    CHECK_ERROR(lseek(fd, 0, 9), EINVAL);
    CHECK_ERROR(pread(fd, buffer, 1, -1), EINVAL);
    CHECK(status_of("file").st_blocks * 512 < 100'000); // the hole takes no room
}

CASE(files, append_writes_at_the_end_wherever_the_position_is) {
    enter_fresh_directory();
    write_file("file", "first");
    int fd = open("file", O_WRONLY | O_APPEND);
    CHECK_EQUAL(lseek(fd, 0, SEEK_SET), 0);
    CHECK_EQUAL(write(fd, "second", 6), 6);
    CHECK_EQUAL(status_of("file").st_size, 11);
    CHECK_EQUAL(lseek(fd, 0, SEEK_CUR), 11);
}

CASE(files, vectors_and_their_limits) {
    enter_fresh_directory();
    int fd = open("file", O_CREAT | O_RDWR, 0600);
    iovec vectors[3] = {{const_cast<char*>("one"), 3}, {nullptr, 0}, {const_cast<char*>("two"), 3}};
    CHECK_EQUAL(writev(fd, vectors, 3), 6);
    CHECK_ERROR(writev(fd, vectors, -1), EINVAL);
    CHECK_ERROR(writev(fd, vectors, 1025), EINVAL);
    char first[4], second[4];
    iovec into[2] = {{first, 4}, {second, 4}};
    CHECK_EQUAL(preadv(fd, into, 2, 0), 6);
    CHECK(memcmp(first, "onet", 4) == 0 && memcmp(second, "wo", 2) == 0);
}

CASE(files, truncate_drops_and_extends) {
    enter_fresh_directory();
    write_file("file", "some text");
    CHECK_EQUAL(truncate("file", 4), 0);
    CHECK_EQUAL(truncate("file", 8), 0);
    int fd = open("file", O_RDONLY);
    char buffer[10];
    CHECK_EQUAL(read(fd, buffer, 10), 8);
    CHECK(memcmp(buffer, "some\0\0\0\0", 8) == 0);
    CHECK_ERROR(ftruncate(fd, 0), EINVAL);
    CHECK_ERROR(truncate(".", 0), EISDIR);
    CHECK_ERROR(truncate("file", -1), EINVAL);
}

CASE(files, a_removed_file_lives_while_it_is_open) {
    enter_fresh_directory();
    write_file("file", "still here");
    int fd = open("file", O_RDONLY);
    CHECK_EQUAL(unlink("file"), 0);
    CHECK_ERROR(access("file", F_OK), ENOENT);
    char buffer[20];
    CHECK_EQUAL(read(fd, buffer, 20), 10);
    struct stat status;
    CHECK_EQUAL(fstat(fd, &status), 0);
    CHECK_EQUAL(status.st_nlink, 0);
}

CASE(files, hard_links_share_an_inode) {
    enter_fresh_directory();
    write_file("one", "x");
    CHECK_EQUAL(link("one", "two"), 0);
    CHECK_EQUAL(status_of("one").st_ino, status_of("two").st_ino);
    CHECK_EQUAL(status_of("one").st_nlink, 2);
    CHECK_ERROR(link("one", "two"), EEXIST);
    CHECK_ERROR(link(".", "three"), EPERM);
    CHECK_ERROR(link("one", "/dev/self-test"), EXDEV);
    CHECK_EQUAL(unlink("one"), 0);
    CHECK_EQUAL(status_of("two").st_nlink, 1);
}

CASE(files, symbolic_links) {
    enter_fresh_directory();
    CHECK_EQUAL(mkdir("directory", 0755), 0);
    write_file("directory/file", "inside");
    CHECK_EQUAL(symlink("directory", "link"), 0);
    char target[20];
    CHECK_EQUAL(readlink("link", target, 20), 9);
    CHECK_EQUAL(readlink("link", target, 3), 3);
    CHECK_ERROR(readlink("directory", target, 20), EINVAL);
    CHECK_ERROR(readlink("link", target, 0), EINVAL);
    struct stat status;
    CHECK_EQUAL(stat("link/file", &status), 0);
    CHECK_EQUAL(status.st_size, 6);
    CHECK_EQUAL(status_of("link").st_mode, S_IFLNK | 0777);
    CHECK_ERROR(symlink("", "empty"), ENOENT);
    std::string chain = "directory/file";
    for (int index = 0; index < 41; ++index) {
        std::string name = "chain" + std::to_string(index);
        CHECK_EQUAL(symlink(chain.c_str(), name.c_str()), 0);
        chain = name;
    }
    CHECK_EQUAL(access("chain39", R_OK), 0);
    CHECK_ERROR(access("chain40", R_OK), ELOOP);
}

CASE(files, directories_are_made_removed_and_counted) {
    enter_fresh_directory();
    CHECK_EQUAL(mkdir("a", 0755), 0);
    CHECK_EQUAL(mkdir("a/b", 0755), 0);
    CHECK_EQUAL(status_of("a").st_nlink, 3);
    CHECK_ERROR(mkdir("a", 0755), EEXIST);
    CHECK_ERROR(mkdir("x/y", 0755), ENOENT);
    CHECK_ERROR(rmdir("a"), ENOTEMPTY);
    CHECK_ERROR(unlink("a"), EISDIR);
    CHECK_ERROR(rmdir("a/."), EINVAL);
    CHECK_ERROR(rmdir("/"), EBUSY);
    CHECK_EQUAL(rmdir("a/b/"), 0);
    write_file("file", "");
    CHECK_ERROR(rmdir("file"), ENOTDIR);
    CHECK_EQUAL(rmdir("a"), 0);
}

CASE(files, a_removed_working_directory_is_empty_and_unusable) {
    enter_fresh_directory();
    CHECK_EQUAL(mkdir("gone", 0755), 0);
    CHECK_EQUAL(chdir("gone"), 0);
    CHECK_EQUAL(rmdir("../gone"), 0);
    char name[100];
    CHECK(getcwd(name, sizeof name) == nullptr && errno == ENOENT);
    CHECK_ERROR(open("new", O_CREAT | O_RDWR, 0600), ENOENT);
    CHECK_EQUAL(chdir(".."), 0);
}

CASE(files, rename_moves_and_replaces) {
    enter_fresh_directory();
    write_file("one", "1");
    write_file("two", "22");
    CHECK_EQUAL(rename("one", "two"), 0);
    CHECK_EQUAL(status_of("two").st_size, 1);
    CHECK_ERROR(rename("one", "three"), ENOENT);
    CHECK_EQUAL(mkdir("directory", 0755), 0);
    CHECK_EQUAL(mkdir("directory/inner", 0755), 0);
    CHECK_ERROR(rename("directory", "directory/inner/deep"), EINVAL);
    CHECK_ERROR(rename("two", "directory"), EISDIR);
    CHECK_ERROR(rename("directory", "two"), ENOTDIR);
    CHECK_EQUAL(mkdir("full", 0755), 0);
    write_file("full/x", "");
    CHECK_ERROR(rename("directory", "full"), ENOTEMPTY);
    CHECK_ERROR(rename(".", "x"), EBUSY);
    CHECK_EQUAL(rename("two", "directory/inner/two"), 0);
    CHECK_EQUAL(renameat2(AT_FDCWD, "full", AT_FDCWD, "directory", RENAME_EXCHANGE), 0);
    CHECK_EQUAL(access("directory/x", F_OK), 0);
    CHECK_ERROR(renameat2(AT_FDCWD, "full", AT_FDCWD, "directory", RENAME_NOREPLACE), EEXIST);
}

CASE(files, a_directory_lists_every_entry_once_even_while_it_changes) {
    enter_fresh_directory();
    for (int index = 0; index < 1000; ++index) write_file(("file" + std::to_string(index)).c_str(), "");
    DIR* directory = opendir(".");
    CHECK(directory != nullptr);
    int seen = 0;
    while (dirent* entry = readdir(directory)) {
        if (entry->d_name[0] == '.') continue;
        CHECK_EQUAL(entry->d_type, DT_REG);
        CHECK_EQUAL(unlink(entry->d_name), 0); // removing what was seen must not hide what was not
        ++seen;
    }
    CHECK_EQUAL(seen, 1000);
    rewinddir(directory);
    seen = 0;
    while (readdir(directory)) ++seen;
    CHECK_EQUAL(seen, 2);
    closedir(directory);
}

CASE(files, permissions_by_owner_group_and_other) {
    enter_fresh_directory();
    CHECK_EQUAL(chmod(".", 0755), 0);
    write_file("private", "x", 0600);
    write_file("readable", "x", 0644);
    write_file("program", "x", 0744);
    CHECK_EQUAL(mkdir("closed", 0700), 0);
    write_file("closed/file", "x");
    CHECK_EQUAL(access("program", X_OK), 0);
    CHECK_ERROR(access("readable", X_OK), EACCES); // even root needs one x bit
    int status = selftest::in_child([] {
        become_nobody();
        CHECK_ERROR(open("private", O_RDONLY), EACCES);
        CHECK(open("readable", O_RDONLY) >= 0);
        CHECK_ERROR(open("readable", O_WRONLY), EACCES);
        CHECK_ERROR(open("closed/file", O_RDONLY), EACCES);
        CHECK_ERROR(open("new", O_CREAT | O_RDWR, 0600), EACCES);
        CHECK_ERROR(unlink("readable"), EACCES);
        CHECK_ERROR(chmod("readable", 0777), EPERM);
        CHECK_ERROR(chown("readable", 65534, 65534), EPERM);
        CHECK_ERROR(access("program", X_OK), EACCES);
        CHECK_ERROR(execl("program", "program", static_cast<char*>(nullptr)), EACCES);
        CHECK_ERROR(chroot("."), EPERM);
        CHECK_ERROR(mount("none", "/tmp", "tmpfs", 0, nullptr), EPERM);
        CHECK_ERROR(sethostname("x", 1), EPERM);
    });
    CHECK_EQUAL(status, 0);
}

CASE(files, the_sticky_bit_protects_others_files) {
    enter_fresh_directory();
    CHECK_EQUAL(chmod(".", 01777), 0);
    write_file("roots", "x", 0666);
    int status = selftest::in_child([] {
        become_nobody();
        CHECK_ERROR(unlink("roots"), EPERM);
        CHECK_ERROR(rename("roots", "mine"), EPERM);
        write_file("mine", "x");
        CHECK_EQUAL(unlink("mine"), 0);
    });
    CHECK_EQUAL(status, 0);
}

CASE(files, writing_clears_set_user_id) {
    enter_fresh_directory();
    write_file("file", "x");
    CHECK_EQUAL(chmod("file", 06777), 0);
    CHECK_EQUAL(chmod(".", 0777), 0);
    int status = selftest::in_child([] {
        become_nobody();
        int fd = open("file", O_WRONLY);
        CHECK_EQUAL(write(fd, "y", 1), 1);
    });
    CHECK_EQUAL(status, 0);
    CHECK_EQUAL(status_of("file").st_mode & 07777, 0777);
    CHECK_EQUAL(chmod("file", 06755), 0);
    CHECK_EQUAL(chown("file", 1, 1), 0);
    CHECK_EQUAL(status_of("file").st_mode & 07777, 0755);
}

CASE(files, descriptors_duplicate_and_share_the_position) {
    enter_fresh_directory();
    int fd = open("file", O_CREAT | O_RDWR, 0600), copy = dup(fd);
    CHECK_EQUAL(write(fd, "abc", 3), 3);
    CHECK_EQUAL(lseek(copy, 0, SEEK_CUR), 3);
    CHECK_EQUAL(dup2(fd, 50), 50);
    CHECK_EQUAL(dup2(fd, fd), fd);
    CHECK_ERROR(dup3(fd, fd, 0), EINVAL);
    CHECK_ERROR(dup2(999, 5), EBADF);
    CHECK_ERROR(dup2(fd, -1), EBADF);
    CHECK_EQUAL(fcntl(fd, F_DUPFD, 60), 60);
    CHECK_EQUAL(fcntl(fd, F_DUPFD_CLOEXEC, 60), 61);
    CHECK_EQUAL(fcntl(61, F_GETFD), FD_CLOEXEC);
    CHECK_EQUAL(fcntl(60, F_GETFL) & (O_ACCMODE | O_APPEND), O_RDWR);
    CHECK_EQUAL(fcntl(60, F_SETFL, O_APPEND), 0);
    CHECK_EQUAL(fcntl(fd, F_GETFL) & O_APPEND, O_APPEND);
    CHECK_ERROR(fcntl(fd, F_DUPFD, -1), EINVAL);
    CHECK_ERROR(fcntl(fd, 9999), EINVAL);
    CHECK_EQUAL(close(copy), 0);
    CHECK_ERROR(close(copy), EBADF);
}

CASE(files, bad_descriptors_are_ebadf_everywhere) {
    char byte;
    struct stat status;
    CHECK_ERROR(read(-1, &byte, 1), EBADF);
    CHECK_ERROR(write(999, &byte, 1), EBADF);
    CHECK_ERROR(lseek(999, 0, SEEK_SET), EBADF);
    CHECK_ERROR(fstat(999, &status), EBADF);
    CHECK_ERROR(ioctl(999, FIONREAD, &byte), EBADF);
    CHECK_ERROR(fsync(999), EBADF);
    CHECK_ERROR(fchdir(999), EBADF);
    CHECK_ERROR(ftruncate(999, 0), EBADF);
    CHECK_ERROR(openat(999, "x", O_RDONLY), EBADF);
    CHECK_ERROR(fchmod(999, 0), EBADF);
    int path_only = open("/", O_PATH);
    CHECK(path_only >= 0);
    CHECK_ERROR(read(path_only, &byte, 1), EBADF);
    CHECK_ERROR(ioctl(path_only, FIONREAD, &byte), EBADF);
    CHECK_EQUAL(fstat(path_only, &status), 0);
}

CASE(files, file_size_limit_is_sigxfsz_or_efbig) {
    enter_fresh_directory();
    signal(SIGXFSZ, SIG_IGN);
    rlimit limit = {1000, 1000};
    CHECK_EQUAL(setrlimit(RLIMIT_FSIZE, &limit), 0);
    int fd = open("file", O_CREAT | O_RDWR, 0600);
    static char block[2000];
    CHECK_EQUAL(write(fd, block, sizeof block), 1000);
    CHECK_ERROR(write(fd, block, 1), EFBIG);
    signal(SIGXFSZ, SIG_DFL);
    CHECK(WTERMSIG(selftest::in_child([] { truncate("file", 5000); })) == SIGXFSZ);
}

CASE(files, times_are_set_and_kept) {
    enter_fresh_directory();
    write_file("file", "x");
    timespec times[2] = {{1'000'000'000, 123'456'789}, {0, UTIME_OMIT}};
    struct stat before = status_of("file");
    CHECK_EQUAL(utimensat(AT_FDCWD, "file", times, 0), 0);
    struct stat after = status_of("file");
    CHECK_EQUAL(after.st_atim.tv_sec, 1'000'000'000);
    CHECK_EQUAL(after.st_atim.tv_nsec, 123'456'789);
    CHECK_EQUAL(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
    times[1].tv_nsec = 2'000'000'000;
    CHECK_ERROR(utimensat(AT_FDCWD, "file", times, 0), EINVAL);
}

CASE(files, a_full_tmpfs_is_enospc_and_loses_nothing) {
    enter_fresh_directory();
    CHECK_EQUAL(mkdir("small", 0755), 0);
    if (mount("none", "small", "tmpfs", 0, "size=64k") != 0) {
        CHECK_EQUAL(errno, EPERM); // an unprivileged run on a foreign kernel
        return;
    }
    write_file("small/kept", "kept");
    int fd = open("small/big", O_CREAT | O_RDWR, 0600);
    static char block[4096];
    long total = 0;
    ssize_t size;
    while ((size = write(fd, block, sizeof block)) > 0) total += size;
    CHECK_EQUAL(errno, ENOSPC);
    CHECK(total >= 40'000 && total <= 65'536);
    char buffer[5];
    int kept = open("small/kept", O_RDONLY);
    CHECK_EQUAL(read(kept, buffer, 5), 4);
    struct statfs statistics;
    CHECK_EQUAL(statfs("small", &statistics), 0);
    CHECK_EQUAL(statistics.f_bfree, 0);
    CHECK_ERROR(umount("small"), EBUSY);
    close(kept);
    close(fd);
    CHECK_EQUAL(umount("small"), 0);
    CHECK_ERROR(access("small/kept", F_OK), ENOENT);
}

CASE(files, locks_exclude_other_processes) {
    enter_fresh_directory();
    static int fd = open("file", O_CREAT | O_RDWR, 0600);
    struct flock lock = {};
    lock.l_type = F_WRLCK;
    lock.l_len = 10;
    CHECK_EQUAL(fcntl(fd, F_SETLK, &lock), 0);
    CHECK_EQUAL(flock(fd, LOCK_EX), 0);
    int status = selftest::in_child([] {
        struct flock other = {};
        other.l_type = F_RDLCK;
        other.l_start = 5;
        other.l_len = 1;
        CHECK_ERROR(fcntl(fd, F_SETLK, &other), EAGAIN);
        CHECK_EQUAL(fcntl(fd, F_GETLK, &other), 0);
        CHECK_EQUAL(other.l_type, F_WRLCK);
        CHECK_EQUAL(other.l_pid, getppid());
        int own = open("file", O_RDWR);
        CHECK_ERROR(flock(own, LOCK_SH | LOCK_NB), EWOULDBLOCK);
    });
    CHECK_EQUAL(status, 0);
}

CASE(files, device_nodes_behave) {
    char buffer[64];
    int null = open("/dev/null", O_RDWR), zero = open("/dev/zero", O_RDWR), full = open("/dev/full", O_RDWR);
    CHECK_EQUAL(read(null, buffer, 10), 0);
    CHECK_EQUAL(write(null, buffer, 10), 10);
    buffer[9] = 1;
    CHECK_EQUAL(read(zero, buffer, 10), 10);
    CHECK_EQUAL(buffer[9], 0);
    CHECK_ERROR(write(full, buffer, 1), ENOSPC);
    char random[64] = {}, zeros[64] = {};
    int fd = open("/dev/urandom", O_RDONLY);
    CHECK_EQUAL(read(fd, random, 64), 64);
    CHECK(memcmp(random, zeros, 64) != 0);
    struct stat status;
    CHECK_EQUAL(fstat(null, &status), 0);
    CHECK_EQUAL(status.st_mode & S_IFMT, S_IFCHR);
    CHECK_EQUAL(status.st_rdev, 0x103);
}

CASE(files, chroot_confines) {
    enter_fresh_directory();
    CHECK_EQUAL(mkdir("jail", 0755), 0);
    write_file("jail/inside", "x");
    int status = selftest::in_child([] {
        CHECK_EQUAL(chroot("jail"), 0);
        CHECK_EQUAL(chdir("/"), 0);
        CHECK_EQUAL(access("/inside", R_OK), 0);
        CHECK_EQUAL(access("/../../inside", R_OK), 0);
        CHECK_ERROR(access("/bin/sh", F_OK), ENOENT);
    });
    CHECK_EQUAL(status, 0);
}

CASE(files, a_first_write_through_a_shared_mapping_changes_the_times) {
    enter_fresh_directory();
    const timespec long_ago[2] = {{1000, 0}, {2000, 0}};
    // The time of the last change of a file that is mapped anew, written to and then changed.
    auto time_after = [&](auto change) {
        unlink("file");
        write_file("file", "text");
        int fd = open("file", O_RDWR);
        auto* bytes = static_cast<char*>(mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
        CHECK(bytes != MAP_FAILED);
        CHECK_EQUAL(futimens(fd, long_ago), 0);
        struct stat before, after;
        CHECK_EQUAL(fstat(fd, &before), 0);
        bytes[0] = 'x';
        CHECK_EQUAL(change(fd), 0);
        CHECK_EQUAL(fstat(fd, &after), 0);
        CHECK(after.st_ctim.tv_sec > before.st_ctim.tv_sec ||
              (after.st_ctim.tv_sec == before.st_ctim.tv_sec && after.st_ctim.tv_nsec >= before.st_ctim.tv_nsec));
        CHECK_EQUAL(munmap(bytes, 4096), 0);
        close(fd);
        return after.st_mtim.tv_sec;
    };
    CHECK(time_after([](int) { return 0; }) > 2000);
    CHECK(time_after([](int fd) { return fchmod(fd, 0600); }) > 2000);
    CHECK(time_after([](int) { return rename("file", "other"); }) > 2000);
    CHECK_EQUAL(time_after([&](int fd) { return futimens(fd, long_ago); }), 2000);
}
