// The error tables of mkdir(2), rmdir(2), unlink(2), link(2), symlink(2), rename(2), mknod(2), chmod(2), access(2):
// what each answers for each kind of name; and what the calls on descriptors answer to files that cannot do it.
#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <unistd.h>

#include "file_helpers.h"

using namespace selftest;

namespace {

/// file, directory/, link -> file, directory_link -> directory, loop -> loop, dangling -> missing.
void enter_directory_of_every_kind() {
    enter_fresh_directory();
    write_file("file", "x");
    CHECK_EQUAL(mkdir("directory", 0755), 0);
    CHECK_EQUAL(symlink("file", "link"), 0);
    CHECK_EQUAL(symlink("directory", "directory_link"), 0);
    CHECK_EQUAL(symlink("loop", "loop"), 0);
    CHECK_EQUAL(symlink("missing", "dangling"), 0);
}

} // namespace

CASE(file_errors, of_mkdir) {
    enter_directory_of_every_kind();
    CHECK_ERROR(mkdir("directory/", 0777), EEXIST);
    CHECK_ERROR(mkdir("dangling", 0777), EEXIST);
    CHECK_ERROR(mkdir("loop", 0777), EEXIST);
    CHECK_ERROR(mkdir("loop/x", 0777), ELOOP);
    CHECK_ERROR(mkdir("file/x", 0777), ENOTDIR);
    CHECK_ERROR(mkdir("", 0777), ENOENT);
    CHECK_ERROR(mkdir(".", 0777), EEXIST);
    CHECK_ERROR(mkdir("/", 0777), EEXIST);
    CHECK_ERROR(mkdir("directory/..", 0777), EEXIST);
    CHECK_EQUAL(mkdir("new/", 01777), 0);
    CHECK_EQUAL(status_of("new").st_mode & 07000, 01000);
}

CASE(file_errors, of_rmdir) {
    enter_directory_of_every_kind();
    CHECK_ERROR(rmdir("missing"), ENOENT);
    CHECK_ERROR(rmdir(""), ENOENT);
    CHECK_ERROR(rmdir("."), EINVAL);
    CHECK_ERROR(rmdir("directory/.."), ENOTEMPTY);
    CHECK_ERROR(rmdir("directory_link"), ENOTDIR);
    CHECK_ERROR(rmdir("directory_link/"), ENOTDIR);
    CHECK_ERROR(rmdir("loop"), ENOTDIR);
    CHECK_EQUAL(rmdir("directory"), 0);
}

CASE(file_errors, of_unlink) {
    enter_directory_of_every_kind();
    CHECK_ERROR(unlink("missing"), ENOENT);
    CHECK_ERROR(unlink("missing/"), ENOENT);
    CHECK_ERROR(unlink(""), ENOENT);
    CHECK_ERROR(unlink("directory/"), EISDIR);
    CHECK_ERROR(unlink("file/"), ENOTDIR);
    CHECK_ERROR(unlink("directory_link/"), ENOTDIR);
    CHECK_ERROR(unlinkat(AT_FDCWD, "directory", 0), EISDIR);
    CHECK_ERROR(unlinkat(AT_FDCWD, "file", AT_REMOVEDIR), ENOTDIR);
    CHECK_ERROR(unlinkat(AT_FDCWD, "file", 1), EINVAL);
    CHECK_EQUAL(unlink("link"), 0);
    CHECK_EQUAL(unlink("loop"), 0);
    CHECK_EQUAL(access("file", F_OK), 0);
}

CASE(file_errors, of_link) {
    enter_directory_of_every_kind();
    CHECK_ERROR(link("missing", "new"), ENOENT);
    CHECK_ERROR(link("directory", "new"), EPERM);
    CHECK_ERROR(link("file", "new/"), ENOENT);
    CHECK_ERROR(link("file", "link"), EEXIST);
    CHECK_ERROR(link("file/", "new"), ENOTDIR);
    CHECK_ERROR(link("file", "file/x"), ENOTDIR);
    CHECK_EQUAL(link("link", "link2"), 0); // link(2) does not follow
    CHECK_EQUAL(status_of("link2").st_mode & S_IFMT, S_IFLNK);
    CHECK_EQUAL(status_of("link").st_nlink, 2);
    CHECK_EQUAL(linkat(AT_FDCWD, "link", AT_FDCWD, "file2", AT_SYMLINK_FOLLOW), 0);
    CHECK_EQUAL(status_of("file2").st_ino, status_of("file").st_ino);
    CHECK_ERROR(linkat(AT_FDCWD, "file", AT_FDCWD, "new", 0x80), EINVAL);
    int fd = open("file", O_RDONLY);
    CHECK_EQUAL(linkat(fd, "", AT_FDCWD, "file3", AT_EMPTY_PATH), 0);
    CHECK_EQUAL(status_of("file3").st_ino, status_of("file").st_ino);
}

