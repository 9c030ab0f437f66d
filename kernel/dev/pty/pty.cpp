#include "dev/pty/pty.h"

#include <algorithm>

#include "dev/device.h"
#include "dev/tty/tty_file.h"

namespace martlet {
namespace {

constexpr usize kBounceSize = 512;

} // namespace

std::atomic<i64> Pty::live_count_ = 0;

Pty::Pty(u32 index) : Tty("pts", make_device(kPtySlaveMajor, index), line()), index_(index) {
    live_count_.fetch_add(1, std::memory_order_relaxed);
}

Pty::~Pty() { live_count_.fetch_sub(1, std::memory_order_relaxed); }

Result<Ref<File>> Pty::open_slave(u32 flags, const Path& path) {
    if (is_locked() || is_master_closed_.load(std::memory_order_acquire)) return Error(Errno::EIO);
    return open_tty(*this, flags, path, ControllingTtyPolicy::OnOpen);
}

/// Copies what is there, after packet mode's leading zero; 0: nothing.
usize Pty::read_available(IoCursor& to, Result<usize>& result) {
    usize total = 0;
    if (is_packet_mode() && count() != 0) {
        u8 data = 0;
        result = to.put(&data, 1);
        if (!result) return 0;
        total = 1;
    }
    while (to.remaining() > 0) {
        u8 buffer[kBounceSize];
        usize taken = take(std::span(buffer).first(std::min(kBounceSize, to.remaining())));
        if (taken == 0) break;
        result = to.put(buffer, taken);
        if (!result) break;
        total += *result;
        if (*result < taken) break;
    }
    if (total > 0) result = total;
    return total;
}

Result<usize> Pty::read_master(IoCursor& to, bool nonblocking) {
    if (to.remaining() == 0) return 0;
    for (;;) {
        if (has_status()) {
            u8 status = take_status();
            if (status != 0) return to.put(&status, 1);
        }
        bool is_closed = is_slave_closed(); // before looking for bytes: its last words count
        Result<usize> result = 0;
        if (read_available(to, result) > 0) {
            output_drained();
            return result;
        }
        if (!result) return result;
        if (is_closed) return Error(Errno::EIO);
        if (nonblocking) return Error(Errno::EAGAIN);
        TRY(master_queue().wait([this] { return count() != 0 || is_slave_closed() || has_status(); }));
    }
}

Result<usize> Pty::write_master(IoCursor& from, bool nonblocking) {
    usize total = 0;
    while (from.remaining() > 0) {
        usize room = receive_room();
        if (room == 0) {
            if (nonblocking) return total > 0 ? Result<usize>(total) : Error(Errno::EAGAIN);
            Result<void> waited = master_queue().wait([this] { return receive_room() != 0; });
            if (!waited) return total > 0 ? Result<usize>(total) : Error(waited.error());
            continue;
        }
        u8 buffer[kBounceSize];
        Result<usize> taken = from.take(buffer, std::min({room, kBounceSize, from.remaining()}));
        if (!taken) return total > 0 ? Result<usize>(total) : taken;
        if (*taken == 0) break;
        receive_now({buffer, *taken});
        total += *taken;
    }
    return total;
}

u32 Pty::poll_master(PollTable* table) {
    if (table) table->watch(master_queue());
    u32 events = 0;
    if (is_slave_closed()) events |= kPollHup;
    if (count() != 0) events |= kPollIn | kPollRdNorm;
    if (has_status()) events |= kPollIn | kPollRdNorm | kPollPri;
    if (receive_room() != 0) events |= kPollOut | kPollWrNorm;
    return events;
}

void Pty::close_master() {
    is_master_closed_.store(true, std::memory_order_release);
    line_hang_up();
}

} // namespace martlet
