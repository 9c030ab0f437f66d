// The stream of standard output: line buffered on a terminal, else fully (C17 7.21.3).
#include "internal/file.hpp"

namespace {

constexpr size_t kBufferBytes = BUFSIZ * 4;
unsigned char g_buffer[kBufferBytes + libc::kUngetBytes];

constexpr FILE make_file() {
    FILE file = {};
    file.flags = libc::kFileStatic | libc::kFileNoRead | libc::kFileProbeTty;
    file.fd = 1;
    file.buffer = g_buffer + libc::kUngetBytes;
    file.buffer_bytes = kBufferBytes;
    file.line_break = -1;
    file.operations = &libc::kDescriptorOperations;
    return file;
}

constinit FILE g_file = make_file();

} // namespace

#undef stdout
extern "C" FILE *const stdout = &g_file;
