#include "archive/zstd_encoder.h"

#include "archive/deflate.h"

#include <algorithm>
#include <bit>
#include <string.h>

namespace coreutils::zstd {
namespace {

constexpr unsigned kHashBits = 17;
constexpr uint32_t kMinMatch = 4;

class BitWriter {
public:
    explicit BitWriter(std::string& bytes) : bytes_(bytes) {}
    void put(uint64_t value, unsigned count) {
        bits_ |= (value & ((uint64_t{1} << count) - 1)) << used_;
        used_ += count;
        for (; used_ >= 8; used_ -= 8, bits_ >>= 8) bytes_.push_back(static_cast<char>(bits_));
    }
    // The mark by which a reader from the end finds the last bit.
    void finish() {
        put(1, 1);
        pad();
    }
    void pad() {
        if (used_ > 0) bytes_.push_back(static_cast<char>(bits_));
        bits_ = used_ = 0;
    }

private:
    std::string& bytes_;
    uint64_t bits_ = 0;
    unsigned used_ = 0;
};

// The encoder's side of a state table: for each symbol its states in order.
class StateWriter {
public:
    StateWriter(const StateTable& table, size_t symbols)
        : table_bits_(table.table_bits), first_(symbols + 1), states_(size_t{1} << table.table_bits) {
        for (size_t index = 0; index < states_.size(); ++index) ++first_[table.states[index].symbol + 1u];
        for (size_t symbol = 0; symbol < symbols; ++symbol) first_[symbol + 1] += first_[symbol];
        std::vector<uint32_t> next(first_.begin(), first_.end() - 1);
        for (size_t index = 0; index < states_.size(); ++index)
            states_[next[table.states[index].symbol]++] = static_cast<uint16_t>(index);
    }
    // Of the last symbol. The first state of a symbol needs bits unless the table has no other symbol.
    void start(size_t symbol) { state_ = states_[first_[symbol]]; }
    // Goes back to `symbol`, writing how to get from there to where the state is.
    void put(BitWriter& bits, size_t symbol) {
        uint32_t count = first_[symbol + 1] - first_[symbol];
        uint32_t target = state_ + (1u << table_bits_);
        unsigned width = table_bits_ + 1 - static_cast<unsigned>(std::bit_width(count));
        if (target >> width < count) --width;
        bits.put(target, width);
        state_ = states_[first_[symbol] + (target >> width) - count];
    }
    void finish(BitWriter& bits) const { bits.put(state_, table_bits_); }

private:
    unsigned table_bits_;
    std::vector<uint32_t> first_;
    std::vector<uint16_t> states_;
    uint32_t state_ = 0;
};

// Counts scaled to sum up to 2^bits, none that occurs below one.
void normalize(const std::vector<uint32_t>& counts, unsigned bits, std::vector<int16_t>& scaled) {
    uint64_t total = 0;
    for (uint32_t count : counts) total += count;
    int left = 1 << bits;
    scaled.assign(counts.size(), 0);
    for (size_t symbol = 0; symbol < counts.size(); ++symbol) {
        if (counts[symbol] == 0) continue;
        auto share = static_cast<int16_t>(
            std::max<uint64_t>((static_cast<uint64_t>(counts[symbol]) << bits) / total, 1));
        scaled[symbol] = share;
        left -= share;
    }
    // What rounding left over, or took too much, changes the largest.
    while (left != 0) {
        auto largest = std::max_element(scaled.begin(), scaled.end());
        int change = left > 0 ? left : std::max(left, 1 - std::max<int>(*largest / 2, 1));
        *largest = static_cast<int16_t>(*largest + change);
        left -= change;
    }
}

void write_counts(std::string& bytes, const std::vector<int16_t>& counts, unsigned table_bits) {
    BitWriter bits(bytes);
    bits.put(table_bits - 5, 4);
    int remaining = (1 << table_bits) + 1, threshold = 1 << table_bits;
    unsigned width = table_bits + 1;
    for (size_t symbol = 0; remaining > 1; ++symbol) {
        int most = 2 * threshold - 1 - remaining, value = counts[symbol] + 1;
        remaining -= counts[symbol];
        if (value >= threshold) value += most;
        bits.put(static_cast<uint64_t>(value), value < most ? width - 1 : width);
        if (counts[symbol] == 0) {
            size_t zeros = 0;
            while (counts[symbol + 1 + zeros] == 0) ++zeros;
            symbol += zeros;
            for (; zeros >= 3; zeros -= 3) bits.put(3, 2);
            bits.put(zeros, 2);
        }
        while (remaining < threshold) {
            --width;
            threshold >>= 1;
        }
    }
    bits.pad();
}

template <size_t Count>
size_t code_of(const std::array<LengthCode, Count>& codes, uint32_t length) {
    size_t low = 0, high = Count;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        (codes[middle].base <= length ? low : high) = middle;
    }
    return low;
}

// The table for one kind of codes, appended to `block` unless it is the predefined one.
TableMode choose_table(std::string& block, const std::vector<uint8_t>& codes, const CodeKind& kind,
                       StateTable& table) {
    std::vector<uint32_t> counts(kind.symbols);
    for (uint8_t code : codes) ++counts[code];
    size_t distinct = static_cast<size_t>(
        std::count_if(counts.begin(), counts.end(), [](uint32_t count) { return count > 0; }));
    if (distinct == 1) {
        block.push_back(static_cast<char>(codes[0]));
        table.build_single(codes[0]);
        return TableMode::rle;
    }
    bool defaults_do =
        std::all_of(counts.begin() + static_cast<ptrdiff_t>(std::min(kind.default_symbols, counts.size())),
                    counts.end(), [](uint32_t count) { return count == 0; });
    constexpr size_t kFewCodes = 48; // a table of their own would not pay
    if (codes.size() < kFewCodes && defaults_do) {
        table.build_default(kind);
        return TableMode::predefined;
    }
    unsigned bits = std::clamp(static_cast<unsigned>(std::bit_width(codes.size())) - 2, 6u, kind.most_bits);
    while (counts.back() == 0) counts.pop_back();
    std::vector<int16_t> scaled;
    normalize(counts, bits, scaled);
    write_counts(block, scaled, bits);
    table.build(scaled.data(), scaled.size(), bits);
    return TableMode::compressed;
}

uint32_t load32(const unsigned char* at) {
    uint32_t value;
    memcpy(&value, at, 4);
    return value;
}
uint32_t hash_of(const unsigned char* at) {
    uint64_t value;
    memcpy(&value, at, 8);
    return static_cast<uint32_t>((value << 24) * 0xCF1BBCDCBB000000ull >> (64 - kHashBits)); // of five bytes
}

} // namespace

