// Bytes of an input one at a time or in bulk, with the position: what decompressors and archive readers read
// from.
#pragma once

#include "framework/input.h"

#include <stdint.h>
#include <string_view>

namespace coreutils {

class ByteSource {
public:
    explicit ByteSource(Input& input) : input_(input) {}

    // The next byte, -1 at the end or on an error.
    int get() {
        if (at_ == end_ && !fill()) return -1;
        return static_cast<unsigned char>(*at_++);
    }
    // What is there without reading, at least one byte unless at the end; take() what was used.
    std::string_view peek() {
        if (at_ == end_) fill();
        return {at_, static_cast<size_t>(end_ - at_)};
    }
    void take(size_t count) { at_ += count; }
    // Fills `buffer`; false when there is less.
    bool read(void* buffer, size_t size);
    bool skip(uint64_t count);
    // Gives back bytes that were taken, at most 16 and only once until they are read again.
    void put_back(std::string_view bytes);
    int error() const { return input_.error(); }
    // Bytes handed out so far.
    uint64_t position() const {
        return before_ - static_cast<uint64_t>(end_ - at_) - static_cast<uint64_t>(behind_end_ - behind_);
    }

private:
    bool fill();

    Input& input_;
    const char* at_ = nullptr;
    const char* end_ = nullptr;
    uint64_t before_ = 0; // bytes read from the input
    char returned_[16];
    const char* behind_ = nullptr; // what follows the returned bytes
    const char* behind_end_ = nullptr;
};

} // namespace coreutils
