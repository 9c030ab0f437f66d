#include "archive/deflate.h"

#include <algorithm>
#include <bit>
#include <string.h>
#include <string>

namespace coreutils {
namespace {

struct Effort {
    uint16_t chain_limit, good_enough, lazy_limit; // lazy_limit 0: the first match is taken
};
constexpr Effort kEfforts[10] = {
    {},           {4, 16, 0},    {8, 24, 0},     {24, 48, 0},     {16, 32, 8},
    {32, 48, 16}, {96, 128, 24}, {192, 192, 48}, {768, 258, 128}, {4096, 258, 258}};

constexpr uint8_t kLengthExtra[29] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                      2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
constexpr uint16_t kLengthBase[29] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                      31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
constexpr uint8_t kOrder[19] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};

struct LengthSymbols {
    uint8_t symbol[259];
};
constexpr LengthSymbols make_length_symbols() {
    LengthSymbols table{};
    for (unsigned symbol = 0; symbol < 29; ++symbol)
        for (unsigned length = kLengthBase[symbol];
             length <= 258 && length < kLengthBase[symbol] + (1u << kLengthExtra[symbol]); ++length)
            table.symbol[length] = static_cast<uint8_t>(symbol);
    table.symbol[258] = 28;
    return table;
}
constexpr LengthSymbols kLengthSymbols = make_length_symbols();

unsigned distance_symbol(unsigned distance) {
    if (distance <= 4) return distance - 1;
    unsigned bits = static_cast<unsigned>(std::bit_width(distance - 1)) - 2;
    return 2 * bits + 2 + ((distance - 1) >> bits & 1);
}
unsigned distance_extra_bits(unsigned symbol) { return symbol < 4 ? 0 : symbol / 2 - 1; }
unsigned distance_base(unsigned symbol) {
    return symbol < 4 ? symbol + 1 : ((2 + (symbol & 1)) << distance_extra_bits(symbol)) + 1;
}

// Canonical codes with their bits in the order in which they are sent.
void make_codes(const uint8_t* lengths, size_t symbols, uint16_t* codes) {
    unsigned count[17] = {}, next[17] = {};
    for (size_t symbol = 0; symbol < symbols; ++symbol) ++count[lengths[symbol]];
    count[0] = 0;
    for (unsigned length = 1; length <= 15; ++length) next[length + 1] = (next[length] + count[length]) << 1;
    for (size_t symbol = 0; symbol < symbols; ++symbol) {
        unsigned code = next[lengths[symbol]]++, reversed = 0;
        for (unsigned bit = 0; bit < lengths[symbol]; ++bit, code >>= 1)
            reversed = reversed << 1 | (code & 1);
        codes[symbol] = static_cast<uint16_t>(reversed);
    }
}

// The lengths of the literal and distance codes as runs: symbols 0–18 with what follows them (RFC
// 1951 3.2.7).
struct Run {
    uint8_t symbol, extra;
};
std::vector<Run> run_lengths(const uint8_t* lengths, size_t count) {
    std::vector<Run> runs;
    for (size_t at = 0; at < count;) {
        size_t end = at + 1;
        while (end < count && lengths[end] == lengths[at]) ++end;
        size_t repeat = end - at;
        if (lengths[at] == 0) {
            for (; repeat >= 3; repeat -= std::min<size_t>(repeat, 138)) {
                size_t taken = std::min<size_t>(repeat, 138);
                if (taken <= 10)
                    runs.push_back({17, static_cast<uint8_t>(taken - 3)});
                else
                    runs.push_back({18, static_cast<uint8_t>(taken - 11)});
            }
        } else {
            runs.push_back({lengths[at], 0});
            for (--repeat; repeat >= 3; repeat -= std::min<size_t>(repeat, 6))
                runs.push_back({16, static_cast<uint8_t>(std::min<size_t>(repeat, 6) - 3)});
        }
        for (; repeat > 0; --repeat) runs.push_back({lengths[at], 0});
        at = end;
    }
    return runs;
}

} // namespace

