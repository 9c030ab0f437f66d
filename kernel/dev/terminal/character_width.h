// How many cells a character takes on a character-cell display (Unicode 15: East Asian Width W and F; Mn, Me, Cf).
#pragma once
#include "base/types.h"

namespace martlet {

/// 0 for combining and invisible characters, 2 for wide ones, else 1. Controls count as 1.
u32 character_width(u32 code_point);

} // namespace martlet
