// The only instructions that touch user memory. Each checks the range, opens SMAP for the copy, and answers the
// number of bytes NOT copied when a fault could not be resolved (exception table). Use mm/user_access.h instead.
#pragma once
#include "base/types.h"

namespace martlet {

usize arch_copy_from_user(void* to, u64 user_from, usize count);
usize arch_copy_to_user(u64 user_to, const void* from, usize count);
usize arch_clear_user(u64 user_to, usize count);
/// Copies up to `count` bytes until and including a NUL; answers the length without NUL, `count` if there is no NUL in
/// them, or -1 (all ones) on a fault.
usize arch_copy_string_from_user(char* to, u64 user_from, usize count);
/// Atomic operations for futexes: answer false on a fault.
bool arch_user_load_u32(u64 user_address, u32& value);
bool arch_user_compare_exchange_u32(u64 user_address, u32& expected, u32 desired, bool& exchanged);

} // namespace martlet
