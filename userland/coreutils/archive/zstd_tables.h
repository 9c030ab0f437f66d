// What the zstd decoder and encoder share (RFC 8878): finite-state entropy tables, the codes of lengths,
// XXH64.
#pragma once

#include <array>
#include <stddef.h>
#include <stdint.h>
#include <string_view>

namespace coreutils::zstd {

inline constexpr uint32_t kMagic = 0xfd2fb528,
                          kSkippableMagic = 0x184d2a50; // the low four bits of the second are free
inline constexpr size_t kMostBlock = 128 * 1024;
inline constexpr unsigned kMostHuffmanBits = 11;

enum class BlockType { raw, rle, compressed, reserved };
enum class LiteralsType { raw, rle, compressed, treeless };
enum class TableMode { predefined, rle, compressed, repeat };

// Lengths by code: a base and extra bits.
struct LengthCode {
    uint32_t base;
    uint8_t bits;
};
inline constexpr size_t kLiteralCodes = 36, kMatchCodes = 53, kOffsetCodes = 32;
extern const std::array<LengthCode, kLiteralCodes> kLiteralLengths;
extern const std::array<LengthCode, kMatchCodes> kMatchLengths;

// What the three kinds of codes in sequences may use.
struct CodeKind {
    unsigned most_bits;  // of a table
    size_t symbols;
    unsigned default_bits;
    const int8_t* default_counts; // -1: less than one
    size_t default_symbols;
};
extern const CodeKind kLiteralLengthKind, kMatchLengthKind, kOffsetKind;

// A table of states. `counts` sum up to its size, -1 counting as one.
struct StateTable {
    static constexpr size_t kMost = 512;
    struct State {
        uint8_t symbol, bits;
        uint16_t base;
    };
    unsigned table_bits = 0;
    State states[kMost];

    void build(const int16_t* counts, size_t symbols, unsigned bits);
    void build_single(uint8_t symbol);
    void build_default(const CodeKind& kind);
};

class Xxh64 {
public:
    Xxh64();
    void update(std::string_view bytes);
    uint64_t finish() const;

private:
    uint64_t lanes_[4], total_ = 0;
    unsigned char pending_[32];
    size_t pending_count_ = 0;
};

} // namespace coreutils::zstd
