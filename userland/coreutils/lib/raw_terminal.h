// A terminal on which each key arrives at once and without echo: what full-screen tools read from. The
// terminal is put back at the end and before a signal ends the process.
#pragma once

#include <string>
#include <termios.h>

namespace coreutils {

// Keys beyond one byte, above all characters.
enum Key : int {
    kKeyNone = -1, // the time is up, or a signal arrived
    kKeyUp = 0x110000,
    kKeyDown,
    kKeyLeft,
    kKeyRight,
    kKeyHome,
    kKeyEnd,
    kKeyPageUp,
    kKeyPageDown,
    kKeyInsert,
    kKeyDelete,
};

class RawTerminal {
public:
    // Opens /dev/tty; `usable()` is false without one. With `alternate`, the screen's contents come back at
    // the end; with `none` no terminal is touched.
    enum class Screen { normal, alternate, none };
    explicit RawTerminal(Screen screen);
    ~RawTerminal();
    RawTerminal(const RawTerminal&) = delete;
    RawTerminal& operator=(const RawTerminal&) = delete;

    bool usable() const { return usable_; }
    // ^C, ^Z and ^\ arrive as keys; SIGHUP and SIGTERM do not end the process, but make ended_by() tell.
    void handle_everything();
    // The signal that asks for the end, SIGHUP when the terminal is gone; 0: none.
    int ended_by() const;
    // The next key: a code point or a Key. Waits `timeout_ms`, for ever when negative.
    int key(int timeout_ms = -1);
    // Whether key() finds something typed already.
    bool is_waiting() const;
    // Rows and columns as they are now.
    void size(size_t& rows, size_t& columns) const;
    // To run another program, or to be stopped: the terminal as it was, and back.
    void leave();
    void enter();
    int fd() const { return fd_; }

private:
    int byte(int timeout_ms);

    int fd_ = -1, unread_ = -1; // unread_: a byte that came behind an Escape without belonging to it
    bool usable_ = false, alternate_, signal_keys_ = true;
    termios saved_ = {};
};

} // namespace coreutils
