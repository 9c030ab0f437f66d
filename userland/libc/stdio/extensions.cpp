// <stdio_ext.h>: what programs may ask about a stream's inside.
#include "internal/file.hpp"

#include <stdio_ext.h>

using namespace libc;

extern "C" {

int __fwriting(FILE *file) { return (file->flags & kFileNoRead) || file->write_end; }
int __freading(FILE *file) { return (file->flags & kFileNoWrite) || file->read_end; }
int __freadable(FILE *file) { return !(file->flags & kFileNoRead); }
int __fwritable(FILE *file) { return !(file->flags & kFileNoWrite); }
int __flbf(FILE *file) { return file->line_break >= 0; }
size_t __fbufsize(FILE *file) { return file->buffer_bytes; }
size_t __fpending(FILE *file) { return static_cast<size_t>(file->write_position - file->write_base); }

void __fpurge(FILE *file) {
    file->write_base = file->write_position = file->write_end = nullptr;
    file->read_position = file->read_end = nullptr;
}

int __fsetlocking(FILE *file, int type) {
    int old = file->flags & kFileCallerLocks ? FSETLOCKING_BYCALLER : FSETLOCKING_INTERNAL;
    if (type == FSETLOCKING_BYCALLER)
        file->flags |= kFileCallerLocks;
    else if (type == FSETLOCKING_INTERNAL)
        file->flags &= ~static_cast<unsigned>(kFileCallerLocks);
    return old;
}

void _flushlbf() {
    if (g_interactive_output)
        fflush(g_interactive_output);
}
}
