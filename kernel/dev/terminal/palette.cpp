// Colours by number and the other way round.
#include "dev/terminal/palette.h"

namespace martlet {
namespace {

constexpr u8 cube_level(u32 step) { return static_cast<u8>(step == 0 ? 0 : 55 + 40 * step); }

/// The nearest step of the cube.
constexpr u32 cube_step(u8 level) { return level < 48 ? 0 : level < 115 ? 1 : (level - 35u) / 40; }

} // namespace

constinit ColorTable color_table;

ColorIndex ColorTable::direct(Rgb color) {
    u32 wanted = kUsed | static_cast<u32>(color.red) << 16 | static_cast<u32>(color.green) << 8 | color.blue;
    if (!places_) places_ = Own<u32[]>(new (std::nothrow) u32[kColors]());
    u32 place = (wanted * 2654435761u >> 18) % kColors;
    for (u32 probe = 0; places_ && probe < kProbes; ++probe, place = (place + 1) % kColors) {
        if (place < kIndexedColors) continue;
        if (places_[place] == 0) places_[place] = wanted;
        if (places_[place] == wanted) return static_cast<ColorIndex>(place);
    }
    return static_cast<ColorIndex>(16 + 36 * cube_step(color.red) + 6 * cube_step(color.green) + cube_step(color.blue));
}

Rgb ColorTable::rgb(ColorIndex index) const {
    if (index < 16) return kPalette[index];
    if (index < 232) {
        u32 place = index - 16u;
        return {cube_level(place / 36), cube_level(place / 6 % 6), cube_level(place % 6)};
    }
    if (index < kIndexedColors) {
        u8 grey = static_cast<u8>(8 + 10 * (index - 232));
        return {grey, grey, grey};
    }
    u32 color = places_ && index < kColors ? places_[index] : 0;
    return {static_cast<u8>(color >> 16), static_cast<u8>(color >> 8), static_cast<u8>(color)};
}

u8 nearest_color(Rgb color) {
    u32 best_distance = ~0u;
    u8 best = 0;
    for (u8 index = 0; index < 16; ++index) {
        i32 red = color.red - kPalette[index].red, green = color.green - kPalette[index].green,
            blue = color.blue - kPalette[index].blue;
        u32 distance = static_cast<u32>(3 * red * red + 6 * green * green + blue * blue); // as the eye weighs them
        if (distance < best_distance) {
            best_distance = distance;
            best = index;
        }
    }
    return best;
}

u8 sixteen_color(ColorIndex index) {
    return index < 16 ? static_cast<u8>(index) : nearest_color(color_table.rgb(index));
}

} // namespace martlet