CASE(file_errors, of_symlink_and_readlink) {
    enter_directory_of_every_kind();
    char target[PATH_MAX];
    CHECK_ERROR(symlink("x", "file"), EEXIST);
    CHECK_ERROR(symlink("x", "dangling"), EEXIST);
    CHECK_ERROR(symlink("x", "new/"), ENOENT);
    CHECK_ERROR(symlink("x", "file/new"), ENOTDIR);
    CHECK_ERROR(symlink(std::string(PATH_MAX, 'x').c_str(), "new"), ENAMETOOLONG);
    CHECK_ERROR(readlink("file", target, sizeof target), EINVAL);
    CHECK_ERROR(readlink("missing", target, sizeof target), ENOENT);
    CHECK_ERROR(readlink("directory_link/", target, sizeof target), EINVAL);
    std::string longest(PATH_MAX - 2, 'y');
    if (symlink(longest.c_str(), "longest") == 0) CHECK_EQUAL(readlink("longest", target, sizeof target), PATH_MAX - 2);
}

CASE(file_errors, of_rename) {
    enter_directory_of_every_kind();
    CHECK_EQUAL(mkdir("other", 0755), 0);
    CHECK_ERROR(rename("missing", "new"), ENOENT);
    CHECK_ERROR(rename("file", ""), ENOENT);
    CHECK_ERROR(rename("file", "new/"), ENOTDIR);
    CHECK_ERROR(rename("file/", "new"), ENOTDIR);
    CHECK_ERROR(rename("file", "directory"), EISDIR);
    CHECK_ERROR(rename("directory", "file"), ENOTDIR);
    CHECK_ERROR(rename("directory", "directory/x"), EINVAL);
    CHECK_ERROR(rename("directory", "directory_link"), ENOTDIR);
    CHECK_ERROR(rename("directory/..", "new"), EBUSY);
    CHECK_ERROR(rename("file", "/dev/self-test"), EXDEV);
    CHECK_EQUAL(mkdir("other/inner", 0755), 0);
    CHECK_ERROR(rename("directory", "other"), ENOTEMPTY);
    CHECK_ERROR(rename("other/inner", "other"), ENOTEMPTY);
    CHECK_EQUAL(rename("directory", "directory"), 0);
    CHECK_EQUAL(rename("other/", "new/"), 0);
    CHECK_EQUAL(link("file", "same"), 0);
    CHECK_EQUAL(rename("file", "same"), 0); // two names of one inode: both stay
    CHECK_EQUAL(access("file", F_OK), 0);
    CHECK_EQUAL(rename("link", "moved_link"), 0);
    CHECK_EQUAL(status_of("moved_link").st_mode & S_IFMT, S_IFLNK);
}

CASE(file_errors, of_renameat2_flags) {
    enter_directory_of_every_kind();
    CHECK_ERROR(renameat2(AT_FDCWD, "file", AT_FDCWD, "missing", RENAME_EXCHANGE), ENOENT);
    CHECK_ERROR(renameat2(AT_FDCWD, "file", AT_FDCWD, "missing", RENAME_EXCHANGE | RENAME_NOREPLACE), EINVAL);
    CHECK_ERROR(renameat2(AT_FDCWD, "file", AT_FDCWD, "missing", 8), EINVAL);
    CHECK_ERROR(renameat2(AT_FDCWD, "file", AT_FDCWD, "link", RENAME_NOREPLACE), EEXIST);
    CHECK_ERROR(renameat2(AT_FDCWD, "file", AT_FDCWD, "file", RENAME_NOREPLACE), EEXIST);
    CHECK_EQUAL(renameat2(AT_FDCWD, "file", AT_FDCWD, "directory", RENAME_EXCHANGE), 0);
    CHECK_EQUAL(status_of("file").st_mode & S_IFMT, S_IFDIR);
    CHECK_EQUAL(status_of("directory").st_mode & S_IFMT, S_IFREG);
    CHECK_EQUAL(mkdir("file/inner", 0755), 0);
    CHECK_ERROR(renameat2(AT_FDCWD, "file", AT_FDCWD, "file/inner", RENAME_EXCHANGE), EINVAL);
    CHECK_ERROR(renameat2(AT_FDCWD, "file/inner", AT_FDCWD, "file", RENAME_EXCHANGE), EINVAL);
}

