// getdents64(2), getcwd(3), openat2(2), O_PATH, statx(2), set-group-ID directories, paths as long as they may be.
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file_helpers.h"

using namespace selftest;

namespace {

struct OpenHow {
    unsigned long long flags, mode, resolve;
};
constexpr unsigned long long kNoCrossMount = 1, kNoMagicLinks = 2, kNoSymbolicLinks = 4, kBeneath = 8, kInRoot = 16;

long open_beneath(int directory, const char* path, unsigned long long flags, unsigned long long resolve,
                  size_t size = sizeof(OpenHow)) {
    OpenHow how = {flags, 0, resolve};
    return syscall(SYS_openat2, directory, path, &how, size);
}

} // namespace

CASE(directories, getdents_with_small_buffers_misses_nothing) {
    enter_fresh_directory();
    for (int index = 0; index < 40; ++index) write_file((std::string(100, 'n') + std::to_string(index)).c_str(), "");
    int fd = open(".", O_RDONLY | O_DIRECTORY), file = open(".", O_PATH);
    alignas(8) char buffer[256];
    CHECK_ERROR(syscall(SYS_getdents64, fd, buffer, 10), EINVAL);
    CHECK_ERROR(read(fd, buffer, 1), EISDIR);
    CHECK_ERROR(syscall(SYS_getdents64, file, buffer, sizeof buffer), EBADF);
    int seen = 0;
    long size;
    while ((size = syscall(SYS_getdents64, fd, buffer, sizeof buffer)) > 0)
        for (long at = 0; at < size; at += reinterpret_cast<dirent*>(buffer + at)->d_reclen) ++seen;
    CHECK_EQUAL(size, 0);
    CHECK_EQUAL(seen, 42);
    CHECK_ERROR(syscall(SYS_getdents64, open("/dev/null", O_RDONLY), buffer, sizeof buffer), ENOTDIR);
}

CASE(directories, a_position_is_good_for_seekdir) {
    enter_fresh_directory();
    for (int index = 0; index < 20; ++index) write_file(("file" + std::to_string(index)).c_str(), "");
    DIR* directory = opendir(".");
    for (int index = 0; index < 10; ++index) CHECK(readdir(directory) != nullptr);
    long position = telldir(directory);
    std::string next = readdir(directory)->d_name;
    while (readdir(directory)) {}
    seekdir(directory, position);
    CHECK(next == readdir(directory)->d_name);
}

CASE(directories, a_path_deeper_than_path_max) {
    enter_fresh_directory();
    std::string component(200, 'd');
    for (int depth = 0; depth < 30; ++depth) {
        CHECK_EQUAL(mkdir(component.c_str(), 0755), 0);
        CHECK_EQUAL(chdir(component.c_str()), 0);
    }
    static char name[8192];
    CHECK_ERROR(syscall(SYS_getcwd, name, sizeof name), ENAMETOOLONG);
    write_file("bottom", "reached");
    CHECK(read_file("bottom") == "reached");
    for (int depth = 0; depth < 15; ++depth) CHECK_EQUAL(chdir(".."), 0);
    CHECK(getcwd(name, sizeof name) != nullptr && strlen(name) > 3000);
    char small[100];
    CHECK(getcwd(small, sizeof small) == nullptr && errno == ERANGE);
    std::string path = component;
    for (int depth = 1; depth < 15; ++depth) path += "/" + component;
    CHECK_EQUAL(access((path + "/bottom").c_str(), R_OK), 0);
}

CASE(directories, the_longest_path_and_the_longest_name) {
    enter_fresh_directory();
    std::string name(NAME_MAX, 'n');
    write_file(name.c_str(), "");
    CHECK_ERROR(mkdir((name + "n").c_str(), 0755), ENAMETOOLONG);
    std::string path = name;
    while (path.size() < PATH_MAX - 1) path.insert(0, "/");
    path.replace(0, path.size() - name.size(), "./");
    while (path.size() < PATH_MAX - 1) path.insert(1, "/");
    CHECK_EQUAL(access(path.c_str(), F_OK), 0);
    CHECK_ERROR(access(path.insert(1, "/").c_str(), F_OK), ENAMETOOLONG);
}

