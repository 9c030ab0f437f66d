// The stream of standard error: not buffered (C17 7.21.3).
#include "internal/file.hpp"

namespace {

constexpr size_t kBufferBytes = 0;
unsigned char g_buffer[kBufferBytes + libc::kUngetBytes];

constexpr FILE make_file() {
    FILE file = {};
    file.flags = libc::kFileStatic | libc::kFileNoRead;
    file.fd = 2;
    file.buffer = g_buffer + libc::kUngetBytes;
    file.buffer_bytes = kBufferBytes;
    file.line_break = -1;
    file.operations = &libc::kDescriptorOperations;
    return file;
}

constinit FILE g_file = make_file();

} // namespace

#undef stderr
extern "C" FILE *const stderr = &g_file;
