// Lays names out in columns as wide as the terminal allows.
#pragma once

#include <span>
#include <stddef.h>
#include <string>

namespace coreutils {

struct Cell {
    std::string text; // with escape sequences
    size_t width = 0; // columns it takes on the screen
};

enum class FillOrder { down, across };

// `line_width` 0 means without limit. Gaps are filled with tabs where `tab_width` is not 0.
void print_columns(std::span<const Cell> cells, size_t line_width, FillOrder order, size_t tab_width);
// a, b, c
void print_commas(std::span<const Cell> cells, size_t line_width);
// COLUMNS, the terminal's width, or 80.
size_t terminal_width();

} // namespace coreutils
