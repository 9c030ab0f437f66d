// pidfd_open(2), pidfd_send_signal(2), pidfd_getfd(2), waitid(2) with P_PIDFD.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "selftest.h"

namespace {

constexpr idtype_t kPidFd = static_cast<idtype_t>(3);

int pidfd_open(pid_t process, unsigned flags) { return static_cast<int>(syscall(SYS_pidfd_open, process, flags)); }
int pidfd_send_signal(int fd, int signal, siginfo_t* info, unsigned flags) {
    return static_cast<int>(syscall(SYS_pidfd_send_signal, fd, signal, info, flags));
}
int pidfd_getfd(int fd, int target, unsigned flags) {
    return static_cast<int>(syscall(SYS_pidfd_getfd, fd, target, flags));
}

pid_t sleeping_child() {
    pid_t child = fork();
    if (child == 0)
        while (true) pause();
    return child;
}

} // namespace

CASE(pidfd, a_process_directory_takes_signals) {
    pid_t child = sleeping_child();
    char name[32];
    snprintf(name, sizeof name, "/proc/%d", child);
    int directory = open(name, O_RDONLY | O_DIRECTORY), tasks = open("/proc/self/task", O_RDONLY | O_DIRECTORY);
    int thread = open("/proc/thread-self", O_RDONLY | O_DIRECTORY), path_only = open(name, O_PATH);
    for (int other : {tasks, thread, path_only}) CHECK_ERROR(pidfd_send_signal(other, 0, nullptr, 0), EBADF);
    CHECK_ERROR(pidfd_getfd(directory, 0, 0), EBADF);
    CHECK_EQUAL(pidfd_send_signal(directory, SIGTERM, nullptr, 0), 0);
    int status;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    CHECK_ERROR(pidfd_send_signal(directory, 0, nullptr, 0), ESRCH);
}

CASE(pidfd, open_errors) {
    CHECK_ERROR(pidfd_open(0, 0), EINVAL);
    CHECK_ERROR(pidfd_open(-1, 0), EINVAL);
    CHECK_ERROR(pidfd_open(getpid(), 1), EINVAL);
    CHECK_ERROR(pidfd_open(4'000'000, 0), ESRCH);
    CHECK_ERROR(pidfd_send_signal(pidfd_open(getpid(), 0), 0, nullptr, 0x100), EINVAL);
    CHECK_ERROR(pidfd_send_signal(77, 0, nullptr, 0), EBADF);
    int pipe_ends[2];
    CHECK_EQUAL(pipe(pipe_ends), 0);
    CHECK_ERROR(pidfd_send_signal(pipe_ends[0], 0, nullptr, 0), EBADF);
    CHECK_ERROR(pidfd_getfd(pipe_ends[0], 0, 0), EBADF);
    siginfo_t info;
    CHECK_ERROR(waitid(kPidFd, static_cast<id_t>(pipe_ends[0]), &info, WEXITED), EBADF);
}

CASE(pidfd, is_close_on_exec_and_has_no_type) {
    int fd = pidfd_open(getpid(), 0);
    CHECK(fd >= 0);
    CHECK_EQUAL(fcntl(fd, F_GETFD), FD_CLOEXEC);
    struct stat status;
    CHECK_EQUAL(fstat(fd, &status), 0);
    char byte;
    CHECK_ERROR(read(fd, &byte, 1), EINVAL);
    CHECK_ERROR(write(fd, "x", 1), EINVAL);
}

CASE(pidfd, becomes_readable_when_the_process_ends_and_waits_for_it) {
    pid_t child = sleeping_child();
    int fd = pidfd_open(child, O_NONBLOCK);
    CHECK(fd >= 0);
    pollfd entry = {fd, POLLIN, 0};
    CHECK_EQUAL(poll(&entry, 1, 0), 0);
    siginfo_t info;
    CHECK_ERROR(waitid(kPidFd, static_cast<id_t>(fd), &info, WEXITED), EAGAIN);
    CHECK_EQUAL(pidfd_send_signal(fd, SIGTERM, nullptr, 0), 0);
    CHECK_EQUAL(poll(&entry, 1, 5000), 1);
    CHECK_EQUAL(entry.revents, POLLIN);
    CHECK_EQUAL(waitid(kPidFd, static_cast<id_t>(fd), &info, WEXITED), 0);
    CHECK_EQUAL(info.si_pid, child);
    CHECK_EQUAL(info.si_code, CLD_KILLED);
    CHECK_EQUAL(info.si_status, SIGTERM);
    CHECK_ERROR(pidfd_send_signal(fd, 0, nullptr, 0), ESRCH);
    CHECK_ERROR(waitid(kPidFd, static_cast<id_t>(fd), &info, WEXITED), ECHILD);
    CHECK_EQUAL(poll(&entry, 1, 0), 1);
}

CASE(pidfd, signal_information_must_be_honest) {
    pid_t child = sleeping_child();
    int fd = pidfd_open(child, 0);
    siginfo_t info = {};
    info.si_signo = SIGUSR1;
    info.si_code = SI_USER;
    CHECK_ERROR(pidfd_send_signal(fd, SIGTERM, &info, 0), EINVAL);
    CHECK_ERROR(pidfd_send_signal(fd, SIGUSR1, &info, 0), EPERM);
    CHECK_ERROR(pidfd_send_signal(fd, 99, nullptr, 0), EINVAL);
    info.si_code = SI_QUEUE;
    CHECK_EQUAL(pidfd_send_signal(fd, SIGUSR1, &info, 0), 0);
    int status;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1);
}

CASE(pidfd, getfd_shares_the_open_file) {
    int ends[2], ready[2];
    CHECK_EQUAL(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        if (pipe(ends) != 0 || write(ready[1], &ends, sizeof ends) != sizeof ends ||
            write(ends[1], "hello", 5) != 5)
            _exit(1);
        while (true) pause();
    }
    CHECK_EQUAL(read(ready[0], &ends, sizeof ends), sizeof ends);
    int fd = pidfd_open(child, 0);
    CHECK_ERROR(pidfd_getfd(fd, 900, 0), EBADF);
    CHECK_ERROR(pidfd_getfd(fd, ends[0], 1), EINVAL);
    int mine = pidfd_getfd(fd, ends[0], 0);
    CHECK(mine >= 0);
    CHECK_EQUAL(fcntl(mine, F_GETFD), FD_CLOEXEC);
    char text[8] = {};
    CHECK_EQUAL(read(mine, text, sizeof text), 5);
    CHECK_EQUAL(memcmp(text, "hello", 5), 0);
    kill(child, SIGKILL);
    CHECK_EQUAL(waitpid(child, nullptr, 0), child);
    CHECK_ERROR(pidfd_getfd(fd, ends[0], 0), ESRCH);
}
