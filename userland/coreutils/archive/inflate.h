// Decompresses one deflate stream (RFC 1951) from a source, handing its output on in pieces. Every code,
// length and distance is checked: any input ends in an answer.
#pragma once

#include "archive/byte_source.h"

#include <memory>
#include <stdint.h>
#include <string_view>

namespace coreutils {

class ByteSink {
public:
    virtual void put(std::string_view bytes) = 0;

protected:
    ~ByteSink() = default;
};

enum class InflateResult { done, damaged, truncated };

class Inflater {
public:
    Inflater();
    // The source is left behind the stream's last byte.
    InflateResult run(ByteSource& source, ByteSink& sink);

private:
    static constexpr unsigned kMaxLength = 15;
    static constexpr size_t kWindowBytes = 128 * 1024, kHistoryBytes = 32 * 1024, kMaxMatch = 258;

    // A canonical code: one look-up for short codes, the counts of each length for longer ones.
    struct Code {
        static constexpr unsigned kTableBits = 10;
        uint16_t table[1 << kTableBits]; // symbol * 16 + length; 0: longer than that, or unused
        uint16_t count[kMaxLength + 1];
        uint16_t symbols[288];
        bool build(const uint8_t* lengths, unsigned symbol_count);
    };

    void refill();
    bool need(unsigned bits);
    unsigned take(unsigned bits);
    int decode(const Code& code);
    InflateResult stored_block();
    InflateResult read_codes();
    InflateResult compressed_block(const Code& literals, const Code& distances);
    void make_room();

    ByteSource* source_ = nullptr;
    ByteSink* sink_ = nullptr;
    uint64_t bits_ = 0;
    unsigned bit_count_ = 0;
    size_t position_ = 0, flushed_ = 0;
    uint64_t produced_ = 0; // before what is in the window
    std::unique_ptr<unsigned char[]> window_;
    Code literals_, distances_;
};

} // namespace coreutils