CASE(file_errors, of_open_by_the_last_component) {
    enter_directory_of_every_kind();
    CHECK_ERROR(open("directory/", O_RDONLY | O_CREAT, 0666), EISDIR);
    CHECK_ERROR(open("dangling", O_RDONLY), ENOENT);
    CHECK_ERROR(open("dangling", O_CREAT | O_EXCL | O_RDWR, 0600), EEXIST);
    CHECK(open("dangling", O_CREAT | O_RDWR, 0600) >= 0); // makes what the link names
    CHECK_EQUAL(status_of("missing").st_mode & S_IFMT, S_IFREG);
    CHECK_ERROR(open("directory_link", O_RDONLY | O_NOFOLLOW), ELOOP);
    CHECK_ERROR(open("directory_link", O_RDONLY | O_NOFOLLOW | O_DIRECTORY), ENOTDIR);
    CHECK(open("directory_link/", O_RDONLY | O_NOFOLLOW) >= 0); // the slash makes it a step on the way
    CHECK_ERROR(open("file", O_PATH | O_DIRECTORY), ENOTDIR);
    CHECK_ERROR(open("file", O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600), EEXIST);
    CHECK_ERROR(open("link/", O_RDONLY), ENOTDIR);
    struct stat status;
    CHECK_ERROR(lstat("link/", &status), ENOTDIR);
    CHECK_EQUAL(lstat("directory_link/", &status), 0);
    CHECK_EQUAL(status.st_mode & S_IFMT, S_IFDIR);
}

CASE(file_errors, of_mknod_and_device_nodes) {
    enter_fresh_directory();
    CHECK_EQUAL(mkdir("devices", 0755), 0);
    CHECK_EQUAL(mount("none", "devices", "tmpfs", 0, nullptr), 0); // /tmp may be nodev
    CHECK_EQUAL(chdir("devices"), 0);
    write_file("file", "x");
    CHECK_EQUAL(mknod("null", S_IFCHR | 0666, makedev(1, 3)), 0);
    int fd = open("null", O_RDWR);
    CHECK_EQUAL(write(fd, "x", 1), 1);
    CHECK_EQUAL(mknod("nothing", S_IFCHR | 0666, makedev(240, 77)), 0);
    CHECK_ERROR(open("nothing", O_RDWR), ENXIO);
    CHECK_ERROR(mknod("directory2", S_IFDIR, 0), EPERM);
    CHECK_ERROR(mknod("strange", 0170000, 0), EINVAL);
    CHECK_ERROR(mknod("file", S_IFREG | 0600, 0), EEXIST);
    CHECK_EQUAL(mknod("regular", 0640, 0), 0);
    CHECK_EQUAL(status_of("regular").st_mode, S_IFREG | 0640);
    CHECK_ERROR(open("null/x", O_RDONLY), ENOTDIR);
    CHECK_EQUAL(mount("none", ".", nullptr, MS_REMOUNT | MS_BIND | MS_NODEV, nullptr), 0);
    CHECK_ERROR(open("null", O_RDWR), EACCES);
    CHECK_EQUAL(umount2(".", MNT_DETACH), 0);
}

