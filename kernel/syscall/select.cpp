// select(2), pselect6(2).
#include "proc/resource_limits.h"
#include "proc/signal.h"
#include "syscall/file.h"
#include "syscall/poll_support.h"
#include "time/clock.h"

namespace martlet {
namespace {

/// The three bit sets: loaded, scanned, stored.
class SelectSets : NonCopyable {
public:
    using Addresses = u64[3];

    /// Descriptors beyond the table are not looked at, as in Linux. EINVAL, EFAULT, ENOMEM.
    Result<void> load(int count, const Addresses& addresses) {
        if (count < 0) return Error(Errno::EINVAL);
        u32 capacity = current_task().files().capacity();
        count_ = static_cast<u32>(count) < capacity ? static_cast<u32>(count) : capacity;
        words_ = (count_ + 63) / 64;
        if (words_ > kInlineWords) {
            heap_ = Own<u64[]>(new (std::nothrow) u64[2 * kSets * words_]);
            if (!heap_) return Error(Errno::ENOMEM);
        }
        for (u32 set = 0; set < kSets; ++set) {
            std::span<u64> bits = wanted(set);
            if (!addresses[set]) memset(bits.data(), 0, bits.size_bytes());
            else TRY(UserPtr<u64>(addresses[set]).load_array(bits));
        }
        return {};
    }

    /// How many bits are set in the answer. EBADF for a descriptor that is not open; one that was closed
    /// since is ready.
    Result<u32> scan(PollWait* wait) {
        u32 ready = 0;
        FdTable& files = current_task().files();
        for (u32 word = 0; word < words_; ++word) {
            const u64 in = wanted(0)[word], out = wanted(1)[word], exception = wanted(2)[word];
            u64 in_ready = 0, out_ready = 0, exception_ready = 0;
            u64 all = in | out | exception;
            if (word * 64 + 64 > count_) all &= (1ull << (count_ % 64)) - 1;
            for (; all; all &= all - 1) {
                int fd = static_cast<int>(word * 64) + __builtin_ctzll(all);
                u64 bit = all & -all;
                bool is_watched = wait && ready == 0;
                u32 interest = is_watched ? (in & bit ? kReadable : 0) | (out & bit ? kWritable : 0) |
                                            (exception & bit ? kPollPri : 0) : ~0u;
                // A hang-up makes a file readable, an error both: neither counts where nobody asked.
                u32 events = poll_descriptor(files, fd, interest, is_watched ? wait : nullptr);
                if (!events) continue;
                if (events == kPollNval && !were_open_) return Error(Errno::EBADF);
                if (in & bit && events & (kReadable | kPollHup | kPollErr | kPollNval)) in_ready |= bit, ++ready;
                if (out & bit && events & (kWritable | kPollErr | kPollNval)) out_ready |= bit, ++ready;
                if (exception & bit && events & (kPollPri | kPollNval)) exception_ready |= bit, ++ready;
            }
            answer(0)[word] = in_ready, answer(1)[word] = out_ready, answer(2)[word] = exception_ready;
        }
        were_open_ = true;
        return ready;
    }

    Result<void> store(const Addresses& addresses) {
        for (u32 set = 0; set < kSets; ++set)
            if (addresses[set]) TRY(UserPtr<u64>(addresses[set]).store_array(answer(set)));
        return {};
    }

private:
    static constexpr u32 kSets = 3;
    static constexpr u32 kInlineWords = 16; // FD_SETSIZE
    static constexpr u32 kReadable = kPollIn | kPollRdNorm | kPollRdBand,
                         kWritable = kPollOut | kPollWrNorm | kPollWrBand;

    std::span<u64> bits(u32 index) { return {(heap_ ? heap_.get() : inline_) + index * words_, words_}; }
    std::span<u64> wanted(u32 set) { return bits(set); }
    std::span<u64> answer(u32 set) { return bits(kSets + set); }

    u64 inline_[2 * kSets * kInlineWords];
    Own<u64[]> heap_;
    u32 count_ = 0;
    u32 words_ = 0;
    bool were_open_ = false; // every descriptor, at the first scan
};

Result<i64> select_until(int count, const SelectSets::Addresses& addresses, Deadline deadline) {
    [[clang::uninitialized]] SelectSets sets;
    TRY(sets.load(count, addresses));
    u32 ready = TRY(wait_until_ready([&](PollWait* wait) { return sets.scan(wait); }, deadline));
    TRY(sets.store(addresses));
    return ready;
}

} // namespace

Result<i64> sys_select(int count, u64 read_set, u64 write_set, u64 exception_set, UserPtr<abi::TimeVal> timeout) {
    Deadline deadline = Deadline::never();
    if (timeout) {
        abi::TimeVal given = TRY(timeout.load());
        i64 seconds;
        if (given.microseconds < 0 || given.seconds < 0) return Error(Errno::EINVAL);
        if (__builtin_add_overflow(given.seconds, given.microseconds / 1'000'000, &seconds))
            return Error(Errno::EINVAL);
        deadline = TRY(deadline_of(seconds, given.microseconds % 1'000'000 * 1000));
    }
    auto result = select_until(count, {read_set, write_set, exception_set}, deadline);
    if (timeout && !deadline.is_never()) {
        u64 left_us = nanoseconds_left(deadline) / 1000;
        (void)timeout.store({static_cast<i64>(left_us / 1'000'000), static_cast<i64>(left_us % 1'000'000)});
    }
    if (!result && result.error() == Errno::kRestartSys) return Error(Errno::kRestartNoHandler);
    return result;
}

Result<i64> sys_pselect6(int count, u64 read_set, u64 write_set, u64 exception_set,
                         UserPtr<abi::TimeSpec64> timeout, u64 mask) {
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
