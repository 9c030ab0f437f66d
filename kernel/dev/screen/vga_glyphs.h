// VgaGlyphs: which of VGA's 256 characters shows which Unicode character.
//
// It begins with code page 437, as the ROM's font has it. A character that this lacks and the console font
// has takes the place of one that is not on the screen, whose shape is loaded anew: so Latin, Greek and
// Cyrillic show in all sixteen colours, where 512 characters at once would cost half of these. Pure; the
// caller loads the shapes.
#pragma once
#include <span>

#include "base/types.h"

namespace martlet {

class VgaGlyphs {
public:
    VgaGlyphs();

    struct Choice {
        u8 slot;
        const u8* shape = nullptr; // to be loaded into the slot first; null: it is there
    };
    /// `shown` are the slots on the screen, of which none changes its shape.
    Choice choose(u32 code_point, std::span<const u8> shown);

private:
    static constexpr u32 kSlots = 256;
    u16 code_points_[kSlots]; // what each slot shows
    u32 next_ = 0;            // where the search for a free slot goes on
};

} // namespace martlet
