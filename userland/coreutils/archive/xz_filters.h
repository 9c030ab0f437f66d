// The filters of the xz format that stand before LZMA2, undone: sums of bytes at a distance (delta), and
// absolute targets of x86 calls and jumps (BCJ).
#pragma once

#include "archive/inflate.h"

#include <stdint.h>
#include <string>

namespace coreutils {

class DeltaSink final : public ByteSink {
public:
    DeltaSink(ByteSink& next, unsigned distance) : next_(next), distance_(distance) {}
    void put(std::string_view bytes) override;

private:
    ByteSink& next_;
    unsigned distance_;
    uint8_t history_[256] = {}, position_ = 0;
};

class X86Sink final : public ByteSink {
public:
    X86Sink(ByteSink& next, uint32_t start) : next_(next), position_(start) {}
    void put(std::string_view bytes) override;
    // The last bytes, too few for an instruction, pass as they are.
    void finish();

private:
    size_t convert(unsigned char* data, size_t size);

    ByteSink& next_;
    uint32_t position_;
    unsigned mask_ = 0; // which of the last three bytes looked like an opcode
    std::string pending_;
};

} // namespace coreutils
