// Terminal: the emulator behind every screen: bytes in, cells out (xterm's control sequences as programs with
// TERM=linux or TERM=xterm use them; ECMA-48, DEC VT220/VT510 manuals, console_codes(4)).
//
// A pure state machine without locks or hardware. What it draws on is a ScreenBuffer, whose damage a Display
// shows; what it answers (status and cursor reports) waits in a small buffer for the owner to send as input.
#pragma once
#include "dev/terminal/escape_parser.h"
#include "dev/terminal/palette.h"
#include "dev/terminal/screen.h"
#include "dev/terminal/screen_buffer.h"
#include "dev/terminal/utf8_decoder.h"

namespace martlet {

/// Which mouse events the program wants to know: presses (9), releases too (1000), moves with a button
/// (1002), all (1003).
enum class MouseReports : u8 { None, Presses, Buttons, Drags, All };

/// Modes that the keyboard, the mouse and the display ask for.
struct TerminalModes {
    bool application_cursor = false; // DECCKM: arrows send ESC O
    bool application_keypad = false; // DECKPAM
    bool bracketed_paste = false;
    bool cursor_visible = true;      // DECTCEM
    bool reverse_screen = false;     // DECSCNM
    bool newline = false;            // LNM: Enter sends CR LF, LF returns
    CursorShape cursor_shape = CursorShape::Block; // DECSCUSR
    MouseReports mouse_reports = MouseReports::None;
    bool mouse_sgr = false;          // 1006: reports as CSI < … M
};

class Terminal final : private EscapeHandler {
public:
    static constexpr u32 kMinColumns = 2, kMinRows = 1, kMaxColumns = 1024, kMaxRows = 512;
    static constexpr usize kRepliesMax = 256;

    Terminal() : parser_(*this) {}
    /// Sizes are clamped to the limits. ENOMEM.
    [[nodiscard]] Result<void> init(u32 columns, u32 rows);

    void write(std::span<const u8> bytes);
    /// Takes answers to queries; 0 when there are none.
    usize take_replies(std::span<u8> to);
    /// How often BEL has rung.
    u32 bell_count() const { return bell_count_; }

    ScreenBuffer& screen() { return screen_; }
    const ScreenBuffer& screen() const { return screen_; }
    const TerminalModes& modes() const { return modes_; }
    u32 cursor_row() const { return cursor_.row; }
    u32 cursor_column() const { return cursor_.column; }

private:
    struct Attributes {
        ColorIndex foreground = kDefaultForeground, background = kDefaultBackground;
        bool default_foreground = true, default_background = true;
        bool bold = false, dim = false, italic = false, underline = false, blink = false, reverse = false,
             invisible = false, struck = false;
    };
    struct Cursor {
        u32 row = 0, column = 0;
        bool pending_wrap = false; // the last column was written: the next character goes to the next line first
        bool origin_mode = false;
        u8 active_set = 0;         // G0 or G1
        char sets[2] = {'B', 'B'}; // 'B' ASCII, '0' DEC line drawing, 'A' United Kingdom
        Attributes attributes;
    };

    // EscapeHandler
    void print(u32 code_point) override;
    void control(u8 byte) override;
    void escape(char intermediate, char final) override;
    void sequence(const ControlSequence& sequence) override;

    usize print_ascii_run(std::span<const u8> bytes);
    void put(u32 code_point, u32 width);
    void wrap();
    void update_pen();
    /// What erasing leaves: the background as it is set, also while it is reversed.
    Cell erased_cell() const {
        return blank_cell(cursor_.attributes.default_background ? kDefaultBackground : cursor_.attributes.background);
    }

    // Movement; rows and columns are clamped.
    void move_to(u32 row, u32 column);
    void move_to_addressed(u32 row, u32 column); // relative to the scroll region in origin mode
    void move_up(u32 count);
    void move_down(u32 count);
    void set_column(u32 column);
    void carriage_return();
    void line_feed();
    void reverse_line_feed();
    void tab_forward(u32 count);
    void tab_backward(u32 count);
    u32 last_row() const { return screen_.rows() - 1; }
    u32 last_column() const { return screen_.columns() - 1; }

    // Sequences by kind (terminal_sequences.cpp); each answers whether it knew the final.
    bool movement_sequence(const ControlSequence& sequence);
    bool editing_sequence(const ControlSequence& sequence);
    void report_sequence(const ControlSequence& sequence);
    void private_sequence(const ControlSequence& sequence);
    void erase_in_display(u32 what);
    void erase_in_line(u32 what);
    void insert_lines(u32 count);
    void delete_lines(u32 count);
    void scroll_region_up(u32 count);
    void scroll_region_down(u32 count);
    void set_scroll_region(u32 top, u32 bottom_end);
    void repeat_last(u32 count);
    void clear_tab_stop(u32 what);
    void select_graphic_rendition(const ControlSequence& sequence);
    u32 extended_color(const ControlSequence& sequence, u32 index, ColorIndex& color, bool& valid) const;
    void set_cursor_style(u32 style);
    void set_linux_cursor(u32 size);
    bool set_mouse_mode(u32 mode, bool on);
    void request_mode(const ControlSequence& sequence);

    // Modes and resets (terminal_modes.cpp).
    void set_mode(u32 mode, bool on);
    void set_private_mode(u32 mode, bool on);
    int private_mode_state(u32 mode) const;
    void switch_screen(bool alternate, bool save_cursor, bool clear);
    void save_cursor();
    void restore_cursor();
    void soft_reset();
    void full_reset();
    void reset_tabs();
    void alignment_pattern();

    void reply(const char* format, ...) __attribute__((format(printf, 2, 3)));

    ScreenBuffer screen_;
    EscapeParser parser_;
    Utf8Decoder decoder_;
    Cursor cursor_;
    Cursor saved_cursors_[2]; // of the main and the alternate screen
    TerminalModes modes_;
    bool autowrap_ = true, insert_mode_ = false;
    u32 region_top_ = 0, region_bottom_ = 0; // inclusive
    Cell pen_ = blank_cell(); // what the attributes amount to
    u32 last_printed_ = 0;
    u32 bell_count_ = 0;
    u8 tab_stops_[kMaxColumns / 8] = {};
    u8 replies_[kRepliesMax] = {};
    usize reply_count_ = 0;
};

} // namespace martlet