Level level_of(int level) {
    if (level <= 1) return {19, 1, false};
    if (level <= 3) return {20, 4, false};
    if (level <= 6) return {21, 12, true};
    if (level <= 12) return {22, 32, true};
    return {23, 128, true};
}

Encoder::Encoder(ByteSink& sink, const Level& level, std::optional<uint64_t> content_size)
    : sink_(sink), level_(level), window_(size_t{1} << level.window_bits),
      capacity_(2 * window_ + kMostBlock), buffer_(new unsigned char[capacity_ + 8]),
      heads_(new uint32_t[1 << kHashBits]()), previous_(new uint32_t[window_]) {
    uint32_t magic = kMagic;
    std::string header(reinterpret_cast<char*>(&magic), 4);
    header.push_back(static_cast<char>(content_size ? 0xc4 : 0x04)); // 64-bit size, checksum
    header.push_back(static_cast<char>((level.window_bits - 10) << 3));
    if (content_size) header.append(reinterpret_cast<char*>(&*content_size), 8);
    sink_.put(header);
}

void Encoder::put(std::string_view bytes) {
    checksum_.update(bytes);
    while (!bytes.empty()) {
        if (filled_ - block_start_ == kMostBlock) end_block(false);
        if (filled_ == capacity_) slide();
        size_t count = std::min({bytes.size(), capacity_ - filled_, kMostBlock - (filled_ - block_start_)});
        memcpy(buffer_.get() + filled_, bytes.data(), count);
        filled_ += count;
        bytes.remove_prefix(count);
    }
}

void Encoder::finish() {
    end_block(true);
    auto sum = static_cast<uint32_t>(checksum_.finish());
    sink_.put({reinterpret_cast<char*>(&sum), 4});
}

