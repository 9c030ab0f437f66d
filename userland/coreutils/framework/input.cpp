#include "framework/input.h"

#include "framework/diagnostics.h"
#include "framework/output.h"
#include "framework/tool.h"

#include <algorithm>
#include <bit>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

namespace coreutils {
namespace {

// How much of `bytes`, at least all but three, does not end within a character of UTF-8.
size_t whole_characters(std::string_view bytes) {
    for (size_t back = 1; back <= 3 && back < bytes.size(); ++back) {
        auto byte = static_cast<unsigned char>(bytes[bytes.size() - back]);
        if ((byte & 0xc0) == 0x80) continue;
        return static_cast<size_t>(std::countl_one(byte)) > back ? bytes.size() - back : bytes.size();
    }
    return bytes.size();
}

} // namespace

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
    ssize_t count = read(buffer_ + end_, std::min(capacity_ - end_, most_at_once_));
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

// Reads on until `delimiter`, `most` bytes or the end of the input is there; `length` bytes are before that.
[[gnu::always_inline]] inline Input::Stop Input::look_for(char delimiter, size_t most, size_t& length) {
    length = 0;
    for (;;) {
        std::string_view bytes = buffered();
        if (bytes.size() > length) {
            const void* found = memchr(bytes.data() + length, delimiter, bytes.size() - length);
            if (found) {
                length = static_cast<size_t>(static_cast<const char*>(found) - bytes.data());
                return Stop::delimiter;
            }
        }
        length = bytes.size();
        if (length >= most) return Stop::size;
        if (!fill_more()) return Stop::end;
    }
}

std::optional<std::string_view> Input::next_line(char delimiter, bool* ended) {
    size_t length;
    bool has_delimiter = look_for(delimiter, SIZE_MAX, length) == Stop::delimiter;
    if (length == 0 && !has_delimiter) return std::nullopt;
    std::string_view line(buffer_ + begin_, length);
    begin_ += length + has_delimiter;
    if (ended) *ended = has_delimiter;
    return line;
}

std::optional<LinePart> Input::next_part(char delimiter, size_t most) {
    size_t length;
    Stop stop = look_for(delimiter, most, length);
    bool begins = !is_in_line_;
    if (stop == Stop::end && length == 0 && begins) return std::nullopt;
    std::string_view part(buffer_ + begin_, length);
    is_in_line_ = stop == Stop::size;
    if (is_in_line_) part = part.substr(0, whole_characters(part));
    begin_ += part.size() + (stop == Stop::delimiter);
    return LinePart{part, begins, !is_in_line_, stop == Stop::delimiter};
}

const char* input_label(const char* name) { return strcmp(name, "-") == 0 ? "standard input" : name; }

} // namespace coreutils
