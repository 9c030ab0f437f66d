// Mapping of xterm's 256 colours and of direct colour to the sixteen.
#include "dev/terminal/palette.h"

namespace martlet {

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

u8 color_of_256(u32 index) {
    if (index < 16) return static_cast<u8>(index);
    if (index < 232) {
        index -= 16;
        auto level = [](u32 step) { return static_cast<u8>(step == 0 ? 0 : 55 + 40 * step); };
        return nearest_color({level(index / 36), level(index / 6 % 6), level(index % 6)});
    }
    u8 grey = static_cast<u8>(8 + 10 * ((index & 0xff) - 232));
    return nearest_color({grey, grey, grey});
}

} // namespace martlet
