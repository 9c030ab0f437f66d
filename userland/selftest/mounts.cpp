// mount(2), umount2(2), pivot_root(2), mount_namespaces(7). Each case works in a name space of its own.
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file_helpers.h"

using namespace selftest;

namespace {

/// False where the host does not allow it (a container).
bool enter_private_name_space() {
    if (unshare(CLONE_NEWNS) != 0) return false;
    CHECK_EQUAL(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
    enter_fresh_directory();
    CHECK_EQUAL(mount("work", ".", "tmpfs", 0, "mode=755"), 0);
    char here[200];
    CHECK(getcwd(here, sizeof here) != nullptr);
    CHECK_EQUAL(chdir(here), 0); // onto the new mount
    return true;
}

bool is_there(const char* name) { return access(name, F_OK) == 0; }

} // namespace

CASE(mounts, bind_shows_the_same_files) {
    if (!enter_private_name_space()) return;
    CHECK(mkdir("a", 0755) == 0 && mkdir("b", 0755) == 0 && mkdir("a/sub", 0755) == 0);
    CHECK_EQUAL(mount("x", "a/sub", "tmpfs", 0, nullptr), 0);
    write_file("a/sub/inner", "1");
    CHECK_EQUAL(mount("a", "b", nullptr, MS_BIND, nullptr), 0);
    CHECK(!is_there("b/sub/inner"));
    write_file("b/file", "2");
    CHECK(read_file("a/file") == "2");
    CHECK_EQUAL(umount("b"), 0);
    CHECK_EQUAL(mount("a", "b", nullptr, MS_BIND | MS_REC, nullptr), 0);
    CHECK(is_there("b/sub/inner"));
    CHECK_ERROR(umount("b"), EBUSY);
    CHECK_EQUAL(umount2("b", MNT_DETACH), 0);
    CHECK(!is_there("b/file"));
    write_file("f", "x");
    write_file("g", "y");
    CHECK_EQUAL(mount("f", "g", nullptr, MS_BIND, nullptr), 0);
    CHECK(read_file("g") == "x");
    CHECK_ERROR(mount("f", "b", nullptr, MS_BIND, nullptr), ENOTDIR);
    CHECK_ERROR(mount("absent", "b", nullptr, MS_BIND, nullptr), ENOENT);
    CHECK_ERROR(mount("x", "b", "no-such-type", 0, nullptr), ENODEV);
}

CASE(mounts, a_change_is_told_to_those_who_poll) {
    if (!enter_private_name_space()) return;
    pollfd mounts = {open("/proc/self/mountinfo", O_RDONLY), POLLIN | POLLPRI, 0};
    CHECK(mounts.fd >= 0);
    auto told = [&] {
        CHECK_EQUAL(poll(&mounts, 1, 0), 1);
        return mounts.revents == (POLLIN | POLLPRI | POLLERR);
    };
    CHECK(!told());
    CHECK(mkdir("a", 0755) == 0 && mount("x", "a", "tmpfs", 0, nullptr) == 0);
    CHECK(told() && !told());
    CHECK_EQUAL(mount("x", "a", nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr), 0);
    CHECK(told());
    CHECK_EQUAL(umount("a"), 0);
    CHECK(told() && !told());
    pid_t child = fork();
    if (child == 0) _exit(unshare(CLONE_NEWNS) != 0 || mount("x", "a", "tmpfs", 0, nullptr) != 0);
    CHECK_EQUAL(waitpid(child, nullptr, 0), child);
    CHECK(!told()); // another name space's
}

CASE(mounts, a_read_only_remount_waits_for_writers) {
    if (!enter_private_name_space()) return;
    CHECK(mkdir("a", 0755) == 0 && mkdir("b", 0755) == 0);
    CHECK_EQUAL(mount("x", "a", "tmpfs", 0, nullptr), 0);
    CHECK_EQUAL(mount("a", "b", nullptr, MS_BIND, nullptr), 0);
    int fd = open("a/file", O_CREAT | O_WRONLY, 0600);
    CHECK_ERROR(mount(nullptr, "a", nullptr, MS_REMOUNT | MS_RDONLY, nullptr), EBUSY);
    CHECK_ERROR(mount(nullptr, "a", nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr), EBUSY);
    CHECK_EQUAL(mount(nullptr, "b", nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr), 0); // nobody writes through it
    CHECK_ERROR(open("b/file", O_WRONLY), EROFS);
    CHECK_ERROR(mkdir("b/dir", 0755), EROFS);
    CHECK_EQUAL(mkdir("a/dir", 0755), 0);
    struct statvfs status;
    CHECK_EQUAL(statvfs("b", &status), 0);
    CHECK(status.f_flag & ST_RDONLY);
    close(fd);
    CHECK_EQUAL(mount(nullptr, "a", nullptr, MS_REMOUNT | MS_RDONLY, nullptr), 0);
    CHECK_ERROR(mkdir("a/dir2", 0755), EROFS);
    CHECK_ERROR(mount(nullptr, "a/dir", nullptr, MS_REMOUNT, nullptr), EINVAL);
}

CASE(mounts, shared_mounts_propagate_to_peers_and_slaves) {
    if (!enter_private_name_space()) return;
    for (const char* name : {"a", "b", "c", "d"}) CHECK_EQUAL(mkdir(name, 0755), 0);
    CHECK_EQUAL(mount("x", "a", "tmpfs", 0, nullptr), 0);
    CHECK_EQUAL(mount(nullptr, "a", nullptr, MS_SHARED, nullptr), 0);
    CHECK_EQUAL(mkdir("a/m", 0755), 0);
    CHECK_EQUAL(mkdir("a/n", 0755), 0);
    CHECK_EQUAL(mount("a", "b", nullptr, MS_BIND, nullptr), 0); // a peer
    CHECK_EQUAL(mount("a", "c", nullptr, MS_BIND, nullptr), 0);
    CHECK_EQUAL(mount(nullptr, "c", nullptr, MS_SLAVE, nullptr), 0);
    CHECK_EQUAL(mount("a", "d", nullptr, MS_BIND, nullptr), 0);
    CHECK_EQUAL(mount(nullptr, "d", nullptr, MS_PRIVATE, nullptr), 0);
    CHECK_EQUAL(mount("y", "a/m", "tmpfs", 0, nullptr), 0);
    write_file("a/m/file", "");
    CHECK(is_there("b/m/file") && is_there("c/m/file") && !is_there("d/m/file"));
    CHECK_EQUAL(mount("z", "c/n", "tmpfs", 0, nullptr), 0); // a slave keeps its own to itself
    write_file("c/n/file", "");
    CHECK(!is_there("a/n/file") && !is_there("b/n/file"));
    CHECK_EQUAL(umount("b/m"), 0);
    CHECK(!is_there("a/m/file") && !is_there("c/m/file"));
    CHECK_EQUAL(mount(nullptr, "d", nullptr, MS_UNBINDABLE, nullptr), 0);
    CHECK_ERROR(mount("d", "a/m", nullptr, MS_BIND, nullptr), EINVAL);
    CHECK_ERROR(mount(nullptr, "a", nullptr, MS_SHARED | MS_PRIVATE, nullptr), EINVAL);
    CHECK_ERROR(mount(nullptr, "a/m", nullptr, MS_SHARED, nullptr), EINVAL);
    std::string mounts = read_file("/proc/self/mountinfo");
    CHECK(mounts.find(" shared:") != mounts.npos && mounts.find(" master:") != mounts.npos &&
          mounts.find(" unbindable") != mounts.npos);
}

CASE(mounts, moved_mounts_take_what_is_below_along) {
    if (!enter_private_name_space()) return;
    CHECK(mkdir("a", 0755) == 0 && mkdir("b", 0755) == 0);
    CHECK_EQUAL(mount("x", "a", "tmpfs", 0, nullptr), 0);
    CHECK_EQUAL(mkdir("a/sub", 0755), 0);
    CHECK_EQUAL(mount("y", "a/sub", "tmpfs", 0, nullptr), 0);
    write_file("a/sub/file", "");
    CHECK_ERROR(mount("a", "a/sub", nullptr, MS_MOVE, nullptr), ELOOP);
    CHECK_ERROR(mount("a/sub/file", "b", nullptr, MS_MOVE, nullptr), EINVAL);
    CHECK_EQUAL(mount("a", "b", nullptr, MS_MOVE, nullptr), 0);
    CHECK(is_there("b/sub/file") && !is_there("a/sub"));
}

CASE(mounts, expiry_takes_two_calls_without_use) {
    if (!enter_private_name_space()) return;
    CHECK_EQUAL(mkdir("a", 0755), 0);
    CHECK_EQUAL(mount("x", "a", "tmpfs", 0, nullptr), 0);
    CHECK_ERROR(umount2("a", MNT_EXPIRE | MNT_DETACH), EINVAL);
    CHECK_ERROR(umount2("a", MNT_EXPIRE), EAGAIN);
    CHECK(is_there("a/.")); // a use
    CHECK_ERROR(umount2("a", MNT_EXPIRE), EAGAIN);
    int fd = open("a", O_RDONLY);
    CHECK_ERROR(umount2("a", MNT_EXPIRE), EBUSY);
    close(fd);
    CHECK_ERROR(umount2("a", MNT_EXPIRE), EAGAIN);
    CHECK_EQUAL(umount2("a", MNT_EXPIRE), 0);
    CHECK_ERROR(umount2("a", 0), EINVAL);
    CHECK_ERROR(umount2("a", 0x100), EINVAL);
    CHECK_EQUAL(symlink("a", "link"), 0);
    CHECK_EQUAL(mount("x", "a", "tmpfs", 0, nullptr), 0);
    CHECK_ERROR(umount2("link", UMOUNT_NOFOLLOW), EINVAL);
    CHECK_EQUAL(umount2("link", 0), 0);
}

CASE(mounts, pivot_root_changes_everybodys_root) {
    if (!enter_private_name_space()) return;
    CHECK_EQUAL(mkdir("a", 0755), 0);
    CHECK_EQUAL(mount("x", "a", "tmpfs", 0, nullptr), 0);
    CHECK_EQUAL(chdir("a"), 0);
    CHECK(mkdir("new", 0755) == 0 && mkdir("proc", 0755) == 0);
    CHECK_EQUAL(mount(".", "/", nullptr, MS_MOVE, nullptr), 0); // what switch_root does
    CHECK_EQUAL(chroot("."), 0);
    CHECK_EQUAL(mount("y", "/new", "tmpfs", 0, nullptr), 0);
    CHECK_EQUAL(mkdir("/new/old", 0755), 0);
    CHECK_ERROR(syscall(SYS_pivot_root, "/proc", "/proc"), EBUSY);
    CHECK_ERROR(syscall(SYS_pivot_root, "/new/old", "/new/old"), EINVAL); // not a mount point
    CHECK_ERROR(syscall(SYS_pivot_root, "/absent", "/new/old"), ENOENT);
    pid_t child = fork();
    if (child == 0) { // its root changes too
        for (int tries = 0; tries < 1000 && !is_there("/old"); ++tries) usleep(10000);
        _exit(is_there("/old/new") ? 0 : 1);
    }
    CHECK_EQUAL(syscall(SYS_pivot_root, "/new", "/new/old"), 0);
    CHECK(is_there("/old/new") && !is_there("/new"));
    int status;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK_EQUAL(status, 0);
    CHECK_EQUAL(umount2("/old", MNT_DETACH), 0);
    CHECK(!is_there("/old/new"));
}

CASE(mounts, a_name_space_is_not_seen_outside) {
    enter_fresh_directory();
    CHECK_EQUAL(mkdir("a", 0755), 0);
    pid_t child = fork();
    if (child == 0) {
        if (unshare(CLONE_NEWNS) != 0) _exit(0);
        if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) _exit(1);
        if (mount("x", "a", "tmpfs", 0, nullptr) != 0) _exit(2);
        int fd = open("a/inside", O_CREAT | O_WRONLY, 0600);
        _exit(fd >= 0 && is_there("a/inside") ? 0 : 3);
    }
    int status;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK_EQUAL(status, 0);
    CHECK(!is_there("a/inside"));
    CHECK_EQUAL(rmdir("a"), 0); // nothing holds it any more
}

