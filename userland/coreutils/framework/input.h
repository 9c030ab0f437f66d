// Input as a stream of blocks or of lines of any length. "-" is standard input. Nothing is held but the
// block, or the line, in hand.
#pragma once

#include <optional>
#include <span>
#include <stddef.h>
#include <stdint.h>
#include <string_view>
#include <sys/types.h>
#include <unistd.h>

namespace coreutils {

inline constexpr size_t kBlockBytes = 64 * 1024;

// A line, or a part of one that is longer than a block. Parts end between characters.
struct LinePart {
    std::string_view text;
    bool begins, ends;  // whether it is the line's first and its last; the last one may be empty
    bool has_delimiter; // behind it; only the last line can lack it
};

class Input {
public:
    Input() = default;
    // Takes over `fd`; standard input is never closed.
    explicit Input(int fd) : fd_(fd) {}
    Input(const Input&) = delete;
    Input& operator=(const Input&) = delete;
    ~Input();

    // Opens `name`; false with errno when that fails. A directory opens, its first read fails with EISDIR.
    bool open(const char* name);
    int fd() const { return fd_; }
    // From here on, takes no byte from the descriptor before it is asked for.
    void read_bytes() { most_at_once_ = 1; }

    // read(2), repeated when a signal interrupts it; pending output to a terminal is shown before.
    ssize_t read(void* buffer, size_t size);

    // The next block, empty at the end or on an error, which error() then tells.
    std::string_view next_block();

    // The next line without its delimiter; valid until the next call. `ended` (if given) tells whether the
    // delimiter was there: only the last line can lack it.
    std::optional<std::string_view> next_line(char delimiter = '\n', bool* ended = nullptr);

    // For tools that need not hold a line: the next line, or at least `most` bytes of it; valid until the next
    // call. What began with this must be read to its end so.
    std::optional<LinePart> next_part(char delimiter = '\n', size_t most = kBlockBytes);

    // Bytes that were read but not yet handed out; consume() takes from them.
    std::string_view buffered() const { return {buffer_ + begin_, end_ - begin_}; }
    void consume(size_t count) { begin_ += count; }
    // Lets the next reader of a shared descriptor go on `more` bytes before what is buffered, if it can seek.
    void give_back(size_t more = 0) {
        if (size_t unread = end_ - begin_ + more) lseek(fd_, -static_cast<off_t>(unread), SEEK_CUR);
    }
    // Reads more behind what is buffered; false at the end of the file or on an error.
    bool fill_more();

    int error() const { return error_; }
    bool at_end() const { return at_end_; }

private:
    enum class Stop { delimiter, size, end };
    Stop look_for(char delimiter, size_t most, size_t& length);

    int fd_ = -1;
    int error_ = 0;
    bool at_end_ = false;
    bool is_in_line_ = false; // behind a part of one
    size_t most_at_once_ = SIZE_MAX;
    char* buffer_ = nullptr;
    size_t begin_ = 0, end_ = 0, capacity_ = 0;
};

// Runs `each(input, name)` for every operand, or for standard input when there is none. A file that cannot be
// opened or read is reported and makes the result 1.
int for_each_input(std::span<char*> names, auto each);

// "standard input" for "-".
const char* input_label(const char* name);

} // namespace coreutils

#include "framework/input_inline.h"
