// Terminal: select graphic rendition (SGR), and what the attributes amount to in the sixteen colours.
#include <utility>

#include "dev/terminal/palette.h"
#include "dev/terminal/terminal.h"

namespace martlet {
namespace {

constexpr ColorIndex kBright = 8, kDimColor = 8;

} // namespace

void Terminal::select_graphic_rendition(const ControlSequence& sequence) {
    Attributes& pen = cursor_.attributes;
    for (u32 index = 0; index < sequence.count; ++index) {
        u32 value = sequence.values[index];
        switch (value) {
        case 0: pen = Attributes{}; break;
        case 1: pen.bold = true; break;
        case 2: pen.dim = true; break;
        case 3: pen.italic = true; break;
        case 4: // 4:0 is off, 4:n a style of underline
            pen.underline = !sequence.is_continued(index + 1) || sequence.values[index + 1] != 0;
            break;
        case 21: pen.underline = true; break;
        case 5: case 6: pen.blink = true; break;
        case 7: pen.reverse = true; break;
        case 8: pen.invisible = true; break;
        case 9: pen.struck = true; break;
        case 22: pen.bold = pen.dim = false; break;
        case 23: pen.italic = false; break;
        case 24: pen.underline = false; break;
        case 25: pen.blink = false; break;
        case 27: pen.reverse = false; break;
        case 28: pen.invisible = false; break;
        case 29: pen.struck = false; break;
        case 38: case 48: case 58: { // 58: of the underline, which has the text's
            ColorIndex color = 0;
            bool valid = false;
            index += extended_color(sequence, index, color, valid);
            if (!valid || value == 58) break;
            (value == 38 ? pen.foreground : pen.background) = color;
            (value == 38 ? pen.default_foreground : pen.default_background) = false;
            break;
        }
        case 39: pen.default_foreground = true; break;
        case 49: pen.default_background = true; break;
        default:
            if ((value >= 30 && value <= 37) || (value >= 90 && value <= 97)) {
                pen.foreground = static_cast<u8>(value >= 90 ? value - 90 + kBright : value - 30);
                pen.default_foreground = false;
            } else if ((value >= 40 && value <= 47) || (value >= 100 && value <= 107)) {
                pen.background = static_cast<u8>(value >= 100 ? value - 100 + kBright : value - 40);
                pen.default_background = false;
            }
        }
        while (sequence.is_continued(index + 1)) ++index; // subparameters belong to this one
    }
    update_pen();
}

/// 38;5;n and 38;2;r;g;b, also with colons (38:5:n, 38:2::r:g:b). Answers how many parameters follow the 38.
u32 Terminal::extended_color(const ControlSequence& sequence, u32 index, ColorIndex& color, bool& valid) const {
    u32 kind = sequence.value(index + 1);
    u32 subparameters = 0;
    while (sequence.is_continued(index + 1 + subparameters)) ++subparameters;
    if (kind == 5) {
        if (index + 2 < sequence.count) {
            color = static_cast<ColorIndex>(sequence.value(index + 2));
            valid = color < kIndexedColors;
        }
        return 2;
    }
    if (kind != 2) return subparameters;
    u32 first = index + (subparameters >= 5 ? 3 : 2); // with colons a colour space comes first
    if (first + 2 < sequence.count) {
        u32 red = sequence.value(first), green = sequence.value(first + 1), blue = sequence.value(first + 2);
        valid = red < 256 && green < 256 && blue < 256;
        if (valid) color = color_table.direct({static_cast<u8>(red), static_cast<u8>(green), static_cast<u8>(blue)});
    }
    return subparameters != 0 ? subparameters : 4;
}

void Terminal::update_pen() {
    const Attributes& attributes = cursor_.attributes;
    ColorIndex foreground = attributes.default_foreground ? kDefaultForeground : attributes.foreground;
    ColorIndex background = attributes.default_background ? kDefaultBackground : attributes.background;
    if (attributes.dim && attributes.default_foreground) foreground = kDimColor;
    if (attributes.bold && foreground < kBright) foreground |= kBright;
    if (attributes.reverse) std::swap(foreground, background);
    if (attributes.invisible) foreground = background;
    pen_.foreground = foreground & (kColors - 1);
    pen_.background = background & (kColors - 1);
    pen_.is_underlined = attributes.underline;
    pen_.is_italic = attributes.italic;
    pen_.is_struck = attributes.struck;
}

} // namespace martlet
