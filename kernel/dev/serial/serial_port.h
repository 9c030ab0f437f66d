// SerialPort: one 16550 as a terminal driver and as a console.
//
// Both directions run by interrupt. Output waits in a ring; the handler refills the FIFO. Input goes to the terminal's
// ring; when that runs short the port stops taking bytes and drops RTS, so the sender (or the emulator) waits.
// Locking: `lock_` guards registers and the ring, also against the handler; the terminal is called without it. It is a
// leaf, because the kernel log may be written while any other lock is held.
#pragma once
#include "debug/log_sink.h"
#include "dev/serial/uart.h"
#include "dev/tty/tty.h"

namespace martlet {

class SerialPort final : public TtyDriver, public LogSink {
public:
    /// Whether a UART answers at `base`.
    static bool probe(u16 base);
    SerialPort(u16 base, std::string_view name, u64 device_number);

    Tty& tty() { return *tty_; }
    Result<void> init();
    /// Interrupt context. True if the port had something to say.
    bool handle_interrupt();

    // TtyDriver
    usize write(std::span<const u8> bytes) override;
    usize room() const override { return kRingSize - pending(); }
    usize pending() const override {
        return head_.load(std::memory_order_acquire) - tail_.load(std::memory_order_acquire);
    }
    void flush_output() override;
    void set_output_flow(FlowState state) override;
    void set_termios(Termios& termios) override;
    void resume_input() override;
    Result<void> start() override;
    void stop() override;
    Result<u32> modem_lines() override;
    Result<void> set_modem_lines(u32 lines) override;
    Result<void> set_break(BreakState state) override;

    // LogSink
    bool write_record(std::string_view text) override;
    void write_panic(std::string_view text) override;
    void drain() override;

private:
    static constexpr u32 kRingSize = 4096;
    struct Received;

    u8 read(u16 reg) const { return port_read_u8(static_cast<u16>(base_ + reg)); }
    void write(u16 reg, u8 value) { port_write_u8(static_cast<u16>(base_ + reg), value); }
    void set_interrupts(u8 enabled) REQUIRES(lock_);
    void push(u8 byte) REQUIRES(lock_);
    void fill_fifo() REQUIRES(lock_);
    void start_transmit() REQUIRES(lock_);
    bool may_transmit() const REQUIRES(lock_);
    void collect(Received& received) REQUIRES(lock_);
    void poll_out(u8 byte);
    void poll_out_ring();
    void wait_until_sent();
    void note_modem_status() REQUIRES(lock_);
    static void carrier_lost(void* context) { static_cast<SerialPort*>(context)->tty_->line_hang_up(); }

    const u16 base_;
    const std::string_view name_;
    const u64 device_number_;
    Ref<Tty> tty_;

    SpinLock lock_{LockRank::Leaf};
    u8 interrupts_ GUARDED_BY(lock_) = 0;
    u8 modem_control_ GUARDED_BY(lock_) = 0;
    u8 line_control_ GUARDED_BY(lock_) = 3;
    u32 divisor_ GUARDED_BY(lock_) = 1;
    usize fifo_size_ GUARDED_BY(lock_) = uart::kFifoSize;
    bool is_open_ GUARDED_BY(lock_) = false;
    bool is_stopped_ GUARDED_BY(lock_) = false;   // ^S
    bool is_throttled_ GUARDED_BY(lock_) = false; // no room for input
    bool uses_cts_ GUARDED_BY(lock_) = false;
    bool is_local_ GUARDED_BY(lock_) = true;      // ignores carrier
    std::atomic<u32> head_ = 0, tail_ = 0;        // written under lock_
    DeferredWork carrier_work_{carrier_lost, this};
    u8 ring_[kRingSize] = {};
};

} // namespace martlet
