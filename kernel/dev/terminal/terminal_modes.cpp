// Terminal: modes, saved cursors, the alternate screen, resets.
#include <algorithm>

#include "dev/terminal/terminal.h"

namespace martlet {
namespace {

constexpr u32 kInsertMode = 4, kNewlineMode = 20;
constexpr u32 kApplicationCursor = 1, kReverseScreen = 5, kOriginMode = 6, kAutowrap = 7, kCursorVisible = 25,
              kAlternate = 47, kApplicationKeypad = 66, kAlternateClear = 1047, kSaveCursor = 1048,
              kAlternateSaveClear = 1049, kBracketedPaste = 2004, kMousePresses = 9, kMouseButtons = 1000,
              kMouseDrags = 1002, kMouseAll = 1003, kMouseSgr = 1006;

MouseReports mouse_reports_of(u32 mode) {
    switch (mode) {
    case kMousePresses: return MouseReports::Presses;
    case kMouseButtons: return MouseReports::Buttons;
    case kMouseDrags: return MouseReports::Drags;
    case kMouseAll: return MouseReports::All;
    default: return MouseReports::None;
    }
}

} // namespace

void Terminal::set_mode(u32 mode, bool on) {
    if (mode == kInsertMode) insert_mode_ = on;
    if (mode == kNewlineMode) modes_.newline = on;
}

void Terminal::set_private_mode(u32 mode, bool on) {
    switch (mode) {
    case kApplicationCursor: modes_.application_cursor = on; break;
    case kReverseScreen:
        if (modes_.reverse_screen != on) screen_.damage_all();
        modes_.reverse_screen = on;
        break;
    case kOriginMode:
        cursor_.origin_mode = on;
        move_to_addressed(0, 0);
        break;
    case kAutowrap:
        autowrap_ = on;
        if (!on) cursor_.pending_wrap = false;
        break;
    case kCursorVisible: modes_.cursor_visible = on; break;
    case kApplicationKeypad: modes_.application_keypad = on; break;
    case kBracketedPaste: modes_.bracketed_paste = on; break;
    case kAlternate: switch_screen(on, false, false); break;
    case kAlternateClear: switch_screen(on, false, true); break;
    case kSaveCursor: on ? save_cursor() : restore_cursor(); break;
    case kAlternateSaveClear: switch_screen(on, true, true); break;
    default: set_mouse_mode(mode, on); // others, as blinking and 132 columns, are not of this terminal
    }
}

/// False: it is no mode of the mouse.
bool Terminal::set_mouse_mode(u32 mode, bool on) {
    if (mode == kMouseSgr) {
        modes_.mouse_sgr = on;
        return true;
    }
    MouseReports reports = mouse_reports_of(mode);
    if (reports == MouseReports::None) return false;
    if (on) modes_.mouse_reports = reports;
    else if (modes_.mouse_reports == reports) modes_.mouse_reports = MouseReports::None;
    return true;
}

/// DECSCUSR: 0 and 1 a block, 3 an underline, 5 a bar; the even ones do not blink.
void Terminal::set_cursor_style(u32 style) {
    if (style > 6) return;
    modes_.cursor_shape = style >= 5 ? CursorShape::Bar : style >= 3 ? CursorShape::Underline : CursorShape::Block;
}

/// Linux's CSI ? n c (console_codes(4)): 0 the usual one, 1 none, 2 to 6 an underline growing to a block.
void Terminal::set_linux_cursor(u32 size) {
    size &= 0xf;
    if (size == 1) modes_.cursor_visible = false;
    else modes_.cursor_shape = size == 2 || size == 3 ? CursorShape::Underline : CursorShape::Block;
}

/// DECRPM: 0 unknown, 1 set, 2 reset.
int Terminal::private_mode_state(u32 mode) const {
    auto state = [](bool on) { return on ? 1 : 2; };
    switch (mode) {
    case kApplicationCursor: return state(modes_.application_cursor);
    case kReverseScreen: return state(modes_.reverse_screen);
    case kOriginMode: return state(cursor_.origin_mode);
    case kAutowrap: return state(autowrap_);
    case kCursorVisible: return state(modes_.cursor_visible);
    case kApplicationKeypad: return state(modes_.application_keypad);
    case kBracketedPaste: return state(modes_.bracketed_paste);
    case kAlternate: case kAlternateClear: case kAlternateSaveClear: return state(screen_.is_alternate());
    case kMouseSgr: return state(modes_.mouse_sgr);
    default: break;
    }
    MouseReports reports = mouse_reports_of(mode);
    return reports == MouseReports::None ? 0 : state(modes_.mouse_reports == reports);
}

/// The cursor and the attributes stay as they are, as in xterm; 1049 saves and restores them around the switch.
void Terminal::switch_screen(bool alternate, bool save, bool clear) {
    if (alternate == screen_.is_alternate()) {
        if (!alternate && save) restore_cursor();
        return;
    }
    if (alternate && save) save_cursor();
    if (!screen_.show_alternate(alternate)) return;
    if (alternate && clear)
        for (u32 row = 0; row < screen_.rows(); ++row) screen_.fill(row, 0, screen_.columns(), erased_cell());
    cursor_.pending_wrap = false;
    if (!alternate && save) restore_cursor();
}

void Terminal::save_cursor() { saved_cursors_[screen_.is_alternate()] = cursor_; }

void Terminal::restore_cursor() {
    cursor_ = saved_cursors_[screen_.is_alternate()];
    update_pen();
}

void Terminal::reset_tabs() {
    for (u8& stops : tab_stops_) stops = 1; // every eighth column
}

void Terminal::soft_reset() {
    u32 row = cursor_.row, column = cursor_.column;
    cursor_ = Cursor{};
    cursor_.row = row;
    cursor_.column = column;
    saved_cursors_[0] = saved_cursors_[1] = Cursor{};
    bool reverse = modes_.reverse_screen;
    modes_ = TerminalModes{};
    modes_.reverse_screen = reverse;
    autowrap_ = true;
    insert_mode_ = false;
    region_top_ = 0;
    region_bottom_ = last_row();
    update_pen();
}

void Terminal::full_reset() {
    screen_.show_alternate(false);
    soft_reset();
    modes_ = TerminalModes{};
    cursor_ = Cursor{};
    last_printed_ = 0;
    reset_tabs();
    decoder_.reset();
    erase_in_display(2);
    screen_.damage_all();
}

void Terminal::alignment_pattern() {
    Cell cell = blank_cell();
    cell.code_point = 'E';
    region_top_ = 0;
    region_bottom_ = last_row();
    move_to(0, 0);
    for (u32 row = 0; row < screen_.rows(); ++row) screen_.fill(row, 0, screen_.columns(), cell);
}

} // namespace martlet
