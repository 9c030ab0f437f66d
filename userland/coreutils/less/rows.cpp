#include "less/rows.h"

#include "lib/utf8.h"

#include <algorithm>
#include <stdio.h>

namespace coreutils::less {
namespace {

enum Style : unsigned { kBold = 1, kUnderline = 2, kReverse = 4 };

struct Cell {
    std::string text;    // what is written
    std::string color;   // sequences that precede it
    size_t width = 0;
    unsigned style = 0;
    size_t plain_offset = 0; // in the text that searches see
};

// Length of an SGR sequence (ESC [ digits and ; m) at the beginning, 0 when there is none.
size_t color_length(std::string_view text) {
    if (!text.starts_with("\033[")) return 0;
    size_t end = text.find_first_not_of("0123456789;:", 2);
    return end != std::string_view::npos && (text[end] == 'm' || text[end] == 'K') ? end + 1 : 0;
}

class Builder {
public:
    Builder(std::string_view line, const Appearance& appearance) : rest_(line), appearance_(appearance) {
        while (!rest_.empty()) take();
    }
    std::vector<Cell> cells;
    std::string plain;

private:
    void take() {
        if (appearance_.colors)
            if (size_t length = color_length(rest_)) {
                if (rest_[length - 1] == 'm') pending_color_.append(rest_.substr(0, length));
                rest_.remove_prefix(length);
                return;
            }
        CodePoint point = decode_utf8(rest_);
        std::string_view character = rest_.substr(0, point.length);
        std::string_view behind = rest_.substr(point.length);
        if (behind.size() >= 2 && behind[0] == '\b' && !appearance_.raw) {
            // X BS X is bold, _ BS X underlined.
            CodePoint second = decode_utf8(behind.substr(1));
            std::string_view over = behind.substr(1, second.length);
            bool bold = over == character, underline = character == "_" || over == "_";
            if (bold || underline) {
                if (over == "_" && !bold) {
                    add(character, point, carried_style_ | kUnderline); // X BS _: the character came first
                    carried_style_ = 0;
                    rest_ = behind.substr(1 + second.length);
                } else {
                    carried_style_ |= bold ? kBold : kUnderline;
                    rest_ = behind.substr(1);
                }
                return;
            }
        }
        rest_ = behind;
        add(character, point, carried_style_);
        carried_style_ = 0;
    }

    void add(std::string_view character, CodePoint point, unsigned style) {
        Cell cell;
        cell.plain_offset = plain.size();
        cell.style = style;
        cell.color.swap(pending_color_);
        plain.append(character);
        int width = point.value == kInvalidByte ? -1 : column_width(point.value);
        if (point.value == '\t') {
            size_t columns = appearance_.tab - column_ % appearance_.tab;
            cell.text.assign(columns, ' ');
            cell.width = columns;
        } else if (width >= 0) {
            cell.text = character;
            cell.width = static_cast<size_t>(width);
        } else if (appearance_.raw) {
            cell.text = character;
        } else {
            char text[16];
            if (point.value == kInvalidByte || point.value >= 0x80)
                snprintf(text, sizeof text, "<%02X>",
                         point.value == kInvalidByte ? static_cast<unsigned char>(character[0])
                                                     : static_cast<unsigned>(point.value));
            else if (point.value == 0x1b)
                snprintf(text, sizeof text, "ESC");
            else
                snprintf(text, sizeof text, "^%c", static_cast<char>(point.value ^ 0x40));
            cell.text = text;
            cell.width = cell.text.size();
            cell.style |= kReverse;
        }
        column_ += cell.width;
        if (cell.width == 0 && !cells.empty() && cell.color.empty()) {
            cells.back().text += cell.text; // combining characters stay with theirs
            return;
        }
        cells.push_back(std::move(cell));
    }

    std::string_view rest_;
    const Appearance& appearance_;
    size_t column_ = 0;
    unsigned carried_style_ = 0;
    std::string pending_color_;
};

void highlight(Builder& built, const Regex& pattern) {
    std::vector<regmatch_t> matches;
    size_t from = 0, cell = 0;
    while (from <= built.plain.size() && pattern.search(built.plain, from, matches)) {
        auto start = static_cast<size_t>(matches[0].rm_so), end = static_cast<size_t>(matches[0].rm_eo);
        while (cell < built.cells.size() && built.cells[cell].plain_offset < start) ++cell;
        for (; cell < built.cells.size() && built.cells[cell].plain_offset < end; ++cell)
            built.cells[cell].style ^= kReverse;
        from = end > start ? end : end + 1;
    }
}

void append_style(std::string& row, unsigned from, unsigned to) {
    if (from == to) return;
    if (from & ~to) {
        if (from & kBold) row += "\033[22m";
        if (from & kUnderline) row += "\033[24m";
        if (from & kReverse) row += "\033[27m";
        from = 0;
    }
    if (to & ~from & kBold) row += "\033[1m";
    if (to & ~from & kUnderline) row += "\033[4m";
    if (to & ~from & kReverse) row += "\033[7m";
}

} // namespace

std::string plain_text(std::string_view line, const Appearance& appearance) {
    if (line.find_first_of("\b\033") == std::string_view::npos) return std::string(line);
    return Builder(line, appearance).plain;
}

std::vector<std::string> make_rows(std::string_view line, size_t number, const Appearance& appearance,
                                   const Regex* pattern) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    Builder built(line, appearance);
    if (pattern && appearance.highlight) highlight(built, *pattern);
    std::vector<std::string> rows(1);
    size_t margin = appearance.numbers ? appearance.number_width + 1 : 0;
    if (appearance.numbers) {
        char text[32];
        snprintf(text, sizeof text, "%*zu ", static_cast<int>(appearance.number_width), number);
        rows[0] = text;
    }
    size_t room = appearance.columns > margin ? appearance.columns - margin : 1;
    size_t column = 0, hidden = appearance.shift;
    unsigned style = 0;
    bool colored = false;
    for (const Cell& cell : built.cells) {
        if (!cell.color.empty()) {
            rows.back() += cell.color;
            colored = true;
        }
        if (hidden > 0) {
            hidden -= std::min(hidden, cell.width);
            continue;
        }
        if (column + cell.width > room) {
            if (appearance.chop || appearance.shift) {
                // The last column tells that there is more.
                append_style(rows.back(), style, 0);
                style = 0;
                rows.back() += "\033[" + std::to_string(appearance.columns) + "G\033[7m>\033[27m";
                break;
            }
            append_style(rows.back(), style, 0);
            rows.emplace_back(margin, ' ');
            style = 0;
            column = 0;
        }
        append_style(rows.back(), style, cell.style);
        style = cell.style;
        rows.back() += cell.text;
        column += cell.width;
    }
    append_style(rows.back(), style, 0);
    if (colored) rows.back() += "\033[m";
    return rows;
}

} // namespace coreutils::less
