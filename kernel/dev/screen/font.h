// The console font: 8x16 bitmaps by code point, made at build time by scripts/make_font.py.
#pragma once
#include "base/types.h"

namespace martlet {

inline constexpr u32 kFontWidth = 8, kFontHeight = 16;

/// Sixteen lines, the leftmost pixel in the highest bit. The fallback for what the font lacks.
const u8* font_glyph(u32 code_point);

// Generated: glyphs, and which code points they are for, in order. Glyph 0 is the fallback.
struct FontRange {
    u32 first, last;   // code points
    u32 glyph_index;   // into font_indices, of the first
};
extern const u8 font_glyphs[][kFontHeight];
extern const u16 font_indices[];
extern const FontRange font_ranges[];
extern const u32 font_range_count;

} // namespace martlet
