// What a failed assert does (C17 7.2.1.1).
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

extern "C" void __assert_fail(const char *expression, const char *file, int line, const char *function) {
    fflush(stdout);
    dprintf(2, "%s: %s:%d: %s: Assertion `%s' failed.\n", program_invocation_short_name, file, line, function,
            expression);
    abort();
}
