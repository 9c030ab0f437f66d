// What the parts of init share: messages, small files, clocks.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace init {

/// Writes "init: <message>" to the console in one piece.
void report(std::string_view message);
/// The same as a warning in the kernel's log (dmesg).
void note_in_kernel_log(std::string_view message);
/// The whole text of a file up to `limit` bytes; empty if it cannot be read (errno says why).
std::string read_file(const std::string& path, size_t limit = 1 << 20);
/// The value of `option=value` on the kernel's command line, or empty; a word without `=` has itself as
/// value.
std::string boot_option(std::string_view option);
uint64_t monotonic_ms();
uint64_t monotonic_us();

/// A descriptor that is closed with its owner; -1: none.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        reset(other.release());
        return *this;
    }
    ~Descriptor() { reset(); }
    int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }
    int release() {
        int fd = fd_;
        fd_ = -1;
        return fd;
    }
    void reset(int fd = -1);

private:
    int fd_ = -1;
};

} // namespace init
