// Tty: one terminal: a driver below, a line discipline in the middle, open files above (termios(3),
// ioctl_tty(2)).
//
// Input:  driver (any context) -> receive() -> RawInputRing -> console thread -> LineDiscipline -> readers.
// Output: writers and echo -> LineDiscipline::process_output -> driver.
// When the discipline's queue is full the ring fills, and a driver that looks at receive_room() stops taking
// input, so that a fast sender is held up instead of losing bytes.
//
// Locking: `lock_` guards the discipline and all writing to the driver; it is never held while waiting or
// while touching user memory. One reader and one writer at a time hold `reader_`/`writer_` (waited for
// interruptibly), so one write's bytes stay together. Readers' and pollers' conditions are the published
// atomics. Lifetime: counted; every open file holds one reference, its registration another.
#pragma once
#include "dev/tty/raw_input.h"
#include "dev/tty/tty_driver.h"
#include "sched/deferred_work.h"
#include "proc/session.h"
#include "sync/mutex.h"
#include "vfs/file.h"

namespace martlet {

/// A lock whose wait a signal ends.
class InterruptibleLock : NonCopyable {
public:
    /// EAGAIN if `nonblocking` and taken; kRestartSys.
    [[nodiscard]] Result<void> acquire(bool nonblocking);
    void release();

private:
    std::atomic<bool> taken_ = false;
    WaitQueue waiters_;
};

class Tty : public ControllingTerminal, private LineHost {
public:
    /// `name` ("ttyS0") and `driver` outlive the terminal.
    Tty(std::string_view name, u64 device_number, TtyDriver& driver);
    ~Tty() override;

    std::string_view name() const { return name_; }
    u64 device_number() const override { return device_number_; }

    // For the driver, any context, without the driver's lock.
    /// False when bytes were lost because there was no room.
    bool receive(std::span<const u8> bytes, InputEvent event = InputEvent::Normal);
    /// The same, processed by the caller: what it asks for (echo, signals) has happened on return. Process context.
    void receive_now(std::span<const u8> bytes);
    usize receive_room() const { return raw_.room(); }
    void output_drained();
    /// The line is gone (carrier lost, pty master closed): as hang_up(), with SIGHUP to the session leader.
    /// Process context.
    void line_hang_up();
    /// TIOCSWINSZ, or the screen changed its size: SIGWINCH to the foreground group if it differs. Process context.
    void set_window_size(const WindowSize& size);
    WindowSize window_size();

    // For open files.
    /// Which life of the terminal a file belongs to: a hang-up begins a new one.
    u32 generation() const { return generation_.load(std::memory_order_acquire); }
    Result<u32> open(bool may_override_exclusive);
    void close();
    Result<usize> read(IoCursor& to, u32 file_generation, bool nonblocking);
    Result<usize> write(IoCursor& from, u32 file_generation, bool nonblocking);
    Result<i64> ioctl(u32 command, u64 argument, u32 file_generation, bool can_read);
    u32 poll(PollTable* table, u32 file_generation);
    /// TCFLSH: 0 input, 1 output, 2 both.
    Result<void> flush_queues(u64 which);
    void hang_up() override;
    bool is_output_stopped() const { return is_stopped(); }
    /// Scroll Lock: as TCXONC.
    void hold_output(bool hold);

private:
    // LineHost
    void echo(std::span<const u8> bytes) override;
    void signal(int number, bool flush_output) override;
    void set_output_flow(FlowState state) override;

    static void process_input_work(void* context);
    void process_input();
    void publish_input() REQUIRES(lock_);
    void hold_up_sender() REQUIRES(lock_);
    void send_echo(); // lock_ held
    bool is_stopped() const { return stopped_by_character_ || stopped_by_request_; }
    void apply_flow();

    struct ReadPlan;
    bool take_input(ReadPlan& plan, std::span<u8> buffer, usize& count, bool& line_ended);
    Result<usize> read_exclusive(IoCursor& to, u32 file_generation, bool nonblocking);
    Result<void> wait_for_input(const ReadPlan& plan, u32 file_generation);
    Result<usize> write_exclusive(IoCursor& from, u32 file_generation, bool nonblocking);
    Result<usize> write_some(std::span<const u8> bytes, u32 file_generation);

    // Requests (tty_ioctl.cpp).
    Result<i64> ioctl_settings(u32 command, u64 argument, u32 file_generation);
    Result<i64> ioctl_line(u32 command, u64 argument, u32 file_generation);
    Result<i64> ioctl_session(u32 command, u64 argument, bool can_read);
    Result<i64> ioctl_modem(u32 command, u64 argument);
    enum class ApplyWhen : u8 { Now, AfterOutput, AfterOutputFlushInput };
    Result<void> change_termios(Termios termios, ApplyWhen when, u32 file_generation);
    Result<void> wait_until_sent(u32 file_generation);
    Result<void> send_break(u64 duration_ns);
    Result<void> flow_action(u64 action);
    void send_character(u8 byte);
    Termios termios();

    const std::string_view name_;
    const u64 device_number_;
    TtyDriver& driver_;

    Mutex lock_{LockRank::Terminal};
    LineDiscipline discipline_ GUARDED_BY(lock_){*this};
    WindowSize window_size_ GUARDED_BY(lock_) = {};
    u32 open_count_ GUARDED_BY(lock_) = 0;
    u8 echo_buffer_[512] = {}; // used under lock_
    std::atomic<usize> echo_count_ = 0;
    Termios locked_ GUARDED_BY(lock_) = {}; // what is set here stays as it is (TIOCSLCKTRMIOS)
    bool is_exclusive_ GUARDED_BY(lock_) = false;
    bool sender_is_stopped_ GUARDED_BY(lock_) = false; // we sent STOP
    // Written under lock_.
    std::atomic<bool> stopped_by_character_ = false, stopped_by_request_ = false;
    std::atomic<u32> generation_ = 0;
    std::atomic<u32> settings_sequence_ = 0;   // counts changes of the settings: readers look again
    std::atomic<usize> readable_ = 0;          // canonical: 1 if there is a line; raw: bytes
    std::atomic<usize> poll_minimum_ = 1;      // of readable_, for POLLIN
    std::atomic<bool> stop_on_background_write_ = false;

    InterruptibleLock reader_, writer_;
    WaitQueue input_queue_, output_queue_;
    RawInputRing<4096> raw_;
    DeferredWork input_work_{process_input_work, this};
};

} // namespace martlet
