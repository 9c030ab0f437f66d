// Cell: one place on a character-cell screen: a character and its final colours, in 32 bits.
//
// Bold, dim, reverse and the larger palettes are resolved to the 16 colours when a character is written, so a cell can be
// compared and drawn without looking further. A wide character is a lead cell and, to its right, a tail cell.
#pragma once
#include "base/types.h"

namespace martlet {

struct Cell {
    u32 code_point : 21;
    u32 foreground : 4; // 0-7 the ANSI colours, 8-15 bright
    u32 background : 4;
    u32 is_underlined : 1;
    u32 is_wide_lead : 1;
    u32 is_wide_tail : 1;

    bool operator==(const Cell&) const = default;
};
static_assert(sizeof(Cell) == 4);

inline constexpr u8 kDefaultForeground = 7, kDefaultBackground = 0;

constexpr Cell blank_cell(u32 background = kDefaultBackground) {
    return {.code_point = ' ', .foreground = kDefaultForeground, .background = background & 15, .is_underlined = 0,
            .is_wide_lead = 0, .is_wide_tail = 0};
}

} // namespace martlet
