// What pthread_exit calls when a program has thread-specific data; null otherwise.
#pragma once

namespace libc {

extern void (*g_key_destructors)();

} // namespace libc
