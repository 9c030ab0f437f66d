#include "lib/columns.h"

#include "framework/output.h"
#include "lib/numbers.h"

#include <algorithm>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <vector>

namespace coreutils {
namespace {

constexpr size_t kGap = 2, kLeastWidth = kGap + 1;

void move_to(size_t from, size_t to, size_t tab_width) {
    while (from < to) {
        if (tab_width && to / tab_width > (from + 1) / tab_width) {
            out.put('\t');
            from += tab_width - from % tab_width;
        } else {
            out.put(' ');
            ++from;
        }
    }
}

// The widths of `columns` columns, empty when their lines would be too long.
std::vector<size_t> try_columns(std::span<const Cell> cells, size_t columns, size_t line_width,
                                FillOrder order) {
    size_t rows = (cells.size() + columns - 1) / columns;
    std::vector<size_t> widths(columns, 0);
    for (size_t i = 0; i < cells.size(); ++i) {
        size_t column = order == FillOrder::down ? i / rows : i % columns;
        size_t gap = column + 1 < columns ? kGap : 0;
        widths[column] = std::max(widths[column], cells[i].width + gap);
    }
    // Columns of the least width fit as they were counted.
    size_t total = 0;
    for (size_t width : widths) total += std::max(width, kLeastWidth);
    bool wide = std::any_of(widths.begin(), widths.end(), [](size_t width) { return width > kLeastWidth; });
    if (wide && total >= line_width) widths.clear();
    return widths;
}

} // namespace

void print_columns(std::span<const Cell> cells, size_t line_width, FillOrder order, size_t tab_width) {
    if (cells.empty()) return;
    if (!line_width) {
        for (size_t i = 0; i < cells.size(); ++i) {
            if (i > 0) out.fill(' ', kGap);
            out.write(cells[i].text);
        }
        return out.put('\n');
    }
    size_t most =
        std::clamp(line_width / kLeastWidth + (line_width % kLeastWidth != 0), size_t{1}, cells.size());
    std::vector<size_t> widths;
    for (size_t columns = most; columns > 1 && widths.empty(); --columns)
        widths = try_columns(cells, columns, line_width, order);
    if (widths.empty()) widths.assign(1, 0);
    size_t columns = widths.size();
    size_t rows = (cells.size() + columns - 1) / columns;
    for (size_t row = 0; row < rows; ++row) {
        size_t start = 0;
        for (size_t column = 0; column < columns; ++column) {
            size_t step = order == FillOrder::down ? rows : 1;
            size_t i = order == FillOrder::down ? column * rows + row : row * columns + column;
            if (i >= cells.size()) break;
            out.write(cells[i].text);
            bool last = column + 1 == columns || i + step >= cells.size();
            if (!last) move_to(start + cells[i].width, start + widths[column], tab_width);
            start += widths[column];
        }
        out.put('\n');
    }
}

void print_commas(std::span<const Cell> cells, size_t line_width) {
    size_t position = 0;
    for (size_t i = 0; i < cells.size(); ++i) {
        if (i > 0) {
            bool fits = !line_width || position + cells[i].width + 2 < line_width;
            out.write(fits ? ", " : ",\n");
            position = fits ? position + 2 : 0;
        }
        out.write(cells[i].text);
        position += cells[i].width;
    }
    if (!cells.empty()) out.put('\n');
}

size_t terminal_width() {
    if (const char* text = getenv("COLUMNS"))
        if (auto columns = parse_unsigned(text); columns && *columns > 0)
            return static_cast<size_t>(*columns);
    winsize size;
    if (ioctl(out.fd(), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    return 80;
}

} // namespace coreutils
