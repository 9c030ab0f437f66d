// What fork tells the rest of the library; pthread_atfork installs the hook when a program uses it.
#pragma once

namespace libc {

enum class ForkPhase { Before, Parent, Child };
extern void (*g_fork_hook)(ForkPhase);

} // namespace libc