CASE(mounts, a_mount_is_built_by_descriptors) {
    if (!enter_private_name_space()) return;
    CHECK(mkdir("a", 0755) == 0 && mkdir("b", 0755) == 0);
    constexpr int kSetString = 1, kCreate = 6, kFromEmpty = 4, kEmptyPath = 0x1000, kClone = 1;
    long context = syscall(SYS_fsopen, "tmpfs", 1);
    CHECK(context >= 0);
    CHECK_ERROR(syscall(SYS_fsopen, "no-such-type", 0), ENODEV);
    CHECK_EQUAL(syscall(SYS_fsconfig, context, kSetString, "size", "1m", 0), 0);
    CHECK_EQUAL(syscall(SYS_fsconfig, context, kSetString, "source", "made", 0), 0);
    CHECK_ERROR(syscall(SYS_fsmount, context, 0, 0), EINVAL); // not created yet
    CHECK_EQUAL(syscall(SYS_fsconfig, context, kCreate, nullptr, nullptr, 0), 0);
    long mounted = syscall(SYS_fsmount, context, 1, 2); // nosuid
    CHECK(mounted >= 0);
    int inside = openat(static_cast<int>(mounted), "file", O_CREAT | O_WRONLY, 0600); // usable before it has a place
    CHECK(inside >= 0);
    close(inside);
    CHECK_EQUAL(syscall(SYS_move_mount, mounted, "", AT_FDCWD, "a", kFromEmpty), 0);
    CHECK(is_there("a/file"));
    struct statvfs status;
    CHECK_EQUAL(statvfs("a", &status), 0);
    CHECK((status.f_flag & ST_NOSUID) && status.f_blocks * status.f_frsize == 1 << 20);
    long tree = syscall(SYS_open_tree, AT_FDCWD, "a", kClone);
    CHECK(tree >= 0);
    CHECK_EQUAL(syscall(SYS_move_mount, tree, "", AT_FDCWD, "b", kFromEmpty), 0);
    CHECK(is_there("b/file"));
    struct {
        unsigned long long set, clear, propagation, name_space;
    } attributes = {1, 0, 0, 0}; // read-only
    CHECK_EQUAL(syscall(SYS_mount_setattr, AT_FDCWD, "b", 0, &attributes, sizeof attributes), 0);
    CHECK_ERROR(mkdir("b/dir", 0755), EROFS);
    CHECK_EQUAL(mkdir("a/dir", 0755), 0);
    CHECK_ERROR(syscall(SYS_mount_setattr, AT_FDCWD, "b", 0, &attributes, 8), EINVAL);
    close(static_cast<int>(syscall(SYS_open_tree, AT_FDCWD, "a", kClone | kEmptyPath))); // never attached: goes
    close(static_cast<int>(tree));
    close(static_cast<int>(mounted));
    CHECK_EQUAL(umount("a"), 0);
    CHECK_EQUAL(umount("b"), 0);
}

