// fanotify(7) permission events: groups that decide who may open, read and execute.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fanotify_calls.h"
#include "file_helpers.h"

using namespace selftest;
using namespace selftest::fanotify;

namespace {

constexpr unsigned kContent = 4, kPreContent = 8, kFid = 0x200;
constexpr unsigned kAdd = 1, kOpen = 0x20, kOpenPermission = 0x10000, kAccessPermission = 0x20000,
                   kOpenExecutePermission = 0x40000;
constexpr unsigned kAllow = 1, kDeny = 2;

struct Response {
    int fd;
    unsigned response;
};

/// The group, with a mark on "file"; it does not hear of its own process.
int watch(unsigned mask) {
    enter_fresh_tmpfs();
    write_file("file", "content");
    int group = init(kContent);
    CHECK(group >= 0);
    CHECK_EQUAL(mark(group, kAdd, mask, "file"), 0);
    return group;
}

/// Reads one event, checks it and answers.
void decide(int group, unsigned mask, pid_t process, unsigned response) {
    Metadata metadata;
    CHECK_EQUAL(read(group, &metadata, sizeof metadata), sizeof metadata);
    CHECK_EQUAL(metadata.mask, mask);
    CHECK_EQUAL(metadata.process, process);
    CHECK(metadata.fd >= 0);
    char byte;
    CHECK_EQUAL(read(metadata.fd, &byte, 1), 1); // asks nobody
    Response answer = {metadata.fd, response};
    CHECK_EQUAL(write(group, &answer, sizeof answer), sizeof answer);
    CHECK_ERROR(write(group, &answer, sizeof answer), ENOENT); // once
    CHECK_EQUAL(close(metadata.fd), 0);
}

int exit_status(pid_t child) {
    int status = -1;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    return status;
}

/// A child that opens and reads "file"; its exit status is the errno of what failed.
pid_t start_reader(int group) {
    pid_t child = fork();
    if (child != 0) return child;
    close(group);
    char byte;
    int file = open("file", O_RDONLY);
    if (file < 0) _exit(errno);
    _exit(read(file, &byte, 1) == 1 ? 0 : errno);
}

} // namespace

CASE(fanotify_permissions, of_opening_and_reading) {
    int group = watch(kOpenPermission | kAccessPermission);
    pid_t child = start_reader(group);
    decide(group, kOpenPermission, child, kDeny);
    CHECK_EQUAL(WEXITSTATUS(exit_status(child)), EPERM);
    child = start_reader(group);
    decide(group, kOpenPermission, child, kAllow);
    decide(group, kAccessPermission, child, kDeny);
    CHECK_EQUAL(WEXITSTATUS(exit_status(child)), EPERM);
    child = start_reader(group);
    decide(group, kOpenPermission, child, kAllow);
    decide(group, kAccessPermission, child, kAllow);
    CHECK_EQUAL(exit_status(child), 0);
    struct pollfd waiting = {group, POLLIN, 0};
    CHECK_EQUAL(poll(&waiting, 1, 0), 0);
}

CASE(fanotify_permissions, of_executing) {
    int group = watch(kOpenExecutePermission);
    CHECK_EQUAL(chmod("file", 0755), 0);
    pid_t child = fork();
    if (child == 0) {
        close(group);
        char* none[] = {nullptr};
        execve("./file", none, none);
        _exit(errno);
    }
    decide(group, kOpenExecutePermission, child, kDeny);
    CHECK_EQUAL(WEXITSTATUS(exit_status(child)), EPERM);
}

CASE(fanotify_permissions, are_granted_when_the_group_ends) {
    int group = watch(kOpenPermission);
    pid_t first = start_reader(group);
    Metadata metadata;
    CHECK_EQUAL(read(group, &metadata, sizeof metadata), sizeof metadata); // told of, not answered
    pid_t second = start_reader(group);
    struct pollfd waiting = {group, POLLIN, 0};
    CHECK_EQUAL(poll(&waiting, 1, -1), 1); // not told of
    close(group);
    CHECK_EQUAL(exit_status(first), 0);
    CHECK_EQUAL(exit_status(second), 0);
}

CASE(fanotify_permissions, of_a_killed_process_are_forgotten) {
    int group = watch(kOpenPermission);
    struct pollfd waiting = {group, POLLIN, 0};
    pid_t child = start_reader(group);
    Metadata metadata;
    CHECK_EQUAL(read(group, &metadata, sizeof metadata), sizeof metadata);
    CHECK_EQUAL(kill(child, SIGUSR1), 0); // fatal, too
    int status = exit_status(child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1);
    child = start_reader(group);
    CHECK_EQUAL(poll(&waiting, 1, -1), 1);
    CHECK_EQUAL(kill(child, SIGKILL), 0);
    CHECK(WIFSIGNALED(exit_status(child)));
    child = start_reader(group);
    decide(group, kOpenPermission, child, kAllow); // the next who asks
    CHECK_EQUAL(exit_status(child), 0);
}

CASE(fanotify_permissions, errors) {
    int group = watch(kOpen);
    Response answer = {0, kAllow};
    CHECK_ERROR(write(group, &answer, sizeof answer), ENOENT);
    CHECK_ERROR(write(group, &answer, 4), EINVAL);
    answer.response = 3;
    CHECK_ERROR(write(group, &answer, sizeof answer), EINVAL);
    answer = {-1, kAllow};
    CHECK_ERROR(write(group, &answer, sizeof answer), EINVAL);
    answer = {0, kAllow | 0x10}; // FAN_AUDIT: the group does not audit
    CHECK_ERROR(write(group, &answer, sizeof answer), EINVAL);
    CHECK_ERROR(mark(init(0), kAdd, kOpenPermission, "file"), EINVAL);
    CHECK_ERROR(mark(init(kFid), kAdd, kOpenPermission, "file"), EINVAL);
    CHECK_ERROR(mark(group, kAdd, kOpenPermission, "/proc/self/stat"), EINVAL);
    CHECK_EQUAL(mark(init(kPreContent), kAdd, kAccessPermission, "file"), 0);
}
