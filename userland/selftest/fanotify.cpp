// fanotify(7): groups that hear with descriptors. Skipped without CAP_SYS_ADMIN.
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vector>

#include "fanotify_calls.h"
#include "file_helpers.h"

using namespace selftest;
using namespace selftest::fanotify;

namespace {

constexpr unsigned kAccess = 1, kModify = 2, kCloseWrite = 8, kOpen = 32,
                   kOnChild = 0x08000000, kOnDir = 0x40000000;
constexpr unsigned kAdd = 1, kRemove = 2, kDontFollow = 4, kOnlyDir = 8, kMarkMount = 0x10, kIgnored = 0x20,
                   kSurvive = 0x40, kFlush = 0x80, kMarkFileSystem = 0x100;
constexpr unsigned kNonBlock = 2;

/// Every event that waits: "mask name", by what the descriptor leads to.
std::vector<std::string> events_of(int group) {
    std::vector<std::string> list;
    Metadata metadata;
    while (read(group, &metadata, sizeof metadata) == sizeof metadata) {
        CHECK(metadata.size == 24 && metadata.version == 3 && metadata.metadata_size == 24);
        char link[64], target[256] = {};
        snprintf(link, sizeof link, "/proc/self/fd/%d", metadata.fd);
        CHECK(readlink(link, target, sizeof target - 1) > 0);
        char text[64];
        snprintf(text, sizeof text, "%llx ", metadata.mask);
        list.push_back(text + std::string(strrchr(target, '/') + 1));
        CHECK_EQUAL(metadata.process, getpid());
        char byte;
        (void)!read(metadata.fd, &byte, 1); // not reported
        CHECK_EQUAL(close(metadata.fd), 0);
    }
    CHECK_EQUAL(errno, EAGAIN);
    return list;
}

void use(const char* name) {
    int fd = open(name, O_RDWR);
    char byte;
    CHECK_EQUAL(pread(fd, &byte, 1, 0), 1);
    CHECK_EQUAL(pwrite(fd, "x", 1, 0), 1);
    close(fd);
}

} // namespace

CASE(fanotify, marks_on_files_directories_and_mounts) {
    enter_fresh_directory();
    int group = init(kNonBlock);
    if (group < 0 && (errno == EPERM || errno == ENOSYS)) return;
    CHECK_EQUAL(mkdir("d", 0755), 0);
    write_file("d/a", "aaaa");
    write_file("d/b", "bbbb");
    CHECK_EQUAL(mark(group, kAdd, kOpen | kAccess | kModify | kCloseWrite, AT_FDCWD, "d/a"), 0);
    use("d/a");
    use("d/b");
    CHECK(events_of(group) == std::vector<std::string>{"2b a"}); // merged
    close(open("d/a", O_RDONLY));
    CHECK(events_of(group) == std::vector<std::string>{"20 a"});
    CHECK_EQUAL(mark(group, kRemove, kOpen | kAccess | kModify | kCloseWrite, AT_FDCWD, "d/a"), 0);
    CHECK_ERROR(mark(group, kRemove, kOpen, AT_FDCWD, "d/a"), ENOENT);
    // A directory's children, and itself.
    CHECK_EQUAL(mark(group, kAdd, kCloseWrite | kOnChild, AT_FDCWD, "d"), 0);
    use("d/a");
    use("d/b");
    close(open("d", O_RDONLY | O_DIRECTORY));
    CHECK((events_of(group) == std::vector<std::string>{"8 a", "8 b"}));
    CHECK_EQUAL(mark(group, kAdd, kOpen | kOnDir, AT_FDCWD, "d"), 0);
    close(open("d", O_RDONLY | O_DIRECTORY));
    CHECK(events_of(group) == std::vector<std::string>{"20 d"});
    // What is ignored, until it is written to.
    CHECK_EQUAL(mark(group, kAdd | kIgnored, kOpen, AT_FDCWD, "d/b"), 0);
    close(open("d/b", O_RDONLY));
    CHECK(events_of(group).empty());
    use("d/b");
    CHECK(events_of(group) == std::vector<std::string>{"8 b"});
    close(open("d/b", O_RDONLY));
    CHECK(events_of(group) == std::vector<std::string>{"20 b"});
    CHECK_EQUAL(mark(group, kAdd | kIgnored | kSurvive, kOpen | kCloseWrite, AT_FDCWD, "d/b"), 0);
    use("d/b");
    use("d/b");
    CHECK(events_of(group).empty());
    CHECK_EQUAL(mark(group, kFlush, 0, AT_FDCWD, nullptr), 0);
    use("d/a");
    CHECK(events_of(group).empty());
    close(group);
}