CASE(file_errors, of_chmod_chown_access_and_chdir) {
    enter_directory_of_every_kind();
    struct stat status;
    CHECK_ERROR(chmod("missing", 0), ENOENT);
    CHECK_ERROR(chmod("loop", 0), ELOOP);
    CHECK_ERROR(fchmod(-1, 0), EBADF);
    CHECK_ERROR(fchown(999, 0, 0), EBADF);
    CHECK_EQUAL(chown("file", static_cast<uid_t>(-1), static_cast<gid_t>(-1)), 0);
    CHECK_EQUAL(lchown("dangling", 5, 6), 0);
    CHECK_EQUAL(status_of("dangling").st_uid, 5);
    CHECK_EQUAL(chmod("link", 0604), 0);
    CHECK_EQUAL(status_of("file").st_mode, S_IFREG | 0604);
    CHECK_ERROR(access("file", 99), EINVAL);
    CHECK_ERROR(access("dangling", F_OK), ENOENT);
    CHECK_EQUAL(faccessat(AT_FDCWD, "dangling", F_OK, AT_SYMLINK_NOFOLLOW), 0);
    CHECK_ERROR(faccessat(AT_FDCWD, "file", F_OK, 1), EINVAL);
    CHECK_ERROR(chdir("file"), ENOTDIR);
    CHECK_ERROR(chdir("missing"), ENOENT);
    CHECK_ERROR(fstatat(AT_FDCWD, "", &status, 0), ENOENT);
    CHECK_ERROR(fstatat(AT_FDCWD, "file", &status, 1), EINVAL);
    CHECK_EQUAL(fstatat(AT_FDCWD, "", &status, AT_EMPTY_PATH), 0);
    CHECK_EQUAL(status.st_mode & S_IFMT, S_IFDIR);
}

CASE(file_errors, streams_have_no_offsets_whatever_they_are_open_for) {
    int ends[2], other[2];
    CHECK(pipe(ends) == 0 && pipe(other) == 0);
    char bytes[4] = {};
    iovec vector = {bytes, 4};
    off_t offset = 0;
    CHECK_ERROR(pwrite(ends[0], bytes, 4, 0), ESPIPE);
    CHECK_ERROR(pread(ends[1], bytes, 4, 0), ESPIPE);
    CHECK_ERROR(syscall(SYS_preadv2, ends[0], &vector, 1, 0, 0, 0x4000), ESPIPE);
    CHECK_ERROR(syscall(SYS_splice, other[0], nullptr, ends[0], &offset, 4, 0), ESPIPE);
    CHECK_ERROR(syscall(SYS_splice, ends[1], &offset, other[1], nullptr, 4, 0), ESPIPE);
    CHECK_ERROR(syscall(SYS_sendfile, other[1], ends[0], &offset, 4), ESPIPE);
    CHECK_ERROR(syscall(SYS_copy_file_range, ends[1], nullptr, other[0], nullptr, 4, 0), EINVAL);
}

CASE(file_errors, checks_come_in_the_order_of_linux) {
    enter_fresh_directory();
    write_file("f", "text");
    int reading = open("f", O_RDONLY), directory = open(".", O_RDONLY), path = open("f", O_PATH);
    CHECK(reading >= 0 && directory >= 0 && path >= 0);
    CHECK_ERROR(fallocate(reading, 8 /* collapse */, 0, 4096), EBADF);
    CHECK_ERROR(fallocate(path, 0, -1, 4), EBADF);
    CHECK_ERROR(fallocate(reading, 0, -1, 4), EINVAL);
    CHECK_ERROR(syscall(SYS_copy_file_range, reading, nullptr, directory, nullptr, 4, 0), EISDIR);
    CHECK_ERROR(syscall(SYS_copy_file_range, reading, nullptr, reading, nullptr, 4, 1), EINVAL);
    CHECK_ERROR(flock(-1, 77), EINVAL);
    CHECK_EQUAL(readv(directory, nullptr, 0), 0); // nobody is asked about nothing
    iovec vector = {nullptr, 4};
    CHECK_ERROR(writev(reading, &vector, 1), EBADF);
    int full = open("/dev/full", O_WRONLY);
    CHECK_ERROR(write(full, "", 0), ENOSPC);
}

CASE(file_errors, every_file_answers_the_common_questions) {
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    int size = 0;
    CHECK_EQUAL(ioctl(ends[0], 2 /* FIGETBSZ */, &size), 0);
    CHECK_EQUAL(size, 4096);
    CHECK_ERROR(ioctl(ends[0], 0xc020660b /* FS_IOC_FIEMAP */, nullptr), EOPNOTSUPP);
    unsigned ids[2] = {77, 77};
    CHECK_EQUAL(fcntl(ends[0], F_SETOWN, getpid()), 0);
    CHECK_EQUAL(fcntl(ends[0], 17 /* F_GETOWNER_UIDS */, ids), 0);
    CHECK(ids[0] == getuid() && ids[1] == geteuid());
    CHECK_EQUAL(fcntl(ends[0], 1026 /* F_NOTIFY */, 0), 0);
}
