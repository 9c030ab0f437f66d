// getauxval(3).
#include "internal/startup.hpp"

#include <errno.h>
#include <sys/auxv.h>

extern "C" unsigned long getauxval(unsigned long type) {
    for (unsigned long *entry = libc::g_auxv; entry[0] != AT_NULL; entry += 2) {
        if (entry[0] == type)
            return entry[1];
    }
    errno = ENOENT;
    return 0;
}
