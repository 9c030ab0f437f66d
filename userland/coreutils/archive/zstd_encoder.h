// Compresses into one zstd frame with a checksum (RFC 8878): matches by hash chains, literals by a Huffman
// code, lengths and offsets by state tables of their own where that is shorter than the predefined ones.
#pragma once

#include "archive/inflate.h"
#include "archive/zstd_tables.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace coreutils::zstd {

struct Level {
    unsigned window_bits, chain; // how many candidates are looked at
    bool lazy;                   // whether a match waits for a better one at the next byte
};
Level level_of(int level);

class Encoder {
public:
    // `content_size` stands in the header when it is known.
    Encoder(ByteSink& sink, const Level& level, std::optional<uint64_t> content_size);

    void put(std::string_view bytes);
    void finish();

private:
    struct Sequence {
        uint32_t literal_length, match_length, offset; // the offset as coded: 1…3 repeat
    };
    struct Match {
        uint32_t length = 0, offset = 0;
    };

    void end_block(bool last);
    void find_sequences(size_t start, size_t end);
    Match find_match(size_t at, size_t end) const;
    uint32_t common(size_t at, size_t from, size_t end) const;
    void insert(size_t at);
    uint32_t code_offset(uint32_t offset, bool after_literals);
    void append_literals(std::string& block);
    bool append_huffman(std::string& block);
    void append_sequences(std::string& block) const;
    void put_block(BlockType type, size_t size, bool last, std::string_view bytes);
    void slide();

    ByteSink& sink_;
    Level level_;
    size_t window_, capacity_;
    std::unique_ptr<unsigned char[]> buffer_;
    std::unique_ptr<uint32_t[]> heads_, previous_; // positions + 1, 0 for none
    size_t filled_ = 0, block_start_ = 0, inserted_ = 0;
    uint32_t repeated_[3] = {1, 4, 8};
    std::string literals_;
    std::vector<Sequence> sequences_;
    Xxh64 checksum_;
};

} // namespace coreutils::zstd
