// Bringing the screen up to date.
#include "dev/terminal/display.h"

#include <algorithm>

namespace martlet {

Result<void> Display::init(Terminal& terminal) {
    terminal_ = &terminal;
    TRY(shown_.resize(static_cast<usize>(terminal.screen().columns()) * terminal.screen().rows()));
    TRY(line_.resize(terminal.screen().columns()));
    forget();
    return {};
}

void Display::show(Terminal& terminal) {
    terminal_ = &terminal;
    view_offset_ = 0;
    selection_.clear();
    pointer_.reset();
    terminal.screen().damage_all();
}

void Display::forget() {
    for (Cell& cell : shown_) cell.is_invalid = 1;
    terminal_->screen().damage_all();
}

const Cell* Display::cells(u32 row) const {
    const ScreenBuffer& buffer = terminal_->screen();
    return row < view_offset_ ? buffer.history_line(view_offset_ - 1 - row) : buffer.row(row - view_offset_);
}

void Display::scroll_view(int lines) {
    const ScreenBuffer& buffer = terminal_->screen();
    u32 limit = buffer.is_alternate() ? 0 : buffer.history_size();
    i64 wanted = static_cast<i64>(view_offset_) + lines;
    u32 offset = static_cast<u32>(std::clamp<i64>(wanted, 0, limit));
    if (offset == view_offset_) return;
    view_offset_ = offset;
    terminal_->screen().damage_all();
}

void Display::reset_view() {
    if (view_offset_ == 0) return;
    view_offset_ = 0;
    terminal_->screen().damage_all();
}

void Display::damage_selection() {
    if (!selection_.is_empty()) terminal_->screen().damage_rows(selection_.first().row, selection_.last().row);
}

void Display::set_selection(const Selection& selection) {
    damage_selection();
    selection_ = selection;
    damage_selection();
}

void Display::set_pointer(std::optional<CellPlace> place) {
    if (place == pointer_) return;
    for (const std::optional<CellPlace>& each : {pointer_, place})
        if (each) terminal_->screen().damage_rows(each->row, each->row);
    pointer_ = place;
}

void Display::set_flash(bool flash) {
    if (is_flash_ == flash) return;
    is_flash_ = flash;
    terminal_->screen().damage_all();
}

void Display::refresh() {
    ScreenBuffer& buffer = terminal_->screen();
    if (buffer.has_damage()) {
        for (u32 row = 0; row < buffer.rows(); ++row) {
            ScreenBuffer::Damage damage = buffer.take_damage(row);
            if (view_offset_ != 0) damage = {0, buffer.columns()};
            if (damage.first != damage.end) refresh_row(row, damage.first, damage.end);
        }
        buffer.damage_taken();
    }
    refresh_cursor();
}

void Display::refresh_row(u32 row, u32 first, u32 end) {
    u32 columns = terminal_->screen().columns();
    const Cell* wanted = cells(row);
    bool reverse = terminal_->modes().reverse_screen != is_flash_;
    bool has_highlight = !selection_.is_empty() || pointer_;
    if (first > 0 && wanted[first].is_wide_tail) --first;
    for (u32 column = first; column < end; ++column) {
        line_[column] = wanted[column];
        if (reverse != (has_highlight && is_highlighted({row, column}))) {
            line_[column].foreground = wanted[column].background;
            line_[column].background = wanted[column].foreground;
        }
    }
    Cell* shown = &shown_[static_cast<usize>(row) * columns];
    for (u32 column = first; column < end;) {
        if (line_[column] == shown[column]) {
            ++column;
            continue;
        }
        u32 run_end = column + 1;
        while (run_end < end && !(line_[run_end] == shown[run_end])) ++run_end;
        while (run_end < end && line_[run_end].is_wide_tail) ++run_end;
        if (column > 0 && line_[column].is_wide_tail) --column;
        screen_.draw(row, column, {&line_[column], run_end - column});
        std::copy_n(&line_[column], run_end - column, shown + column);
        column = run_end;
    }
}

void Display::refresh_cursor() {
    if (!terminal_->modes().cursor_visible || view_offset_ != 0) return screen_.hide_cursor();
    u32 row = terminal_->cursor_row(), column = terminal_->cursor_column();
    screen_.show_cursor(row, column, shown_[static_cast<usize>(row) * terminal_->screen().columns() + column],
                        terminal_->modes().cursor_shape);
}

} // namespace martlet
