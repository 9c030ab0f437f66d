#include "dev/pty/pty_line.h"

#include <string.h>

#include <algorithm>

namespace martlet {

usize PtyLine::write(std::span<const u8> bytes) {
    usize taken;
    {
        LockGuard guard(lock_);
        taken = std::min(bytes.size(), room());
        u32 head = head_.load(std::memory_order_relaxed);
        usize first = std::min<usize>(taken, kCapacity - head % kCapacity);
        memcpy(ring_ + head % kCapacity, bytes.data(), first);
        memcpy(ring_, bytes.data() + first, taken - first);
        head_.store(static_cast<u32>(head + taken)); // sequentially consistent with has_waiters()
    }
    if (taken > 0 && master_queue_.has_waiters()) master_queue_.wake_all();
    return taken;
}

usize PtyLine::take(std::span<u8> to) {
    LockGuard guard(lock_);
    usize taken = std::min(to.size(), count());
    u32 tail = tail_.load(std::memory_order_relaxed);
    usize first = std::min<usize>(taken, kCapacity - tail % kCapacity);
    memcpy(to.data(), ring_ + tail % kCapacity, first);
    memcpy(to.data() + first, ring_, taken - first);
    tail_.store(static_cast<u32>(tail + taken), std::memory_order_release);
    return taken;
}

void PtyLine::drop() {
    LockGuard guard(lock_);
    tail_.store(head_.load(std::memory_order_relaxed), std::memory_order_release);
}

/// What is in the ring has reached the other side of the line: a flush or a hang-up of the slave does not take it back.
void PtyLine::flush_output() { report(kFlushWrite, 0); }

void PtyLine::report(u8 set, u8 clear) {
    if (!is_packet_mode()) return;
    {
        LockGuard guard(lock_);
        status_.store(static_cast<u8>((status_.load(std::memory_order_relaxed) & ~clear) | set),
                      std::memory_order_release);
    }
    master_queue_.wake_all();
}

void PtyLine::set_packet_mode(bool on) {
    LockGuard guard(lock_);
    if (on && !is_packet_mode()) status_.store(0, std::memory_order_relaxed);
    is_packet_mode_.store(on, std::memory_order_relaxed);
}

void PtyLine::set_output_flow(FlowState state) {
    if (state == flow_) return;
    flow_ = state;
    if (state == FlowState::Stopped) report(kStop, kStart);
    else report(kStart, kStop);
}

/// A pty has eight bits and no modem.
void PtyLine::set_termios(Termios& settings) {
    settings.c_cflag = (settings.c_cflag & ~(kCsize | kParenb)) | kCs8 | kCread;
    constexpr u8 kStopCharacter = 023, kStartCharacter = 021;
    bool has_flow_control = (settings.c_iflag & kIxon) && settings.c_cc[kVstop] == kStopCharacter &&
                            settings.c_cc[kVstart] == kStartCharacter;
    bool is_external = (settings.c_lflag & kExtproc) != 0;
    if (has_flow_control != has_flow_control_) {
        if (has_flow_control) report(kDoStop, kNoStop);
        else report(kNoStop, kDoStop);
    }
    if (is_external || is_external_) report(kIoctl, 0);
    has_flow_control_ = has_flow_control;
    is_external_ = is_external;
}

Termios PtyLine::initial_termios() const {
    Termios settings = default_termios();
    settings.c_iflag = kIcrnl | kIxon;
    settings.c_cflag = 017 /* B38400 */ | kCs8 | kCread;
    settings.c_ispeed = settings.c_ospeed = 38400;
    return settings;
}

Result<void> PtyLine::start() {
    is_slave_closed_.store(false, std::memory_order_release);
    return {};
}

void PtyLine::stop() {
    is_slave_closed_.store(true, std::memory_order_release);
    master_queue_.wake_all();
}

} // namespace martlet
