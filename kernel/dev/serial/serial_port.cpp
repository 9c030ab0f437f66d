// The 16550 as a terminal: transfer by interrupt, settings, modem lines.
#include "dev/serial/serial_port.h"

#include <algorithm>

namespace martlet {

using namespace uart;

/// What one interrupt took from the port, to be given to the terminal after the lock is released.
struct SerialPort::Received {
    static constexpr usize kMax = 64;
    u8 bytes[kMax];
    InputEvent events[kMax];
    usize count = 0;
};

namespace {

constexpr usize kInputReserve = 4 * uart::kFifoSize; // stop taking input when the terminal has less room

InputEvent event_of(u8 line_status) {
    if (line_status & kBreakReceived) return InputEvent::Break;
    if (line_status & kParityError) return InputEvent::ParityError;
    if (line_status & kFramingError) return InputEvent::FramingError;
    return InputEvent::Normal;
}

} // namespace

bool SerialPort::probe(u16 base) {
    auto reg = [base](u16 offset) { return static_cast<u16>(base + offset); };
    u8 saved = port_read_u8(reg(kInterruptEnable));
    port_write_u8(reg(kInterruptEnable), 0);
    bool clears = (port_read_u8(reg(kInterruptEnable)) & 0x0f) == 0;
    port_write_u8(reg(kInterruptEnable), kEnableModemStatus | kEnableLineStatus);
    bool sets = (port_read_u8(reg(kInterruptEnable)) & 0x0f) == (kEnableModemStatus | kEnableLineStatus);
    port_write_u8(reg(kInterruptEnable), clears && sets ? 0 : saved);
    return clears && sets && port_read_u8(reg(kLineStatus)) != 0xff;
}

SerialPort::SerialPort(u16 base, std::string_view name, u64 device_number)
    : base_(base), name_(name), device_number_(device_number) {}

Result<void> SerialPort::init() {
    tty_ = TRY(make_ref<Tty>(name_, device_number_, *this));
    IrqLockGuard guard(lock_);
    write(kFifoControl, kFifoEnable | kFifoTrigger8);
    fifo_size_ = (read(kInterruptId) & kFifoPresent) == kFifoPresent ? kFifoSize : 1;
    modem_control_ = kControlDtr | kControlRts | kControlOut2; // OUT2 gates the interrupt
    write(kModemControl, modem_control_);
    return {};
}

void SerialPort::set_interrupts(u8 enabled) {
    if (interrupts_ == enabled) return;
    interrupts_ = enabled;
    write(kInterruptEnable, enabled);
}

Result<void> SerialPort::start() {
    IrqLockGuard guard(lock_);
    is_open_ = true;
    modem_control_ |= kControlDtr | kControlRts;
    write(kModemControl, modem_control_);
    set_interrupts(interrupts_ | kEnableReceive | kEnableLineStatus | kEnableModemStatus);
    return {};
}

void SerialPort::stop() {
    IrqLockGuard guard(lock_);
    is_open_ = false;
    set_interrupts(interrupts_ & kEnableTransmit);
}

bool SerialPort::may_transmit() const {
    return !is_stopped_ && (!uses_cts_ || (read(kModemStatus) & kStatusCts));
}

void SerialPort::push(u8 byte) {
    u32 head = head_.load(std::memory_order_relaxed);
    ring_[head % kRingSize] = byte;
    head_.store(head + 1, std::memory_order_release);
}

void SerialPort::fill_fifo() {
    if (pending() == 0 || !may_transmit() || !(read(kLineStatus) & kTransmitHoldEmpty)) return;
    u32 tail = tail_.load(std::memory_order_relaxed);
    for (usize count = std::min(pending(), fifo_size_); count > 0; --count) write(kData, ring_[tail++ % kRingSize]);
    tail_.store(tail, std::memory_order_release);
}

void SerialPort::start_transmit() {
    fill_fifo();
    bool more = pending() != 0 && !is_stopped_;
    set_interrupts(static_cast<u8>(more ? interrupts_ | kEnableTransmit : interrupts_ & ~kEnableTransmit));
}

usize SerialPort::write(std::span<const u8> bytes) {
    IrqLockGuard guard(lock_);
    usize count = std::min(bytes.size(), room());
    for (u8 byte : bytes.first(count)) push(byte);
    start_transmit();
    return count;
}

void SerialPort::flush_output() {
    IrqLockGuard guard(lock_);
    tail_.store(head_.load(std::memory_order_relaxed), std::memory_order_release);
    write(kFifoControl, kFifoEnable | kFifoTrigger8 | kFifoClearTransmit);
}

void SerialPort::set_output_flow(FlowState state) {
    IrqLockGuard guard(lock_);
    is_stopped_ = state == FlowState::Stopped;
    start_transmit();
}

void SerialPort::collect(Received& received) {
    usize room = tty_->receive_room();
    u8 status;
    while (received.count < Received::kMax && ((status = read(kLineStatus)) & kDataReady)) {
        if (room < kInputReserve + received.count) {
            is_throttled_ = true;
            set_interrupts(static_cast<u8>(interrupts_ & ~(kEnableReceive | kEnableLineStatus)));
            modem_control_ &= static_cast<u8>(~kControlRts);
            write(kModemControl, modem_control_);
            break;
        }
        received.bytes[received.count] = read(kData);
        received.events[received.count++] = event_of(status);
    }
}

void SerialPort::resume_input() {
    IrqLockGuard guard(lock_);
    if (!is_throttled_) return;
    is_throttled_ = false;
    modem_control_ |= kControlRts;
    write(kModemControl, modem_control_);
    if (is_open_) set_interrupts(interrupts_ | kEnableReceive | kEnableLineStatus);
}

void SerialPort::note_modem_status() {
    u8 status = read(kModemStatus);
    if ((status & kCarrierChanged) && !(status & kStatusCarrier) && !is_local_ && is_open_) carrier_work_.schedule();
}

bool SerialPort::handle_interrupt() {
    bool handled = false, drained = false;
    for (u32 round = 0; round < 64; ++round) { // a stuck line must not hold the CPU
        Received received;
        {
            IrqLockGuard guard(lock_);
            if (read(kInterruptId) & kNoInterruptPending) break;
            handled = true;
            if (is_open_ && !is_throttled_) collect(received);
            note_modem_status();
            usize before = pending();
            start_transmit();
            usize after = pending();
            drained |= before != 0 && (after == 0 || (before >= kRingSize / 2 && after < kRingSize / 2));
        }
        for (usize begin = 0; begin < received.count;) {
            usize end = begin + 1;
            while (end < received.count && received.events[end] == received.events[begin]) ++end;
            tty_->receive({received.bytes + begin, end - begin}, received.events[begin]);
            begin = end;
        }
    }
    if (drained) tty_->output_drained();
    return handled;
}

void SerialPort::set_termios(Termios& termios) {
    constexpr u32 kUnsupported = kCmspar;
    termios.c_cflag &= ~kUnsupported;
    u32 baud = termios.c_ospeed;
    u8 line = static_cast<u8>((termios.c_cflag & kCsize) >> 4);
    if (termios.c_cflag & kCstopb) line |= kTwoStopBits;
    if (termios.c_cflag & kParenb) line |= kParityEnable;
    if (!(termios.c_cflag & kParodd)) line |= kParityEven;

    IrqLockGuard guard(lock_);
    uses_cts_ = (termios.c_cflag & kCrtscts) != 0;
    is_local_ = (termios.c_cflag & kClocal) != 0;
    u32 divisor = baud == 0 ? divisor_ : std::clamp<u32>((kClockBaud + baud / 2) / baud, 1, 0xffff);
    bool wants_dtr = baud != 0; // B0 hangs up (termios(3))
    modem_control_ = static_cast<u8>(wants_dtr ? modem_control_ | kControlDtr : modem_control_ & ~kControlDtr);
    write(kModemControl, modem_control_);
    if (divisor != divisor_ || line != line_control_) {
        wait_until_sent();
        divisor_ = divisor;
        line_control_ = line;
        write(kLineControl, line | kDivisorLatch);
        write(kDivisorLow, static_cast<u8>(divisor));
        write(kDivisorHigh, static_cast<u8>(divisor >> 8));
        write(kLineControl, line);
    }
    start_transmit();
}

Result<u32> SerialPort::modem_lines() {
    IrqLockGuard guard(lock_);
    u8 status = read(kModemStatus);
    u32 lines = 0;
    auto add = [&lines](u8 bits, u8 bit, u32 line) { lines |= bits & bit ? line : 0; };
    add(status, kStatusCts, kModemCts);
    add(status, kStatusDsr, kModemDsr);
    add(status, kStatusRing, kModemRing);
    add(status, kStatusCarrier, kModemCarrier);
    add(modem_control_, kControlDtr, kModemDtr);
    add(modem_control_, kControlRts, kModemRts);
    add(modem_control_, kControlOut1, kModemOut1);
    add(modem_control_, kControlOut2, kModemOut2);
    add(modem_control_, kControlLoop, kModemLoop);
    return lines;
}

Result<void> SerialPort::set_modem_lines(u32 lines) {
    IrqLockGuard guard(lock_);
    u8 control = kControlOut2; // always on: it gates the interrupt
    auto add = [&](u32 line, u8 bit) { control |= lines & line ? bit : 0; };
    add(kModemDtr, kControlDtr);
    add(kModemRts, kControlRts);
    add(kModemOut1, kControlOut1);
    add(kModemLoop, kControlLoop);
    modem_control_ = control;
    write(kModemControl, control);
    return {};
}

Result<void> SerialPort::set_break(BreakState state) {
    IrqLockGuard guard(lock_);
    write(kLineControl, static_cast<u8>(state == BreakState::On ? line_control_ | kBreak : line_control_));
    return {};
}

} // namespace martlet
