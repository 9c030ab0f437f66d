#include "archive/zstd_tables.h"

#include <algorithm>
#include <bit>
#include <string.h>

namespace coreutils::zstd {
namespace {

constexpr int8_t kLiteralDefaults[] = {4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1,  1,  2,  2,
                                       2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1};
constexpr int8_t kMatchDefaults[] = {1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1,  1,  1,  1,  1,  1,  1, 1,
                                     1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,  1,  1,  1,  1,  1,  1, 1,
                                     1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1};
constexpr int8_t kOffsetDefaults[] = {1, 1, 1, 1, 1, 1, 2, 2, 2, 1,  1,  1,  1,  1, 1,
                                      1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1};

// Codes go on by the extra bits of each: a base is the one before and what that covers.
template <size_t Count>
constexpr std::array<LengthCode, Count> make_lengths(uint32_t first, size_t plain, const uint8_t* bits) {
    std::array<LengthCode, Count> codes{};
    uint32_t base = first;
    for (size_t code = 0; code < Count; ++code) {
        uint8_t extra = code < plain ? 0 : bits[code - plain];
        codes[code] = {base, extra};
        base += 1u << extra;
    }
    return codes;
}
constexpr uint8_t kLiteralBits[] = {1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
constexpr uint8_t kMatchBits[] = {1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

constexpr uint64_t kPrimes[5] = {0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9,
                                 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5};

uint64_t load64(const unsigned char* at) {
    uint64_t value;
    memcpy(&value, at, 8);
    return value;
}
uint64_t mix_lane(uint64_t lane, uint64_t value) {
    return std::rotl(lane + value * kPrimes[1], 31) * kPrimes[0];
}

} // namespace

constexpr std::array<LengthCode, kLiteralCodes> kLiteralLengths =
    make_lengths<kLiteralCodes>(0, 16, kLiteralBits);
constexpr std::array<LengthCode, kMatchCodes> kMatchLengths = make_lengths<kMatchCodes>(3, 32, kMatchBits);
const CodeKind kLiteralLengthKind = {9, kLiteralCodes, 6, kLiteralDefaults, std::size(kLiteralDefaults)};
const CodeKind kMatchLengthKind = {9, kMatchCodes, 6, kMatchDefaults, std::size(kMatchDefaults)};
const CodeKind kOffsetKind = {8, kOffsetCodes, 5, kOffsetDefaults, std::size(kOffsetDefaults)};

void StateTable::build(const int16_t* counts, size_t symbols, unsigned bits) {
    table_bits = bits;
    size_t size = size_t{1} << bits, high = size;
    uint16_t next[256];
    for (size_t symbol = 0; symbol < symbols; ++symbol) {
        next[symbol] = static_cast<uint16_t>(counts[symbol] == -1 ? 1 : counts[symbol]);
        if (counts[symbol] == -1) states[--high].symbol = static_cast<uint8_t>(symbol);
    }
    size_t step = (size >> 1) + (size >> 3) + 3, at = 0;
    for (size_t symbol = 0; symbol < symbols; ++symbol)
        for (int count = 0; count < counts[symbol]; ++count) {
            states[at].symbol = static_cast<uint8_t>(symbol);
            do {
                at = (at + step) & (size - 1);
            } while (at >= high);
        }
    for (size_t index = 0; index < size; ++index) {
        State& state = states[index];
        unsigned number = next[state.symbol]++;
        state.bits = static_cast<uint8_t>(bits + 1 - static_cast<unsigned>(std::bit_width(number)));
        state.base = static_cast<uint16_t>((number << state.bits) - size);
    }
}

void StateTable::build_single(uint8_t symbol) {
    table_bits = 0;
    states[0] = {symbol, 0, 0};
}

void StateTable::build_default(const CodeKind& kind) {
    int16_t counts[64];
    std::copy(kind.default_counts, kind.default_counts + kind.default_symbols, counts);
    build(counts, kind.default_symbols, kind.default_bits);
}

Xxh64::Xxh64() : lanes_{kPrimes[0] + kPrimes[1], kPrimes[1], 0, 0 - kPrimes[0]} {}

void Xxh64::update(std::string_view bytes) {
    total_ += bytes.size();
    auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
    size_t left = bytes.size();
    auto stripe = [this](const unsigned char* from) {
        for (size_t lane = 0; lane < 4; ++lane)
            lanes_[lane] = mix_lane(lanes_[lane], load64(from + 8 * lane));
    };
    if (pending_count_ > 0) {
        size_t count = std::min(left, 32 - pending_count_);
        memcpy(pending_ + pending_count_, at, count);
        pending_count_ += count;
        at += count;
        left -= count;
        if (pending_count_ < 32) return;
        stripe(pending_);
        pending_count_ = 0;
    }
    for (; left >= 32; at += 32, left -= 32) stripe(at);
    memcpy(pending_, at, left);
    pending_count_ = left;
}

uint64_t Xxh64::finish() const {
    uint64_t hash;
    if (total_ >= 32) {
        hash = std::rotl(lanes_[0], 1) + std::rotl(lanes_[1], 7) + std::rotl(lanes_[2], 12) +
               std::rotl(lanes_[3], 18);
        for (uint64_t lane : lanes_) hash = (hash ^ mix_lane(0, lane)) * kPrimes[0] + kPrimes[3];
    } else {
        hash = kPrimes[4];
    }
    hash += total_;
    const unsigned char* at = pending_;
    size_t left = pending_count_;
    for (; left >= 8; at += 8, left -= 8)
        hash = std::rotl(hash ^ mix_lane(0, load64(at)), 27) * kPrimes[0] + kPrimes[3];
    if (left >= 4) {
        uint32_t word;
        memcpy(&word, at, 4);
        hash = std::rotl(hash ^ word * kPrimes[0], 23) * kPrimes[1] + kPrimes[2];
        at += 4;
        left -= 4;
    }
    for (; left > 0; ++at, --left) hash = std::rotl(hash ^ *at * kPrimes[4], 11) * kPrimes[0];
    hash = (hash ^ hash >> 33) * kPrimes[1];
    hash = (hash ^ hash >> 29) * kPrimes[2];
    return hash ^ hash >> 32;
}

} // namespace coreutils::zstd
