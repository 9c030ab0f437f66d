// poll, ppoll, select, pselect6: one loop over descriptors that registers on every queue once and then sleeps.
#include "proc/resource_limits.h"
#include "proc/signal.h"
#include "syscall/file.h"
#include "syscall/file_support.h"
#include "time/clock.h"
#include "vfs/poll_wait.h"

namespace martlet {
namespace {

struct PollItem {
    Ref<File> file; // kept while its queues are watched
    u32 wanted = 0, returned = 0;
};

/// Counts the items that have what they want (errors and hang-ups always count); registers with `table` until one has.
u32 scan(std::span<PollItem> items, PollTable* table) {
    u32 ready = 0;
    for (PollItem& item : items) {
        if (!item.file) continue;
        if (table) table->wanted = item.wanted;
        item.returned = item.file->poll(ready == 0 ? table : nullptr) & (item.wanted | kPollErr | kPollHup);
        if (item.returned) ++ready;
    }
    return ready;
}

/// Waits until an item is ready or the deadline passes. Answers how many are, with those that were before.
Result<u32> poll_items(std::span<PollItem> items, u32 ready_before, Deadline deadline) {
    PollWait wait;
    bool sleeps = ready_before == 0 && !deadline.has_passed();
    u32 ready = ready_before + scan(items, sleeps ? &wait : nullptr);
    while (sleeps && ready == 0) {
        auto waited = wait.wait(deadline);
        ready = scan(items, nullptr);
        if (waited || ready > 0) continue;
        if (waited.error() == Errno::ETIMEDOUT) return 0;
        return Error(waited.error());
    }
    return ready;
}

Result<Deadline> deadline_of(i64 seconds, i64 nanoseconds) {
    constexpr i64 kForever = 1ll << 33; // seconds that do not fit into ns since boot
    if (seconds < 0 || nanoseconds < 0 || nanoseconds >= static_cast<i64>(kNanosecondsPerSecond)) return Error(Errno::EINVAL);
    if (seconds >= kForever) return Deadline::never();
    u64 timeout_ns = static_cast<u64>(seconds) * kNanosecondsPerSecond + static_cast<u64>(nanoseconds);
    return timeout_ns == 0 ? Deadline::at(0) : Deadline::after(timeout_ns);
}

Result<Deadline> load_deadline(UserPtr<abi::TimeSpec64> timeout) {
    if (!timeout) return Deadline::never();
    abi::TimeSpec64 given = TRY(timeout.load());
    return deadline_of(given.seconds, given.nanoseconds);
}

u64 nanoseconds_left(Deadline deadline) {
    u64 now = monotonic_ns();
    return deadline.monotonic_ns > now ? deadline.monotonic_ns - now : 0;
}

/// Linux tells the caller how much time was left; a fault there is ignored.
void store_rest(UserPtr<abi::TimeSpec64> timeout, Deadline deadline) {
    if (!timeout || deadline.is_never()) return;
    u64 left = nanoseconds_left(deadline);
    (void)timeout.store({static_cast<i64>(left / kNanosecondsPerSecond), static_cast<i64>(left % kNanosecondsPerSecond)});
}

/// A copy of the user's descriptors and their files.
class PollSet : NonCopyable {
public:
    Result<void> load(UserPtr<abi::PollDescriptor> user, u32 count) {
        if (count > current_limit(Resource::OpenFiles)) return Error(Errno::EINVAL);
        TRY(descriptors_.resize(count));
        TRY(items_.resize(count));
        TRY(user.load_array(descriptors_.span()));
        for (u32 index = 0; index < count; ++index) {
            const abi::PollDescriptor& descriptor = descriptors_[index];
            if (descriptor.descriptor < 0) continue;
            auto file = get_open_file(descriptor.descriptor);
            if (!file) {
                items_[index].returned = kPollNval;
                ++invalid_;
                continue;
            }
            items_[index].file = *std::move(file);
            items_[index].wanted = static_cast<u16>(descriptor.events);
        }
        return {};
    }
    Result<i64> wait(UserPtr<abi::PollDescriptor> user, Deadline deadline) {
        u32 ready = TRY(poll_items(items_.span(), invalid_, deadline));
        // Most answers are what the caller's memory says already.
        for (usize index = 0; index < items_.size(); ++index) {
            auto returned = static_cast<i16>(items_[index].returned);
            if (returned == descriptors_[index].returned) continue;
            u64 address = (user + index).address() + offsetof(abi::PollDescriptor, returned);
            TRY(UserPtr<i16>(address).store(returned));
        }
        return ready;
    }

private:
    Vector<abi::PollDescriptor> descriptors_;
    Vector<PollItem> items_;
    u32 invalid_ = 0;
};

Result<i64> poll_until(UserPtr<abi::PollDescriptor> descriptors, u32 count, Deadline deadline) {
    PollSet set;
    TRY(set.load(descriptors, count));
    return set.wait(descriptors, deadline);
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

/// ppoll and pselect6: after the old mask is back, an interruption is EINTR if a handler runs, else a restart.
Result<i64> end_masked(Result<i64> result) {
    bool interrupted = !result && result.error() == Errno::kRestartSys;
    end_temporary_signal_mask(interrupted ? Interrupted::Yes : Interrupted::No);
    if (interrupted) return Error(Errno::kRestartNoHandler);
    return result;
}

/// The three bit sets of select(2): loaded, polled, stored.
class SelectSets : NonCopyable {
public:
    Result<void> load(int count, const u64 (&addresses)[3]) {
        if (count < 0) return Error(Errno::EINVAL);
        u64 most = current_limit(Resource::OpenFiles);
        count_ = static_cast<u64>(count) < most ? static_cast<u32>(count) : static_cast<u32>(most);
        words_ = (count_ + 63) / 64;
        TRY(bits_.resize(words_ * 3));
        for (u32 set = 0; set < 3; ++set)
            if (addresses[set] && words_ > 0)
                TRY(UserPtr<u64>(addresses[set]).load_array(bits_.span().subspan(set * words_, words_)));
        for (u32 fd = 0; fd < count_; ++fd) {
            u32 wanted = (is_set(0, fd) ? kSelectRead : 0) | (is_set(1, fd) ? kSelectWrite : 0) | (is_set(2, fd) ? kPollPri : 0);
            if (!wanted) continue;
            PollItem item;
            item.file = TRY(get_open_file(static_cast<int>(fd)));
            item.wanted = wanted;
            TRY(items_.push_back(std::move(item)));
            TRY(numbers_.push_back(fd));
        }
        return {};
    }
    Result<i64> wait(const u64 (&addresses)[3], Deadline deadline) {
        // A hang-up makes a file readable, an error both: neither counts where nobody asked.
        TRY(poll_items(items_.span(), 0, deadline));
        i64 count = 0;
        Vector<u64> ready;
        TRY(ready.resize(words_ * 3));
        constexpr u32 kEvents[3] = {kSelectRead | kPollHup | kPollErr, kSelectWrite | kPollErr, kPollPri};
        for (usize index = 0; index < items_.size(); ++index) {
            for (u32 set = 0; set < 3; ++set) {
                if (!is_set(set, numbers_[index]) || !(items_[index].returned & kEvents[set])) continue;
                ready[set * words_ + numbers_[index] / 64] |= 1ull << (numbers_[index] % 64);
                ++count;
            }
        }
        for (u32 set = 0; set < 3; ++set)
            if (addresses[set] && words_ > 0)
                TRY(UserPtr<u64>(addresses[set]).store_array(std::span<const u64>(ready.span().subspan(set * words_, words_))));
        return count;
    }

private:
    static constexpr u32 kSelectRead = kPollIn | kPollRdNorm | kPollRdBand, kSelectWrite = kPollOut | kPollWrNorm | kPollWrBand;
    bool is_set(u32 set, u32 fd) const { return (bits_[set * words_ + fd / 64] >> (fd % 64)) & 1; }
    u32 count_ = 0;
    usize words_ = 0;
    Vector<u64> bits_;
    Vector<PollItem> items_;
    Vector<u32> numbers_;
};

Result<i64> select_until(int count, const u64 (&addresses)[3], Deadline deadline) {
    SelectSets sets;
    TRY(sets.load(count, addresses));
    return sets.wait(addresses, deadline);
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

Result<i64> sys_select(int count, u64 read_set, u64 write_set, u64 exception_set, UserPtr<abi::TimeVal> timeout) {
    Deadline deadline = Deadline::never();
    if (timeout) {
        abi::TimeVal given = TRY(timeout.load());
        if (given.microseconds < 0 || given.seconds < 0) return Error(Errno::EINVAL);
        deadline = TRY(deadline_of(given.seconds + given.microseconds / 1'000'000, given.microseconds % 1'000'000 * 1000));
    }
    auto result = select_until(count, {read_set, write_set, exception_set}, deadline);
    if (timeout && !deadline.is_never()) {
        u64 left_us = nanoseconds_left(deadline) / 1000;
        (void)timeout.store({static_cast<i64>(left_us / 1'000'000), static_cast<i64>(left_us % 1'000'000)});
    }
    if (!result && result.error() == Errno::kRestartSys) return Error(Errno::kRestartNoHandler);
    return result;
}

Result<i64> sys_pselect6(int count, u64 read_set, u64 write_set, u64 exception_set, UserPtr<abi::TimeSpec64> timeout, u64 mask) {
    struct MaskArgument {
        u64 address, size;
    } argument{};
    if (mask) argument = TRY(UserPtr<MaskArgument>(mask).load());
    Deadline deadline = TRY(load_deadline(timeout));
    TRY(begin_temporary_signal_mask(UserPtr<const u64>(argument.address), argument.size));
    auto result = select_until(count, {read_set, write_set, exception_set}, deadline);
    store_rest(timeout, deadline);
    return end_masked(std::move(result));
}

} // namespace martlet
