#include "archive/lzma_encoder.h"

#include <bit>
#include <string.h>

namespace coreutils::lzma {
namespace {

constexpr unsigned kHashBits = 18, kShortHashBits = 14;
constexpr size_t kMostChunk = (1 << 21) - kMaxMatch, kMostPacked = (1 << 16) - 64;

uint32_t load32(const unsigned char* at) {
    uint32_t value;
    memcpy(&value, at, 4);
    return value;
}
uint32_t hash4(const unsigned char* at) { return load32(at) * 2654435761u >> (32 - kHashBits); }
uint32_t hash3(const unsigned char* at) { return (load32(at) << 8) * 2654435761u >> (32 - kShortHashBits); }

// Whether a match so much longer is worth a distance so much larger.
bool is_better(unsigned longer, uint32_t far, unsigned shorter, uint32_t near) {
    return longer > shorter + 1 || (longer == shorter + 1 && far >> 7 <= near) ||
           (longer > shorter && far <= near);
}

} // namespace

Level level_of(int preset) {
    static constexpr Level kLevels[] = {
        {1 << 18, 4, 32},   {1 << 20, 8, 48},   {1 << 21, 16, 64},  {1 << 22, 24, 96},   {1 << 22, 32, 128},
        {1 << 23, 48, 128}, {1 << 23, 64, 192}, {1 << 24, 64, 273}, {1 << 25, 96, 273}, {1 << 26, 128, 273},
    };
    return kLevels[preset];
}

Encoder::Encoder(ByteSink& sink, const Level& level, Form form)
    : sink_(sink), level_(level), form_(form), capacity_(2 * size_t{level.dictionary_bytes} + (1 << 16)),
      buffer_(new unsigned char[capacity_ + 8]), heads_(new uint32_t[1 << kHashBits]()),
      short_heads_(new uint32_t[1 << kShortHashBits]()), previous_(new uint32_t[level.dictionary_bytes]) {
    start_range();
    if (form == Form::lzma2) return;
    model_.reset(properties_);
    unsigned char header[13];
    header[0] = properties_.byte();
    memcpy(header + 1, &level.dictionary_bytes, 4);
    memset(header + 5, 0xff, 8); // the length is not known; a marker ends the stream
    sink_.put({reinterpret_cast<char*>(header), sizeof header});
}

void Encoder::start_range() {
    low_ = 0;
    range_ = UINT32_MAX;
    cache_ = 0;
    cache_size_ = 1;
}

void Encoder::shift_low() {
    if (low_ < 0xff000000u || low_ > UINT32_MAX) {
        auto carry = static_cast<uint8_t>(low_ >> 32);
        bytes_.push_back(static_cast<char>(cache_ + carry));
        for (; cache_size_ > 1; --cache_size_) bytes_.push_back(static_cast<char>(0xff + carry));
        cache_size_ = 0;
        cache_ = static_cast<uint8_t>(low_ >> 24);
    }
    ++cache_size_;
    low_ = (low_ & 0x00ffffff) << 8;
}

void Encoder::flush_range() {
    for (int count = 0; count < 5; ++count) shift_low();
}

void Encoder::encode_bit(Probability& probability, unsigned bit) {
    uint32_t bound = (range_ >> kModelBits) * probability;
    if (bit == 0) {
        range_ = bound;
        probability =
            static_cast<Probability>(probability + (((1u << kModelBits) - probability) >> kMoveBits));
    } else {
        low_ += bound;
        range_ -= bound;
        probability = static_cast<Probability>(probability - (probability >> kMoveBits));
    }
    while (range_ < kTop) {
        range_ <<= 8;
        shift_low();
    }
}

void Encoder::encode_direct(uint32_t value, unsigned bits) {
    while (bits-- > 0) {
        range_ >>= 1;
        if (value >> bits & 1) low_ += range_;
        while (range_ < kTop) {
            range_ <<= 8;
            shift_low();
        }
    }
}

void Encoder::encode_tree(Probability* probabilities, unsigned bits, unsigned value) {
    unsigned node = 1;
    while (bits-- > 0) {
        unsigned bit = value >> bits & 1;
        encode_bit(probabilities[node], bit);
        node = node << 1 | bit;
    }
}

void Encoder::encode_reverse(Probability* probabilities, unsigned bits, unsigned value) {
    unsigned node = 1;
    for (unsigned index = 0; index < bits; ++index) {
        unsigned bit = value >> index & 1;
        encode_bit(probabilities[node], bit);
        node = node << 1 | bit;
    }
}

void Encoder::encode_literal() {
    encode_bit(model_.is_match[state_][position_state()], 0);
    unsigned before = total_ == 0 ? 0 : buffer_[position_ - 1];
    Probability* probabilities =
        model_.literals.data() + 0x300 * (before >> (8 - properties_.literal_context));
    unsigned symbol = buffer_[position_] | 0x100;
    if (state_ < 7) {
        do {
            encode_bit(probabilities[symbol >> 8], symbol >> 7 & 1);
            symbol <<= 1;
        } while (symbol < 0x10000);
    } else {
        unsigned matched = buffer_[position_ - reps_[0] - 1], offset = 0x100;
        do {
            matched <<= 1;
            encode_bit(probabilities[offset + (matched & offset) + (symbol >> 8)], symbol >> 7 & 1);
            symbol <<= 1;
            offset &= ~(matched ^ symbol);
        } while (symbol < 0x10000);
    }
    state_ = after_literal(state_);
    ++position_;
    ++total_;
}

void Encoder::encode_length(LengthModel& model, unsigned length, unsigned position_state) {
    length -= kMinMatch;
    encode_bit(model.choice, length >= 8);
    if (length < 8) return encode_tree(model.low[position_state], 3, length);
    encode_bit(model.choice2, length >= 16);
    if (length < 16) return encode_tree(model.middle[position_state], 3, length - 8);
    encode_tree(model.high, 8, length - 16);
}

void Encoder::encode_match(const Match& match) {
    encode_bit(model_.is_match[state_][position_state()], 1);
    encode_bit(model_.is_rep[state_], 0);
    encode_length(model_.match_length, match.length, position_state());
    state_ = after_match(state_);
    unsigned slot = match.distance;
    if (match.distance >= 4) {
        auto bits = static_cast<unsigned>(std::bit_width(match.distance)) - 1;
        slot = bits * 2 + (match.distance >> (bits - 1) & 1);
    }
    encode_tree(model_.slot[std::min(match.length - kMinMatch, kLengthStates - 1)], 6, slot);
    if (slot >= 4) {
        unsigned bits = (slot >> 1) - 1;
        uint32_t base = (2 | (slot & 1)) << bits, rest = match.distance - base;
        if (slot < kEndSlot) {
            encode_reverse(model_.special + (base - slot), bits, rest);
        } else {
            encode_direct(rest >> kAlignBits, bits - kAlignBits);
            encode_reverse(model_.align, kAlignBits, rest & ((1 << kAlignBits) - 1));
        }
    }
    for (int index = 3; index > 0; --index) reps_[index] = reps_[index - 1];
    reps_[0] = match.distance;
    position_ += match.length;
    total_ += match.length;
}

void Encoder::encode_rep(unsigned index, unsigned length) {
    encode_bit(model_.is_match[state_][position_state()], 1);
    encode_bit(model_.is_rep[state_], 1);
    encode_bit(model_.is_rep0[state_], index > 0);
    if (index == 0) {
        encode_bit(model_.is_rep0_long[state_][position_state()], 1);
    } else {
        encode_bit(model_.is_rep1[state_], index > 1);
        if (index > 1) encode_bit(model_.is_rep2[state_], index > 2);
        uint32_t distance = reps_[index];
        for (; index > 0; --index) reps_[index] = reps_[index - 1];
        reps_[0] = distance;
    }
    encode_length(model_.rep_length, length, position_state());
    state_ = after_rep(state_);
    position_ += length;
    total_ += length;
}

void Encoder::encode_short_rep() {
    encode_bit(model_.is_match[state_][position_state()], 1);
    encode_bit(model_.is_rep[state_], 1);
    encode_bit(model_.is_rep0[state_], 0);
    encode_bit(model_.is_rep0_long[state_][position_state()], 0);
    state_ = after_short_rep(state_);
    ++position_;
    ++total_;
}

void Encoder::encode_marker() {
    Match marker{kMinMatch, UINT32_MAX};
    encode_match(marker);
}

unsigned Encoder::common(size_t at, size_t from, size_t limit) const {
    size_t most = std::min<size_t>(limit - at, kMaxMatch), length = 0;
    while (length < most && buffer_[from + length] == buffer_[at + length]) ++length;
    return static_cast<unsigned>(length);
}

void Encoder::insert(size_t at) {
    if (at + 4 > filled_) return;
    uint32_t hash = hash4(buffer_.get() + at);
    previous_[at % level_.dictionary_bytes] = heads_[hash];
    heads_[hash] = static_cast<uint32_t>(at + 1);
    short_heads_[hash3(buffer_.get() + at)] = static_cast<uint32_t>(at + 1);
}

// The longest match at `at`; of equal ones the nearest. Every position before it has been inserted.
Encoder::Match Encoder::find_match(size_t at, size_t limit) const {
    Match best;
    if (at + 4 > filled_) return best;
    size_t oldest = at > level_.dictionary_bytes ? at - level_.dictionary_bytes : 0;
    uint32_t near = short_heads_[hash3(buffer_.get() + at)];
    if (near > oldest && near <= at) {
        unsigned length = common(at, near - 1, limit);
        if (length >= 3 && (length > 3 || at - near < 1 << 14))
            best = {length, static_cast<uint32_t>(at - near)};
    }
    uint32_t candidate = heads_[hash4(buffer_.get() + at)];
    for (unsigned left = level_.chain; left > 0 && candidate > oldest && candidate <= at; --left) {
        size_t from = candidate - 1;
        if (at + best.length < limit && buffer_[from + best.length] == buffer_[at + best.length]) {
            unsigned length = common(at, from, limit);
            if (length > best.length &&
                (best.length == 0 ||
                 is_better(length, static_cast<uint32_t>(at - candidate), best.length, best.distance)))
                best = {length, static_cast<uint32_t>(at - candidate)};
            if (length >= level_.nice) break;
        }
        uint32_t older = previous_[from % level_.dictionary_bytes];
        if (older >= candidate) break; // overwritten by a newer position
        candidate = older;
    }
    return best;
}

// Encodes what begins at the position: a literal, a match or a repetition, none reaching beyond `limit`.
void Encoder::encode_step(size_t limit) {
    auto insert_up_to = [this](size_t end) {
        for (; inserted_ < end; ++inserted_) insert(inserted_);
    };
    Match match = has_next_ ? next_ : find_match(position_, limit);
    has_next_ = false;
    if (match.length > limit - position_) match.length = static_cast<unsigned>(limit - position_);
    unsigned rep_length = 0, rep_index = 0;
    for (unsigned index = 0; index < 4; ++index) {
        if (reps_[index] >= total_ || reps_[index] >= level_.dictionary_bytes || reps_[index] >= position_)
            continue;
        unsigned length = common(position_, position_ - reps_[index] - 1, limit);
        if (length > rep_length) {
            rep_length = length;
            rep_index = index;
        }
    }
    // A repetition costs little: it wins unless a match is clearly longer.
    bool rep_wins =
        rep_length >= kMinMatch && (rep_length >= match.length || rep_length + 1 >= match.length ||
                                    (rep_length + 2 >= match.length && match.distance >= 1 << 9) ||
                                    (rep_length + 3 >= match.length && match.distance >= 1 << 15));
    if (rep_wins) {
        encode_rep(rep_index, rep_length);
        insert_up_to(position_);
        return;
    }
    if (match.length >= 3 || (match.length == 2 && match.distance < 128)) {
        bool take = match.length >= level_.nice || position_ + 1 >= limit;
        if (!take) {
            // Does something better begin with the next byte?
            insert_up_to(position_ + 1);
            next_ = find_match(position_ + 1, limit);
            has_next_ = true;
            take = !(next_.length >= match.length + 1 &&
                     is_better(next_.length, next_.distance >> 2, match.length, match.distance));
            for (unsigned index = 0; index < 4 && take; ++index)
                if (reps_[index] < total_ && reps_[index] < level_.dictionary_bytes &&
                    reps_[index] <= position_ - 1)
                    take = common(position_ + 1, position_ - reps_[index], limit) + 1 < match.length + 1;
        }
        if (take) {
            has_next_ = false;
            encode_match(match);
            insert_up_to(position_);
            return;
        }
    }
    bool same = total_ > 0 && reps_[0] < total_ && reps_[0] < position_ &&
                reps_[0] < level_.dictionary_bytes && buffer_[position_] == buffer_[position_ - reps_[0] - 1];
    if (same && state_ >= 7)
        encode_short_rep();
    else
        encode_literal();
    insert_up_to(position_);
}

// Writes what was encoded since `start` as a chunk, or its bytes as they are when that is shorter.
void Encoder::end_chunk(size_t start) {
    flush_range();
    size_t size = position_ - start;
    std::string header;
    auto put16 = [&header](size_t value) {
        header.push_back(static_cast<char>(value >> 8));
        header.push_back(static_cast<char>(value));
    };
    if (bytes_.size() >= size && size <= 1 << 16) {
        header.push_back(need_dictionary_ ? 1 : 2);
        put16(size - 1);
        sink_.put(header);
        sink_.put({reinterpret_cast<char*>(buffer_.get()) + start, size});
        need_dictionary_ = false;
        need_state_ = true;
    } else {
        unsigned reset = need_dictionary_ ? 3 : need_properties_ ? 2 : need_state_ ? 1 : 0;
        header.push_back(static_cast<char>(0x80 | reset << 5 | (size - 1) >> 16));
        put16((size - 1) & 0xffff);
        put16(bytes_.size() - 1);
        if (reset >= 2) header.push_back(static_cast<char>(properties_.byte()));
        sink_.put(header);
        sink_.put(bytes_);
        need_dictionary_ = need_properties_ = need_state_ = false;
    }
    bytes_.clear();
}

// Encodes what is buffered, up to where a match could go on beyond it unless this is the end.
void Encoder::compress(bool last) {
    size_t limit = filled_;
    while (position_ < limit && (last || position_ + kMaxMatch + 8 < limit)) {
        if (form_ == Form::alone) {
            encode_step(limit);
            if (bytes_.size() >= kMostPacked) {
                sink_.put(bytes_);
                bytes_.clear();
            }
            continue;
        }
        size_t start = position_;
        if (need_state_) {
            model_.reset(properties_);
            state_ = 0;
            std::fill(reps_, reps_ + 4, 0);
            has_next_ = false;
        }
        start_range();
        // A chunk that may have to be stored must fit one: the packed form never outgrows it by much.
        while (position_ < limit && (last || position_ + kMaxMatch + 8 < limit) &&
               position_ - start < kMostChunk && bytes_.size() + cache_size_ < kMostPacked)
            encode_step(std::min(limit, start + (1 << 21)));
        end_chunk(start);
    }
}

// Makes room: what no distance reaches any more goes.
void Encoder::slide() {
    size_t drop = position_ > level_.dictionary_bytes ? position_ - level_.dictionary_bytes : 0;
    drop -= drop % level_.dictionary_bytes; // the chains' places stay the same
    if (drop == 0) return;
    memmove(buffer_.get(), buffer_.get() + drop, filled_ - drop);
    filled_ -= drop;
    position_ -= drop;
    inserted_ -= drop;
    auto lower = [drop](uint32_t& value) { value = value > drop ? value - static_cast<uint32_t>(drop) : 0; };
    for (size_t index = 0; index < size_t{1} << kHashBits; ++index) lower(heads_[index]);
    for (size_t index = 0; index < size_t{1} << kShortHashBits; ++index) lower(short_heads_[index]);
    for (size_t index = 0; index < level_.dictionary_bytes; ++index) lower(previous_[index]);
}

void Encoder::put(std::string_view bytes) {
    while (!bytes.empty()) {
        if (filled_ == capacity_) {
            compress(false);
            slide();
        }
        size_t count = std::min(bytes.size(), capacity_ - filled_);
        memcpy(buffer_.get() + filled_, bytes.data(), count);
        filled_ += count;
        bytes.remove_prefix(count);
    }
}

void Encoder::finish() {
    compress(true);
    if (form_ == Form::lzma2) {
        sink_.put(std::string_view("\0", 1));
        return;
    }
    encode_marker();
    flush_range();
    sink_.put(bytes_);
}

} // namespace coreutils::lzma