CASE(directories, openat2_confines_the_walk) {
    enter_fresh_directory();
    CHECK_EQUAL(mkdir("root", 0755), 0);
    CHECK_EQUAL(mkdir("root/inner", 0755), 0);
    write_file("root/file", "inside");
    write_file("file", "outside");
    CHECK_EQUAL(symlink("/file", "root/absolute"), 0);
    CHECK_EQUAL(symlink("../file", "root/inner/up"), 0);
    CHECK_EQUAL(symlink("../../file", "root/inner/out"), 0);
    int root = open("root", O_PATH | O_DIRECTORY);
    CHECK(open_beneath(root, "file", O_RDONLY, kBeneath) >= 0);
    CHECK(open_beneath(root, "inner/../file", O_RDONLY, kBeneath) >= 0);
    CHECK(open_beneath(root, "inner/up", O_RDONLY, kBeneath) >= 0);
    CHECK_ERROR(open_beneath(root, "../file", O_RDONLY, kBeneath), EXDEV);
    CHECK_ERROR(open_beneath(root, "inner/out", O_RDONLY, kBeneath), EXDEV);
    CHECK_ERROR(open_beneath(root, "absolute", O_RDONLY, kBeneath), EXDEV);
    CHECK_ERROR(open_beneath(root, "/etc", O_RDONLY, kBeneath), EXDEV);
    const char* stays_inside[] = {"absolute", "/file", "../../file", "inner/out"};
    for (const char* path : stays_inside) {
        long fd = open_beneath(root, path, O_RDONLY, kInRoot);
        CHECK(fd >= 0);
        char text[10] = {};
        CHECK_EQUAL(read(static_cast<int>(fd), text, sizeof text), 6);
        CHECK(strcmp(text, "inside") == 0);
    }
    CHECK_ERROR(open_beneath(root, "inner/up", O_RDONLY, kNoSymbolicLinks), ELOOP);
    CHECK_ERROR(open_beneath(AT_FDCWD, "/proc/self/exe", O_RDONLY, kNoMagicLinks), ELOOP);
    CHECK_ERROR(open_beneath(AT_FDCWD, "/proc/version", O_RDONLY, kNoCrossMount), EXDEV);
}

CASE(directories, openat2_argument_errors) {
    enter_fresh_directory();
    write_file("file", "");
    CHECK_ERROR(open_beneath(AT_FDCWD, "file", O_RDONLY, 0, 8), EINVAL);
    CHECK_ERROR(open_beneath(AT_FDCWD, "file", O_RDONLY, 1 << 20), EINVAL);
    CHECK_ERROR(open_beneath(AT_FDCWD, "file", O_RDONLY, kBeneath | kInRoot), EINVAL);
    CHECK_ERROR(open_beneath(AT_FDCWD, "file", 1ull << 40, 0), EINVAL);
    OpenHow how = {O_RDONLY, 0600, 0}; // a mode without O_CREAT
    CHECK_ERROR(syscall(SYS_openat2, AT_FDCWD, "file", &how, sizeof how), EINVAL);
    OpenHow longer[2] = {{O_RDONLY, 0, 0}, {0, 0, 0}};
    CHECK(syscall(SYS_openat2, AT_FDCWD, "file", longer, sizeof longer) >= 0);
    longer[1].resolve = 1; // a future field that is not zero
    CHECK_ERROR(syscall(SYS_openat2, AT_FDCWD, "file", longer, sizeof longer), E2BIG);
}

CASE(directories, a_path_descriptor_is_a_place_only) {
    enter_fresh_directory();
    write_file("file", "text", 0000);
    CHECK_EQUAL(symlink("file", "link"), 0);
    int fd = open("link", O_PATH | O_NOFOLLOW);
    struct stat status;
    CHECK_EQUAL(fstat(fd, &status), 0);
    CHECK_EQUAL(status.st_mode & S_IFMT, S_IFLNK);
    char target[10];
    CHECK_EQUAL(readlinkat(fd, "", target, sizeof target), 4);
    int place = open("file", O_PATH | O_RDWR | O_TRUNC); // other flags are ignored
    CHECK_EQUAL(status_of("file").st_size, 4);
    CHECK_EQUAL(fcntl(place, F_GETFL) & (O_ACCMODE | O_PATH), O_PATH);
    char byte = 0;
    CHECK_ERROR(write(place, &byte, 1), EBADF);
    CHECK_ERROR(fchmod(place, 0600), EBADF);
    CHECK_ERROR(fchown(place, 0, 0), EBADF);
    CHECK_ERROR(lseek(place, 0, SEEK_SET), EBADF);
    CHECK_ERROR(fcntl(place, F_SETFL, 0), EBADF);
    CHECK(dup(place) >= 0);
    char name[40];
    snprintf(name, sizeof name, "/proc/self/fd/%d", place);
    CHECK(open(name, O_RDONLY) >= 0);
    int directory = open(".", O_PATH | O_DIRECTORY);
    CHECK(openat(directory, "file", O_RDONLY) >= 0);
    CHECK_EQUAL(fchdir(directory), 0);
}

