// Terminal: escape and control sequences.
#include <algorithm>

#include "dev/terminal/character_width.h"
#include "dev/terminal/terminal.h"

namespace martlet {

void Terminal::escape(char intermediate, char final) {
    switch (intermediate) {
    case 0: break;
    case '(': case ')':
        cursor_.sets[intermediate == '(' ? 0 : 1] = final == '0' || final == 'A' ? final : 'B';
        return;
    case '#':
        if (final == '8') alignment_pattern();
        return;
    default: return; // other sets, UTF-8 selection (it is always on), 7-bit controls
    }
    switch (final) {
    case '7': save_cursor(); break;
    case '8': restore_cursor(); break;
    case 'D': line_feed(); break;
    case 'E':
        line_feed();
        carriage_return();
        break;
    case 'H': tab_stops_[cursor_.column / 8] |= static_cast<u8>(1u << (cursor_.column % 8)); break;
    case 'M': reverse_line_feed(); break;
    case 'Z': reply("\033[?6c"); break;
    case 'c': full_reset(); break;
    case '=': modes_.application_keypad = true; break;
    case '>': modes_.application_keypad = false; break;
    default: break;
    }
}

void Terminal::sequence(const ControlSequence& sequence) {
    if (sequence.intermediate != 0) {
        if (sequence.intermediate == '!' && sequence.final == 'p') soft_reset();
        if (sequence.intermediate == '$' && sequence.final == 'p') request_mode(sequence);
        if (sequence.intermediate == ' ' && sequence.final == 'q') set_cursor_style(sequence.value(0));
        return;
    }
    if (sequence.prefix != 0) return private_sequence(sequence);
    if (movement_sequence(sequence) || editing_sequence(sequence)) return;
    report_sequence(sequence);
}

bool Terminal::movement_sequence(const ControlSequence& sequence) {
    u32 amount = sequence.amount(0);
    switch (sequence.final) {
    case 'A': move_up(amount); break;
    case 'B': case 'e': move_down(amount); break;
    case 'C': case 'a': set_column(cursor_.column + amount); break;
    case 'D': set_column(cursor_.column - std::min(amount, cursor_.column)); break;
    case 'E':
        move_down(amount);
        carriage_return();
        break;
    case 'F':
        move_up(amount);
        carriage_return();
        break;
    case 'G': case '`': set_column(amount - 1); break;
    case 'H': case 'f': move_to_addressed(amount - 1, sequence.amount(1) - 1); break;
    case 'd': move_to_addressed(amount - 1, cursor_.column); break;
    case 'I': tab_forward(amount); break;
    case 'Z': tab_backward(amount); break;
    case 's': save_cursor(); break;
    case 'u': restore_cursor(); break;
    default: return false;
    }
    return true;
}

bool Terminal::editing_sequence(const ControlSequence& sequence) {
    u32 amount = sequence.amount(0);
    switch (sequence.final) {
    case '@':
        cursor_.pending_wrap = false;
        screen_.insert_cells(cursor_.row, cursor_.column, amount, erased_cell());
        break;
    case 'P':
        cursor_.pending_wrap = false;
        screen_.delete_cells(cursor_.row, cursor_.column, amount, erased_cell());
        break;
    case 'X':
        cursor_.pending_wrap = false;
        screen_.fill(cursor_.row, cursor_.column, std::min(cursor_.column + amount, screen_.columns()), erased_cell());
        break;
    case 'J': erase_in_display(sequence.value(0)); break;
    case 'K': erase_in_line(sequence.value(0)); break;
    case 'L': insert_lines(amount); break;
    case 'M': delete_lines(amount); break;
    case 'S': scroll_region_up(amount); break;
    case 'T': scroll_region_down(amount); break;
    case 'b': repeat_last(amount); break;
    case 'g': clear_tab_stop(sequence.value(0)); break;
    case 'm': select_graphic_rendition(sequence); break;
    case 'r': set_scroll_region(sequence.amount(0) - 1, sequence.value(1)); break;
    case 'h': case 'l':
        for (u32 index = 0; index < sequence.count; ++index) set_mode(sequence.values[index], sequence.final == 'h');
        break;
    default: return false;
    }
    return true;
}

void Terminal::report_sequence(const ControlSequence& sequence) {
    switch (sequence.final) {
    case 'c':
        if (sequence.value(0) == 0) reply("\033[?6c"); // a VT102, as Linux's console
        break;
    case 'n':
        if (sequence.value(0) == 5) reply("\033[0n");
        if (sequence.value(0) == 6)
            reply("\033[%u;%uR", cursor_.row - (cursor_.origin_mode ? region_top_ : 0) + 1, cursor_.column + 1);
        break;
    case 't':
        if (sequence.value(0) == 18) reply("\033[8;%u;%ut", screen_.rows(), screen_.columns());
        break;
    default: break;
    }
}

void Terminal::private_sequence(const ControlSequence& sequence) {
    if (sequence.prefix == '>') {
        if (sequence.final == 'c' && sequence.value(0) == 0) reply("\033[>0;0;0c");
        return;
    }
    if (sequence.prefix != '?') return;
    switch (sequence.final) {
    case 'h': case 'l':
        for (u32 index = 0; index < sequence.count; ++index)
            set_private_mode(sequence.values[index], sequence.final == 'h');
        break;
    case 'c': set_linux_cursor(sequence.value(0)); break;
    case 'J': erase_in_display(sequence.value(0)); break; // no protected cells: selective erase erases all
    case 'K': erase_in_line(sequence.value(0)); break;
    case 'n':
        if (sequence.value(0) == 6)
            reply("\033[?%u;%uR", cursor_.row - (cursor_.origin_mode ? region_top_ : 0) + 1, cursor_.column + 1);
        break;
    default: break;
    }
}

void Terminal::erase_in_display(u32 what) {
    Cell cell = erased_cell();
    u32 columns = screen_.columns();
    cursor_.pending_wrap = false;
    switch (what) {
    case 0:
        screen_.fill(cursor_.row, cursor_.column, columns, cell);
        for (u32 row = cursor_.row + 1; row < screen_.rows(); ++row) screen_.fill(row, 0, columns, cell);
        break;
    case 1:
        for (u32 row = 0; row < cursor_.row; ++row) screen_.fill(row, 0, columns, cell);
        screen_.fill(cursor_.row, 0, cursor_.column + 1, cell);
        break;
    case 3: screen_.clear_history(); break;
    case 2:
        for (u32 row = 0; row < screen_.rows(); ++row) screen_.fill(row, 0, columns, cell);
        break;
    default: break;
    }
}

void Terminal::erase_in_line(u32 what) {
    cursor_.pending_wrap = false;
    u32 first = what == 0 ? cursor_.column : 0, end = what == 1 ? cursor_.column + 1 : screen_.columns();
    if (what <= 2) screen_.fill(cursor_.row, first, end, erased_cell());
}

void Terminal::insert_lines(u32 count) {
    if (cursor_.row < region_top_ || cursor_.row > region_bottom_) return;
    screen_.scroll_down(cursor_.row, region_bottom_, count, erased_cell());
    carriage_return();
}

void Terminal::delete_lines(u32 count) {
    if (cursor_.row < region_top_ || cursor_.row > region_bottom_) return;
    screen_.scroll_up(cursor_.row, region_bottom_, count, erased_cell(), KeepHistory::No);
    carriage_return();
}

void Terminal::scroll_region_up(u32 count) {
    bool keep = region_top_ == 0 && !screen_.is_alternate();
    screen_.scroll_up(region_top_, region_bottom_, count, erased_cell(), keep ? KeepHistory::Yes : KeepHistory::No);
}

void Terminal::scroll_region_down(u32 count) {
    screen_.scroll_down(region_top_, region_bottom_, count, erased_cell());
}

void Terminal::set_scroll_region(u32 top, u32 bottom_end) {
    if (bottom_end == 0 || bottom_end > screen_.rows()) bottom_end = screen_.rows();
    if (top + 1 >= bottom_end) return; // at least two lines
    region_top_ = top;
    region_bottom_ = bottom_end - 1;
    move_to_addressed(0, 0);
}

void Terminal::repeat_last(u32 count) {
    if (last_printed_ == 0) return;
    u32 width = character_width(last_printed_);
    for (count = std::min(count, screen_.columns() * screen_.rows()); count > 0; --count) put(last_printed_, width);
}

void Terminal::clear_tab_stop(u32 what) {
    if (what == 0) tab_stops_[cursor_.column / 8] &= static_cast<u8>(~(1u << (cursor_.column % 8)));
    if (what == 3) std::fill(std::begin(tab_stops_), std::end(tab_stops_), 0);
}

void Terminal::request_mode(const ControlSequence& sequence) {
    u32 mode = sequence.value(0);
    if (sequence.prefix == '?') return reply("\033[?%u;%d$y", mode, private_mode_state(mode));
    int state = mode == 4 ? (insert_mode_ ? 1 : 2) : mode == 20 ? (modes_.newline ? 1 : 2) : 0;
    reply("\033[%u;%d$y", mode, state);
}

} // namespace martlet