void Encoder::slide() {
    size_t drop = window_;
    memmove(buffer_.get(), buffer_.get() + drop, filled_ - drop);
    filled_ -= drop;
    block_start_ -= drop;
    inserted_ -= drop;
    auto lower = [drop](uint32_t& value) { value = value > drop ? value - static_cast<uint32_t>(drop) : 0; };
    for (size_t index = 0; index < size_t{1} << kHashBits; ++index) lower(heads_[index]);
    for (size_t index = 0; index < window_; ++index) lower(previous_[index]);
}

void Encoder::insert(size_t at) {
    if (at + 8 > filled_) return;
    uint32_t hash = hash_of(buffer_.get() + at);
    previous_[at & (window_ - 1)] = heads_[hash];
    heads_[hash] = static_cast<uint32_t>(at + 1);
}

uint32_t Encoder::common(size_t at, size_t from, size_t end) const {
    size_t length = 0;
    while (at + length < end && buffer_[from + length] == buffer_[at + length]) ++length;
    return static_cast<uint32_t>(length);
}

Encoder::Match Encoder::find_match(size_t at, size_t end) const {
    Match best;
    // The offset of the last match costs next to nothing.
    if (repeated_[0] <= at && repeated_[0] < window_ &&
        load32(buffer_.get() + at) == load32(buffer_.get() + at - repeated_[0])) {
        best = {common(at, at - repeated_[0], end), repeated_[0]};
        if (best.length >= 32) return best;
    }
    if (at + 8 > filled_) return best;
    size_t oldest = at >= window_ ? at - window_ + 1 : 0;
    uint32_t candidate = heads_[hash_of(buffer_.get() + at)];
    for (unsigned left = level_.chain; left > 0 && candidate > oldest && candidate <= at; --left) {
        size_t from = candidate - 1;
        if (at + best.length < end && buffer_[from + best.length] == buffer_[at + best.length]) {
            uint32_t length = common(at, from, end);
            auto offset = static_cast<uint32_t>(at - from);
            uint32_t needed = best.length == 0 ? kMinMatch + (offset > 1 << 16)
                                               : best.length + 1 + (best.offset == repeated_[0] ? 2 : 0);
            if (length >= needed) best = {length, offset};
        }
        uint32_t older = previous_[from & (window_ - 1)];
        if (older >= candidate) break;
        candidate = older;
    }
    return best;
}

uint32_t Encoder::code_offset(uint32_t offset, bool after_literals) {
    for (uint32_t index = 0; index < 3; ++index) {
        if (offset != repeated_[index] || (index == 0 && !after_literals)) continue;
        for (uint32_t place = index; place > 0; --place) repeated_[place] = repeated_[place - 1];
        repeated_[0] = offset;
        return index + after_literals;
    }
    repeated_[2] = repeated_[1];
    repeated_[1] = repeated_[0];
    repeated_[0] = offset;
    return offset + 3;
}

void Encoder::find_sequences(size_t start, size_t end) {
    sequences_.clear();
    literals_.clear();
    size_t at = start, literal_start = start;
    // What the last bytes begin is found out when more is there.
    auto insert_up_to = [this](size_t limit) {
        for (; inserted_ < limit; ++inserted_) insert(inserted_);
    };
    while (at + 8 <= end) {
        insert_up_to(at);
        Match match = find_match(at, end);
        if (match.length < kMinMatch) {
            at += 1 + ((at - literal_start) >> 8); // faster through what does not compress
            continue;
        }
        if (level_.lazy && at + 9 <= end) {
            insert_up_to(at + 1);
            Match next = find_match(at + 1, end);
            if (next.length > match.length + 1) {
                ++at;
                match = next;
            }
        }
        while (at > literal_start && at > match.offset && buffer_[at - 1] == buffer_[at - 1 - match.offset]) {
            --at;
            ++match.length;
        }
        auto literal_length = static_cast<uint32_t>(at - literal_start);
        literals_.append(reinterpret_cast<char*>(buffer_.get()) + literal_start, literal_length);
        sequences_.push_back({literal_length, match.length, code_offset(match.offset, literal_length > 0)});
        at += match.length;
        literal_start = at;
    }
    insert_up_to(end >= 8 ? std::max(inserted_, end - 7) : inserted_);
    literals_.append(reinterpret_cast<char*>(buffer_.get()) + literal_start, end - literal_start);
}

