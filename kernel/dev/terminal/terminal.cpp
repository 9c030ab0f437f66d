// Terminal: printing, control characters and cursor movement.
#include "dev/terminal/terminal.h"

#include <stdarg.h>
#include <string.h>

#include <algorithm>

#include "base/format.h"
#include "dev/terminal/character_width.h"

namespace martlet {
namespace {

/// DEC special graphics, 0x60 … 0x7e.
constexpr u16 kLineDrawing[] = {0x25c6, 0x2592, 0x2409, 0x240c, 0x240d, 0x240a, 0x00b0, 0x00b1, 0x2424, 0x240b, 0x2518,
                                0x2510, 0x250c, 0x2514, 0x253c, 0x23ba, 0x23bb, 0x2500, 0x23bc, 0x23bd, 0x251c, 0x2524,
                                0x2534, 0x252c, 0x2502, 0x2264, 0x2265, 0x03c0, 0x2260, 0x00a3, 0x00b7};

constexpr bool is_plain(u8 byte) { return byte >= 0x20 && byte < 0x7f; }

u32 translate(char set, u32 code_point) {
    if (set == '0' && code_point >= 0x60 && code_point <= 0x7e) return kLineDrawing[code_point - 0x60];
    if (set == 'A' && code_point == '#') return 0xa3;
    return code_point;
}

} // namespace

Result<void> Terminal::init(u32 columns, u32 rows) {
    TRY(screen_.init(std::clamp(columns, kMinColumns, kMaxColumns), std::clamp(rows, kMinRows, kMaxRows)));
    region_bottom_ = last_row();
    reset_tabs();
    return {};
}

void Terminal::write(std::span<const u8> bytes) {
    usize index = 0;
    while (index < bytes.size()) {
        if (is_plain(bytes[index]) && parser_.is_ground() && decoder_.is_idle()) {
            index += print_ascii_run(bytes.subspan(index));
            continue;
        }
        decoder_.feed(bytes[index++], [this](u32 code_point) { parser_.feed(code_point); });
    }
}

/// Prints what fits on this line of a run of ASCII; at least one character.
usize Terminal::print_ascii_run(std::span<const u8> bytes) {
    if (insert_mode_ || cursor_.sets[cursor_.active_set] != 'B' || cursor_.pending_wrap) {
        print(bytes[0]);
        return 1;
    }
    usize room = screen_.columns() - cursor_.column;
    usize count = 0;
    while (count < std::min(room, bytes.size()) && is_plain(bytes[count])) ++count;
    u32 end = cursor_.column + static_cast<u32>(count);
    screen_.split_wide(cursor_.row, cursor_.column);
    screen_.split_wide(cursor_.row, end);
    Cell* cells = screen_.row(cursor_.row) + cursor_.column;
    Cell blank = pen_;
    blank.code_point = 0;
    u64 pen = blank.bits();
    for (usize index = 0; index < count; ++index) cells[index] = __builtin_bit_cast(Cell, pen | bytes[index]);
    screen_.damage(cursor_.row, cursor_.column, end);
    last_printed_ = bytes[count - 1];
    cursor_.column = end;
    if (end == screen_.columns()) {
        cursor_.column = end - 1;
        cursor_.pending_wrap = autowrap_;
    }
    return count;
}

void Terminal::print(u32 code_point) {
    code_point = translate(cursor_.sets[cursor_.active_set], code_point);
    u32 width = character_width(code_point);
    if (width == 0) return; // combining characters are not shown
    put(code_point, width);
    last_printed_ = code_point;
}

void Terminal::put(u32 code_point, u32 width) {
    if (cursor_.pending_wrap) wrap();
    if (cursor_.column + width > screen_.columns()) { // a wide character does not fit in the last column
        if (autowrap_)
            wrap();
        else
            cursor_.column = screen_.columns() - width;
    }
    if (insert_mode_) screen_.insert_cells(cursor_.row, cursor_.column, width, erased_cell());
    screen_.split_wide(cursor_.row, cursor_.column);
    screen_.split_wide(cursor_.row, cursor_.column + width);
    Cell cell = pen_;
    cell.code_point = code_point;
    Cell* cells = screen_.row(cursor_.row) + cursor_.column;
    if (width == 2) {
        cell.is_wide_lead = 1;
        cells[0] = cell;
        cell.is_wide_lead = 0;
        cell.is_wide_tail = 1;
        cells[1] = cell;
    } else {
        cells[0] = cell;
    }
    screen_.damage(cursor_.row, cursor_.column, cursor_.column + width);
    cursor_.column += width;
    if (cursor_.column >= screen_.columns()) {
        cursor_.column = last_column();
        cursor_.pending_wrap = autowrap_;
    }
}

void Terminal::wrap() {
    cursor_.column = 0;
    line_feed();
}

void Terminal::control(u8 byte) {
    switch (byte) {
    case '\a': ++bell_count_; break;
    case '\b':
        cursor_.pending_wrap = false;
        if (cursor_.column > 0) --cursor_.column;
        break;
    case '\t': tab_forward(1); break;
    case '\n': case '\v': case '\f':
        line_feed();
        if (modes_.newline) carriage_return();
        break;
    case '\r': carriage_return(); break;
    case 0x0e: cursor_.active_set = 1; break; // SO
    case 0x0f: cursor_.active_set = 0; break; // SI
    default: break;
    }
}

void Terminal::carriage_return() {
    cursor_.pending_wrap = false;
    cursor_.column = 0;
}

void Terminal::line_feed() {
    cursor_.pending_wrap = false;
    if (cursor_.row == region_bottom_)
        scroll_region_up(1);
    else if (cursor_.row < last_row())
        ++cursor_.row;
}

void Terminal::reverse_line_feed() {
    cursor_.pending_wrap = false;
    if (cursor_.row == region_top_)
        scroll_region_down(1);
    else if (cursor_.row > 0)
        --cursor_.row;
}

void Terminal::move_to(u32 row, u32 column) {
    cursor_.pending_wrap = false;
    cursor_.row = std::min(row, last_row());
    cursor_.column = std::min(column, last_column());
}

void Terminal::move_to_addressed(u32 row, u32 column) {
    if (cursor_.origin_mode) row = std::min(row + region_top_, region_bottom_);
    move_to(row, column);
}

void Terminal::move_up(u32 count) {
    u32 limit = cursor_.row >= region_top_ ? region_top_ : 0;
    move_to(cursor_.row - std::min(count, cursor_.row - limit), cursor_.column);
}

void Terminal::move_down(u32 count) {
    u32 limit = cursor_.row <= region_bottom_ ? region_bottom_ : last_row();
    move_to(cursor_.row + std::min(count, limit - cursor_.row), cursor_.column);
}

void Terminal::set_column(u32 column) { move_to(cursor_.row, column); }

void Terminal::tab_forward(u32 count) {
    u32 column = cursor_.column;
    for (count = std::min(count, screen_.columns()); count > 0 && column < last_column(); --count)
        do
            ++column;
        while (column < last_column() && !(tab_stops_[column / 8] >> (column % 8) & 1));
    cursor_.column = column; // a tab leaves a pending wrap pending
}

void Terminal::tab_backward(u32 count) {
    u32 column = cursor_.column;
    for (count = std::min(count, screen_.columns()); count > 0 && column > 0; --count)
        do
            --column;
        while (column > 0 && !(tab_stops_[column / 8] >> (column % 8) & 1));
    set_column(column);
}

usize Terminal::take_replies(std::span<u8> to) {
    usize count = std::min(to.size(), reply_count_);
    memcpy(to.data(), replies_, count);
    memmove(replies_, replies_ + count, reply_count_ - count);
    reply_count_ -= count;
    return count;
}

void Terminal::reply(const char* format, ...) {
    char text[48];
    va_list arguments;
    va_start(arguments, format);
    usize size = format_arguments(text, format, arguments);
    va_end(arguments);
    if (size >= sizeof(text) || size > kRepliesMax - reply_count_) return; // nobody reads the answers
    memcpy(replies_ + reply_count_, text, size);
    reply_count_ += size;
}

} // namespace martlet
