#include "archive/zstd_decoder.h"

#include <algorithm>
#include <bit>
#include <stdlib.h>
#include <string.h>

namespace coreutils::zstd {

// Bits from the end of a stream to its beginning; the highest set bit of the last byte marks the end. Bits
// before the beginning read as zeros, and make overdrawn() true.
class BitReader {
public:
    explicit BitReader(std::string_view bytes) : bytes_(bytes) {
        if (bytes.empty() || bytes.back() == 0) return;
        position_ =
            static_cast<int64_t>(bytes.size() * 8) - 9 + std::bit_width(static_cast<uint8_t>(bytes.back()));
        valid_ = true;
    }
    bool valid() const { return valid_; }
    uint64_t peek(unsigned count) const {
        if (count == 0) return 0;
        int64_t from = position_ - count;
        if (from >= 0 && static_cast<size_t>(from >> 3) + 8 <= bytes_.size()) {
            uint64_t word;
            memcpy(&word, bytes_.data() + (from >> 3), 8);
            return word >> (from & 7) & ((uint64_t{1} << count) - 1);
        }
        return peek_slowly(from, count);
    }
    void take(unsigned count) { position_ -= count; }
    uint64_t get(unsigned count) {
        uint64_t value = peek(count);
        take(count);
        return value;
    }
    bool finished() const { return position_ == 0; }
    bool overdrawn() const { return position_ < 0; }

private:
    uint64_t peek_slowly(int64_t from, unsigned count) const {
        uint64_t value = 0;
        for (unsigned index = 0; index < count; ++index) {
            int64_t at = from + index;
            if (at < 0 || static_cast<size_t>(at >> 3) >= bytes_.size()) continue;
            value |= static_cast<uint64_t>(
                         static_cast<uint8_t>(bytes_[static_cast<size_t>(at >> 3)]) >> (at & 7) & 1)
                     << index;
        }
        return value;
    }

