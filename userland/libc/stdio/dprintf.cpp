// printf to a descriptor (POSIX.1-2017 dprintf): formatted through a small buffer on the stack.
#include "internal/format.hpp"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

namespace {

struct DescriptorOutput : libc::FormatOutput {
    int fd;
    size_t used = 0;
    char buffer[256];
};

bool flush(DescriptorOutput &output) {
    size_t done = 0;
    while (done < output.used) {
        ssize_t written = write(output.fd, output.buffer + done, output.used - done);
        if (written < 0)
            return false;
        done += static_cast<size_t>(written);
    }
    output.used = 0;
    return true;
}

bool put_to_descriptor(libc::FormatOutput &base, const char *bytes, size_t size) {
    auto &output = static_cast<DescriptorOutput &>(base);
    while (size > 0) {
        size_t room = sizeof output.buffer - output.used, copied = size < room ? size : room;
        memcpy(output.buffer + output.used, bytes, copied);
        output.used += copied;
        bytes += copied;
        size -= copied;
        if (output.used == sizeof output.buffer && !flush(output))
            return false;
    }
    return true;
}

} // namespace

extern "C" {

int vdprintf(int fd, const char *__restrict pattern, va_list arguments) {
    [[clang::uninitialized]] DescriptorOutput output;
    output.put = put_to_descriptor;
    output.fd = fd;
    int result = libc::format(output, pattern, arguments);
    return flush(output) ? result : -1;
}

int dprintf(int fd, const char *__restrict pattern, ...) {
    va_list arguments;
    va_start(arguments, pattern);
    int result = vdprintf(fd, pattern, arguments);
    va_end(arguments);
    return result;
}
}
