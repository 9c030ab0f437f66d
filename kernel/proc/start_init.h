// The first process.
#pragma once

namespace martlet {

/// Makes process 1 and starts it: standard descriptors on /dev/console, then the program of "init=" or "rdinit=", else
/// /sbin/init, /etc/init, /bin/init, /bin/sh; the kernel's own unknown words become its environment and arguments.
/// Panics if nothing can be executed. Called once, at the end of kernel_main, when the root is mounted.
void start_init();

} // namespace martlet