CASE(mounts, only_the_privileged_mount) {
    enter_fresh_directory();
    CHECK_EQUAL(mkdir("a", 0755), 0);
    chmod(".", 0755);
    become_nobody();
    CHECK_ERROR(mount("x", "a", "tmpfs", 0, nullptr), EPERM);
    CHECK_ERROR(umount("a"), EPERM);
    CHECK_ERROR(umount("absent"), ENOENT);
    CHECK_ERROR(syscall(SYS_pivot_root, "a", "a"), EPERM);
    CHECK_ERROR(unshare(CLONE_NEWNS), EPERM);
}

CASE(mounts, a_mount_point_of_another_name_space_can_be_removed) {
    if (!enter_private_name_space()) return;
    CHECK(mkdir("d", 0755) == 0 && mkdir("e", 0755) == 0);
    write_file("f", "below");
    write_file("g", "over");
    int to_child[2], to_parent[2];
    CHECK(pipe(to_child) == 0 && pipe(to_parent) == 0);
    int child = fork();
    if (child == 0) {
        char byte;
        bool is_good = unshare(CLONE_NEWNS) == 0 && mount("x", "d", "tmpfs", 0, nullptr) == 0 &&
                       mount("x", "e", "tmpfs", 0, nullptr) == 0 && mount("g", "f", nullptr, MS_BIND, nullptr) == 0;
        is_good = is_good && rmdir("d") == -1 && errno == EBUSY && unlink("f") == -1 && errno == EBUSY;
        is_good = is_good && rename("e", "h") == -1 && errno == EBUSY;
        CHECK_EQUAL(write(to_parent[1], "x", 1), 1);
        CHECK_EQUAL(read(to_child[0], &byte, 1), 1);
        // The names went with what was mounted on them; the moved one kept it.
        is_good = is_good && !is_there("d") && !is_there("f") && is_there("h") && umount("h") == 0;
        _exit(is_good ? 0 : 1);
    }
    char byte;
    CHECK_EQUAL(read(to_parent[0], &byte, 1), 1);
    CHECK_EQUAL(rmdir("d"), 0);
    CHECK_EQUAL(unlink("f"), 0);
    CHECK_EQUAL(rename("e", "h"), 0);
    CHECK_EQUAL(write(to_child[1], "x", 1), 1);
    int status;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK_EQUAL(status, 0);
}
