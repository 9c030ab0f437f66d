// The terminal while a line is being edited: raw mode, size, and keys out of bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <termios.h>

namespace sh {

enum class KeyKind : uint8_t {
    text,     // `bytes` is one character to insert
    paste,    // `bytes` was pasted: to insert as it is, also newlines
    control,  // `letter`: 'a' for ^A
    meta,     // `letter` after ESC
    escape,   // ESC with nothing behind it
    enter,
    tab,
    backspace,
    meta_backspace,
    remove,  // the Delete key
    up,
    down,
    left,
    right,
    word_left,
    word_right,
    home,
    end,
    ignored,
    interrupted,  // a signal arrived
    closed,       // end of file or error
};

struct Key {
    KeyKind kind = KeyKind::ignored;
    char letter = 0;
    std::string bytes = {};
};

// Asks the terminal for ESC [ 200 ~ and ESC [ 201 ~ around what is pasted (xterm's bracketed paste), and no longer.
constexpr std::string_view kBracketPastes = "\033[?2004h";
constexpr std::string_view kLeavePastes = "\033[?2004l";

class Terminal {
public:
    Terminal() = default;
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;
    ~Terminal() { leave_raw_mode(); }

    // False when standard input is no terminal. Optionally the end of a child interrupts read_key.
    enum class Interrupts : uint8_t { window, window_and_children };
    bool enter_raw_mode(Interrupts interrupts);
    void leave_raw_mode();
    int columns() const { return columns_; }
    int rows() const { return rows_; }
    void measure();
    // True once after SIGWINCH. What a read_key that answered `interrupted` was woken for is asked for like this.
    bool take_resize();
    // The keyboard's interrupt arrives as control-c, unless the user traps SIGINT: then as `interrupted`.
    Key read_key();
    // What the next key sends, as text: also escape, newline and the interrupt character.
    Key read_literal_key();

private:
    int read_byte(int timeout_ms);
    void read_rest_of_character(Key& key, int first);
    Key read_escape();
    Key read_paste();
    void set_keyboard_signals(bool on);

    struct termios before_ {};
    bool raw_ = false;
    bool catches_children_ = false;
    int columns_ = 80;
    int rows_ = 24;
};

}  // namespace sh