void make_code_lengths(const uint32_t* counts, size_t symbols, unsigned limit, uint8_t* lengths) {
    std::vector<uint64_t> leaves; // the count above, the symbol below
    memset(lengths, 0, symbols);
    for (size_t symbol = 0; symbol < symbols; ++symbol)
        if (counts[symbol] > 0) leaves.push_back(uint64_t{counts[symbol]} << 32 | symbol);
    if (leaves.size() < 2) {
        for (uint64_t leaf : leaves) lengths[static_cast<uint32_t>(leaf)] = 1;
        return;
    }
    std::sort(leaves.begin(), leaves.end());
    // Huffman's algorithm with two queues: leaves, and inner nodes in the order in which they are made.
    size_t count = leaves.size();
    std::vector<uint64_t> weights(2 * count - 1);
    std::vector<size_t> parents(2 * count - 1);
    for (size_t index = 0; index < count; ++index) weights[index] = leaves[index] >> 32;
    size_t leaf = 0, inner = count;
    for (size_t made = count; made < 2 * count - 1; ++made) {
        for (int child = 0; child < 2; ++child) {
            size_t least =
                leaf < count && (inner == made || weights[leaf] <= weights[inner]) ? leaf++ : inner++;
            weights[made] += weights[least];
            parents[least] = made;
        }
    }
    std::vector<unsigned> depths(2 * count - 1);
    unsigned by_length[64] = {};
    for (size_t node = 2 * count - 2; node-- > 0;) {
        depths[node] = depths[parents[node]] + 1;
        if (node < count) ++by_length[std::min(depths[node], limit)];
    }
    // Codes cut to the limit take too much room; lengthen others until all fit (Kraft's sum is 1).
    uint64_t used = 0;
    for (unsigned length = 1; length <= limit; ++length)
        used += static_cast<uint64_t>(by_length[length]) << (limit - length);
    while (used > uint64_t{1} << limit) {
        unsigned length = limit - 1;
        while (by_length[length] == 0) --length;
        --by_length[length];
        by_length[length + 1] += 2;
        --by_length[limit];
        --used;
    }
    size_t index = 0;
    for (unsigned length = limit; length > 0; --length)
        for (unsigned left = by_length[length]; left > 0; --left)
            lengths[static_cast<uint32_t>(leaves[index++])] = static_cast<uint8_t>(length);
}

Deflater::Deflater(ByteSink& sink, int level)
    : sink_(sink), chain_limit_(kEfforts[level].chain_limit), good_enough_(kEfforts[level].good_enough),
      lazy_limit_(kEfforts[level].lazy_limit), buffer_(new unsigned char[kBufferBytes + sizeof(uint32_t)]),
      heads_(new uint32_t[size_t{1} << kHashBits]()), previous_(new uint16_t[kWindowBytes]()) {
    tokens_.reserve(kMostTokens);
}

void Deflater::put(std::string_view bytes) {
    while (!bytes.empty()) {
        size_t count = std::min(bytes.size(), kBufferBytes - filled_);
        memcpy(buffer_.get() + filled_, bytes.data(), count);
        filled_ += count;
        bytes.remove_prefix(count);
        if (filled_ == kBufferBytes) {
            compress(false);
            slide();
        }
    }
}

void Deflater::finish() {
    compress(true);
    end_block(true);
    if (bit_count_ > 0) put_bits(0, 8 - bit_count_ % 8 == 8 ? 0 : 8 - bit_count_ % 8);
    while (bit_count_ > 0) {
        bytes_.push_back(static_cast<char>(bits_));
        bits_ >>= 8;
        bit_count_ -= 8;
    }
    flush_bytes();
}

static size_t hash_of(const unsigned char* at, unsigned bits) {
    uint32_t word =
        static_cast<uint32_t>(at[0]) | static_cast<uint32_t>(at[1]) << 8 | static_cast<uint32_t>(at[2]) << 16;
    return word * 0x9e3779b1u >> (32 - bits);
}

void Deflater::insert(size_t at) {
    uint32_t& head = heads_[hash_of(buffer_.get() + at, kHashBits)];
    size_t distance = at + 1 - head;
    previous_[at % kWindowBytes] =
        head != 0 && distance < kWindowBytes ? static_cast<uint16_t>(distance) : kTooFar;
    head = static_cast<uint32_t>(at + 1);
}

// How many of the first `most` bytes are the same.
static size_t common_length(const unsigned char* left, const unsigned char* right, size_t most) {
    size_t length = 0;
    for (; length + 8 <= most; length += 8) {
        uint64_t left_word, right_word;
        memcpy(&left_word, left + length, 8);
        memcpy(&right_word, right + length, 8);
        if (left_word != right_word)
            return length + static_cast<size_t>(std::countr_zero(left_word ^ right_word)) / 8;
    }
    while (length < most && left[length] == right[length]) ++length;
    return length;
}

