// What -fstack-protector-strong calls. The canary's value comes from boot.S.
#include "base/assert.h"
#include "base/types.h"

extern "C" {
martlet::u64 __stack_chk_guard = 0;
[[noreturn]] void __stack_chk_fail() { martlet::panic("a function has overrun its stack frame"); }
}
