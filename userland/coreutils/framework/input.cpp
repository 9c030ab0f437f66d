#include "framework/input.h"

#include "framework/diagnostics.h"
#include "framework/output.h"
#include "framework/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

namespace coreutils {

Input::~Input() {
    if (fd_ > STDIN_FILENO) close(fd_);
    free(buffer_);
}

bool Input::open(const char* name) {
    if (strcmp(name, "-") == 0) {
        fd_ = STDIN_FILENO;
        return true;
    }
    fd_ = ::open(name, O_RDONLY | O_CLOEXEC);
    return fd_ >= 0;
}

ssize_t Input::read(void* buffer, size_t size) {
    if (out.is_terminal()) out.flush();
    for (;;) {
        ssize_t count = ::read(fd_, buffer, size);
        if (count >= 0) return count;
        if (errno != EINTR) {
            error_ = errno;
            return -1;
        }
    }
}

bool Input::fill_more() {
    if (at_end_) return false;
    if (begin_ > 0 && begin_ == end_) begin_ = end_ = 0;
    if (end_ == capacity_ && begin_ > 0) {
        memmove(buffer_, buffer_ + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (capacity_ - end_ < kBlockBytes / 2) {
        size_t wanted = capacity_ ? capacity_ * 2 : kBlockBytes;
        char* larger = static_cast<char*>(realloc(buffer_, wanted));
        if (!larger) die(current_tool().failure_status, "out of memory");
        buffer_ = larger;
        capacity_ = wanted;
    }
    ssize_t count = read(buffer_ + end_, capacity_ - end_);
    if (count <= 0) {
        at_end_ = true;
        return false;
    }
    end_ += static_cast<size_t>(count);
    return true;
}

std::string_view Input::next_block() {
    if (begin_ == end_) fill_more();
    std::string_view block = buffered();
    begin_ = end_;
    return block;
}

std::optional<std::string_view> Input::next_line(char delimiter, bool* ended) {
    size_t searched = 0;
    for (;;) {
        std::string_view bytes = buffered();
        if (bytes.size() > searched) {
            const void* found = memchr(bytes.data() + searched, delimiter, bytes.size() - searched);
            if (found) {
                size_t length = static_cast<size_t>(static_cast<const char*>(found) - bytes.data());
                begin_ += length + 1;
                if (ended) *ended = true;
                return bytes.substr(0, length);
            }
        }
        searched = bytes.size();
        if (!fill_more()) break;
    }
    std::string_view rest = buffered();
    if (rest.empty()) return std::nullopt;
    begin_ = end_;
    if (ended) *ended = false;
    return rest;
}

const char* input_label(const char* name) { return strcmp(name, "-") == 0 ? "standard input" : name; }

} // namespace coreutils
