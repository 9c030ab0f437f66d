// The serial port as a console for the kernel log and for panics.
#include "dev/serial/serial_port.h"

namespace martlet {

using namespace uart;

namespace {
constexpr u32 kPollLimit = 200'000;
}

void SerialPort::poll_out(u8 byte) {
    for (u32 tries = 0; tries < kPollLimit && !(read(kLineStatus) & kTransmitHoldEmpty); ++tries) cpu_relax();
    write(kData, byte);
}

void SerialPort::poll_out_ring() {
    u32 tail = tail_.load(std::memory_order_relaxed);
    for (; tail != head_.load(std::memory_order_acquire); ++tail) poll_out(ring_[tail % kRingSize]);
    tail_.store(tail, std::memory_order_release);
}

void SerialPort::wait_until_sent() {
    for (u32 tries = 0; tries < kPollLimit && !(read(kLineStatus) & kTransmitEmpty); ++tries) cpu_relax();
}

void SerialPort::drain() {
    IrqLockGuard guard(lock_);
    poll_out_ring();
    wait_until_sent();
}

bool SerialPort::write_record(std::string_view text) {
    PreemptGuard no_preemption;
    u64 interrupts = irq_save();
    bool taken = lock_.try_lock();
    if (taken) {
        // In the order of what programs have written. While the port runs by interrupt its ring takes the
        // record, unless it is full: then, and before the system runs, the record goes out at once.
        bool use_ring = is_open_ && !is_stopped_ && kRingSize - pending() > 2 * text.size();
        if (!use_ring) poll_out_ring();
        auto put = [&](u8 byte) REQUIRES(lock_) { use_ring ? push(byte) : poll_out(byte); };
        for (char character : text) {
            if (character == '\n') put('\r');
            put(static_cast<u8>(character));
        }
        if (use_ring) start_transmit();
        lock_.unlock();
    }
    irq_restore(interrupts);
    return taken;
}

void SerialPort::write_panic(std::string_view text) {
    poll_out_ring();
    for (char character : text) {
        if (character == '\n') poll_out('\r');
        poll_out(static_cast<u8>(character));
    }
}

} // namespace martlet
