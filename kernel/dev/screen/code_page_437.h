// Unicode to the character set of VGA's ROM font (code page 437).
#pragma once
#include "base/types.h"

namespace martlet {

inline constexpr u8 kCodePage437Fallback = 0xfe; // a square, for what the set lacks

u8 code_page_437(u32 code_point);

} // namespace martlet
