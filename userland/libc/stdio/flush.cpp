// fflush, fcloseall (C17 7.21.5.2, POSIX.1-2017: input streams are brought to their position in the file).
#include "internal/file.hpp"

using namespace libc;

extern "C" {

int fflush_unlocked(FILE *file) {
    if (!flush_writes(file))
        return EOF;
    file->write_base = file->write_position = file->write_end = nullptr;
    if (file->read_position != file->read_end && file->operations->seek)
        file->operations->seek(file, file->read_position - file->read_end, SEEK_CUR);
    file->read_position = file->read_end = nullptr;
    return 0;
}

int fflush(FILE *file) {
    if (file) {
        FileGuard guard(file);
        return fflush_unlocked(file);
    }
    int result = 0;
    LockGuard list(file_list_lock());
    for (FILE *each = first_listed_file(); each; each = each->next) {
        FileGuard guard(each);
        if (each->write_position != each->write_base)
            result |= fflush_unlocked(each);
    }
    return result;
}

int fcloseall() { return fflush(nullptr); }
}