CASE(fanotify, mounts_file_systems_and_programs) {
    enter_fresh_directory();
    int group = init(kNonBlock);
    if (group < 0 && (errno == EPERM || errno == ENOSYS)) return;
    CHECK_EQUAL(mkdir("m", 0755), 0);
    CHECK_EQUAL(mkdir("other", 0755), 0);
    CHECK_EQUAL(mount("tmpfs", "m", "tmpfs", 0, nullptr), 0);
    CHECK_EQUAL(mount("m", "other", nullptr, MS_BIND, nullptr), 0);
    write_file("m/f", "text");
    CHECK_EQUAL(mark(group, kAdd | kMarkMount, kOpen, AT_FDCWD, "m"), 0);
    close(open("m/f", O_RDONLY));
    close(open("other/f", O_RDONLY));
    CHECK(events_of(group) == std::vector<std::string>{"20 f"});
    CHECK_EQUAL(mark(group, kFlush | kMarkMount, 0, AT_FDCWD, nullptr), 0);
    CHECK_EQUAL(mark(group, kAdd | kMarkFileSystem, kOpen, AT_FDCWD, "m"), 0);
    close(open("other/f", O_RDONLY));
    CHECK(events_of(group) == std::vector<std::string>{"20 f"});
    CHECK_EQUAL(mark(group, kRemove | kMarkFileSystem, kOpen, AT_FDCWD, "m"), 0);
    close(group);
    CHECK_EQUAL(umount("other"), 0);
    CHECK_EQUAL(umount("m"), 0);
}

CASE(fanotify, waits_and_limits) {
    enter_fresh_directory();
    int group = init(0);
    if (group < 0 && (errno == EPERM || errno == ENOSYS)) return;
    write_file("a", "text");
    CHECK_EQUAL(mark(group, kAdd, kOpen, AT_FDCWD, "a"), 0);
    pollfd watched = {group, POLLIN, 0};
    CHECK_EQUAL(poll(&watched, 1, 0), 0);
    pid_t child = fork();
    if (child == 0) {
        usleep(20000);
        _exit(open("a", O_RDONLY) < 0);
    }
    Metadata metadata = {};
    CHECK_EQUAL(read(group, &metadata, sizeof metadata), sizeof metadata);
    CHECK(metadata.process == child && metadata.mask == kOpen && metadata.fd >= 0);
    CHECK_EQUAL(fcntl(metadata.fd, F_GETFL) & O_ACCMODE, O_RDONLY);
    close(metadata.fd);
    waitpid(child, nullptr, 0);
    close(open("a", O_RDONLY));
    CHECK_EQUAL(poll(&watched, 1, 0), 1);
    int waiting = 0;
    CHECK_EQUAL(ioctl(group, FIONREAD, &waiting), 0);
    CHECK_EQUAL(waiting, 24);
    CHECK_ERROR(read(group, &metadata, 23), EINVAL);
    CHECK_EQUAL(read(group, &metadata, sizeof metadata), sizeof metadata);
    close(metadata.fd);
    CHECK_ERROR(mark(group, 0, kOpen, AT_FDCWD, "a"), EINVAL);
    CHECK_ERROR(mark(group, kAdd | kRemove, kOpen, AT_FDCWD, "a"), EINVAL);
    CHECK_ERROR(mark(group, kAdd, 0, AT_FDCWD, "a"), EINVAL);
    CHECK_ERROR(mark(group, kAdd, 1ull << 33, AT_FDCWD, "a"), EINVAL);
    CHECK_ERROR(mark(group, kAdd | kMarkMount | kMarkFileSystem, kOpen, AT_FDCWD, "a"), EINVAL);
    CHECK_ERROR(mark(group, kFlush | kOnlyDir, 0, AT_FDCWD, "a"), EINVAL);
    CHECK_ERROR(mark(group, kAdd | kOnlyDir, kOpen, AT_FDCWD, "a"), ENOTDIR);
    CHECK_ERROR(mark(group, kAdd, kOpen, AT_FDCWD, "absent"), ENOENT);
    CHECK_ERROR(mark(0x7fff, kAdd, kOpen, AT_FDCWD, "a"), EBADF);
    int plain = open("a", O_RDONLY);
    CHECK_ERROR(mark(plain, kAdd, kOpen, AT_FDCWD, "a"), EINVAL);
    CHECK_EQUAL(mark(group, kAdd, kAccess, plain, nullptr), 0);
    CHECK_ERROR(init(0x10000), EINVAL);
    CHECK_ERROR(init(0xc), EINVAL);
    CHECK_ERROR(init(0, O_CREAT), EINVAL);
    CHECK_ERROR(init(0, 3), EINVAL);
    CHECK_EQUAL(symlink("absent", "link"), 0);
    CHECK_EQUAL(mark(group, kAdd | kDontFollow, kOpen, AT_FDCWD, "link"), 0);
    close(plain);
    close(group);
}

CASE(fanotify, a_full_queue_says_so_once) {
    constexpr int kQueueLimit = 16384;
    enter_fresh_directory();
    int group = init(kNonBlock);
    if (group < 0 || mkdir("full", 0755) != 0 || mount("none", "full", "tmpfs", 0, "nr_inodes=0") != 0)
        return; // not privileged
    CHECK_EQUAL(mark(group, kAdd | kMarkMount, kCloseWrite, AT_FDCWD, "full"), 0);
    for (int number = 0; number < kQueueLimit + 3; number++) {
        char name[32];
        snprintf(name, sizeof name, "full/%d", number);
        CHECK_EQUAL(close(open(name, O_CREAT | O_WRONLY, 0644)), 0);
        CHECK_EQUAL(unlink(name), 0);
    }
    int waiting = 0;
    CHECK_EQUAL(ioctl(group, FIONREAD, &waiting), 0);
    CHECK_EQUAL(waiting, (kQueueLimit + 1) * 24);
    close(group); // and with it every name that it keeps
    CHECK_EQUAL(umount2("full", MNT_DETACH), 0);
}
