// What the screen shows: the text with long lines wrapped, the last row for messages and prompts.
#include "framework/output.h"
#include "lib/utf8.h"
#include "vi/editor.h"

#include <algorithm>

namespace coreutils::vi {
namespace {

constexpr size_t kNumberWidth = 8;

size_t width_of(const CodePoint& point, size_t column, size_t tab_stop) {
    if (point.value == '\t') return tab_stop - column % tab_stop;
    int width = column_width(point.value);
    return width >= 0 ? static_cast<size_t>(width) : point.value == kInvalidByte ? 4 : 2; // \xNN and ^X
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

void Editor::draw() {
    terminal_.size(rows_, columns_);
    scroll_to_cursor();
    out.write("\033[?25l\033[H");
    size_t row = 0, cursor_row = 0, cursor_column = 0;
    for (size_t line = top_; row < rows_ - 1; ++line) {
        if (line >= buffer_.line_count()) {
            out.write("~\033[K\r\n");
            ++row;
            continue;
        }
        const std::string& text = buffer_.line(line);
        size_t lead = number_ ? kNumberWidth : 0, needed = rows_of(line);
        if (row + needed > rows_ - 1 && row > 0) {
            for (; row < rows_ - 1; ++row) out.write("@\033[K\r\n");
            break;
        }
        if (line == cursor_.line) {
            size_t place = lead + display_column(text, cursor_.column);
            cursor_row = row + place / columns_;
            cursor_column = place % columns_;
        }
        if (number_) out.print("%7zu ", line + 1);
        if (needed > rows_ - 1) { // longer than the screen: the rows around the cursor
            size_t place = line == cursor_.line ? lead + display_column(text, cursor_.column) : 0,
                   room = rows_ - 1;
            size_t skipped = place / columns_ < room ? 0 : place / columns_ - room / 2;
            cursor_row = place / columns_ - skipped;
            size_t from = column_at(text, skipped * columns_ - std::min(skipped * columns_, lead));
            size_t to = column_at(text, (skipped + room) * columns_ - lead - 1);
            out.write(display_text(text.substr(skipped == 0 ? 0 : from, to - (skipped == 0 ? 0 : from))));
            out.write("\033[K\r\n");
            row = room;
            break;
        }
        bool selected = visual_start_ && line >= std::min(visual_start_->line, cursor_.line) &&
                        line <= std::max(visual_start_->line, cursor_.line);
        if (selected) {
            Position from = std::min(*visual_start_, cursor_), to = std::max(*visual_start_, cursor_);
            size_t begin = visual_lines_ || line > from.line ? 0 : from.column;
            size_t end = visual_lines_ || line < to.line ? text.size() : next_character(text, to.column);
            out.write(display_text(text.substr(0, begin)));
            out.write("\033[7m");
            out.write(display_text(text.substr(begin, end - begin)));
            out.write(end == begin ? " \033[0m" : "\033[0m");
            out.write(display_text(text.substr(end)));
        } else {
            out.write(display_text(text));
        }
        out.write("\033[K\r\n");
        row += needed;
    }
    if (!prompt_.empty()) {
        out.write(prompt_);
        out.write("\033[K");
        cursor_row = rows_ - 1;
        cursor_column = display_width(prompt_);
    } else {
        std::string text = message_.empty() ? (inserting_      ? "-- INSERT --"
                                               : visual_start_ ? "-- VISUAL --"
                                                               : "")
                                            : message_;
        while (display_width(text) >= columns_) text.pop_back();
        out.write(text);
        out.write("\033[K");
    }
    out.print("\033[%zu;%zuH\033[?25h", cursor_row + 1, cursor_column + 1);
    out.flush();
}

} // namespace coreutils::vi
