// The probability model that the LZMA decoder and encoder share (LZMA SDK's specification): states, contexts
// and the slots of distances.
#pragma once

#include <algorithm>
#include <stddef.h>
#include <stdint.h>
#include <vector>

namespace coreutils::lzma {

using Probability = uint16_t;
inline constexpr unsigned kModelBits = 11, kMoveBits = 5;
inline constexpr Probability kHalf = 1 << (kModelBits - 1);
inline constexpr uint32_t kTop = 1u << 24;

inline constexpr unsigned kStates = 12, kMostPositionStates = 16, kLengthStates = 4, kEndSlot = 14,
                          kFullDistances = 128, kAlignBits = 4, kMinMatch = 2, kMaxMatch = 273;

struct Properties {
    unsigned literal_context = 3, literal_position = 0, position = 2; // lc, lp, pb
    // The byte (pb * 5 + lp) * 9 + lc; false when it is none.
    bool parse(uint8_t byte) {
        if (byte >= 9 * 5 * 5) return false;
        literal_context = byte % 9;
        literal_position = byte / 9 % 5;
        position = byte / 45;
        return true;
    }
    uint8_t byte() const {
        return static_cast<uint8_t>((position * 5 + literal_position) * 9 + literal_context);
    }
};

struct LengthModel {
    Probability choice, choice2, low[kMostPositionStates][8], middle[kMostPositionStates][8], high[256];
};

struct Model {
    Probability is_match[kStates][kMostPositionStates], is_rep[kStates], is_rep0[kStates], is_rep1[kStates],
        is_rep2[kStates], is_rep0_long[kStates][kMostPositionStates], slot[kLengthStates][64],
        special[kFullDistances - kEndSlot + 1], align[1 << kAlignBits];
    LengthModel match_length, rep_length;
    std::vector<Probability> literals;

    void reset(const Properties& properties) {
        auto* first = &is_match[0][0];
        std::fill(first, reinterpret_cast<Probability*>(&match_length), kHalf);
        for (LengthModel* each : {&match_length, &rep_length})
            std::fill(&each->choice, &each->choice + sizeof(LengthModel) / sizeof(Probability), kHalf);
        literals.assign(size_t{0x300} << (properties.literal_context + properties.literal_position), kHalf);
    }
};

inline unsigned after_literal(unsigned state) { return state < 4 ? 0 : state < 10 ? state - 3 : state - 6; }
inline unsigned after_match(unsigned state) { return state < 7 ? 7 : 10; }
inline unsigned after_rep(unsigned state) { return state < 7 ? 8 : 11; }
inline unsigned after_short_rep(unsigned state) { return state < 7 ? 9 : 11; }

} // namespace coreutils::lzma
