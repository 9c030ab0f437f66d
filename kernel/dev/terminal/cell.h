// Cell: one place on a character-cell screen: a character, its colours and how it is drawn, in 64 bits.
//
// Bold, dim and reverse are resolved to colours when a character is written, so a cell can be compared and
// drawn without looking further. A wide character is a lead cell and, to its right, a tail cell.
#pragma once
#include "base/types.h"

namespace martlet {

struct Cell {
    u64 code_point : 21;
    u64 foreground : 14; // a ColorIndex (palette.h)
    u64 background : 14;
    u64 is_underlined : 1;
    u64 is_italic : 1;
    u64 is_struck : 1;
    u64 is_wide_lead : 1;
    u64 is_wide_tail : 1;
    u64 is_invalid : 1; // no cell of a terminal: what a display does not know
    u64 unused : 9;

    u64 bits() const { return __builtin_bit_cast(u64, *this); }
    bool operator==(const Cell& other) const { return bits() == other.bits(); }
};
static_assert(sizeof(Cell) == 8);

inline constexpr u16 kDefaultForeground = 7, kDefaultBackground = 0;

constexpr Cell blank_cell(u64 background = kDefaultBackground) {
    return {.code_point = ' ', .foreground = kDefaultForeground, .background = background & 0x3fff, .is_underlined = 0,
            .is_italic = 0, .is_struck = 0, .is_wide_lead = 0, .is_wide_tail = 0, .is_invalid = 0, .unused = 0};
}

} // namespace martlet