// The literals by a Huffman code; false when they do not get shorter.
bool Encoder::append_huffman(std::string& block) {
    constexpr size_t kFew = 64;
    if (literals_.size() < kFew) return false;
    uint32_t counts[256] = {};
    for (unsigned char byte : literals_) ++counts[byte];
    uint8_t lengths[256];
    make_code_lengths(counts, 256, kMostHuffmanBits, lengths);
    unsigned most = *std::max_element(lengths, lengths + 256);
    size_t last = 255;
    while (lengths[last] == 0) --last;
    // Codes from the lightest weight on; the code must be complete.
    uint32_t codes[256], next = 0;
    std::vector<uint8_t> weights(last + 1);
    for (size_t symbol = 0; symbol <= last; ++symbol)
        weights[symbol] = lengths[symbol] ? static_cast<uint8_t>(most + 1 - lengths[symbol]) : 0;
    for (unsigned weight = 1; weight <= most; ++weight)
        for (size_t symbol = 0; symbol <= last; ++symbol)
            if (weights[symbol] == weight) {
                codes[symbol] = next >> (weight - 1);
                next += 1u << (weight - 1);
            }
    if (next != 1u << most) return false;

    std::string packed;
    if (last <= 128) {
        packed.push_back(static_cast<char>(127 + last));
        for (size_t symbol = 0; symbol < last; symbol += 2)
            packed.push_back(
                static_cast<char>(weights[symbol] << 4 | (symbol + 1 < last ? weights[symbol + 1] : 0)));
    } else {
        std::vector<uint32_t> weight_counts(most + 1);
        for (size_t symbol = 0; symbol < last; ++symbol) ++weight_counts[weights[symbol]];
        while (weight_counts.back() == 0) weight_counts.pop_back();
        if (std::count_if(weight_counts.begin(), weight_counts.end(),
                          [](uint32_t count) { return count > 0; }) < 2)
            return false;
        constexpr unsigned kTableBits = 6;
        std::vector<int16_t> scaled;
        normalize(weight_counts, kTableBits, scaled);
        std::string description;
        write_counts(description, scaled, kTableBits);
        StateTable table;
        table.build(scaled.data(), scaled.size(), kTableBits);
        StateWriter writers[2] = {{table, scaled.size()}, {table, scaled.size()}};
        BitWriter bits(description);
        writers[(last - 1) & 1].start(weights[last - 1]);
        writers[(last - 2) & 1].start(weights[last - 2]);
        for (size_t symbol = last - 2; symbol-- > 0;) writers[symbol & 1].put(bits, weights[symbol]);
        writers[1].finish(bits);
        writers[0].finish(bits);
        bits.finish();
        if (description.size() >= 128) return false;
        packed.push_back(static_cast<char>(description.size()));
        packed += description;
    }
    size_t part = (literals_.size() + 3) / 4, jumps = packed.size();
    packed.append(6, '\0');
    for (size_t stream = 0; stream < 4; ++stream) {
        size_t begin = stream * part, end = std::min(begin + part, literals_.size()), start = packed.size();
        BitWriter bits(packed);
        for (size_t at = end; at-- > begin;) {
            auto byte = static_cast<unsigned char>(literals_[at]);
            bits.put(codes[byte], lengths[byte]);
        }
        bits.finish();
        size_t size = packed.size() - start;
        if (stream < 3) {
            packed[jumps + 2 * stream] = static_cast<char>(size);
            packed[jumps + 2 * stream + 1] = static_cast<char>(size >> 8);
        }
    }
    if (packed.size() >= literals_.size()) return false;
    unsigned format = literals_.size() < 1 << 10 ? 1 : literals_.size() < 1 << 14 ? 2 : 3;
    unsigned width = format == 1 ? 10 : format == 2 ? 14 : 18;
    uint64_t header = 2 | format << 2 | static_cast<uint64_t>(literals_.size()) << 4 |
                      static_cast<uint64_t>(packed.size()) << (4 + width);
    block.append(reinterpret_cast<char*>(&header), format + 2u);
    block += packed;
    return true;
}

void Encoder::append_literals(std::string& block) {
    bool same = !literals_.empty() && literals_.find_first_not_of(literals_[0]) == std::string::npos;
    if (!same && append_huffman(block)) return;
    size_t size = literals_.size();
    unsigned type = same ? 1 : 0;
    uint32_t header = size < 32 ? static_cast<uint32_t>(type | size << 3)
                                : static_cast<uint32_t>(type | (size < 4096 ? 1 : 3) << 2 | size << 4);
    block.append(reinterpret_cast<char*>(&header), size < 32 ? 1 : size < 4096 ? 2 : 3);
    block.append(literals_, 0, same ? 1 : size);
}

