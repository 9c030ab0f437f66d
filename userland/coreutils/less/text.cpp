#include "less/text.h"

#include <algorithm>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

namespace coreutils::less {

namespace {
constexpr size_t kReadBytes = 64 * 1024;
}

volatile bool Text::interrupted = false;

Text::Text(int fd) : fd_(fd) {
    struct stat info;
    is_file_ = fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
}

Text::~Text() {
    if (fd_ > STDIN_FILENO) close(fd_);
}

bool Text::read_more() {
    char buffer[kReadBytes];
    ssize_t count;
    do {
        count = is_file_ ? pread(fd_, buffer, sizeof buffer, static_cast<off_t>(end_))
                         : read(fd_, buffer, sizeof buffer);
    } while (count < 0 && errno == EINTR && !interrupted);
    if (count < 0 && errno == EINTR) return false;
    if (count <= 0) {
        if (count < 0) error_ = errno;
        complete_ = true;
        // The last line lacks its newline.
        if (line_start_ < end_) {
            starts_.push_back(line_start_);
            line_start_ = end_;
        }
        return false;
    }
    std::string_view bytes(buffer, static_cast<size_t>(count));
    if (!is_file_) held_.append(bytes);
    for (size_t at = 0; at < bytes.size();) {
        size_t room = static_cast<size_t>(kMostLine - (end_ - line_start_));
        const void* newline = memchr(bytes.data() + at, '\n', std::min(room, bytes.size() - at));
        size_t length = newline
                            ? static_cast<size_t>(static_cast<const char*>(newline) - bytes.data()) + 1 - at
                            : std::min(room, bytes.size() - at);
        at += length;
        end_ += length;
        if (!newline && length < room) continue;
        starts_.push_back(line_start_);
        line_start_ = end_;
    }
    return true;
}

bool Text::have(size_t index) {
    while (index >= starts_.size())
        if (complete_ || !read_more()) break;
    return index < starts_.size();
}

void Text::read_all() {
    while (!complete_ && read_more()) {
    }
}

bool Text::grow() {
    size_t before = starts_.size();
    uint64_t bytes = end_;
    struct stat info;
    if (is_file_ && fstat(fd_, &info) == 0 && static_cast<uint64_t>(info.st_size) <= end_) return false;
    // The last line may go on where it ended.
    if (complete_ && !starts_.empty() && !line(starts_.size() - 1).empty()) {
        std::string_view last = bytes_at(end_ - 1, 1);
        if (last.empty() || last[0] != '\n') {
            line_start_ = starts_.back();
            starts_.pop_back();
        }
    }
    complete_ = false;
    read_all();
    window_.clear();
    return starts_.size() != before || end_ != bytes;
}

std::string_view Text::bytes_at(uint64_t offset, size_t size) {
    if (!is_file_) return std::string_view(held_).substr(static_cast<size_t>(offset), size);
    if (offset < window_start_ || offset + size > window_start_ + window_.size()) {
        // Back and forth around what is shown.
        window_start_ = offset > kReadBytes ? offset - kReadBytes : 0;
        window_.resize(static_cast<size_t>(offset - window_start_) + size + kReadBytes);
        ssize_t count = pread(fd_, window_.data(), window_.size(), static_cast<off_t>(window_start_));
        window_.resize(count > 0 ? static_cast<size_t>(count) : 0);
    }
    size_t at = static_cast<size_t>(offset - window_start_);
    return at < window_.size() ? std::string_view(window_).substr(at, size) : std::string_view();
}

std::string_view Text::line(size_t index) {
    uint64_t start = starts_[index], end = index + 1 < starts_.size() ? starts_[index + 1] : line_start_;
    std::string_view text = bytes_at(start, static_cast<size_t>(end - start));
    if (text.ends_with('\n')) text.remove_suffix(1);
    return text;
}

} // namespace coreutils::less
