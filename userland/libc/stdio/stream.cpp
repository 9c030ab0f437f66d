// The state changes of a stream, the list of open streams, and what exit does with them. exit reaches
// __stdio_exit by a weak reference, so a program that uses no stream carries none of this.
#include "internal/file.hpp"

#include <errno.h>
#include <string.h>

namespace libc {

namespace {

FILE *g_files;
Lock g_files_lock;

} // namespace

FILE *g_interactive_output;

Lock &file_list_lock() { return g_files_lock; }
FILE *first_listed_file() { return g_files; }

void list_file(FILE *file) {
    if (file->flags & kFileListed)
        return;
    LockGuard guard(g_files_lock);
    file->flags |= kFileListed;
    file->previous = nullptr;
    file->next = g_files;
    if (g_files)
        g_files->previous = file;
    g_files = file;
}

void unlist_file(FILE *file) {
    if (!(file->flags & kFileListed))
        return;
    LockGuard guard(g_files_lock);
    file->flags &= ~static_cast<unsigned>(kFileListed);
    (file->previous ? file->previous->next : g_files) = file->next;
    if (file->next)
        file->next->previous = file->previous;
}

bool flush_writes(FILE *file) {
    if (file->write_position != file->write_base) {
        file->operations->write(file, nullptr, 0);
        if (!file->write_position)
            return false;
    }
    return true;
}

bool begin_reading(FILE *file) {
    if (file->write_position != file->write_base)
        file->operations->write(file, nullptr, 0);
    file->write_base = file->write_position = file->write_end = nullptr;
    if (file->flags & kFileNoRead) {
        errno = EBADF;
        file->flags |= kFileError;
        return false;
    }
    list_file(file);
    file->read_position = file->read_end = file->buffer;
    return !(file->flags & kFileEof);
}

bool begin_writing(FILE *file) {
    if (file->flags & kFileNoWrite) {
        errno = EBADF;
        file->flags |= kFileError;
        return false;
    }
    list_file(file);
    if (file->read_position != file->read_end && file->operations->seek) // what was read ahead is given back
        file->operations->seek(file, file->read_position - file->read_end, SEEK_CUR);
    file->read_position = file->read_end = nullptr;
    file->write_base = file->write_position = file->buffer;
    file->write_end = file->buffer + file->buffer_bytes;
    return true;
}

int underflow(FILE *file) {
    if (!file->read_end && !begin_reading(file))
        return EOF;
    if (file->read_position != file->read_end)
        return *file->read_position++;
    if (file->flags & kFileEof)
        return EOF;
    unsigned char byte;
    return file->operations->read(file, &byte, 1) == 1 ? byte : EOF;
}

int overflow(FILE *file, int value) {
    auto byte = static_cast<unsigned char>(value);
    if (!file->write_end && !begin_writing(file))
        return EOF;
    if (file->write_position != file->write_end && byte != file->line_break)
        return *file->write_position++ = byte;
    return file->operations->write(file, &byte, 1) == 1 ? byte : EOF;
}

size_t write_bytes(FILE *file, const unsigned char *bytes, size_t size) {
    if (!file->write_end && !begin_writing(file))
        return 0;
    if (size > static_cast<size_t>(file->write_end - file->write_position))
        return file->operations->write(file, bytes, size);
    size_t lines = 0;
    if (file->line_break >= 0) {
        auto *last = static_cast<const unsigned char *>(memrchr(bytes, file->line_break, size));
        if (last) { // everything up to the last line break goes out now
            lines = static_cast<size_t>(last - bytes) + 1;
            size_t written = file->operations->write(file, bytes, lines);
            if (written < lines)
                return written;
        }
    }
    memcpy(file->write_position, bytes + lines, size - lines);
    file->write_position += size - lines;
    return size;
}

size_t read_bytes(FILE *file, unsigned char *bytes, size_t size) {
    size_t done = 0;
    if (!file->read_end && !begin_reading(file))
        return 0;
    while (done < size) {
        if (size_t ready = static_cast<size_t>(file->read_end - file->read_position)) {
            size_t taken = ready < size - done ? ready : size - done;
            memcpy(bytes + done, file->read_position, taken);
            file->read_position += taken;
            done += taken;
            continue;
        }
        if (file->flags & kFileEof)
            break;
        size_t got = file->operations->read(file, bytes + done, size - done);
        if (got == 0)
            break;
        done += got;
    }
    return done;
}

} // namespace libc

extern "C" void __stdio_exit() {
    for (FILE *file = libc::g_files; file; file = file->next) {
        if (file->write_position != file->write_base)
            file->operations->write(file, nullptr, 0);
        if (file->read_position != file->read_end && file->operations->seek)
            file->operations->seek(file, file->read_position - file->read_end, SEEK_CUR);
    }
}
