// printf to streams (C17 7.21.6). A stream without a buffer gets one for the call, so that one printf is one
// write.
#include "internal/file.hpp"
#include "internal/format.hpp"

namespace {

struct StreamOutput : libc::FormatOutput {
    FILE *file;
};

bool put_to_stream(libc::FormatOutput &output, const char *bytes, size_t size) {
    FILE *file = static_cast<StreamOutput &>(output).file;
    return libc::write_bytes(file, reinterpret_cast<const unsigned char *>(bytes), size) == size;
}

int format_to_stream(FILE *file, const char *pattern, va_list arguments) {
    StreamOutput output;
    output.put = put_to_stream;
    output.file = file;
    return libc::format(output, pattern, arguments);
}

} // namespace

extern "C" {

int vfprintf(FILE *__restrict file, const char *__restrict pattern, va_list arguments) {
    libc::FileGuard guard(file);
    if (file->buffer_bytes > 0)
        return format_to_stream(file, pattern, arguments);
    [[clang::uninitialized]] unsigned char buffer[256];
    unsigned char *own = file->buffer;
    if (!libc::flush_writes(file))
        return -1;
    file->buffer = buffer;
    file->buffer_bytes = sizeof buffer;
    file->write_base = file->write_position = file->write_end = nullptr;
    int result = format_to_stream(file, pattern, arguments);
    if (!libc::flush_writes(file))
        result = -1;
    file->buffer = own;
    file->buffer_bytes = 0;
    file->write_base = file->write_position = file->write_end = nullptr;
    return result;
}

int vprintf(const char *__restrict pattern, va_list arguments) { return vfprintf(stdout, pattern, arguments); }

int fprintf(FILE *__restrict file, const char *__restrict pattern, ...) {
    va_list arguments;
    va_start(arguments, pattern);
    int result = vfprintf(file, pattern, arguments);
    va_end(arguments);
    return result;
}

int printf(const char *__restrict pattern, ...) {
    va_list arguments;
    va_start(arguments, pattern);
    int result = vfprintf(stdout, pattern, arguments);
    va_end(arguments);
    return result;
}
}
