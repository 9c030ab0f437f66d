// Positions: fseeko, ftello and their older forms (C17 7.21.9, POSIX.1-2017).
#include "internal/file.hpp"

#include <errno.h>
#include <limits.h>

namespace libc {

int seek_unlocked(FILE *file, off_t offset, int whence) {
    if (whence < SEEK_SET || whence > SEEK_END) {
        errno = EINVAL;
        return -1;
    }
    if (whence == SEEK_CUR && file->read_end)
        offset -= file->read_end - file->read_position;
    if (!flush_writes(file))
        return -1;
    file->write_base = file->write_position = file->write_end = nullptr;
    if (!file->operations->seek) {
        errno = ESPIPE;
        return -1;
    }
    if (file->operations->seek(file, offset, whence) < 0)
        return -1;
    file->read_position = file->read_end = nullptr;
    file->flags &= ~static_cast<unsigned>(kFileEof);
    return 0;
}

off_t tell_unlocked(FILE *file) {
    if (!file->operations->seek) {
        errno = ESPIPE;
        return -1;
    }
    bool appends = (file->flags & kFileAppend) && file->write_position != file->write_base;
    off_t position = file->operations->seek(file, 0, appends ? SEEK_END : SEEK_CUR);
    if (position < 0)
        return position;
    if (file->read_end)
        return position - (file->read_end - file->read_position);
    return position + (file->write_position - file->write_base);
}

} // namespace libc

using namespace libc;

extern "C" {

int fseeko(FILE *file, off_t offset, int whence) {
    FileGuard guard(file);
    return seek_unlocked(file, offset, whence);
}

off_t ftello(FILE *file) {
    FileGuard guard(file);
    return tell_unlocked(file);
}

int fseek(FILE *file, long offset, int whence) { return fseeko(file, offset, whence); }
long ftell(FILE *file) { return ftello(file); }

void rewind(FILE *file) {
    FileGuard guard(file);
    seek_unlocked(file, 0, SEEK_SET);
    file->flags &= ~static_cast<unsigned>(kFileError);
}

int fgetpos(FILE *__restrict file, fpos_t *__restrict position) {
    position->__position = ftello(file);
    return position->__position < 0 ? -1 : 0;
}

int fsetpos(FILE *file, const fpos_t *position) { return fseeko(file, position->__position, SEEK_SET); }
}
