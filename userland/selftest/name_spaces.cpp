// Name spaces: setns(2), unshare(2), /proc/PID/ns, ioctl_ns(2).
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file_helpers.h"

using namespace selftest;

namespace {

constexpr int kNewMounts = 0x20000, kNewHostName = 0x4000000, kNewUsers = 0x10000000;

int set_name_space(int fd, int kinds) { return static_cast<int>(syscall(SYS_setns, fd, kinds)); }

int open_own(const char* kind) {
    int fd = open((std::string("/proc/self/ns/") + kind).c_str(), O_RDONLY | O_CLOEXEC);
    CHECK(fd >= 0);
    return fd;
}

std::string own_mounts() {
    char text[64] = {};
    CHECK(readlink("/proc/self/ns/mnt", text, sizeof text - 1) > 0);
    return text;
}

} // namespace

CASE(name_spaces, are_files_that_can_be_opened) {
    int fd = open_own("uts");
    struct stat by_descriptor, by_link;
    CHECK_EQUAL(fstat(fd, &by_descriptor), 0);
    CHECK_EQUAL(stat("/proc/self/ns/uts", &by_link), 0);
    CHECK_EQUAL(by_descriptor.st_ino, by_link.st_ino);
    CHECK_EQUAL(by_descriptor.st_dev, by_link.st_dev);
    CHECK_EQUAL(by_descriptor.st_mode, S_IFREG | 0444);
    char byte;
    CHECK_ERROR(read(fd, &byte, 1), EINVAL);
    CHECK_EQUAL(ioctl(fd, 0xb703), kNewHostName); // NS_GET_NSTYPE
    CHECK_ERROR(ioctl(fd, 0xb702), EINVAL);       // NS_GET_PARENT
    std::string link = "/proc/self/fd/" + std::to_string(fd);
    char text[64] = {};
    CHECK(readlink(link.c_str(), text, sizeof text - 1) > 0);
    CHECK_EQUAL(strncmp(text, "uts:[", 5), 0);
}

CASE(name_spaces, are_entered_by_their_files) {
    CHECK_ERROR(set_name_space(-1, 0), EBADF);
    CHECK_ERROR(set_name_space(STDIN_FILENO, 0), EINVAL);
    CHECK_EQUAL(set_name_space(open_own("uts"), kNewHostName), 0);
    CHECK_EQUAL(set_name_space(open_own("uts"), 0), 0);
    CHECK_ERROR(set_name_space(open_own("uts"), kNewMounts), EINVAL);
    CHECK_ERROR(set_name_space(open_own("user"), 0), EINVAL); // one is in already
    CHECK_EQUAL(set_name_space(open_own("net"), 0), 0);
    int host_name = open_own("uts");
    become_nobody();
    CHECK_ERROR(set_name_space(host_name, 0), EPERM);
}

CASE(name_spaces, of_mounts_are_left_and_entered_again) {
    enter_fresh_directory();
    char directory[200];
    CHECK(getcwd(directory, sizeof directory) != nullptr);
    int old = open_own("mnt");
    std::string old_name = own_mounts();
    CHECK_EQUAL(unshare(kNewMounts), 0);
    CHECK(own_mounts() != old_name);
    CHECK_EQUAL(mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
    CHECK_EQUAL(mkdir("here", 0700), 0);
    CHECK_EQUAL(mount("none", "here", "tmpfs", 0, nullptr), 0);
    write_file("here/file", "x");
    CHECK_EQUAL(set_name_space(old, kNewMounts), 0);
    CHECK(own_mounts() == old_name);
    CHECK(getcwd(directory, sizeof directory) != nullptr);
    CHECK_EQUAL(strcmp(directory, "/"), 0); // both directories become its root
}

CASE(name_spaces, of_a_process_are_entered_by_its_pidfd) {
    int self = static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0));
    CHECK(self >= 0);
    CHECK_ERROR(set_name_space(self, 0), EINVAL);
    CHECK_ERROR(set_name_space(self, 1), EINVAL);
    CHECK_ERROR(set_name_space(self, kNewUsers), EINVAL);
    CHECK_EQUAL(set_name_space(self, kNewMounts | kNewHostName), 0);
    pid_t child = fork();
    if (child == 0) _exit(0);
    int ended = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
    CHECK(ended >= 0);
    CHECK_EQUAL(waitpid(child, nullptr, 0), child);
    CHECK_ERROR(set_name_space(ended, kNewMounts), ESRCH);
}
