// What less paints: the rows and the prompt.
#include "less/pager.h"

#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/utf8.h"

#include <algorithm>

namespace coreutils::less {

void Pager::measure() {
    terminal_.size(rows_, settings_.appearance.columns);
    rows_ = std::max<size_t>(rows_, 2) - 1; // the last one is the prompt's
}

void Pager::draw() {
    out.write("\033[H");
    Place place = file().top;
    size_t row = 0;
    bool there = next_shown(place.line);
    file().top = there ? place : file().top;
    while (row < rows_ && there) {
        auto rows = rows_of(place.line);
        for (size_t index = place.row; index < rows.size() && row < rows_; ++index, ++row) {
            out.write(rows[index]);
            out.write("\033[K\r\n");
        }
        bottom_line_ = place.line;
        place = {place.line + 1, 0};
        there = next_shown(place.line);
    }
    for (; row < rows_; ++row) out.write(settings_.tilde ? "\033[1m~\033[22m\033[K\r\n" : "\033[K\r\n");
    out.flush();
}

std::string Pager::position_text(bool long_form) {
    std::string result = file().name == "-" ? "" : file().name;
    if (files_.size() > 1)
        result += " (file " + std::to_string(current_ + 1) + " of " + std::to_string(files_.size()) + ")";
    if (!long_form) return result;
    result += (result.empty() ? "lines " : " lines ") + std::to_string(file().top.line + 1) + "-" +
              std::to_string(bottom_line_ + 1);
    if (text().complete()) result += "/" + std::to_string(text().known());
    return result + percent_text();
}

std::string Pager::percent_text() {
    if (!text().complete() || text().bytes() == 0) return "";
    uint64_t end = bottom_line_ + 1 < text().known() ? text().start_of(bottom_line_ + 1) : text().bytes();
    return " " + std::to_string(end * 100 / text().bytes()) + "%";
}

void Pager::prompt() {
    bool end = at_end();
    std::string shown;
    if (!message_.empty()) {
        shown = message_;
    } else if (settings_.prompt == 2) {
        shown = position_text(true);
    } else if (settings_.prompt == 1) {
        shown = percent_text().empty() ? "" : percent_text().substr(1);
    } else if (first_prompt_) {
        shown = position_text(false);
    }
    if (end && message_.empty()) {
        shown += shown.empty() ? "(END)" : " (END)";
        if (has_next_file()) shown += " - Next: " + files_[current_ + 1].name;
    }
    if (!message_.empty()) shown += "  (press RETURN)";
    out.write("\r\033[K");
    if (filter_) out.write("& ");
    if (shown.empty())
        out.put(':');
    else
        out.print("\033[7m%s\033[27m", fitted(shown).c_str());
    out.flush();
    message_.clear();
    first_prompt_ = false;
}

std::string Pager::fitted(std::string_view line) const {
    std::string result;
    size_t column = 0;
    while (!line.empty()) {
        CodePoint point = decode_utf8(line);
        int width = point.value == kInvalidByte ? 1 : std::max(column_width(point.value), 0);
        if (column + static_cast<size_t>(width) >= settings_.appearance.columns) break;
        result += printable(line.substr(0, point.length));
        column += static_cast<size_t>(width);
        line.remove_prefix(point.length);
    }
    return result;
}

} // namespace coreutils::less