CASE(directories, statx_answers_what_stat_does) {
    enter_fresh_directory();
    write_file("file", "12345", 0640);
    CHECK_EQUAL(symlink("file", "link"), 0);
    struct statx extended;
    struct stat plain = status_of("file");
    CHECK_EQUAL(statx(AT_FDCWD, "link", 0, STATX_BASIC_STATS, &extended), 0);
    CHECK_EQUAL(extended.stx_mask & STATX_BASIC_STATS, STATX_BASIC_STATS);
    CHECK_EQUAL(extended.stx_size, 5);
    CHECK_EQUAL(extended.stx_mode, S_IFREG | 0640);
    CHECK_EQUAL(extended.stx_ino, plain.st_ino);
    CHECK_EQUAL(extended.stx_mtime.tv_nsec, plain.st_mtim.tv_nsec);
    CHECK_EQUAL(extended.stx_nlink, 1);
    CHECK_EQUAL(statx(AT_FDCWD, "link", AT_SYMLINK_NOFOLLOW, STATX_TYPE, &extended), 0);
    CHECK_EQUAL(extended.stx_mode & S_IFMT, S_IFLNK);
    int fd = open("file", O_RDONLY);
    CHECK_EQUAL(statx(fd, "", AT_EMPTY_PATH, STATX_SIZE, &extended), 0);
    CHECK_EQUAL(extended.stx_size, 5);
    CHECK_ERROR(statx(AT_FDCWD, "", 0, STATX_SIZE, &extended), ENOENT);
    CHECK_ERROR(statx(AT_FDCWD, "file", 0x10000, STATX_SIZE, &extended), EINVAL);
    CHECK_ERROR(statx(AT_FDCWD, "file", 0, 0x80000000u, &extended), EINVAL);
    CHECK_ERROR(statx(AT_FDCWD, "file", 0x6000, STATX_SIZE, &extended), EINVAL); // both ways to synchronize
    CHECK_EQUAL(statx(AT_FDCWD, "/dev/null", 0, STATX_BASIC_STATS, &extended), 0);
    CHECK(extended.stx_rdev_major == 1 && extended.stx_rdev_minor == 3);
}

CASE(directories, set_group_id_is_inherited) {
    enter_fresh_directory();
    umask(022);
    CHECK_EQUAL(mkdir("shared", 0755), 0);
    CHECK_EQUAL(chown("shared", 0, 77), 0);
    CHECK_EQUAL(chmod("shared", 02777), 0);
    CHECK_EQUAL(mkdir("shared/directory", 0755), 0);
    write_file("shared/file", "");
    CHECK_EQUAL(status_of("shared/directory").st_mode, S_IFDIR | 02755);
    CHECK_EQUAL(status_of("shared/directory").st_gid, 77);
    CHECK_EQUAL(status_of("shared/file").st_mode, S_IFREG | 0644);
    CHECK_EQUAL(status_of("shared/file").st_gid, 77);
}

CASE(directories, a_busy_mount_stays) {
    enter_fresh_directory();
    CHECK_EQUAL(mkdir("point", 0755), 0);
    CHECK_EQUAL(mount("none", "point", "tmpfs", 0, nullptr), 0);
    CHECK_EQUAL(mkdir("point/inner", 0755), 0);
    CHECK_ERROR(rmdir("point"), EBUSY);
    CHECK_ERROR(rename("point", "elsewhere"), EBUSY);
    CHECK_EQUAL(rename("point", "point"), 0); // nothing happens, to what is mounted there either
    CHECK_EQUAL(access("point/inner", F_OK), 0);
    CHECK_ERROR(unlink("point"), EISDIR);
    CHECK_ERROR(mount("none", "point/missing", "tmpfs", 0, nullptr), ENOENT);
    CHECK_ERROR(mount("none", "point", "no such file system", 0, nullptr), ENODEV);
    CHECK_EQUAL(chdir("point/inner"), 0);
    CHECK_ERROR(umount("../../point"), EBUSY);
    CHECK_EQUAL(mkdir("over", 0755), 0);
    CHECK_EQUAL(chdir("../.."), 0);
    CHECK_EQUAL(mount("none", "point/inner", "tmpfs", 0, nullptr), 0);
    CHECK_ERROR(umount("point"), EBUSY); // another mount stands on it
    CHECK_EQUAL(umount("point/inner"), 0);
    CHECK_EQUAL(access("point/inner/over", F_OK), 0);
    int fd = open("point/inner", O_RDONLY);
    CHECK_ERROR(umount("point"), EBUSY);
    CHECK_EQUAL(umount2("point", MNT_DETACH), 0);
    CHECK_EQUAL(faccessat(fd, "over", F_OK, 0), 0); // lives on for who has it open
    CHECK_ERROR(access("point/inner", F_OK), ENOENT);
    CHECK_ERROR(umount("point"), EINVAL);
    CHECK_ERROR(umount("missing"), ENOENT);
    CHECK_EQUAL(rmdir("point"), 0);
}

CASE(directories, a_read_only_mount_refuses_changes) {
    enter_fresh_directory();
    CHECK_EQUAL(mkdir("point", 0755), 0);
    CHECK_EQUAL(mount("none", "point", "tmpfs", 0, nullptr), 0);
    write_file("point/file", "x");
    CHECK_EQUAL(mount("none", "point", "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr), 0);
    CHECK_ERROR(open("point/file", O_WRONLY), EROFS);
    CHECK_ERROR(open("point/new", O_CREAT | O_RDONLY, 0600), EROFS);
    CHECK_ERROR(mkdir("point/new", 0755), EROFS);
    CHECK_ERROR(unlink("point/file"), EROFS);
    CHECK_ERROR(chmod("point/file", 0600), EROFS);
    CHECK_ERROR(rename("point/file", "point/new"), EROFS);
    CHECK_ERROR(truncate("point/file", 0), EROFS);
    CHECK_ERROR(access("point/file", W_OK), EROFS);
    CHECK(read_file("point/file") == "x");
    CHECK_EQUAL(umount("point"), 0);
}
