#include "archive/inflate.h"

#include <algorithm>
#include <string.h>

namespace coreutils {
namespace {

// RFC 1951 3.2.5.
constexpr uint16_t kLengthBase[29] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                      31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
constexpr uint8_t kLengthBits[29] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                     2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
constexpr uint16_t kDistanceBase[30] = {1,    2,    3,    4,    5,    7,    9,    13,    17,    25,
                                        33,   49,   65,   97,   129,  193,  257,  385,   513,   769,
                                        1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
constexpr uint8_t kDistanceBits[30] = {0, 0, 0, 0, 1, 1, 2, 2,  3,  3,  4,  4,  5,  5,  6,
                                       6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13};
constexpr uint8_t kOrder[19] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};

unsigned reverse_bits(unsigned code, unsigned length) {
    unsigned result = 0;
    for (; length > 0; --length, code >>= 1) result = result << 1 | (code & 1);
    return result;
}

} // namespace

Inflater::Inflater() : window_(new unsigned char[kWindowBytes]) {}

// False when the lengths describe no code. An incomplete one is allowed with at most one symbol.
bool Inflater::Code::build(const uint8_t* lengths, unsigned symbol_count) {
    memset(count, 0, sizeof(count));
    memset(table, 0, sizeof(table));
    for (unsigned symbol = 0; symbol < symbol_count; ++symbol) ++count[lengths[symbol]];
    count[0] = 0;
    int left = 1;
    unsigned used = 0;
    uint16_t offsets[kMaxLength + 2] = {}, next_code[kMaxLength + 2] = {};
    unsigned code = 0;
    for (unsigned length = 1; length <= kMaxLength; ++length) {
        left = left * 2 - count[length];
        if (left < 0) return false;
        used += count[length];
        code = (code + count[length - 1]) << 1;
        next_code[length] = static_cast<uint16_t>(code);
        offsets[length + 1] = static_cast<uint16_t>(offsets[length] + count[length]);
    }
    if (left > 0 && used > 1) return false;
    for (unsigned symbol = 0; symbol < symbol_count; ++symbol) {
        unsigned length = lengths[symbol];
        if (length == 0) continue;
        symbols[offsets[length]++] = static_cast<uint16_t>(symbol);
        unsigned own = next_code[length]++;
        if (length > kTableBits) continue;
        for (unsigned slot = reverse_bits(own, length); slot < 1u << kTableBits; slot += 1u << length)
            table[slot] = static_cast<uint16_t>(symbol * 16 + length);
    }
    return true;
}

void Inflater::refill() {
    while (bit_count_ <= 56) {
        std::string_view ahead = source_->peek();
        if (ahead.size() >= 8) {
            uint64_t word;
            memcpy(&word, ahead.data(), 8);
            unsigned bytes = (63 - bit_count_) / 8;
            if (bytes < 8) word &= (uint64_t{1} << 8 * bytes) - 1;
            bits_ |= word << bit_count_;
            bit_count_ += 8 * bytes;
            source_->take(bytes);
            return;
        }
        int byte = source_->get();
        if (byte < 0) return;
        bits_ |= static_cast<uint64_t>(byte) << bit_count_;
        bit_count_ += 8;
    }
}

bool Inflater::need(unsigned bits) {
    if (bit_count_ < bits) refill();
    return bit_count_ >= bits;
}

unsigned Inflater::take(unsigned bits) {
    auto value = static_cast<unsigned>(bits_ & ((uint64_t{1} << bits) - 1));
    bits_ >>= bits;
    bit_count_ -= bits;
    return value;
}

// The next symbol; -1 when the bits are no code, -2 when the input ends in it.
int Inflater::decode(const Code& code) {
    need(kMaxLength);
    unsigned entry = code.table[bits_ & ((1u << Code::kTableBits) - 1)];
    if (entry != 0) {
        if ((entry & 15) > bit_count_) return -2;
        take(entry & 15);
        return static_cast<int>(entry >> 4);
    }
    unsigned value = 0, first = 0, index = 0;
    for (unsigned length = 1; length <= kMaxLength; ++length) {
        if (length > bit_count_) return -2;
        value |= bits_ >> (length - 1) & 1;
        if (value - first < code.count[length]) {
            take(length);
            return code.symbols[index + value - first];
        }
        index += code.count[length];
        first = (first + code.count[length]) << 1;
        value <<= 1;
    }
    return -1;
}

// Hands on what the window holds and keeps the history at its beginning.
void Inflater::make_room() {
    if (position_ + kMaxMatch <= kWindowBytes) return;
    sink_->put({reinterpret_cast<char*>(window_.get()) + flushed_, position_ - flushed_});
    size_t kept = kHistoryBytes;
    memmove(window_.get(), window_.get() + position_ - kept, kept);
    produced_ += position_ - kept;
    position_ = flushed_ = kept;
}

InflateResult Inflater::stored_block() {
    take(bit_count_ % 8);
    if (!need(32)) return InflateResult::truncated;
    unsigned length = take(16), complement = take(16);
    if (length != (complement ^ 0xffff)) return InflateResult::damaged;
    while (length > 0) {
        make_room();
        if (bit_count_ > 0) {
            window_[position_++] = static_cast<unsigned char>(take(8));
            --length;
            continue;
        }
        std::string_view ahead = source_->peek();
        if (ahead.empty()) return InflateResult::truncated;
        size_t count = std::min<size_t>({length, ahead.size(), kWindowBytes - position_});
        memcpy(window_.get() + position_, ahead.data(), count);
        position_ += count;
        length -= static_cast<unsigned>(count);
        source_->take(count);
    }
    return InflateResult::done;
}

InflateResult Inflater::read_codes() {
    if (!need(14)) return InflateResult::truncated;
    unsigned literal_count = take(5) + 257, distance_count = take(5) + 1, length_count = take(4) + 4;
    if (literal_count > 286 || distance_count > 30) return InflateResult::damaged;
    uint8_t lengths[320] = {};
    for (unsigned index = 0; index < length_count; ++index) {
        if (!need(3)) return InflateResult::truncated;
        lengths[kOrder[index]] = static_cast<uint8_t>(take(3));
    }
    if (!literals_.build(lengths, 19)) return InflateResult::damaged;
    memset(lengths, 0, sizeof(lengths));
    for (unsigned index = 0; index < literal_count + distance_count;) {
        int symbol = decode(literals_);
        if (symbol < 0) return symbol == -2 ? InflateResult::truncated : InflateResult::damaged;
        if (symbol < 16) {
            lengths[index++] = static_cast<uint8_t>(symbol);
            continue;
        }
        if (!need(7)) {
            if (bit_count_ < (symbol == 16 ? 2u : symbol == 17 ? 3u : 7u)) return InflateResult::truncated;
        }
        uint8_t value = 0;
        unsigned repeat;
        if (symbol == 16) {
            if (index == 0) return InflateResult::damaged;
            value = lengths[index - 1];
            repeat = 3 + take(2);
        } else {
            repeat = symbol == 17 ? 3 + take(3) : 11 + take(7);
        }
        if (index + repeat > literal_count + distance_count) return InflateResult::damaged;
        for (; repeat > 0; --repeat) lengths[index++] = value;
    }
    if (lengths[256] == 0) return InflateResult::damaged;
    if (!literals_.build(lengths, literal_count) ||
        !distances_.build(lengths + literal_count, distance_count))
        return InflateResult::damaged;
    return InflateResult::done;
}

InflateResult Inflater::compressed_block(const Code& literals, const Code& distances) {
    for (;;) {
        make_room();
        int symbol = decode(literals);
        if (symbol < 0) return symbol == -2 ? InflateResult::truncated : InflateResult::damaged;
        if (symbol < 256) {
            window_[position_++] = static_cast<unsigned char>(symbol);
            continue;
        }
        if (symbol == 256) return InflateResult::done;
        if (symbol > 285) return InflateResult::damaged;
        symbol -= 257;
        if (!need(kLengthBits[symbol])) return InflateResult::truncated;
        size_t length = kLengthBase[symbol] + take(kLengthBits[symbol]);
        symbol = decode(distances);
        if (symbol < 0) return symbol == -2 ? InflateResult::truncated : InflateResult::damaged;
        if (symbol > 29) return InflateResult::damaged;
        if (!need(kDistanceBits[symbol])) return InflateResult::truncated;
        size_t distance = kDistanceBase[symbol] + take(kDistanceBits[symbol]);
        if (distance > position_) return InflateResult::damaged;
        unsigned char* target = window_.get() + position_;
        const unsigned char* origin = target - distance;
        position_ += length;
        if (distance >= length) {
            memcpy(target, origin, length);
        } else {
            for (; length > 0; --length) *target++ = *origin++;
        }
    }
}

InflateResult Inflater::run(ByteSource& source, ByteSink& sink) {
    source_ = &source;
    sink_ = &sink;
    bits_ = bit_count_ = 0;
    position_ = flushed_ = 0;
    bool last = false;
    InflateResult result = InflateResult::done;
    while (!last && result == InflateResult::done) {
        if (!need(3)) {
            result = InflateResult::truncated;
            break;
        }
        last = take(1);
        unsigned kind = take(2);
        if (kind == 0) {
            result = stored_block();
        } else if (kind == 1) {
            uint8_t lengths[288];
            memset(lengths, 8, 144);
            memset(lengths + 144, 9, 112);
            memset(lengths + 256, 7, 24);
            memset(lengths + 280, 8, 8);
            literals_.build(lengths, 288);
            memset(lengths, 5, 32);
            distances_.build(lengths, 32);
            result = compressed_block(literals_, distances_);
        } else if (kind == 2) {
            result = read_codes();
            if (result == InflateResult::done) result = compressed_block(literals_, distances_);
        } else {
            result = InflateResult::damaged;
        }
    }
    sink.put({reinterpret_cast<char*>(window_.get()) + flushed_, position_ - flushed_});
    // Whole bytes that were read ahead belong to what follows.
    bits_ >>= bit_count_ % 8;
    source.put_back({reinterpret_cast<const char*>(&bits_), bit_count_ / 8});
    return result;
}

} // namespace coreutils
