// One byte at a time (C17 7.21.7).
#include "internal/file.hpp"

using namespace libc;

extern "C" {

int getc_unlocked(FILE *file) { return get_byte(file); }
int fgetc_unlocked(FILE *file) { return get_byte(file); }
int getchar_unlocked() { return get_byte(stdin); }
int putc_unlocked(int byte, FILE *file) { return put_byte(file, static_cast<unsigned char>(byte)); }
int fputc_unlocked(int byte, FILE *file) { return put_byte(file, static_cast<unsigned char>(byte)); }
int putchar_unlocked(int byte) { return put_byte(stdout, static_cast<unsigned char>(byte)); }

int fgetc(FILE *file) {
    FileGuard guard(file);
    return get_byte(file);
}

int getc(FILE *file) { return fgetc(file); }
int getchar() { return fgetc(stdin); }

int fputc(int byte, FILE *file) {
    FileGuard guard(file);
    return put_byte(file, static_cast<unsigned char>(byte));
}

int putc(int byte, FILE *file) { return fputc(byte, file); }
int putchar(int byte) { return fputc(byte, stdout); }

int ungetc(int byte, FILE *file) {
    if (byte == EOF)
        return EOF;
    FileGuard guard(file);
    if (!file->read_end)
        begin_reading(file);
    if (!file->read_end || file->read_position <= file->buffer - kUngetBytes)
        return EOF;
    *--file->read_position = static_cast<unsigned char>(byte);
    file->flags &= ~static_cast<unsigned>(kFileEof);
    return static_cast<unsigned char>(byte);
}

int getw(FILE *file) {
    int word;
    return fread(&word, sizeof word, 1, file) == 1 ? word : EOF;
}

int putw(int word, FILE *file) { return fwrite(&word, sizeof word, 1, file) == 1 ? 0 : EOF; }
}