    std::string_view bytes_;
    int64_t position_ = 0;
    bool valid_ = false;
};

namespace {

// Reads the counts of a table (RFC 8878 4.1.1) and takes their bytes; the number of symbols, 0 when they are
// wrong.
size_t read_counts(std::string_view& bytes, unsigned most_bits, size_t most_symbols, int16_t* counts,
                   unsigned& table_bits) {
    size_t position = 0, symbols = 0;
    auto peek = [&](unsigned count) {
        uint32_t value = 0;
        for (unsigned index = 0; index < count; ++index) {
            size_t at = position + index;
            if (at / 8 < bytes.size())
                value |= static_cast<uint32_t>(static_cast<uint8_t>(bytes[at / 8]) >> (at % 8) & 1) << index;
        }
        return value;
    };
    table_bits = peek(4) + 5;
    position += 4;
    if (table_bits > most_bits) return 0;
    int remaining = (1 << table_bits) + 1, threshold = 1 << table_bits;
    unsigned width = table_bits + 1;
    while (remaining > 1) {
        if (symbols == most_symbols || position > bytes.size() * 8) return 0;
        int most = 2 * threshold - 1 - remaining;
        int value = static_cast<int>(peek(width)), low = value & (threshold - 1);
        if (low < most) {
            value = low;
            position += width - 1;
        } else {
            if (value >= threshold) value -= most;
            position += width;
        }
        int count = value - 1;
        remaining -= count < 0 ? -count : count;
        counts[symbols++] = static_cast<int16_t>(count);
        if (remaining < 1) return 0;
        if (count == 0) {
            for (uint32_t zeros = 3; zeros == 3;) {
                zeros = peek(2);
                position += 2;
                if (symbols + zeros > most_symbols) return 0;
                for (uint32_t index = 0; index < zeros; ++index) counts[symbols++] = 0;
            }
        }
        while (remaining < threshold) {
            --width;
            threshold >>= 1;
        }
    }
    size_t used = (position + 7) / 8;
    if (used > bytes.size()) return 0;
    bytes.remove_prefix(used);
    return symbols;
}

template <typename Value>
bool read_value(ByteSource& source, Value& value) {
    return source.read(&value, sizeof value);
}

uint32_t little_endian(std::string_view bytes, size_t count) {
    uint32_t value = 0;
    for (size_t index = 0; index < count; ++index)
        value |= static_cast<uint32_t>(static_cast<uint8_t>(bytes[index])) << 8 * index;
    return value;
}

} // namespace

const char* describe(Result result) {
    switch (result) {
    case Result::not_zstd: return "unsupported format";
    case Result::truncated: return "premature end";
    case Result::no_memory: return "the frame needs too much memory for its window";
    case Result::bad_checksum: return "Decoding error: Restored data doesn't match checksum";
    case Result::dictionary: return "the frame needs a dictionary";
    case Result::damaged: return "Decoding error: Data corruption detected";
    case Result::done: break;
    }
    return "";
}

Decoder::~Decoder() { free(window_); }

bool Decoder::make_window(uint64_t bytes) {
    if (bytes > most_window_) return false;
    history_ = static_cast<size_t>(std::max<uint64_t>(bytes, 1024));
    constexpr size_t kSlack = 4 << 20;
    size_t wanted = history_ + std::min(history_, kSlack) + 2 * kMostBlock;
    if (wanted > capacity_) {
        free(window_);
        window_ = static_cast<unsigned char*>(malloc(wanted));
        capacity_ = window_ ? wanted : 0;
    }
    position_ = flushed_ = 0;
    return window_ != nullptr;
}

void Decoder::flush() {
    std::string_view bytes(reinterpret_cast<char*>(window_) + flushed_, position_ - flushed_);
    if (has_checksum_) checksum_.update(bytes);
    if (!bytes.empty()) sink_->put(bytes);
    flushed_ = position_;
}

// Before each block: room for one, with the history still in front of it.
void Decoder::make_room() {
    flush();
    if (capacity_ - position_ >= kMostBlock + 64) return;
    size_t kept = std::min(position_, history_);
    memmove(window_, window_ + position_ - kept, kept);
    position_ = flushed_ = kept;
}

void Decoder::append(const unsigned char* bytes, size_t count) {
    memcpy(window_ + position_, bytes, count);
    position_ += count;
    produced_ += count;
}

bool Decoder::append_match(size_t offset, size_t length) {
    if (offset == 0 || offset > produced_ || offset > position_) return false;
    unsigned char* target = window_ + position_;
    const unsigned char* origin = target - offset;
    if (offset >= length)
        memcpy(target, origin, length);
    else
        for (size_t index = 0; index < length; ++index) target[index] = origin[index];
    position_ += length;
    produced_ += length;
    return true;
}

// Weights to a table: the last symbol's is what the others leave.
bool Decoder::build_huffman(uint8_t* weights, size_t count) {
    uint32_t sum = 0;
    for (size_t symbol = 0; symbol < count; ++symbol) {
        if (weights[symbol] > kMostHuffmanBits) return false;
        sum += weights[symbol] ? 1u << (weights[symbol] - 1) : 0;
    }
    if (sum == 0 || count >= 256) return false;
    auto bits = static_cast<unsigned>(std::bit_width(sum));
    uint32_t rest = (1u << bits) - sum;
    if (bits > kMostHuffmanBits || !std::has_single_bit(rest)) return false;
    weights[count++] = static_cast<uint8_t>(std::bit_width(rest));
    size_t at = 0;
    for (unsigned weight = 1; weight <= bits; ++weight)
        for (size_t symbol = 0; symbol < count; ++symbol)
            if (weights[symbol] == weight)
                for (size_t left = size_t{1} << (weight - 1); left > 0; --left)
                    huffman_[at++] = {static_cast<uint8_t>(symbol), static_cast<uint8_t>(bits + 1 - weight)};
    huffman_bits_ = bits;
    return at == size_t{1} << bits;
}

bool Decoder::read_huffman(std::string_view& bytes) {
    if (bytes.empty()) return false;
    size_t header = static_cast<uint8_t>(bytes[0]);
    bytes.remove_prefix(1);
    uint8_t weights[256] = {};
    if (header >= 128) {
        size_t count = header - 127;
        if (bytes.size() < (count + 1) / 2) return false;
        for (size_t index = 0; index < count; ++index)
            weights[index] = static_cast<uint8_t>(index % 2 ? bytes[index / 2] & 15
                                                            : static_cast<uint8_t>(bytes[index / 2]) >> 4);
        bytes.remove_prefix((count + 1) / 2);
        return build_huffman(weights, count);
    }
    if (bytes.size() < header) return false;
    std::string_view packed = bytes.substr(0, header);
    bytes.remove_prefix(header);
    int16_t counts[16];
    unsigned table_bits;
    size_t symbols = read_counts(packed, 6, 16, counts, table_bits);
    if (symbols == 0) return false;
    StateTable table;
    table.build(counts, symbols, table_bits);
    BitReader bits(packed);
    if (!bits.valid()) return false;
    // Two states take turns; the one that cannot go on leaves the last word to the other.
    uint64_t states[2] = {bits.get(table_bits), bits.get(table_bits)};
    if (bits.overdrawn()) return false;
    size_t count = 0;
    for (unsigned turn = 0;; turn ^= 1) {
        const StateTable::State& state = table.states[states[turn]];
        if (count >= 254) return false;
        weights[count++] = state.symbol;
        states[turn] = state.base + bits.get(state.bits);
        if (bits.overdrawn()) {
            weights[count++] = table.states[states[turn ^ 1]].symbol;
            break;
        }
    }
    return build_huffman(weights, count);
}

bool Decoder::decode_literals(std::string_view stream, unsigned char* target, size_t count) const {
    BitReader bits(stream);
    if (!bits.valid()) return false;
    for (size_t index = 0; index < count; ++index) {
        const HuffmanEntry& entry = huffman_[bits.peek(huffman_bits_)];
        target[index] = entry.symbol;
        bits.take(entry.bits);
    }
    return bits.finished();
}

Result Decoder::literals(std::string_view& block) {
    if (block.empty()) return Result::damaged;
    auto type = static_cast<LiteralsType>(block[0] & 3);
    unsigned format = block[0] >> 2 & 3;
    if (type == LiteralsType::raw || type == LiteralsType::rle) {
        size_t header = format == 1 ? 2 : format == 3 ? 3 : 1;
        if (block.size() < header) return Result::damaged;
        literal_count_ = little_endian(block, header) >> (header == 1 ? 3 : 4);
        block.remove_prefix(header);
        size_t stored = type == LiteralsType::rle ? 1 : literal_count_;
        if (literal_count_ > kMostBlock || block.size() < stored) return Result::damaged;
        if (type == LiteralsType::rle)
            memset(literals_, block[0], literal_count_);
        else
            memcpy(literals_, block.data(), literal_count_);
        block.remove_prefix(stored);
        return Result::done;
    }
    size_t header = format < 2 ? 3 : format + 2u;
    unsigned width = format < 2 ? 10 : format == 2 ? 14 : 18;
    if (block.size() < header) return Result::damaged;
    uint64_t sizes = little_endian(block, std::min<size_t>(header, 4)) |
                     (header == 5 ? static_cast<uint64_t>(static_cast<uint8_t>(block[4])) << 32 : 0);
    literal_count_ = sizes >> 4 & ((1u << width) - 1);
    size_t packed_size = sizes >> (4 + width) & ((1u << width) - 1);
    block.remove_prefix(header);
    if (literal_count_ > kMostBlock || packed_size > block.size()) return Result::damaged;
    std::string_view packed = block.substr(0, packed_size);
    block.remove_prefix(packed_size);
    if (type == LiteralsType::compressed ? !read_huffman(packed) : huffman_bits_ == 0) return Result::damaged;
    if (format == 0)
        return decode_literals(packed, literals_, literal_count_) ? Result::done : Result::damaged;
    if (packed.size() < 6) return Result::damaged;
    size_t part = (literal_count_ + 3) / 4, at = 0;
    if (part * 3 > literal_count_) return Result::damaged;
    std::string_view jumps = packed.substr(0, 6);
    packed.remove_prefix(6);
    for (size_t stream = 0; stream < 4; ++stream) {
        size_t size = stream < 3 ? little_endian(jumps.substr(2 * stream), 2) : packed.size();
        if (size > packed.size()) return Result::damaged;
        size_t count = stream < 3 ? part : literal_count_ - at;
        if (!decode_literals(packed.substr(0, size), literals_ + at, count)) return Result::damaged;
        at += count;
        packed.remove_prefix(size);
    }
    return Result::done;
}

bool Decoder::read_table(std::string_view& bytes, unsigned mode, const CodeKind& kind, CodeTable& table) {
    switch (static_cast<TableMode>(mode)) {
    case TableMode::predefined: table.table.build_default(kind); break;
    case TableMode::rle:
        if (bytes.empty() || static_cast<uint8_t>(bytes[0]) >= kind.symbols) return false;
        table.table.build_single(static_cast<uint8_t>(bytes[0]));
        bytes.remove_prefix(1);
        break;
    case TableMode::compressed: {
        int16_t counts[64];
        unsigned bits;
        size_t symbols = read_counts(bytes, kind.most_bits, kind.symbols, counts, bits);
        if (symbols == 0) return false;
        table.table.build(counts, symbols, bits);
        break;
    }
    case TableMode::repeat: return table.known;
    }
    table.known = true;
    return true;
}

Result Decoder::sequences(std::string_view block) {
    if (block.empty()) return Result::damaged;
    size_t count = static_cast<uint8_t>(block[0]), header = count < 128 ? 1 : count < 255 ? 2 : 3;
    if (block.size() < header) return Result::damaged;
    if (header == 2) count = ((count - 128) << 8) + static_cast<uint8_t>(block[1]);
    if (header == 3) count = little_endian(block.substr(1), 2) + 0x7f00;
    block.remove_prefix(header);
    if (count == 0) {
        if (!block.empty()) return Result::damaged;
        append(literals_, literal_count_);
        return Result::done;
    }
    if (block.empty()) return Result::damaged;
    auto modes = static_cast<uint8_t>(block[0]);
    block.remove_prefix(1);
    if ((modes & 3) || !read_table(block, modes >> 6, kLiteralLengthKind, literal_lengths_) ||
        !read_table(block, modes >> 4 & 3, kOffsetKind, offsets_) ||
        !read_table(block, modes >> 2 & 3, kMatchLengthKind, match_lengths_))
        return Result::damaged;
    BitReader bits(block);
    if (!bits.valid()) return Result::damaged;
    uint64_t literal_state = bits.get(literal_lengths_.table.table_bits),
             offset_state = bits.get(offsets_.table.table_bits),
             match_state = bits.get(match_lengths_.table.table_bits);
    size_t used = 0;
    uint64_t block_end = produced_ + kMostBlock;
    for (size_t index = 0; index < count; ++index) {
        const auto &literal = literal_lengths_.table.states[literal_state],
                   &match = match_lengths_.table.states[match_state],
                   &offset_code = offsets_.table.states[offset_state];
        uint64_t offset = (uint64_t{1} << offset_code.symbol) + bits.get(offset_code.symbol);
        size_t match_length = kMatchLengths[match.symbol].base + bits.get(kMatchLengths[match.symbol].bits);
        size_t literal_length =
            kLiteralLengths[literal.symbol].base + bits.get(kLiteralLengths[literal.symbol].bits);
        if (offset > 3) {
            offset -= 3;
            repeated_[2] = repeated_[1];
            repeated_[1] = repeated_[0];
        } else {
            size_t which = static_cast<size_t>(offset) - (literal_length != 0);
            offset = which < 3 ? repeated_[which] : repeated_[0] - 1;
            if (which > 1) repeated_[2] = repeated_[1];
            if (which > 0) repeated_[1] = repeated_[0];
        }
        repeated_[0] = static_cast<uint32_t>(offset);
        if (index + 1 < count) {
            literal_state = literal.base + bits.get(literal.bits);
            match_state = match.base + bits.get(match.bits);
            offset_state = offset_code.base + bits.get(offset_code.bits);
        }
        if (bits.overdrawn() || literal_length > literal_count_ - used ||
            produced_ + literal_length + match_length > block_end)
            return Result::damaged;
        append(literals_ + used, literal_length);
        used += literal_length;
        if (offset > history_ || !append_match(static_cast<size_t>(offset), match_length))
            return Result::damaged;
    }
    if (!bits.finished() || produced_ + literal_count_ - used > block_end) return Result::damaged;
    append(literals_ + used, literal_count_ - used);
    return Result::done;
}

Result Decoder::compressed_block(std::string_view block) {
    Result result = literals(block);
    return result == Result::done ? sequences(block) : result;
}

Result Decoder::frame() {
    int descriptor = source_->get();
    if (descriptor < 0) return Result::truncated;
    if (descriptor & 8) return Result::damaged;
    bool single = descriptor & 0x20;
    uint64_t window = 0, content_size = UINT64_MAX;
    if (!single) {
        int byte = source_->get();
        if (byte < 0) return Result::truncated;
        uint64_t base = uint64_t{1} << (10 + (byte >> 3));
        window = base + base / 8 * static_cast<uint64_t>(byte & 7);
    }
    static constexpr size_t kIdBytes[] = {0, 1, 2, 4};
    uint32_t dictionary = 0;
    if (!source_->read(&dictionary, kIdBytes[descriptor & 3])) return Result::truncated;
    if (dictionary != 0) return Result::dictionary;
    unsigned size_flag = static_cast<unsigned>(descriptor) >> 6;
    size_t size_bytes = size_flag == 0 ? single : size_t{1} << size_flag;
    if (size_bytes > 0) {
        content_size = 0;
        if (!source_->read(&content_size, size_bytes)) return Result::truncated;
        if (size_bytes == 2) content_size += 256;
    }
    if (single) window = content_size;
    if (!make_window(window)) return Result::no_memory;
    produced_ = 0;
    has_checksum_ = descriptor & 4;
    checksum_ = Xxh64();
    huffman_bits_ = 0;
    literal_lengths_.known = match_lengths_.known = offsets_.known = false;
    repeated_[0] = 1;
    repeated_[1] = 4;
    repeated_[2] = 8;
    std::string block;
    for (bool last = false; !last;) {
        char header[3];
        if (!source_->read(header, 3)) return Result::truncated;
        uint32_t value = little_endian({header, 3}, 3);
        last = value & 1;
        auto type = static_cast<BlockType>(value >> 1 & 3);
        size_t size = value >> 3;
        if (size > kMostBlock) return Result::damaged;
        make_room();
        block.resize(type == BlockType::rle ? 1 : size);
        if (type == BlockType::reserved) return Result::damaged;
        if (!source_->read(block.data(), block.size())) return Result::truncated;
        if (type == BlockType::compressed) {
            Result result = compressed_block(block);
            if (result != Result::done) return result;
        } else if (type == BlockType::raw) {
            append(reinterpret_cast<unsigned char*>(block.data()), size);
        } else {
            memset(window_ + position_, block[0], size);
            position_ += size;
            produced_ += size;
        }
    }
    flush();
    if (content_size != UINT64_MAX && produced_ != content_size) return Result::damaged;
    if (!has_checksum_) return Result::done;
    uint32_t stored;
    if (!read_value(*source_, stored)) return Result::truncated;
    return stored == static_cast<uint32_t>(checksum_.finish()) ? Result::done : Result::bad_checksum;
}

Result Decoder::run(ByteSource& source, ByteSink& sink) {
    source_ = &source;
    sink_ = &sink;
    bool first = true;
    while (!source.peek().empty()) {
        uint32_t magic;
        if (!read_value(source, magic)) return first ? Result::not_zstd : Result::truncated;
        if ((magic & ~15u) == kSkippableMagic) {
            uint32_t size;
            if (!read_value(source, size) || !source.skip(size)) return Result::truncated;
        } else if (magic != kMagic) {
            return first ? Result::not_zstd : Result::damaged;
        } else if (Result result = frame(); result != Result::done) {
            flush();
            return result;
        }
        first = false;
    }
    return first ? Result::truncated : Result::done;
}

} // namespace coreutils::zstd
