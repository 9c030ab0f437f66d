// arch/user_copy.h: range checks around the instructions in user_copy.S.
#include "arch/user_copy.h"

#include "mm/address.h"

extern "C" {
martlet::usize user_copy(void* to, const void* from, martlet::usize count);
martlet::usize user_clear(void* to, martlet::usize count);
martlet::usize user_copy_string(char* to, const char* from, martlet::usize count);
martlet::u64 user_load_u32(const void* from);
martlet::u64 user_compare_exchange_u32(void* at, martlet::u32 expected, martlet::u32 desired);
}

namespace martlet {
namespace {

bool is_user_range(u64 address, usize count) { return count <= kUserEnd && address <= kUserEnd - count; }
void* as_pointer(u64 address) { return reinterpret_cast<void*>(address); }

/// How much of a range that leaves user space lies in it: that part is copied, as a fault at the border would leave it.
usize user_part(u64 address, usize count) {
    if (address >= kUserEnd) return 0;
    return count < kUserEnd - address ? count : kUserEnd - address;
}

} // namespace

usize arch_copy_from_user(void* to, u64 user_from, usize count) {
    if (is_user_range(user_from, count)) [[likely]]
        return user_copy(to, as_pointer(user_from), count);
    usize part = user_part(user_from, count);
    return count - part + user_copy(to, as_pointer(user_from), part);
}

usize arch_copy_to_user(u64 user_to, const void* from, usize count) {
    if (is_user_range(user_to, count)) [[likely]]
        return user_copy(as_pointer(user_to), from, count);
    usize part = user_part(user_to, count);
    return count - part + user_copy(as_pointer(user_to), from, part);
}

usize arch_clear_user(u64 user_to, usize count) {
    usize part = user_part(user_to, count);
    return count - part + user_clear(as_pointer(user_to), part);
}

usize arch_copy_string_from_user(char* to, u64 user_from, usize count) {
    usize part = user_part(user_from, count);
    usize length = user_copy_string(to, static_cast<const char*>(as_pointer(user_from)), part);
    if (length == part && part < count) return ~static_cast<usize>(0); // ran into the end of user space
    return length;
}

bool arch_user_load_u32(u64 user_address, u32& value) {
    if (!is_user_range(user_address, sizeof value)) return false;
    u64 loaded = user_load_u32(as_pointer(user_address));
    value = static_cast<u32>(loaded);
    return loaded != ~0ull;
}

bool arch_user_compare_exchange_u32(u64 user_address, u32& expected, u32 desired, bool& exchanged) {
    if (!is_user_range(user_address, sizeof expected)) return false;
    u64 found = user_compare_exchange_u32(as_pointer(user_address), expected, desired);
    if (found == ~0ull) return false;
    exchanged = static_cast<u32>(found) == expected;
    expected = static_cast<u32>(found);
    return true;
}

} // namespace martlet
