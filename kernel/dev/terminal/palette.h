// Colours: xterm's 256 by number, and 24-bit ones, which get numbers as they come.
#pragma once
#include <memory>

#include "base/ref.h"
#include "base/types.h"

namespace martlet {

struct Rgb {
    u8 red, green, blue;
    bool operator==(const Rgb&) const = default;
};

/// 0-15 in ANSI order (black, red, green, yellow, blue, magenta, cyan, white; then bright) with VGA's values, a cube of
/// 6x6x6, 24 greys; from kIndexedColors on places of the table of direct colours.
using ColorIndex = u16;
inline constexpr u32 kIndexedColors = 256, kColors = 1u << 14;

inline constexpr Rgb kPalette[16] = {
    {0x00, 0x00, 0x00}, {0xaa, 0x00, 0x00}, {0x00, 0xaa, 0x00}, {0xaa, 0x55, 0x00}, {0x00, 0x00, 0xaa},
    {0xaa, 0x00, 0xaa}, {0x00, 0xaa, 0xaa}, {0xaa, 0xaa, 0xaa}, {0x55, 0x55, 0x55}, {0xff, 0x55, 0x55},
    {0x55, 0xff, 0x55}, {0xff, 0xff, 0x55}, {0x55, 0x55, 0xff}, {0xff, 0x55, 0xff}, {0x55, 0xff, 0xff},
    {0xff, 0xff, 0xff}};

/// The direct colours in use, one table for all terminals: 64 KiB, allocated when the first one comes. Colours stay for
/// good; when a colour finds no place any more, the nearest of the cube stands for it. Guarded by the terminals' lock.
class ColorTable {
public:
    ColorIndex direct(Rgb color);
    Rgb rgb(ColorIndex index) const;

private:
    static constexpr u32 kUsed = 1u << 24, kProbes = 64;
    Own<u32[]> places_; // by index; kUsed and 24 bits of colour
};
extern ColorTable color_table;

/// The nearest of the sixteen.
u8 nearest_color(Rgb color);
/// The same for any colour.
u8 sixteen_color(ColorIndex index);

} // namespace martlet
