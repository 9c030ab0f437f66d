// fgets, getline, getdelim, fgetln (C17 7.21.7.2, POSIX.1-2017): whole runs of the buffer at a time.
#include "internal/file.hpp"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

using namespace libc;

extern "C" {

char *fgets_unlocked(char *__restrict line, int size, FILE *__restrict file) {
    if (size <= 0)
        return nullptr;
    char *end = line;
    size_t room = static_cast<size_t>(size) - 1;
    while (room > 0) {
        if (file->read_position != file->read_end) {
            auto ready = static_cast<size_t>(file->read_end - file->read_position);
            size_t limit = ready < room ? ready : room;
            auto *stop = static_cast<unsigned char *>(memchr(file->read_position, '\n', limit));
            size_t taken = stop ? static_cast<size_t>(stop - file->read_position) + 1 : limit;
            memcpy(end, file->read_position, taken);
            file->read_position += taken;
            end += taken;
            room -= taken;
            if (stop)
                break;
            continue;
        }
        int byte = underflow(file);
        if (byte == EOF) {
            if (end == line || ferror_unlocked(file))
                return nullptr;
            break;
        }
        *end++ = static_cast<char>(byte);
        room--;
        if (byte == '\n')
            break;
    }
    *end = 0;
    return line;
}

char *fgets(char *__restrict line, int size, FILE *__restrict file) {
    FileGuard guard(file);
    return fgets_unlocked(line, size, file);
}

ssize_t getdelim(char **__restrict line, size_t *__restrict capacity, int delimiter, FILE *__restrict file) {
    if (!line || !capacity) {
        errno = EINVAL;
        return -1;
    }
    FileGuard guard(file);
    if (!*line)
        *capacity = 0;
    size_t length = 0;
    for (;;) {
        unsigned char *stop = nullptr;
        size_t ready = static_cast<size_t>(file->read_end - file->read_position);
        if (ready > 0) {
            stop = static_cast<unsigned char *>(memchr(file->read_position, delimiter, ready));
            if (stop)
                ready = static_cast<size_t>(stop - file->read_position) + 1;
        }
        if (length + ready + 2 > *capacity) { // one more byte from underflow, and the zero
            size_t wanted = length + ready + 2;
            if (!stop && wanted < SIZE_MAX / 4)
                wanted += wanted / 2;
            if (wanted < 120)
                wanted = 120;
            if (length + ready > SSIZE_MAX - 2) {
                errno = EOVERFLOW;
                return -1;
            }
            auto *grown = static_cast<char *>(realloc(*line, wanted));
            if (!grown)
                return -1;
            *line = grown;
            *capacity = wanted;
        }
        if (ready > 0) {
            memcpy(*line + length, file->read_position, ready);
            file->read_position += ready;
            length += ready;
            if (stop)
                break;
        }
        int byte = underflow(file);
        if (byte == EOF) {
            if (length == 0 || ferror_unlocked(file))
                return -1;
            break;
        }
        (*line)[length++] = static_cast<char>(byte);
        if (byte == delimiter)
            break;
    }
    (*line)[length] = 0;
    return static_cast<ssize_t>(length);
}

ssize_t getline(char **__restrict line, size_t *__restrict capacity, FILE *__restrict file) {
    return getdelim(line, capacity, '\n', file);
}

char *fgetln(FILE *file, size_t *length) {
    ssize_t got = getline(&file->line, &file->line_bytes, file);
    if (got < 0)
        return nullptr;
    *length = static_cast<size_t>(got);
    return file->line;
}
}
