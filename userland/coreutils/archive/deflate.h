// Compresses into one deflate stream (RFC 1951). Matches are found with hash chains; each block takes
// whichever of the stored, fixed and dynamic forms is shortest.
#pragma once

#include "archive/inflate.h"

#include <memory>
#include <stdint.h>
#include <string>
#include <string_view>
#include <vector>

namespace coreutils {

class Deflater {
public:
    // `level` 1 (fast) to 9 (small).
    Deflater(ByteSink& sink, int level);

    void put(std::string_view bytes);
    void finish();

private:
    static constexpr size_t kWindowBytes = 32 * 1024, kBufferBytes = 256 * 1024, kHashBits = 15;
    static constexpr size_t kMinMatch = 3, kMaxMatch = 258, kGoodMatch = 8, kMostTokens = 48 * 1024;

    static constexpr uint16_t kTooFar = UINT16_MAX;

    struct Token {
        uint16_t length;   // 0: a literal
        uint16_t distance; // or the literal
    };
    struct Match {
        size_t length = 0, distance = 0;
    };

    void compress(bool last);
    Match find_match(size_t at, size_t shortest) const;
    void insert(size_t at);
    void add_literal(unsigned char byte);
    void add_match(Match match);
    void slide();
    void end_block(bool last);
    void write_stored(size_t begin, size_t size, bool last);
    void write_tokens(const uint16_t* literal_codes, const uint8_t* literal_lengths,
                      const uint16_t* distance_codes, const uint8_t* distance_lengths);
    void put_bits(uint64_t value, unsigned count);
    void flush_bytes();

    ByteSink& sink_;
    size_t chain_limit_, good_enough_, lazy_limit_;
    std::unique_ptr<unsigned char[]> buffer_;
    std::unique_ptr<uint32_t[]> heads_;    // the last position with a hash, + 1; 0 for none
    std::unique_ptr<uint16_t[]> previous_; // how far before a position the one before it is, or kTooFar
    size_t filled_ = 0, position_ = 0, block_start_ = 0, inserted_ = 0;
    std::vector<Token> tokens_;
    uint32_t literal_counts_[288] = {}, distance_counts_[30] = {};
    uint64_t bits_ = 0;
    unsigned bit_count_ = 0;
    std::string bytes_;
};

// Lengths of an optimal prefix code for `counts`, none above `limit`; symbols that do not occur get 0.
void make_code_lengths(const uint32_t* counts, size_t symbols, unsigned limit, uint8_t* lengths);

} // namespace coreutils
