// Tty: read(2) in canonical mode and the four cases of raw mode (POSIX.1-2017 11.1.6, 11.1.7), and write(2).
#include <algorithm>

#include "dev/tty/tty.h"
#include "sched/thread.h"

namespace martlet {
namespace {

constexpr u64 kTenthOfSecondNs = 100 * kNanosecondsPerMillisecond;
constexpr usize kBounceSize = 256;

} // namespace

/// What ends a read, taken from the settings each time the queue is looked at.
struct Tty::ReadPlan {
    bool is_canonical;
    usize minimum;    // raw: VMIN
    u64 time_ns;      // raw: VTIME
    Deadline deadline; // of the wait that comes next
    u32 settings_sequence;
};

Result<usize> Tty::read(IoCursor& to, u32 file_generation, bool nonblocking) {
    if (file_generation != generation()) return 0;
    TRY(check_terminal_access(*this, TerminalUse::Read));
    TRY(reader_.acquire(nonblocking));
    Result<usize> result = read_exclusive(to, file_generation, nonblocking);
    reader_.release();
    if (raw_.count() != 0) input_work_.schedule(); // there may be room now
    return result;
}

/// Fills `plan` and takes what is there. False if there is nothing.
bool Tty::take_input(ReadPlan& plan, std::span<u8> buffer, usize& count, bool& line_ended) {
    MutexGuard guard(lock_);
    plan.is_canonical = discipline_.is_canonical();
    plan.minimum = discipline_.termios().c_cc[kVmin];
    plan.time_ns = discipline_.termios().c_cc[kVtime] * kTenthOfSecondNs;
    plan.settings_sequence = settings_sequence_;
    if (!discipline_.has_input(1)) return false;
    count = discipline_.read(buffer, line_ended);
    publish_input();
    return true;
}

Result<usize> Tty::read_exclusive(IoCursor& to, u32 file_generation, bool nonblocking) {
    usize total = 0;
    Deadline first_byte; // VMIN 0: the time runs from the start of the read
    bool has_first_byte_deadline = false;
    while (to.remaining() > 0) {
        if (file_generation != generation()) return total;
        u8 buffer[kBounceSize];
        usize count = 0;
        bool line_ended = false;
        ReadPlan plan;
        if (take_input(plan, std::span(buffer).first(std::min(kBounceSize, to.remaining())), count, line_ended)) {
            Result<usize> copied = to.put(buffer, count);
            if (!copied) {
                if (total > 0) return total;
                return copied;
            }
            total += *copied;
            if (*copied < count || (plan.is_canonical && line_ended)) return total;
            continue;
        }
        if (plan.is_canonical) {
            if (total > 0) return total; // the mode changed in between
        } else {
            if (total >= std::max<usize>(plan.minimum, 1)) return total;
            if (plan.minimum == 0) {
                if (plan.time_ns == 0) return total;
                if (!has_first_byte_deadline) first_byte = Deadline::after(plan.time_ns);
                has_first_byte_deadline = true;
                plan.deadline = first_byte;
            } else if (plan.time_ns != 0 && total > 0) {
                plan.deadline = Deadline::after(plan.time_ns);
            }
        }
        if (nonblocking) {
            if (total > 0) return total;
            return Error(Errno::EAGAIN);
        }
        Result<void> waited = wait_for_input(plan, file_generation);
        if (!waited) {
            if (waited.error() == Errno::ETIMEDOUT || total > 0) return total;
            return Error(waited.error());
        }
    }
    return total;
}

Result<void> Tty::wait_for_input(const ReadPlan& plan, u32 file_generation) {
    return input_queue_.wait(
        [&] {
            return readable_.load(std::memory_order_acquire) != 0 || file_generation != generation() ||
                   plan.settings_sequence != settings_sequence_.load(std::memory_order_acquire);
        },
        WaitMode::Interruptible, plan.deadline);
}

Result<usize> Tty::write(IoCursor& from, u32 file_generation, bool nonblocking) {
    if (file_generation != generation()) return Error(Errno::EIO);
    if (stop_on_background_write_) TRY(check_terminal_access(*this, TerminalUse::Write));
    TRY(writer_.acquire(nonblocking));
    Result<usize> result = write_exclusive(from, file_generation, nonblocking);
    writer_.release();
    return result;
}

Result<usize> Tty::write_exclusive(IoCursor& from, u32 file_generation, bool nonblocking) {
    usize total = 0;
    while (from.remaining() > 0) {
        u8 buffer[kBounceSize];
        Result<usize> taken = from.take(buffer, std::min(kBounceSize, from.remaining()));
        if (!taken) return total > 0 ? Result<usize>(total) : taken;
        if (*taken == 0) break;
        for (usize offset = 0; offset < *taken;) {
            Result<usize> written = write_some({buffer + offset, *taken - offset}, file_generation);
            if (!written) return total > 0 ? Result<usize>(total) : written;
            offset += *written;
            total += *written;
            if (*written > 0) continue;
            if (nonblocking) return total > 0 ? Result<usize>(total) : Error(Errno::EAGAIN);
            Result<void> waited = output_queue_.wait([&] {
                return (!is_stopped() && driver_.room() >= LineDiscipline::kMaxExpansion) ||
                       file_generation != generation();
            });
            if (!waited) return total > 0 ? Result<usize>(total) : Error(waited.error());
        }
        if (from.remaining() > 0 && current_thread()->has_work(ThreadWork::SignalPending)) return total;
    }
    return total;
}

Result<usize> Tty::write_some(std::span<const u8> bytes, u32 file_generation) {
    u8 processed[2 * kBounceSize];
    MutexGuard guard(lock_);
    if (file_generation != generation()) return Error(Errno::EIO);
    if (is_stopped()) return 0;
    send_echo();
    usize room = echo_count_ > 0 ? 0 : std::min(driver_.room(), sizeof(processed));
    LineDiscipline::OutputResult result = discipline_.process_output(bytes, std::span(processed).first(room));
    driver_.write({processed, result.produced});
    return result.consumed;
}

} // namespace martlet