// The longest match that is longer than `shortest`. Most candidates fail where they must be the same to be
// longer: in the last bytes of the best match so far and the one behind it.
Deflater::Match Deflater::find_match(size_t at, size_t shortest) const {
    const unsigned char *buffer = buffer_.get(), *here = buffer + at;
    size_t most = std::min(kMaxMatch, filled_ - at), length = std::max(shortest, kMinMatch - 1);
    size_t oldest = at > kWindowBytes - kMaxMatch ? at - (kWindowBytes - kMaxMatch) : 0;
    uint32_t head = heads_[hash_of(here, kHashBits)];
    if (most <= length || head <= oldest) return {};
    auto word_at = [](const unsigned char* bytes) {
        uint32_t word;
        memcpy(&word, bytes, sizeof word);
        return word;
    };
    Match best{};
    size_t tail = length > 2 ? length - 3 : 0;
    uint32_t mask = length > 2 ? UINT32_MAX : 0xffffff, wanted = word_at(here + tail) & mask;
    size_t place = head - 1;
    // What is to beat a good match already is searched with less effort.
    for (size_t tries = shortest < kGoodMatch ? chain_limit_ : chain_limit_ / 4; tries > 0; --tries) {
        if ((word_at(buffer + place + tail) & mask) == wanted) {
            size_t found = common_length(here, buffer + place, most);
            if (found > length) {
                best = {found, at - place};
                if (found >= good_enough_ || found == most) break;
                length = found, tail = length - 3, mask = UINT32_MAX, wanted = word_at(here + tail);
            }
        }
        size_t distance = previous_[place % kWindowBytes];
        if (distance > place - oldest) [[unlikely]] break;
        place -= distance;
    }
    return best;
}

void Deflater::add_literal(unsigned char byte) {
    tokens_.push_back({0, byte});
    ++literal_counts_[byte];
}

void Deflater::add_match(Match match) {
    tokens_.push_back({static_cast<uint16_t>(match.length), static_cast<uint16_t>(match.distance)});
    ++literal_counts_[257 + kLengthSymbols.symbol[match.length]];
    ++distance_counts_[distance_symbol(static_cast<unsigned>(match.distance))];
}

// Turns the buffer into tokens; without `last`, up to where a match could still grow with what comes next.
void Deflater::compress(bool last) {
    size_t end = last ? filled_ : filled_ - kMaxMatch;
    auto insert_up_to = [&](size_t limit) {
        size_t hashable = filled_ >= kMinMatch ? filled_ - kMinMatch + 1 : 0;
        for (limit = std::min(limit, hashable); inserted_ < limit; ++inserted_) insert(inserted_);
    };
    while (position_ < end) {
        insert_up_to(position_);
        Match match = filled_ - position_ >= kMinMatch ? find_match(position_, 0) : Match{};
        // A longer match one byte on is worth a literal.
        while (match.length > 0 && match.length < lazy_limit_ && position_ + 1 < end) {
            insert_up_to(position_ + 1);
            Match better =
                filled_ - position_ - 1 >= kMinMatch ? find_match(position_ + 1, match.length) : Match{};
            if (better.length <= match.length) break;
            add_literal(buffer_[position_++]);
            match = better;
        }
        if (match.length > 0) {
            add_match(match);
            position_ += match.length;
        } else {
            add_literal(buffer_[position_++]);
        }
        if (tokens_.size() >= kMostTokens - 2) end_block(false);
    }
}

// Moves the window to the beginning of the buffer. What the block in hand consists of must stay for a stored
// block, so the block ends first.
void Deflater::slide() {
    if (!tokens_.empty()) end_block(false);
    size_t moved = position_ > kWindowBytes ? (position_ - kWindowBytes) / kWindowBytes * kWindowBytes : 0;
    memmove(buffer_.get(), buffer_.get() + moved, filled_ - moved);
    filled_ -= moved;
    position_ -= moved;
    block_start_ -= moved;
    inserted_ -= moved;
    for (size_t index = 0; index < size_t{1} << kHashBits; ++index)
        heads_[index] = heads_[index] > moved ? heads_[index] - static_cast<uint32_t>(moved) : 0;
}

void Deflater::put_bits(uint64_t value, unsigned count) {
    bits_ |= value << bit_count_;
    bit_count_ += count;
    while (bit_count_ >= 8) {
        bytes_.push_back(static_cast<char>(bits_));
        bits_ >>= 8;
        bit_count_ -= 8;
    }
    if (bytes_.size() >= 64 * 1024) flush_bytes();
}

void Deflater::flush_bytes() {
    sink_.put(bytes_);
    bytes_.clear();
}

void Deflater::write_stored(size_t begin, size_t size, bool last) {
    do {
        size_t piece = std::min<size_t>(size, 65535);
        put_bits(last && piece == size, 3);
        if (bit_count_ % 8 != 0) put_bits(0, 8 - bit_count_ % 8);
        put_bits(piece, 16);
        put_bits(piece ^ 0xffff, 16);
        bytes_.append(reinterpret_cast<char*>(buffer_.get()) + begin, piece);
        begin += piece;
        size -= piece;
    } while (size > 0);
}

