// What less shows: the lines of a file or a pipe, indexed as far as they were needed. A file is read again
// where its lines are shown; what a pipe gave is held. A line longer than kMostLine counts as several.
#pragma once

#include <stdint.h>
#include <string>
#include <string_view>
#include <vector>

namespace coreutils::less {

class Text {
public:
    static constexpr size_t kMostLine = 64 * 1024;

    // Takes over `fd`.
    explicit Text(int fd);
    ~Text();
    Text(const Text&) = delete;
    Text& operator=(const Text&) = delete;

    // Whether line `index` (from 0) is there, reading as far as needed. `stop` (may be null) ends a long
    // wait.
    bool have(size_t index);
    // The line without its newline; valid until the next call.
    std::string_view line(size_t index);
    // Lines known so far, and whether these are all.
    size_t known() const { return starts_.size(); }
    bool complete() const { return complete_; }
    void read_all();
    // Looks for what was appended since the end was reached; true when something was.
    bool grow();

    uint64_t start_of(size_t index) const { return starts_[index]; }
    uint64_t bytes() const { return end_; }
    int error() const { return error_; }
    // Whether waiting for more could take for ever: not so for files.
    bool is_file() const { return is_file_; }
    // Set by a signal handler: a wait for a pipe gives up.
    static volatile bool interrupted;

private:
    bool read_more();
    std::string_view bytes_at(uint64_t offset, size_t size);

    int fd_;
    bool is_file_ = false, complete_ = false;
    int error_ = 0;
    std::vector<uint64_t> starts_; // of every line that is known to end, and of the last one
    uint64_t end_ = 0;             // bytes indexed
    uint64_t line_start_ = 0;      // of the line that has not ended yet
    std::string held_;             // of a pipe: everything
    std::string window_;           // of a file: what was read last
    uint64_t window_start_ = 0;
};

} // namespace coreutils::less
