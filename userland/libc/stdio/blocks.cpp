// fread, fwrite, fputs, puts (C17 7.21.7.4, 7.21.8).
#include "internal/file.hpp"

#include <string.h>

using namespace libc;

extern "C" {

size_t fread_unlocked(void *__restrict memory, size_t size, size_t count, FILE *__restrict file) {
    size_t bytes = size * count;
    if (bytes == 0)
        return 0;
    size_t got = read_bytes(file, static_cast<unsigned char *>(memory), bytes);
    return got == bytes ? count : got / size;
}

size_t fread(void *__restrict memory, size_t size, size_t count, FILE *__restrict file) {
    FileGuard guard(file);
    return fread_unlocked(memory, size, count, file);
}

size_t fwrite_unlocked(const void *__restrict memory, size_t size, size_t count, FILE *__restrict file) {
    size_t bytes = size * count;
    if (bytes == 0)
        return 0;
    size_t put = write_bytes(file, static_cast<const unsigned char *>(memory), bytes);
    return put == bytes ? count : put / size;
}

size_t fwrite(const void *__restrict memory, size_t size, size_t count, FILE *__restrict file) {
    FileGuard guard(file);
    return fwrite_unlocked(memory, size, count, file);
}

int fputs_unlocked(const char *__restrict string, FILE *__restrict file) {
    size_t length = strlen(string);
    return fwrite_unlocked(string, 1, length, file) == length ? 0 : EOF;
}

int fputs(const char *__restrict string, FILE *__restrict file) {
    FileGuard guard(file);
    return fputs_unlocked(string, file);
}

int puts(const char *string) {
    FileGuard guard(stdout);
    return fputs_unlocked(string, stdout) < 0 || put_byte(stdout, '\n') < 0 ? EOF : 0;
}
}