void Encoder::append_sequences(std::string& block) const {
    size_t count = sequences_.size();
    if (count < 128) {
        block.push_back(static_cast<char>(count));
    } else if (count < 0x7f00) {
        block.push_back(static_cast<char>((count >> 8) + 128));
        block.push_back(static_cast<char>(count));
    } else {
        block.push_back('\xff');
        block.push_back(static_cast<char>(count - 0x7f00));
        block.push_back(static_cast<char>((count - 0x7f00) >> 8));
    }
    if (count == 0) return;
    std::vector<uint8_t> literal_codes(count), match_codes(count), offset_codes(count);
    for (size_t index = 0; index < count; ++index) {
        literal_codes[index] =
            static_cast<uint8_t>(code_of(kLiteralLengths, sequences_[index].literal_length));
        match_codes[index] = static_cast<uint8_t>(code_of(kMatchLengths, sequences_[index].match_length));
        offset_codes[index] = static_cast<uint8_t>(std::bit_width(sequences_[index].offset) - 1);
    }
    size_t modes_at = block.size();
    block.push_back('\0');
    StateTable literal_table, offset_table, match_table;
    TableMode literal_mode = choose_table(block, literal_codes, kLiteralLengthKind, literal_table);
    TableMode offset_mode = choose_table(block, offset_codes, kOffsetKind, offset_table);
    TableMode match_mode = choose_table(block, match_codes, kMatchLengthKind, match_table);
    block[modes_at] =
        static_cast<char>(static_cast<int>(literal_mode) << 6 | static_cast<int>(offset_mode) << 4 |
                          static_cast<int>(match_mode) << 2);
    StateWriter literals(literal_table, kLiteralCodes), offsets(offset_table, kOffsetCodes),
        matches(match_table, kMatchCodes);
    BitWriter bits(block);
    // From the last to the first, as the reader goes the other way.
    for (size_t index = count; index-- > 0;) {
        const Sequence& sequence = sequences_[index];
        if (index + 1 == count) {
            matches.start(match_codes[index]);
            offsets.start(offset_codes[index]);
            literals.start(literal_codes[index]);
        } else {
            offsets.put(bits, offset_codes[index]);
            matches.put(bits, match_codes[index]);
            literals.put(bits, literal_codes[index]);
        }
        bits.put(sequence.literal_length - kLiteralLengths[literal_codes[index]].base,
                 kLiteralLengths[literal_codes[index]].bits);
        bits.put(sequence.match_length - kMatchLengths[match_codes[index]].base,
                 kMatchLengths[match_codes[index]].bits);
        bits.put(sequence.offset, offset_codes[index]);
    }
    matches.finish(bits);
    offsets.finish(bits);
    literals.finish(bits);
    bits.finish();
}

void Encoder::put_block(BlockType type, size_t size, bool last, std::string_view bytes) {
    uint32_t header =
        static_cast<uint32_t>(last) | static_cast<uint32_t>(type) << 1 | static_cast<uint32_t>(size) << 3;
    sink_.put({reinterpret_cast<char*>(&header), 3});
    sink_.put(bytes);
}

void Encoder::end_block(bool last) {
    size_t start = block_start_, size = filled_ - start;
    block_start_ = filled_;
    std::string_view plain(reinterpret_cast<char*>(buffer_.get()) + start, size);
    if (size == 0) {
        if (last) put_block(BlockType::raw, 0, true, {});
        return;
    }
    if (plain.find_first_not_of(plain[0]) == std::string_view::npos) {
        inserted_ = filled_;
        return put_block(BlockType::rle, size, last, plain.substr(0, 1));
    }
    uint32_t before[3];
    std::copy(repeated_, repeated_ + 3, before);
    find_sequences(start, filled_);
    std::string block;
    append_literals(block);
    append_sequences(block);
    if (block.size() < size) return put_block(BlockType::compressed, block.size(), last, block);
    std::copy(before, before + 3, repeated_); // a raw block leaves the reader's as they are
    put_block(BlockType::raw, size, last, plain);
}

} // namespace coreutils::zstd
