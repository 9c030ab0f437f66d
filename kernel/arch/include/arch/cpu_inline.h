// The architecture's inline definitions of arch/cpu.h.
#pragma once
#include "arch/x86_64/cpu_inline.h"
