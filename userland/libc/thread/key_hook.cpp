// The hook of thread_keys.hpp, apart from the keys so that a program without them does not carry them.
#include "internal/thread_keys.hpp"

namespace libc {

void (*g_key_destructors)();

} // namespace libc
