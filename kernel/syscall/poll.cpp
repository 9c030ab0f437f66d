// poll(2), ppoll(2).
#include "proc/resource_limits.h"
#include "proc/signal.h"
#include "syscall/file.h"
#include "syscall/poll_support.h"

namespace martlet {
namespace {

/// A copy of the user's descriptors with what they answer.
class PollSet : NonCopyable {
public:
    /// EINVAL, EFAULT, ENOMEM.
    Result<void> load(UserPtr<abi::PollDescriptor> user, u32 count) {
        if (count > current_limit(Resource::OpenFiles)) return Error(Errno::EINVAL);
        if (count > kInline) {
            heap_ = Own<abi::PollDescriptor[]>(new (std::nothrow) abi::PollDescriptor[count]);
            if (!heap_) return Error(Errno::ENOMEM);
        }
        items_ = {heap_ ? heap_.get() : inline_, count};
        return user.load_array(items_);
    }
    /// How many answer something; a descriptor that is not open answers POLLNVAL, a negative one nothing.
    u32 scan(PollWait* wait) {
        u32 ready = 0;
        FdTable& files = current_task().files();
        for (abi::PollDescriptor& item : items_) {
            u32 now = 0;
            if (item.descriptor >= 0)
                now = poll_descriptor(files, item.descriptor, static_cast<u16>(item.events),
                                      ready == 0 ? wait : nullptr);
            if (now != static_cast<u16>(item.returned)) item.returned = static_cast<i16>(now | kChanged);
            if (now) ++ready;
        }
        return ready;
    }
    /// Most answers are what the caller's memory says already.
    Result<void> store(UserPtr<abi::PollDescriptor> user) const {
        for (usize index = 0; index < items_.size(); ++index) {
            u32 returned = static_cast<u16>(items_[index].returned);
            if (!(returned & kChanged)) continue;
            u64 address = (user + index).address() + offsetof(abi::PollDescriptor, returned);
            TRY(UserPtr<u16>(address).store(static_cast<u16>(returned & ~kChanged)));
        }
        return {};
    }

private:
    /// In `returned`: the answer, which no event's bit is like, has to be stored. Once set it stays.
    static constexpr u32 kChanged = 0x8000;
    static constexpr u32 kInline = 32;
    abi::PollDescriptor inline_[kInline];
    Own<abi::PollDescriptor[]> heap_;
    std::span<abi::PollDescriptor> items_;
};

Result<i64> poll_until(UserPtr<abi::PollDescriptor> descriptors, u32 count, Deadline deadline) {
    [[clang::uninitialized]] PollSet set;
    TRY(set.load(descriptors, count));
    u32 ready = TRY(wait_until_ready([&](PollWait* wait) -> Result<u32> { return set.scan(wait); }, deadline));
    TRY(set.store(descriptors));
    return ready;
}

/// poll(2) restarts with the time that is left (restart_syscall).
Result<i64> poll_restartable(UserPtr<abi::PollDescriptor> descriptors, u32 count, Deadline deadline) {
    auto result = poll_until(descriptors, count, deadline);
    if (result || result.error() != Errno::kRestartSys) return result;
    RestartBlock& block = current_task().restart_block;
    block.restart = [](RestartBlock& saved) {
        return poll_restartable(UserPtr<abi::PollDescriptor>(saved.user_address), static_cast<u32>(saved.arguments[0]),
                                Deadline::at(saved.deadline_ns));
    };
    block.deadline_ns = deadline.monotonic_ns;
    block.user_address = descriptors.address();
    block.arguments[0] = count;
    return Error(Errno::kRestartBlock);
}

} // namespace

Result<i64> sys_poll(UserPtr<abi::PollDescriptor> descriptors, u32 count, int timeout_ms) {
    Deadline deadline = Deadline::never();
    if (timeout_ms == 0) deadline = Deadline::at(0);
    if (timeout_ms > 0) deadline = Deadline::after(static_cast<u64>(timeout_ms) * kNanosecondsPerMillisecond);
    return poll_restartable(descriptors, count, deadline);
}

Result<i64> sys_ppoll(UserPtr<abi::PollDescriptor> descriptors, u32 count, UserPtr<abi::TimeSpec64> timeout,
                      UserPtr<const u64> mask, usize mask_size) {
    Deadline deadline = TRY(load_deadline(timeout));
    TRY(begin_temporary_signal_mask(mask, mask_size));
    auto result = poll_until(descriptors, count, deadline);
    store_rest(timeout, deadline);
    return end_masked(std::move(result));
}

} // namespace martlet
