// Deliberately empty: libc++'s headers include it, the kernel has none of it.
#pragma once
