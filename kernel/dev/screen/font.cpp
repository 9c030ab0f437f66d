// Looking up glyphs.
#include "dev/screen/font.h"

#include <algorithm>

namespace martlet {

const u8* font_glyph(u32 code_point) {
    const FontRange* end = font_ranges + font_range_count;
    const FontRange* range =
        std::lower_bound(font_ranges, end, code_point,
                         [](const FontRange& candidate, u32 code) { return candidate.last < code; });
    if (range == end || range->first > code_point) return font_glyphs[0];
    return font_glyphs[font_indices[range->glyph_index + (code_point - range->first)]];
}

} // namespace martlet
