// What the start code learned from the kernel's initial stack, for the rest of the library.
#pragma once

namespace libc {

extern unsigned long *g_auxv;

// Runs after relocation: environ, auxv, TLS, stack guard. Returns nothing that can fail: a process that cannot
// set its thread pointer has no way to say so and exits with 127.
void initialize(int argc, char **argv, char **envp);

} // namespace libc
