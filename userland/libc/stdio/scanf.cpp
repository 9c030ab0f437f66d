// scanf from streams and strings (C17 7.21.6).
#include "internal/file.hpp"
#include "internal/scan.hpp"

namespace {

struct StreamInput : libc::ScanInput {
    FILE *file;
};

struct StringInput : libc::ScanInput {
    const char *at;
};

int get_from_stream(libc::ScanInput &input) { return libc::get_byte(static_cast<StreamInput &>(input).file); }
void unget_to_stream(libc::ScanInput &input, int byte) { ungetc(byte, static_cast<StreamInput &>(input).file); }

int get_from_string(libc::ScanInput &input) {
    auto &string = static_cast<StringInput &>(input);
    return *string.at ? static_cast<unsigned char>(*string.at++) : EOF;
}

void unget_to_string(libc::ScanInput &input, int) { static_cast<StringInput &>(input).at--; }

} // namespace

extern "C" {

int vfscanf(FILE *__restrict file, const char *__restrict pattern, va_list arguments) {
    libc::FileGuard guard(file);
    StreamInput input;
    input.get = get_from_stream;
    input.unget = unget_to_stream;
    input.file = file;
    return libc::scan(input, pattern, arguments);
}

int vsscanf(const char *__restrict text, const char *__restrict pattern, va_list arguments) {
    StringInput input;
    input.get = get_from_string;
    input.unget = unget_to_string;
    input.at = text;
    return libc::scan(input, pattern, arguments);
}

int vscanf(const char *__restrict pattern, va_list arguments) { return vfscanf(stdin, pattern, arguments); }

int fscanf(FILE *__restrict file, const char *__restrict pattern, ...) {
    va_list arguments;
    va_start(arguments, pattern);
    int result = vfscanf(file, pattern, arguments);
    va_end(arguments);
    return result;
}

int sscanf(const char *__restrict text, const char *__restrict pattern, ...) {
    va_list arguments;
    va_start(arguments, pattern);
    int result = vsscanf(text, pattern, arguments);
    va_end(arguments);
    return result;
}

int scanf(const char *__restrict pattern, ...) {
    va_list arguments;
    va_start(arguments, pattern);
    int result = vfscanf(stdin, pattern, arguments);
    va_end(arguments);
    return result;
}
}
