// perror (C17 7.21.10.4): one write, and the stream's orientation stays as it is.
#include <errno.h>
#include <stdio.h>
#include <string.h>

extern "C" void perror(const char *prefix) {
    const char *text = strerror(errno);
    if (prefix && *prefix)
        fprintf(stderr, "%s: %s\n", prefix, text);
    else
        fprintf(stderr, "%s\n", text);
}
