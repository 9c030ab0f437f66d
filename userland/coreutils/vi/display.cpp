// What the screen shows: the text with long lines wrapped, the last row for messages and prompts.
#include "framework/output.h"
#include "lib/utf8.h"
#include "vi/editor.h"

#include <algorithm>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

namespace coreutils::vi {
namespace {

constexpr size_t kNumberWidth = 8;

// How characters are shown that no terminal should get, U+009B for one.
std::string hexadecimal(char32_t value) {
    char text[12];
    snprintf(text, sizeof text, "<%04x>", static_cast<unsigned>(value));
    return text;
}

size_t width_of(const CodePoint& point, size_t column, size_t tab_stop) {
    if (point.value == '\t') return tab_stop - column % tab_stop;
    int width = column_width(point.value);
    if (width >= 0) return static_cast<size_t>(width);
    return point.value == kInvalidByte ? 4 : point.value < 0x80 ? 2 : hexadecimal(point.value).size(); // \xNN and ^X
}

} // namespace

size_t Editor::display_column(const std::string& text, size_t column) const {
    size_t display = 0;
    for (size_t at = 0; at < column && at < text.size();) {
        CodePoint point = decode_utf8(std::string_view(text).substr(at));
        display += width_of(point, display, tab_stop_);
        at += point.length;
    }
    return display;
}

// The character that covers the display column.
size_t Editor::column_at(const std::string& text, size_t wanted) const {
    size_t display = 0, at = 0;
    while (at < text.size()) {
        CodePoint point = decode_utf8(std::string_view(text).substr(at));
        display += width_of(point, display, tab_stop_);
        if (display > wanted) break;
        at += point.length;
    }
    return std::min(at, last_character(text));
}

std::string Editor::display_text(const std::string& text) const {
    std::string shown;
    size_t display = 0;
    for (size_t at = 0; at < text.size();) {
        CodePoint point = decode_utf8(std::string_view(text).substr(at));
        size_t width = width_of(point, display, tab_stop_);
        auto byte = static_cast<unsigned char>(text[at]);
        if (point.value == '\t') {
            shown.append(width, ' ');
        } else if (point.value == kInvalidByte) {
            constexpr char kDigits[] = "0123456789abcdef";
            shown += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
        } else if (column_width(point.value) < 0 && point.value >= 0x80) {
            shown += hexadecimal(point.value);
        } else if (column_width(point.value) < 0) {
            shown.push_back('^');
            shown.push_back(static_cast<char>(byte ^ 0x40));
        } else {
            shown.append(text, at, point.length);
        }
        display += width;
        at += point.length;
    }
    return shown;
}

size_t Editor::rows_of(size_t line) const {
    const std::string& text = buffer_.line(line);
    size_t width = display_column(text, text.size()) + (number_ ? kNumberWidth : 0);
    if (line == cursor_.line && inserting_) ++width;
    return width == 0 ? 1 : (width + columns_ - 1) / columns_;
}

void Editor::scroll_to_cursor() {
    size_t room = rows_ - 1;
    if (cursor_.line < top_)
        top_ =
            cursor_.line + room / 2 < top_ ? cursor_.line - std::min(cursor_.line, room / 2) : cursor_.line;
    size_t used = 0;
    for (size_t line = cursor_.line + 1; line-- > top_;) {
        used += rows_of(line);
        if (used > room) {
            bool far = cursor_.line - line > room;
            top_ = far ? cursor_.line - std::min(cursor_.line, room / 2) : line + 1;
            break;
        }
    }
    if (top_ > cursor_.line) top_ = cursor_.line;
}

// Cuts `text` into rows of the screen; the columns from `begin` up to `end` are inverse.
void Editor::add_rows(std::vector<std::string>& rows, std::string_view text, size_t begin, size_t end) const {
    size_t column = 0, row_end = columns_;
    bool inverse = false;
    rows.emplace_back();
    auto set_inverse = [&](bool wanted) {
        if (wanted != inverse) rows.back() += wanted ? "\033[7m" : "\033[m";
        inverse = wanted;
    };
    while (!text.empty()) {
        CodePoint point = decode_utf8(text);
        size_t width = width_of(point, 0, 1);
        if (column + width > row_end) {
            set_inverse(false);
            rows.emplace_back();
            column = row_end;
            row_end += columns_;
        }
        set_inverse(column >= begin && column < end);
        rows.back() += text.substr(0, point.length);
        text.remove_prefix(point.length);
        column += width;
    }
    set_inverse(false);
}

// The rows as they shall be, and where among them the cursor stands.
std::vector<std::string> Editor::lay_out(size_t& cursor_row, size_t& cursor_column) {
    std::vector<std::string> rows;
    const size_t room = rows_ - 1, lead = number_ ? kNumberWidth : 0;
    for (size_t line = top_; rows.size() < room && line < buffer_.line_count(); ++line) {
        const std::string& text = buffer_.line(line);
        size_t needed = rows_of(line), row = rows.size(), place = 0;
        if (row + needed > room && row > 0) {
            while (rows.size() < room) rows.emplace_back("@");
            break;
        }
        if (line == cursor_.line) {
            place = lead + display_column(text, cursor_.column);
            cursor_row = row + place / columns_;
            cursor_column = place % columns_;
        }
        std::string shown = number_ ? std::to_string(line + 1) + " " : "";
        shown.insert(0, lead - std::min(lead, shown.size()), ' ');
        size_t begin = 0, end = 0;
        if (needed > room) { // longer than the screen: the rows around the cursor
            size_t skipped = place / columns_ < room ? 0 : place / columns_ - room / 2;
            cursor_row = place / columns_ - skipped;
            if (skipped > 0) shown.clear();
            size_t from = skipped == 0 ? 0 : column_at(text, skipped * columns_ - lead);
            shown += display_text(text.substr(from, column_at(text, (skipped + room) * columns_ - lead - 1) - from));
            needed = room;
        } else {
            shown += display_text(text);
            Position first = visual_start_ ? std::min(*visual_start_, cursor_) : Position{};
            Position last = visual_start_ ? std::max(*visual_start_, cursor_) : Position{};
            if (visual_start_ && line >= first.line && line <= last.line) {
                begin = visual_lines_ || line > first.line ? 0 : first.column;
                end = visual_lines_ || line < last.line ? text.size() : next_character(text, last.column);
                begin = lead + display_column(text, begin);
                end = lead + display_column(text, end);
                if (begin == end) ++end, shown += ' ';
            }
        }
        add_rows(rows, shown, begin, end);
        rows.resize(row + needed);
    }
    while (rows.size() < room) rows.emplace_back("~");
    std::string text = display_text(prompt_);
    if (!prompt_.empty()) {
        while (display_width(text) >= columns_) text.erase(0, next_character(text, 0));
        cursor_row = room;
        cursor_column = display_width(text);
    } else {
        text = !message_.empty() ? display_text(message_)
               : inserting_      ? "-- INSERT --"
               : visual_start_   ? "-- VISUAL --"
                                 : "";
        while (display_width(text) >= columns_) text.resize(previous_character(text, text.size()));
    }
    rows.push_back(std::move(text));
    return rows;
}

namespace {

void format_into(std::string& text, const char* format, va_list arguments) {
    char* formatted = nullptr;
    int length = vasprintf(&formatted, format, arguments);
    text.assign(formatted, static_cast<size_t>(length));
    free(formatted);
}

} // namespace

void Editor::say(const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    format_into(message_, format, arguments);
    va_end(arguments);
}

void Editor::complain(const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    format_into(message_, format, arguments);
    va_end(arguments);
    failed_ = true;
}

void Editor::complain_of(const std::string& name, int error) { complain("\"%s\": %s", name.c_str(), strerror(error)); }

void Editor::say_position() {
    say("\"%s\"%s line %zu of %zu", name_.c_str(), buffer_.is_modified() ? " [Modified]" : "", cursor_.line + 1,
        buffer_.line_count());
}

void Editor::move_pen(size_t row, size_t column) {
    if (row == pen_row_ && column + 1 == pen_column_)
        out.write("\b");
    else if (row != pen_row_ || column != pen_column_)
        out.print("\033[%zu;%zuH", row + 1, column + 1);
    pen_row_ = row;
    pen_column_ = column;
}

// Lines that only moved, by an insertion, a deletion or because the screen scrolled, move on the screen.
void Editor::scroll_rows(const std::vector<std::string>& rows) {
    size_t first = 0, end = rows.size() - 1, best = 0;
    while (first < end && rows[first] == shown_[first]) ++first;
    while (end > first && rows[end - 1] == shown_[end - 1]) --end;
    size_t distance = 0;
    bool up = false;
    auto try_shift = [&](size_t by, bool is_up) {
        size_t same = 0;
        for (size_t row = first; row + by < end; ++row)
            same += is_up ? rows[row] == shown_[row + by] : rows[row + by] == shown_[row];
        if (same > best) best = same, distance = by, up = is_up;
    };
    for (size_t by = 1; by < end - first; ++by) {
        try_shift(by, true);
        try_shift(by, false);
    }
    if (best == 0 || best * 2 < end - first) return;
    out.print("\033[%zu;%zur\033[%zu;1H\033[%zu%c\033[r", first + 1, end, first + 1, distance, up ? 'M' : 'L');
    pen_row_ = SIZE_MAX;
    // What moved is swapped with what it moves over; that is blank then.
    for (size_t step = 0; step < end - first; ++step) {
        size_t to = up ? first + step : end - 1 - step, from = up ? to + distance : to - distance;
        if (step + distance < end - first)
            std::swap(shown_[to], shown_[from]);
        else
            shown_[to].clear();
    }
}

void Editor::paint_row(size_t row, std::string_view now) {
    std::string_view old = shown_[row];
    size_t same = 0;
    const bool plain = now.find('\033') == std::string_view::npos && old.find('\033') == std::string_view::npos;
    while (plain && same < now.size() && same < old.size() && now[same] == old[same]) ++same;
    auto is_inside = [](std::string_view text, size_t at) { return at < text.size() && (text[at] & 0xc0) == 0x80; };
    while (same > 0 && (is_inside(now, same) || is_inside(old, same))) --same;
    move_pen(row, display_width(now.substr(0, same)));
    now.remove_prefix(same);
    old.remove_prefix(same);
    size_t width = display_width(now), old_width = display_width(old);
    bool erases = !plain || old_width > width;
    if (plain && !old.empty() && now.ends_with(old)) {
        out.print("\033[%zu@", width - old_width);
        now.remove_suffix(old.size());
    } else if (plain && !now.empty() && old.ends_with(now)) {
        out.print("\033[%zuP", old_width - width);
        now = {};
        erases = false;
    }
    out.write(now);
    pen_column_ += display_width(now);
    if (!plain || pen_column_ >= columns_) pen_row_ = SIZE_MAX;
    if (erases && (!plain || pen_column_ < columns_)) out.write("\033[K");
}

// Writes only what differs from what the screen shows: a terminal may be a serial line.
void Editor::draw() {
    size_t rows, columns;
    terminal_.size(rows, columns);
    if (rows != rows_ || columns != columns_) repaint_ = true;
    rows_ = std::max<size_t>(rows, 2);
    columns_ = columns;
    scroll_to_cursor();
    size_t cursor_row = 0, cursor_column = 0;
    std::vector<std::string> wanted = lay_out(cursor_row, cursor_column);
    if (repaint_) {
        out.write("\033[H\033[2J");
        shown_.clear();
        shown_.resize(rows_);
        pen_row_ = pen_column_ = 0;
        repaint_ = false;
    }
    scroll_rows(wanted);
    for (size_t row = 0; row < rows_; ++row)
        if (wanted[row] != shown_[row]) paint_row(row, wanted[row]);
    shown_ = std::move(wanted);
    move_pen(cursor_row, cursor_column);
    out.flush();
}

} // namespace coreutils::vi
