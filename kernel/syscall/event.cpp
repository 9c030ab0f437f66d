// eventfd(2), timerfd_create(2), signalfd(2).
#include "syscall/event.h"

#include "event/event_file.h"
#include "event/signal_file.h"
#include "event/timer_file.h"
#include "syscall/file_support.h"

namespace martlet {
namespace {

/// The object behind `fd`: EBADF, or EINVAL if it is of another kind.
template <typename T> Result<Ref<T>> get_as(int fd, Rights needed) {
    Ref<File> file = TRY(get_open_file(fd, needed));
    T* object = file->as<T>();
    if (!object) return Error(Errno::EINVAL);
    return ref_static_cast<T>(std::move(file));
}

UserTimerSetting to_user(const TimerSetting& setting) {
    return {abi::TimeSpec::from_ns(setting.interval_ns), abi::TimeSpec::from_ns(setting.value_ns)};
}

} // namespace

Result<int> sys_eventfd2(u32 initial, u32 flags) {
    constexpr u32 kSemaphore = 1;
    if (flags & ~(kSemaphore | kOpenCloseOnExec | kOpenNonBlock)) return Error(Errno::EINVAL);
    EventMode mode = flags & kSemaphore ? EventMode::Semaphore : EventMode::Counter;
    return install_file(TRY(EventFile::create(initial, mode, flags)), flags);
}

Result<int> sys_eventfd(u32 initial) { return sys_eventfd2(initial, 0); }

Result<int> sys_timerfd_create(int clock, u32 flags) {
    if (flags & ~(kOpenCloseOnExec | kOpenNonBlock)) return Error(Errno::EINVAL);
    TRY(TimerFile::check_clock(clock));
    return install_file(TRY(TimerFile::create(clock, flags)), flags);
}

Result<void> sys_timerfd_settime(int fd, u32 flags, UserPtr<const UserTimerSetting> setting,
                                 UserPtr<UserTimerSetting> old) {
    UserTimerSetting given = TRY(setting.load());
    if (flags & ~(TimerFile::kAbsolute | TimerFile::kCancelOnSet)) return Error(Errno::EINVAL);
    if (!given.value.is_valid() || !given.interval.is_valid()) return Error(Errno::EINVAL);
    Ref<TimerFile> timer = TRY(get_as<TimerFile>(fd, Rights::Manage));
    TRY(TimerFile::check_clock(timer->clock()));
    TimerSetting before;
    Result<void> result = timer->set(flags, {given.interval.to_ns(), given.value.to_ns()}, before);
    if (old) TRY(old.store(to_user(before)));
    return result;
}

Result<void> sys_timerfd_gettime(int fd, UserPtr<UserTimerSetting> setting) {
    Ref<TimerFile> timer = TRY(get_as<TimerFile>(fd, Rights::Read));
    return setting.store(to_user(timer->get()));
}

Result<int> sys_signalfd4(int fd, UserPtr<const u64> mask, usize size, u32 flags) {
    if (size != sizeof(u64)) return Error(Errno::EINVAL);
    SignalSet set(TRY(mask.load()));
    if (flags & ~(kOpenCloseOnExec | kOpenNonBlock)) return Error(Errno::EINVAL);
    if (fd == -1) return install_file(TRY(SignalFile::create(set, flags)), flags);
    Ref<SignalFile> file = TRY(get_as<SignalFile>(fd, Rights::Manage));
    file->set_signals(set);
    return fd;
}

Result<int> sys_signalfd(int fd, UserPtr<const u64> mask, usize size) { return sys_signalfd4(fd, mask, size, 0); }

} // namespace martlet
