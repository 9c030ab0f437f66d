// Waiting for descriptors: poll, select, epoll and the descriptors made to be waited for (POSIX.1-2017 <poll.h>,
// <sys/select.h>; epoll(7), eventfd(2), timerfd_create(2), signalfd(2), inotify(7)).
#include "sysdep/syscall.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

using libc::kKernelSigsetBytes;

namespace {

template <typename... Arguments> int answer(long number, Arguments... arguments) {
    return static_cast<int>(libc::checked(number, arguments...));
}

} // namespace

extern "C" {

int poll(pollfd *descriptors, nfds_t count, int timeout_ms) { return answer(SYS_poll, descriptors, count, timeout_ms); }

// The kernel writes the time that is left; the caller's value stays.
int ppoll(pollfd *descriptors, nfds_t count, const timespec *timeout, const sigset_t *mask) {
    timespec copy = timeout ? *timeout : timespec{};
    return answer(SYS_ppoll, descriptors, count, timeout ? &copy : nullptr, mask, kKernelSigsetBytes);
}

int select(int count, fd_set *__restrict reading, fd_set *__restrict writing, fd_set *__restrict exceptional,
           timeval *__restrict timeout) {
    return answer(SYS_select, count, reading, writing, exceptional, timeout);
}

int pselect(int count, fd_set *__restrict reading, fd_set *__restrict writing, fd_set *__restrict exceptional,
            const timespec *__restrict timeout, const sigset_t *__restrict mask) {
    timespec copy = timeout ? *timeout : timespec{};
    struct {
        const sigset_t *mask;
        size_t bytes;
    } masked = {mask, kKernelSigsetBytes};
    return answer(SYS_pselect6, count, reading, writing, exceptional, timeout ? &copy : nullptr, &masked);
}

int epoll_create1(int flags) { return answer(SYS_epoll_create1, flags); }
int epoll_create(int size) {
    if (size <= 0) {
        errno = EINVAL;
        return -1;
    }
    return epoll_create1(0);
}
int epoll_ctl(int set, int operation, int fd, epoll_event *event) {
    return answer(SYS_epoll_ctl, set, operation, fd, event);
}
int epoll_pwait(int set, epoll_event *events, int count, int timeout_ms, const sigset_t *mask) {
    return answer(SYS_epoll_pwait, set, events, count, timeout_ms, mask, kKernelSigsetBytes);
}
int epoll_wait(int set, epoll_event *events, int count, int timeout_ms) {
    return answer(SYS_epoll_wait, set, events, count, timeout_ms);
}
int epoll_pwait2(int set, epoll_event *events, int count, const timespec *timeout, const sigset_t *mask) {
    return answer(SYS_epoll_pwait2, set, events, count, timeout, mask, kKernelSigsetBytes);
}

int eventfd(unsigned value, int flags) { return answer(SYS_eventfd2, value, flags); }
int eventfd_read(int fd, eventfd_t *value) { return read(fd, value, sizeof *value) == sizeof *value ? 0 : -1; }
int eventfd_write(int fd, eventfd_t value) { return write(fd, &value, sizeof value) == sizeof value ? 0 : -1; }

int timerfd_create(int clock, int flags) { return answer(SYS_timerfd_create, clock, flags); }
int timerfd_settime(int fd, int flags, const itimerspec *value, itimerspec *old) {
    return answer(SYS_timerfd_settime, fd, flags, value, old);
}
int timerfd_gettime(int fd, itimerspec *value) { return answer(SYS_timerfd_gettime, fd, value); }

int signalfd(int fd, const sigset_t *mask, int flags) {
    return answer(SYS_signalfd4, fd, mask, kKernelSigsetBytes, flags);
}

int inotify_init() { return answer(SYS_inotify_init1, 0); }
int inotify_init1(int flags) { return answer(SYS_inotify_init1, flags); }
int inotify_add_watch(int fd, const char *path, uint32_t mask) {
    return answer(SYS_inotify_add_watch, fd, path, mask);
}
int inotify_rm_watch(int fd, int watch) { return answer(SYS_inotify_rm_watch, fd, watch); }
}
