// Extended state (x87, SSE, AVX…): sizes and the pieces that traps and context switches need.
#pragma once
#include "base/types.h"

namespace martlet {

/// Chooses XSAVE or FXSAVE and enables the state components, on this CPU.
void fpu_init_cpu();

void fpu_save(u8* area);
void fpu_restore(const u8* area);

/// Unmasked exception flags of the running thread, in the order of the x87 status word.
u32 fpu_x87_exceptions();
u32 fpu_simd_exceptions();

} // namespace martlet