void Deflater::write_tokens(const uint16_t* literal_codes, const uint8_t* literal_lengths,
                            const uint16_t* distance_codes, const uint8_t* distance_lengths) {
    for (Token token : tokens_) {
        if (token.length == 0) {
            put_bits(literal_codes[token.distance], literal_lengths[token.distance]);
            continue;
        }
        unsigned symbol = kLengthSymbols.symbol[token.length];
        put_bits(literal_codes[257 + symbol], literal_lengths[257 + symbol]);
        put_bits(token.length - kLengthBase[symbol], kLengthExtra[symbol]);
        unsigned distance = distance_symbol(token.distance);
        put_bits(distance_codes[distance], distance_lengths[distance]);
        put_bits(token.distance - distance_base(distance), distance_extra_bits(distance));
    }
    put_bits(literal_codes[256], literal_lengths[256]);
}

void Deflater::end_block(bool last) {
    ++literal_counts_[256];
    uint8_t literal_lengths[288] = {}, distance_lengths[30] = {}, lengths_of_lengths[19];
    make_code_lengths(literal_counts_, 286, 15, literal_lengths);
    make_code_lengths(distance_counts_, 30, 15, distance_lengths);
    size_t literals = 286, distances = 30;
    while (literals > 257 && literal_lengths[literals - 1] == 0) --literals;
    while (distances > 1 && distance_lengths[distances - 1] == 0) --distances;
    uint8_t all[316];
    memcpy(all, literal_lengths, literals);
    memcpy(all + literals, distance_lengths, distances);
    std::vector<Run> runs = run_lengths(all, literals + distances);
    uint32_t run_counts[19] = {};
    for (Run run : runs) ++run_counts[run.symbol];
    make_code_lengths(run_counts, 19, 7, lengths_of_lengths);
    size_t order = 19;
    while (order > 4 && lengths_of_lengths[kOrder[order - 1]] == 0) --order;

    uint64_t extra = 0, dynamic = 14 + 3 * order, fixed = 0;
    for (unsigned symbol = 0; symbol < 286; ++symbol) {
        dynamic += static_cast<uint64_t>(literal_counts_[symbol]) * literal_lengths[symbol];
        fixed += static_cast<uint64_t>(literal_counts_[symbol]) * (symbol < 144   ? 8
                                                                   : symbol < 256 ? 9
                                                                   : symbol < 280 ? 7
                                                                                  : 8);
        if (symbol > 256)
            extra += static_cast<uint64_t>(literal_counts_[symbol]) * kLengthExtra[symbol - 257];
    }
    for (unsigned symbol = 0; symbol < 30; ++symbol) {
        dynamic += static_cast<uint64_t>(distance_counts_[symbol]) * distance_lengths[symbol];
        fixed += static_cast<uint64_t>(distance_counts_[symbol]) * 5;
        extra += static_cast<uint64_t>(distance_counts_[symbol]) * distance_extra_bits(symbol);
    }
    for (Run run : runs)
        dynamic += lengths_of_lengths[run.symbol] + (run.symbol == 16   ? 2u
                                                     : run.symbol == 17 ? 3u
                                                     : run.symbol == 18 ? 7u
                                                                        : 0u);
    size_t size = position_ - block_start_;
    uint64_t stored = 8 * size + 35 * (size / 65535 + 1) + 7;

    uint16_t literal_codes[288], distance_codes[30], run_codes[19];
    if (stored < std::min(dynamic, fixed) + extra) {
        write_stored(block_start_, size, last);
    } else if (fixed <= dynamic) {
        memset(literal_lengths, 8, 288);
        memset(literal_lengths + 144, 9, 112);
        memset(literal_lengths + 256, 7, 24);
        memset(distance_lengths, 5, 30);
        make_codes(literal_lengths, 288, literal_codes);
        make_codes(distance_lengths, 30, distance_codes);
        put_bits(last | 1u << 1, 3);
        write_tokens(literal_codes, literal_lengths, distance_codes, distance_lengths);
    } else {
        make_codes(literal_lengths, 286, literal_codes);
        make_codes(distance_lengths, 30, distance_codes);
        make_codes(lengths_of_lengths, 19, run_codes);
        put_bits(last | 2u << 1, 3);
        put_bits(literals - 257, 5);
        put_bits(distances - 1, 5);
        put_bits(order - 4, 4);
        for (size_t index = 0; index < order; ++index) put_bits(lengths_of_lengths[kOrder[index]], 3);
        for (Run run : runs) {
            put_bits(run_codes[run.symbol], lengths_of_lengths[run.symbol]);
            if (run.symbol >= 16) put_bits(run.extra, run.symbol == 16 ? 2 : run.symbol == 17 ? 3 : 7);
        }
        write_tokens(literal_codes, literal_lengths, distance_codes, distance_lengths);
    }
    tokens_.clear();
    block_start_ = position_;
    memset(literal_counts_, 0, sizeof(literal_counts_));
    memset(distance_counts_, 0, sizeof(distance_counts_));
}

} // namespace coreutils
