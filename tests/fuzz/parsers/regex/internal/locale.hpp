// Stands in for the C library's: the harness chooses the encoding.
#pragma once

namespace libc {

inline bool fuzz_utf8 = true;
inline bool is_utf8_locale() { return fuzz_utf8; }

} // namespace libc
