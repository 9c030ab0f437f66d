// Buffered output. Standard output is `out`; it is written when its buffer is full, before every message,
// before a read that may wait while it is a terminal, and at the end. A failed write ends the tool with
// `write error` at once, unless defer_errors() was called, in which case the tool's work goes on and its end
// reports it.
#pragma once

#include <stddef.h>
#include <string_view>

namespace coreutils {

class Output {
public:
    constexpr explicit Output(int fd) : fd_(fd) {}
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;
    ~Output();

    void put(char byte) {
        if (used_ == capacity_) make_room();
        buffer_[used_++] = byte;
    }
    void write(std::string_view bytes);
    void fill(char byte, size_t count);
    [[gnu::format(printf, 2, 3)]] void print(const char* format, ...);

    void flush();
    // Writes what is left in a file of its own; a failed write, also an earlier one, ends the tool with its name.
    void finish_file(const char* name);
    void discard() { used_ = 0; }
    // For tools whose work matters more than what they say about it: cp -v, rm -v, tee.
    void defer_errors() { defer_errors_ = true; }
    // The errno of the first failed write, 0 while there is none.
    int error() const { return error_; }
    bool is_terminal();
    int fd() const { return fd_; }

private:
    void make_room();
    void write_through(std::string_view bytes);

    int fd_;
    int error_ = 0;
    bool defer_errors_ = false;
    signed char is_terminal_ = -1;
    char* buffer_ = nullptr;
    size_t used_ = 0;
    size_t capacity_ = 0;
};

extern Output out;

} // namespace coreutils
