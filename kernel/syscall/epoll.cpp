// epoll_create(2), epoll_ctl(2), epoll_wait(2): arguments and their errors in Linux's order.
#include "proc/signal.h"
#include "syscall/event.h"
#include "syscall/file_support.h"

namespace martlet {
namespace {

constexpr int kAdd = 1, kDelete = 2, kModify = 3;

Result<Ref<Epoll>> get_epoll(int fd) {
    Ref<File> file = TRY(get_open_file(fd, Rights::Wait));
    if (!file->as<Epoll>()) return Error(Errno::EINVAL);
    return ref_static_cast<Epoll>(std::move(file));
}

/// An exclusive item is for plain waiting only, and its events never change.
Result<void> check_exclusive(int operation, File& target, u32 events) {
    constexpr u32 kAllowed = kPollIn | kPollOut | kPollErr | kPollHup | kEpollWakeUp | kEpollEdge | kEpollExclusive;
    if (!(events & kEpollExclusive)) return {};
    if (operation == kModify) return Error(Errno::EINVAL);
    if (operation == kAdd && (target.as<Epoll>() || (events & ~kAllowed))) return Error(Errno::EINVAL);
    return {};
}

Deadline deadline_after_ms(int timeout_ms) {
    if (timeout_ms < 0) return Deadline::never();
    if (timeout_ms == 0) return Deadline::at(0);
    return Deadline::after(static_cast<u64>(timeout_ms) * kNanosecondsPerMillisecond);
}

[[gnu::always_inline]] inline Result<u32> wait_until(int epoll_fd, UserPtr<EpollEvent> events, int capacity,
                                                     Deadline deadline) {
    constexpr int kMaximumCapacity = 0x7fff'ffff / static_cast<int>(sizeof(EpollEvent));
    if (capacity <= 0 || capacity > kMaximumCapacity) return Error(Errno::EINVAL);
    u64 size = static_cast<u64>(capacity) * sizeof(EpollEvent);
    if (events.address() > kUserEnd - size) return Error(Errno::EFAULT);
    UsedFile used = current_task().files().use(epoll_fd, Rights::Wait);
    if (Epoll* epoll = used ? used->as<Epoll>() : nullptr) [[likely]]
        return epoll->wait(events, static_cast<u32>(capacity), deadline);
    return TRY(get_epoll(epoll_fd))->wait(events, static_cast<u32>(capacity), deadline); // the error
}

Result<u32> wait_masked(int epoll_fd, UserPtr<EpollEvent> events, int capacity, Deadline deadline,
                        UserPtr<const u64> mask, usize mask_size) {
    TRY(begin_temporary_signal_mask(mask, mask_size));
    auto result = wait_until(epoll_fd, events, capacity, deadline);
    end_temporary_signal_mask(!result && result.error() == Errno::EINTR ? Interrupted::Yes : Interrupted::No);
    return result;
}

} // namespace

Result<int> sys_epoll_create1(u32 flags) {
    if (flags & ~kOpenCloseOnExec) return Error(Errno::EINVAL);
    return install_file(TRY(Epoll::create()), flags);
}

Result<int> sys_epoll_create(int size) {
    if (size <= 0) return Error(Errno::EINVAL);
    return sys_epoll_create1(0);
}

Result<void> sys_epoll_ctl(int epoll_fd, int operation, int fd, UserPtr<const EpollEvent> event) {
    EpollEvent wanted = {};
    if (operation != kDelete) wanted = TRY(event.load());
    Ref<File> epoll_file = TRY(get_open_file(epoll_fd, Rights::Manage));
    Ref<File> target = TRY(get_open_file(fd, Rights::Wait));
    if (!target->is_pollable()) return Error(Errno::EPERM);
    if (epoll_file == target || !epoll_file->as<Epoll>()) return Error(Errno::EINVAL);
    TRY(check_exclusive(operation, *target, wanted.events));
    Epoll& epoll = *epoll_file->as<Epoll>();
    switch (operation) {
    case kAdd: return epoll.add(*target, fd, wanted);
    case kDelete: return epoll.remove(*target, fd);
    case kModify: return epoll.modify(*target, fd, wanted);
    default: return Error(Errno::EINVAL);
    }
}

Result<u32> sys_epoll_wait(int epoll_fd, UserPtr<EpollEvent> events, int capacity, int timeout_ms) {
    return wait_until(epoll_fd, events, capacity, deadline_after_ms(timeout_ms));
}

Result<u32> sys_epoll_pwait(int epoll_fd, UserPtr<EpollEvent> events, int capacity, int timeout_ms,
                            UserPtr<const u64> mask, usize mask_size) {
    return wait_masked(epoll_fd, events, capacity, deadline_after_ms(timeout_ms), mask, mask_size);
}

Result<u32> sys_epoll_pwait2(int epoll_fd, UserPtr<EpollEvent> events, int capacity,
                             UserPtr<const abi::TimeSpec> timeout, UserPtr<const u64> mask, usize mask_size) {
    Deadline deadline = Deadline::never();
    if (timeout) {
        abi::TimeSpec given = TRY(timeout.load());
        if (!given.is_valid()) return Error(Errno::EINVAL);
        u64 timeout_ns = given.to_ns();
        deadline = timeout_ns == 0 ? Deadline::at(0) : Deadline::after(timeout_ns);
    }
    return wait_masked(epoll_fd, events, capacity, deadline, mask, mask_size);
}

} // namespace martlet
