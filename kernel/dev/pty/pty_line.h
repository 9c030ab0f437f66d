// PtyLine: the wire between a pseudo-terminal's slave and its master (pty(7)): the driver below the slave's Tty.
//
// What the slave sends waits in a ring for the master. What the master sends goes straight into the Tty (Pty). Packet
// mode's status bits (ioctl_tty(2), TIOCPKT) gather until the master reads them.
// Locking: `lock_` guards the ring's bytes and the status; the master waits on `master_queue_`, woken without the lock.
#pragma once
#include "dev/tty/tty_driver.h"
#include "sync/spinlock.h"
#include "sync/wait_queue.h"

namespace martlet {

class PtyLine : public TtyDriver {
public:
    // TIOCPKT_*
    static constexpr u8 kFlushRead = 1, kFlushWrite = 2, kStop = 4, kStart = 8, kNoStop = 16, kDoStop = 32, kIoctl = 64;

    // TtyDriver: the slave's side.
    usize write(std::span<const u8> bytes) override;
    usize room() const override { return kCapacity - count(); }
    void flush_output() override;
    void input_flushed() override { report(kFlushRead, 0); }
    void set_output_flow(FlowState state) override;
    void set_termios(Termios& settings) override;
    void resume_input() override { master_queue_.wake_all(); }
    Termios initial_termios() const override;
    bool keeps_input() const override { return true; }
    Result<void> start() override;
    void stop() override;

    // The master's side.
    usize count() const { return head_.load(std::memory_order_acquire) - tail_.load(std::memory_order_acquire); }
    usize take(std::span<u8> to);
    /// Forgets what the slave has sent.
    void drop();
    bool is_packet_mode() const { return is_packet_mode_.load(std::memory_order_relaxed); }
    void set_packet_mode(bool on);
    bool has_status() const { return is_packet_mode() && status_.load(std::memory_order_acquire) != 0; }
    u8 take_status() { return status_.exchange(0, std::memory_order_acq_rel); }
    /// The slave was open and now nobody has it open any more.
    bool is_slave_closed() const { return is_slave_closed_.load(std::memory_order_acquire); }
    WaitQueue& master_queue() { return master_queue_; }

protected:
    ~PtyLine() = default;

private:
    static constexpr u32 kCapacity = 16384;
    void report(u8 set, u8 clear);

    SpinLock lock_{LockRank::TerminalBuffer};
    std::atomic<u32> head_ = 0, tail_ = 0; // written under lock_
    std::atomic<u8> status_ = 0;
    std::atomic<bool> is_packet_mode_ = false, is_slave_closed_ = false;
    FlowState flow_ = FlowState::Running; // under the Tty's lock
    bool has_flow_control_ = true;        // IXON with ^S and ^Q; under the Tty's lock
    bool is_external_ = false;            // EXTPROC; under the Tty's lock
    WaitQueue master_queue_;
    u8 ring_[kCapacity];
};

} // namespace martlet
