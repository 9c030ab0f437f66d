// System calls on descriptors made to be waited for: eventfd, timerfd, signalfd, epoll, inotify, fanotify.
#pragma once
#include "abi/time.h"
#include "event/epoll.h"
#include "mm/user_access.h"

namespace martlet {

struct UserTimerSetting { // struct itimerspec
    abi::TimeSpec interval, value;
};

// event.cpp
Result<int> sys_eventfd(u32 initial);
Result<int> sys_eventfd2(u32 initial, u32 flags);
Result<int> sys_timerfd_create(int clock, u32 flags);
Result<void> sys_timerfd_settime(int fd, u32 flags, UserPtr<const UserTimerSetting> setting,
                                 UserPtr<UserTimerSetting> old);
Result<void> sys_timerfd_gettime(int fd, UserPtr<UserTimerSetting> setting);
Result<int> sys_signalfd(int fd, UserPtr<const u64> mask, usize size);
Result<int> sys_signalfd4(int fd, UserPtr<const u64> mask, usize size, u32 flags);
// epoll.cpp
Result<int> sys_epoll_create(int size);
Result<int> sys_epoll_create1(u32 flags);
Result<void> sys_epoll_ctl(int epoll_fd, int operation, int fd, UserPtr<const EpollEvent> event);
Result<u32> sys_epoll_wait(int epoll_fd, UserPtr<EpollEvent> events, int capacity, int timeout_ms);
Result<u32> sys_epoll_pwait(int epoll_fd, UserPtr<EpollEvent> events, int capacity, int timeout_ms,
                            UserPtr<const u64> mask, usize mask_size);
Result<u32> sys_epoll_pwait2(int epoll_fd, UserPtr<EpollEvent> events, int capacity,
                             UserPtr<const abi::TimeSpec> timeout, UserPtr<const u64> mask, usize mask_size);

// fanotify.cpp
Result<int> sys_fanotify_init(u32 flags, u32 event_flags);
Result<void> sys_fanotify_mark(int fd, u32 flags, u64 mask, int directory, UserString path);
// inotify.cpp
Result<int> sys_inotify_init();
Result<int> sys_inotify_init1(u32 flags);
Result<int> sys_inotify_add_watch(int fd, UserString path, u32 mask);
Result<void> sys_inotify_rm_watch(int fd, int watch);

} // namespace martlet
