// setvbuf and its older forms (C17 7.21.5.6): a change of mode works at any time; a buffer of the caller's is
// used if it is large enough to be worth it.
#include "internal/file.hpp"

using namespace libc;

extern "C" {

int setvbuf(FILE *__restrict file, char *__restrict buffer, int mode, size_t size) {
    if (mode != _IOFBF && mode != _IOLBF && mode != _IONBF)
        return -1;
    FileGuard guard(file);
    if (fflush_unlocked(file) != 0)
        return -1;
    file->flags &= ~static_cast<unsigned>(kFileProbeTty);
    file->line_break = -1;
    if (mode == _IONBF) {
        file->buffer_bytes = 0;
        return 0;
    }
    if (buffer && size > kUngetBytes) {
        file->buffer = reinterpret_cast<unsigned char *>(buffer) + kUngetBytes;
        file->buffer_bytes = size - kUngetBytes;
    }
    if (mode == _IOLBF && file->buffer_bytes > 0)
        file->line_break = '\n';
    return 0;
}

void setbuf(FILE *__restrict file, char *__restrict buffer) { setvbuf(file, buffer, buffer ? _IOFBF : _IONBF, BUFSIZ); }
void setbuffer(FILE *file, char *buffer, size_t size) { setvbuf(file, buffer, buffer ? _IOFBF : _IONBF, size); }
void setlinebuf(FILE *file) { setvbuf(file, nullptr, _IOLBF, 0); }
}
