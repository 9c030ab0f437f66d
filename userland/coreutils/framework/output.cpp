#include "framework/output.h"

#include "framework/diagnostics.h"
#include "framework/tool.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <unistd.h>

namespace coreutils {
namespace {
constexpr size_t kBufferBytes = 64 * 1024;
}

constinit Output out(STDOUT_FILENO);

Output::~Output() { free(buffer_); }

void Output::make_room() {
    if (buffer_) return flush();
    buffer_ = static_cast<char*>(malloc(kBufferBytes));
    if (!buffer_) die(current_tool().failure_status, "out of memory");
    capacity_ = kBufferBytes;
}

void Output::write(std::string_view bytes) {
    if (bytes.empty()) return; // there may be no buffer yet, and memcpy takes no null pointer
    if (bytes.size() > capacity_ - used_) {
        if (!buffer_) make_room();
        if (bytes.size() > capacity_ - used_) flush();
        if (bytes.size() >= capacity_) return write_through(bytes);
    }
    memcpy(buffer_ + used_, bytes.data(), bytes.size());
    used_ += bytes.size();
}

void Output::fill(char byte, size_t count) {
    while (count-- > 0) put(byte);
}

void Output::print(const char* format, ...) {
    char small[512];
    va_list list;
    va_start(list, format);
    int length = vsnprintf(small, sizeof small, format, list);
    va_end(list);
    if (length < 0) return;
    if (static_cast<size_t>(length) < sizeof small) return write({small, static_cast<size_t>(length)});
    std::string text(static_cast<size_t>(length) + 1, '\0');
    va_start(list, format);
    vsnprintf(text.data(), text.size(), format, list);
    va_end(list);
    write({text.data(), static_cast<size_t>(length)});
}

void Output::flush() {
    size_t count = used_;
    used_ = 0;
    if (count > 0) write_through({buffer_, count});
}

void Output::finish_file(const char* name) {
    flush();
    if (error_ != 0) die_errno(current_tool().failure_status, name, error_);
}

void Output::write_through(std::string_view bytes) {
    while (!bytes.empty() && error_ == 0) {
        ssize_t written = ::write(fd_, bytes.data(), bytes.size());
        if (written > 0) {
            bytes.remove_prefix(static_cast<size_t>(written));
        } else if (written < 0 && errno != EINTR) {
            error_ = errno;
            if (!defer_errors_ && fd_ == STDOUT_FILENO) finish(current_tool().failure_status);
        }
    }
}

bool Output::is_terminal() {
    if (is_terminal_ < 0) is_terminal_ = isatty(fd_) ? 1 : 0;
    return is_terminal_ == 1;
}

} // namespace coreutils
