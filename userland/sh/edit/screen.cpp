#include "edit/screen.hpp"

#include "base/text.hpp"
#include "edit/display_width.hpp"

namespace sh {

void Screen::start(std::string_view prompt, int columns) {
    size_t newline = prompt.rfind('\n');
    prompt_head_ = newline == std::string_view::npos ? "" : std::string(prompt.substr(0, newline + 1));
    prompt_ = newline == std::string_view::npos ? prompt : prompt.substr(newline + 1);
    columns_ = columns;
    cursor_row_ = 0;
    cursor_ = {};
    shown_.clear();
    drawn_ = false;
}

void Screen::put(std::string& out, Position& at, std::string_view text, Escapes escapes) const {
    while (!text.empty()) {
        if (text[0] == '\n') {
            out += "\033[K\r\n";
            ++at.row;
            at.column = 0;
            text.remove_prefix(1);
            continue;
        }
        if (size_t length = escapes == Escapes::meant ? escape_sequence_length(text) : 0) {
            out += text.substr(0, length);
            text.remove_prefix(length);
            continue;
        }
        auto c = static_cast<unsigned char>(text[0]);
        std::string shown;
        int width;
        size_t length = character_length(text);
        if (c < 0x20 || c == 0x7f) {
            shown = {'^', static_cast<char>(c ^ 0x40)};
            width = 2;
        } else if (c >= 0x80 && (length == 1 || is_control(decode_character(text)))) {
            shown = "?";
            width = 1;
        } else {
            shown = text.substr(0, length);
            width = character_width(decode_character(text));
        }
        if (at.column + width > columns_) {
            // Leave the row ourselves instead of trusting the terminal's wrapping.
            out += "\033[K\r\n";
            ++at.row;
            at.column = 0;
        }
        out += shown;
        at.column += width;
        text.remove_prefix(length);
    }
}

std::string Screen::render(std::string_view prompt, std::string_view text, size_t cursor) {
    std::string out;
    if (!drawn_) {
        for (char c : prompt_head_) {
            if (c == '\n')
                out += '\r';
            out += c;
        }
        drawn_ = true;
    } else {
        if (cursor_row_ > 0)
            out += "\033[" + number_text(cursor_row_) + "A";
        out += '\r';
    }
    Position at;
    put(out, at, prompt, Escapes::meant);
    put(out, at, text.substr(0, cursor), Escapes::shown);
    Position target = at;
    put(out, at, text.substr(cursor), Escapes::shown);
    if (at.column >= columns_) {
        out += "\r\n";
        ++at.row;
        at.column = 0;
    }
    if (target.column >= columns_) {
        ++target.row;
        target.column = 0;
    }
    out += "\033[J";
    if (at.row > target.row)
        out += "\033[" + number_text(at.row - target.row) + "A";
    if (at.row != target.row || at.column != target.column) {
        out += '\r';
        if (target.column > 0)
            out += "\033[" + number_text(target.column) + "C";
    }
    cursor_row_ = target.row;
    cursor_ = target;
    shown_ = text;
    return out;
}

std::string Screen::draw(std::string_view text, size_t cursor) {
    // The usual key: one more character at the end of the row.
    if (drawn_ && cursor == text.size() && text.size() > shown_.size() && text.starts_with(shown_) &&
        cursor_.row == cursor_row_) {
        std::string_view added = text.substr(shown_.size());
        int width = display_width(added);
        bool plain = true;
        for (std::string_view rest = added; !rest.empty(); rest.remove_prefix(character_length(rest)))
            plain &= !is_control(decode_character(rest));
        if (plain && end_known_ && cursor_.column + width < columns_) {
            cursor_.column += width;
            shown_ = text;
            return std::string(added);
        }
    }
    std::string out = render(prompt_, text, cursor);
    end_known_ = cursor == text.size();
    return out;
}

std::string Screen::draw_with_prompt(std::string_view prompt, std::string_view text, size_t cursor) {
    end_known_ = false;
    return render(prompt, text, cursor);
}

std::string Screen::move_to_end(std::string_view text) {
    return drawn_ && end_known_ && shown_ == text ? std::string() : draw(text, text.size());
}

std::string Screen::finish(std::string_view text) {
    std::string out = move_to_end(text);
    drawn_ = false;
    cursor_row_ = 0;
    // On a row of its own the cursor needs no further line.
    if (cursor_.column > 0 || text.empty())
        out += "\r\n";
    return out;
}

}  // namespace sh
