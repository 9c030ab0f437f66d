// feof, ferror, clearerr, fileno (C17 7.21.10).
#include "internal/file.hpp"

#include <errno.h>

using namespace libc;

extern "C" {

int feof_unlocked(FILE *file) { return (file->flags & kFileEof) != 0; }
int ferror_unlocked(FILE *file) { return (file->flags & kFileError) != 0; }
void clearerr_unlocked(FILE *file) { file->flags &= ~static_cast<unsigned>(kFileEof | kFileError); }

int fileno_unlocked(FILE *file) {
    if (file->fd < 0) {
        errno = EBADF;
        return -1;
    }
    return file->fd;
}

int feof(FILE *file) { return feof_unlocked(file); }
int ferror(FILE *file) { return ferror_unlocked(file); }
int fileno(FILE *file) { return fileno_unlocked(file); }

void clearerr(FILE *file) {
    FileGuard guard(file);
    clearerr_unlocked(file);
}
}
