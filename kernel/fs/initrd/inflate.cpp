#include "fs/initrd/inflate.h"

#include <string.h>

#include <algorithm>

namespace martlet {
namespace {

constexpr u32 kLiteralCodes = 286, kDistanceCodes = 30, kEndOfBlock = 256;
constexpr u16 kLengthBase[] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                               31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
constexpr u8 kLengthExtra[] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
constexpr u16 kDistanceBase[] = {1,    2,    3,    4,    5,    7,    9,    13,    17,    25,
                                 33,   49,   65,   97,   129,  193,  257,  385,   513,   769,
                                 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
constexpr u8 kDistanceExtra[] = {0, 0, 0, 0, 1, 1, 2, 2,  3,  3,  4,  4,  5,  5,  6,
                                 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13};
constexpr u8 kLengthOrder[] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};

u32 reverse_bits(u32 value, u32 count) {
    u32 reversed = 0;
    for (u32 bit = 0; bit < count; ++bit) reversed |= (value >> bit & 1) << (count - 1 - bit);
    return reversed;
}

} // namespace

/// False for lengths that no complete code has; a single code of one bit may stand alone (RFC 1951, 3.2.7).
bool Inflater::Code::build(std::span<const u8> lengths) {
    memset(this, 0, sizeof *this);
    for (u8 length : lengths) ++count[length];
    count[0] = 0;
    i32 left = 1;
    u32 used = 0;
    for (u32 length = 1; length <= kMaxCodeLength; ++length) {
        left = (left << 1) - count[length];
        used += count[length];
        if (left < 0) return false;
    }
    if (left > 0 && !(used == 0 || (used == 1 && count[1] == 1))) return false;
    u16 first[kMaxCodeLength + 2] = {}, next_code[kMaxCodeLength + 2] = {};
    for (u32 length = 1; length <= kMaxCodeLength; ++length) {
        first[length + 1] = static_cast<u16>(first[length] + count[length]);
        next_code[length + 1] = static_cast<u16>((next_code[length] + count[length]) << 1);
    }
    for (u32 symbol = 0; symbol < lengths.size(); ++symbol) {
        u32 length = lengths[symbol];
        if (length == 0) continue;
        symbols[first[length]++] = static_cast<u16>(symbol);
        u32 code = next_code[length]++;
        if (length > kTableBits) continue;
        u16 entry = static_cast<u16>(symbol << 4 | length);
        for (u32 index = reverse_bits(code, length); index < 1u << kTableBits; index += 1u << length)
            table[index] = entry;
    }
    return true;
}

/// Tops the bit buffer up to at least 56 bits, or to what is left of the input.
void Inflater::fill() {
    if (end_ - next_ >= 8) {
        u64 word;
        memcpy(&word, next_, 8);
        bits_ |= word << bit_count_;
        next_ += (63 - bit_count_) >> 3;
        bit_count_ |= 56;
        return;
    }
    while (bit_count_ <= 56 && next_ < end_) {
        bits_ |= static_cast<u64>(*next_++) << bit_count_;
        bit_count_ += 8;
    }
}

bool Inflater::need(u32 bits) {
    if (bit_count_ < bits) fill();
    return bit_count_ >= bits;
}

u32 Inflater::take(u32 bits) {
    u32 value = static_cast<u32>(bits_ & ((1ull << bits) - 1));
    bits_ >>= bits;
    bit_count_ -= bits;
    return value;
}

/// The next symbol; -1: no such code, or the input ends in it.
i32 Inflater::decode(const Code& code) {
    u32 entry = code.table[bits_ & ((1u << Code::kTableBits) - 1)];
    if (u32 length = entry & 15; length != 0) {
        if (length > bit_count_) return -1;
        take(length);
        return static_cast<i32>(entry >> 4);
    }
    u32 value = 0, first = 0, index = 0;
    for (u32 length = 1; length <= kMaxCodeLength && length <= bit_count_; ++length) {
        value |= static_cast<u32>(bits_ >> (length - 1) & 1);
        u32 count = code.count[length];
        if (value < first + count) {
            take(length);
            return code.symbols[index + (value - first)];
        }
        index += count;
        first = (first + count) << 1;
        value <<= 1;
    }
    return -1;
}

Inflater::Status Inflater::stored_block() {
    take(bit_count_ & 7);
    if (!need(32)) return Status::Truncated;
    u32 size = take(16);
    if (take(16) != (size ^ 0xffff)) return Status::Damaged;
    while (size > 0) {
        if (!window_.make_room(sink_, kMaxMatch)) return Status::SinkFailed;
        if (bit_count_ >= 8) {
            window_.bytes[window_.position++] = static_cast<u8>(take(8));
            --size;
            continue;
        }
        bits_ = 0; // fill() may have left bits above bit_count_ that it will read again
        bit_count_ = 0;
        u32 count = std::min(window_.kSize - window_.position, size);
        if (static_cast<u64>(end_ - next_) < count) return Status::Truncated;
        memcpy(window_.bytes + window_.position, next_, count);
        next_ += count;
        window_.position += count;
        size -= count;
    }
    return Status::Done;
}

void Inflater::set_fixed_codes() {
    u8 lengths[288];
    for (u32 symbol = 0; symbol < 288; ++symbol)
        lengths[symbol] = symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8;
    literals_.build(lengths);
    memset(lengths, 5, 32);
    distances_.build(std::span(lengths).first(32));
}

Inflater::Status Inflater::read_dynamic_codes() {
    if (!need(14)) return Status::Truncated;
    u32 literal_count = take(5) + 257, distance_count = take(5) + 1, length_count = take(4) + 4;
    if (literal_count > kLiteralCodes || distance_count > kDistanceCodes) return Status::Damaged;
    u8 lengths[kLiteralCodes + kDistanceCodes] = {};
    for (u32 index = 0; index < length_count; ++index) {
        if (!need(3)) return Status::Truncated;
        lengths[kLengthOrder[index]] = static_cast<u8>(take(3));
    }
    if (!literals_.build(std::span(lengths).first(19))) return Status::Damaged;
    memset(lengths, 0, 19);
    for (u32 index = 0; index < literal_count + distance_count;) {
        need(kMaxCodeLength + 7);
        i32 symbol = decode(literals_);
        if (symbol < 0) return bit_count_ < kMaxCodeLength ? Status::Truncated : Status::Damaged;
        if (symbol < 16) {
            lengths[index++] = static_cast<u8>(symbol);
            continue;
        }
        constexpr u8 kExtra[] = {2, 3, 7}, kBase[] = {3, 3, 11};
        u32 kind = static_cast<u32>(symbol) - 16;
        if (!need(kExtra[kind])) return Status::Truncated;
        u32 repeat = kBase[kind] + take(kExtra[kind]);
        if (index + repeat > literal_count + distance_count || (kind == 0 && index == 0)) return Status::Damaged;
        u8 length = kind == 0 ? lengths[index - 1] : 0;
        while (repeat-- > 0) lengths[index++] = length;
    }
    if (lengths[kEndOfBlock] == 0) return Status::Damaged;
    auto all = std::span(lengths);
    if (!literals_.build(all.first(literal_count))) return Status::Damaged;
    if (!distances_.build(all.subspan(literal_count, distance_count))) return Status::Damaged;
    return Status::Done;
}

Inflater::Status Inflater::compressed_block() {
    for (;;) {
        if (!window_.make_room(sink_, kMaxMatch)) return Status::SinkFailed;
        need(48); // a code, its extra bits, a distance and its extra bits
        i32 symbol = decode(literals_);
        if (symbol < 0) return bit_count_ < kMaxCodeLength ? Status::Truncated : Status::Damaged;
        if (symbol < static_cast<i32>(kEndOfBlock)) {
            window_.bytes[window_.position++] = static_cast<u8>(symbol);
            continue;
        }
        if (symbol == static_cast<i32>(kEndOfBlock)) return Status::Done;
        u32 length_code = static_cast<u32>(symbol) - 257;
        if (length_code >= sizeof kLengthExtra) return Status::Damaged;
        if (bit_count_ < kLengthExtra[length_code]) return Status::Truncated;
        u32 length = kLengthBase[length_code] + take(kLengthExtra[length_code]);
        i32 distance_code = decode(distances_);
        if (distance_code < 0) return bit_count_ < kMaxCodeLength ? Status::Truncated : Status::Damaged;
        if (distance_code >= static_cast<i32>(kDistanceCodes)) return Status::Damaged;
        if (bit_count_ < kDistanceExtra[distance_code]) return Status::Truncated;
        u32 distance = kDistanceBase[distance_code] + take(kDistanceExtra[distance_code]);
        if (distance > window_.position) return Status::Damaged;
        window_.repeat(distance, length);
    }
}

Inflater::Status Inflater::run(std::span<const u8> input) {
    next_ = input.data();
    end_ = next_ + input.size();
    for (bool is_last = false; !is_last;) {
        if (!need(3)) return Status::Truncated;
        is_last = take(1) != 0;
        Status status = Status::Damaged;
        switch (take(2)) {
        case 0: status = stored_block(); break;
        case 1:
            set_fixed_codes();
            status = compressed_block();
            break;
        case 2:
            status = read_dynamic_codes();
            if (status == Status::Done) status = compressed_block();
            break;
        }
        if (status != Status::Done) {
            (void)window_.flush(sink_); // what was good
            return status;
        }
    }
    if (!window_.flush(sink_)) return Status::SinkFailed;
    consumed_ = input.size() - static_cast<usize>(end_ - next_) - bit_count_ / 8;
    return Status::Done;
}

} // namespace martlet
