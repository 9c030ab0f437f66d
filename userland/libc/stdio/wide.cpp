// Wide characters on streams (C17 7.29.3): converted one by one.
#include "internal/file.hpp"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

using namespace libc;

extern "C" {

int fwide(FILE *file, int mode) {
    if (mode && !file->orientation)
        file->orientation = mode > 0 ? 1 : -1;
    return file->orientation;
}

wint_t fgetwc(FILE *file) {
    FileGuard guard(file);
    fwide(file, 1);
    mbstate_t state = {};
    for (bool first = true;; first = false) {
        int byte = get_byte(file);
        if (byte == EOF) {
            if (!first) {
                file->flags |= kFileError;
                errno = EILSEQ;
            }
            return WEOF;
        }
        char c = static_cast<char>(byte);
        wchar_t character;
        size_t used = mbrtowc(&character, &c, 1, &state);
        if (used == static_cast<size_t>(-1)) {
            file->flags |= kFileError;
            if (!first)
                ungetc(byte, file);
            return WEOF;
        }
        if (used != static_cast<size_t>(-2))
            return static_cast<wint_t>(character);
    }
}

wint_t getwc(FILE *file) { return fgetwc(file); }
wint_t getwchar() { return fgetwc(stdin); }

wint_t ungetwc(wint_t character, FILE *file) {
    char bytes[MB_LEN_MAX];
    if (character == WEOF)
        return WEOF;
    size_t size = wcrtomb(bytes, static_cast<wchar_t>(character), nullptr);
    if (size == static_cast<size_t>(-1))
        return WEOF;
    while (size > 0) {
        if (ungetc(static_cast<unsigned char>(bytes[--size]), file) == EOF)
            return WEOF;
    }
    return character;
}

wint_t fputwc(wchar_t character, FILE *file) {
    char bytes[MB_LEN_MAX];
    FileGuard guard(file);
    fwide(file, 1);
    size_t size = wcrtomb(bytes, character, nullptr);
    if (size == static_cast<size_t>(-1)) {
        file->flags |= kFileError;
        return WEOF;
    }
    return write_bytes(file, reinterpret_cast<unsigned char *>(bytes), size) == size ? static_cast<wint_t>(character)
                                                                                      : WEOF;
}

wint_t putwc(wchar_t character, FILE *file) { return fputwc(character, file); }
wint_t putwchar(wchar_t character) { return fputwc(character, stdout); }

int fputws(const wchar_t *__restrict text, FILE *__restrict file) {
    for (; *text; text++) {
        if (fputwc(*text, file) == WEOF)
            return -1;
    }
    return 0;
}

wchar_t *fgetws(wchar_t *__restrict line, int size, FILE *__restrict file) {
    int length = 0;
    while (length + 1 < size) {
        wint_t character = fgetwc(file);
        if (character == WEOF) {
            if (length == 0 || ferror(file))
                return nullptr;
            break;
        }
        line[length++] = static_cast<wchar_t>(character);
        if (character == '\n')
            break;
    }
    if (size <= 0)
        return nullptr;
    line[length] = 0;
    return line;
}
}
