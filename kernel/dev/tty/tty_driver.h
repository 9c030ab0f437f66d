// TtyDriver: the hardware (or emulation) below a terminal: takes bytes for the line, and calls Tty with what arrives.
//
// Calls marked (lock) come with the terminal's mutex held; a driver protects what its interrupt handler touches itself
// and calls Tty back only without its own lock.
#pragma once
#include <span>

#include "base/result.h"
#include "dev/tty/line_discipline.h"

namespace martlet {

class Tty;

class TtyDriver {
public:
    /// Takes as many bytes as there is room for, without waiting. (lock)
    virtual usize write(std::span<const u8> bytes) = 0;
    /// Room for at least LineDiscipline::kMaxExpansion bytes or 0 is told apart by writers;
    /// Tty::output_drained() must be called when it has grown again. Any context.
    virtual usize room() const = 0;
    /// Bytes taken but not yet on the line (TIOCOUTQ, tcdrain). Tty::output_drained() when it reaches 0. Any context.
    virtual usize pending() const { return 0; }
    /// Drops what is pending. (lock)
    virtual void flush_output() {}
    /// A program dropped the input that was not read yet. (lock)
    virtual void input_flushed() {}
    /// ^S/^Q and TCXONC: hold or go on sending what is pending. (lock)
    virtual void set_output_flow(FlowState) {}
    /// New settings; the driver may correct those that it cannot do. (lock)
    virtual void set_termios(Termios&) {}
    /// What a terminal starts with, and has again after a hang-up.
    virtual Termios initial_termios() const { return default_termios(); }
    /// Whether input that was not read survives the last close.
    virtual bool keeps_input() const { return false; }
    /// There is room for input again after Tty::receive_room() had run low. Process context.
    virtual void resume_input() {}
    /// The window size as the driver knows it at first open; zeros if it does not.
    virtual WindowSize window_size() const { return {}; }
    /// First open, last close. (lock)
    virtual Result<void> start() { return {}; }
    virtual void stop() {}
    /// Modem lines as TIOCM*; ENOTTY where there are none.
    virtual Result<u32> modem_lines() { return Error(Errno::ENOTTY); }
    virtual Result<void> set_modem_lines(u32) { return Error(Errno::ENOTTY); }
    /// Begins or ends a break (TIOCSBRK, TIOCCBRK, tcsendbreak). Process context, no lock.
    enum class BreakState : u8 { Off, On };
    virtual Result<void> set_break(BreakState) { return {}; }
    /// Requests that the terminal itself does not know: ENOTTY. Process context, no lock.
    virtual Result<i64> ioctl(u32, u64) { return Error(Errno::ENOTTY); }

protected:
    ~TtyDriver() = default;
};

} // namespace martlet
