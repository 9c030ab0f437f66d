#include "archive/lzma_decoder.h"

#include <stdlib.h>
#include <string.h>

namespace coreutils::lzma {
namespace {

// The arithmetic decoder, in registers while a piece is decoded.
struct RangeDecoder {
    uint32_t range, code;
    ByteSource& source;
    bool ended = false;

    void normalize() {
        if (range >= kTop) return;
        int byte = source.get();
        if (byte < 0) {
            ended = true;
            byte = 0;
        }
        range <<= 8;
        code = code << 8 | static_cast<uint32_t>(byte);
    }
    unsigned bit(Probability& probability) {
        normalize();
        uint32_t bound = (range >> kModelBits) * probability;
        if (code < bound) {
            range = bound;
            probability =
                static_cast<Probability>(probability + (((1u << kModelBits) - probability) >> kMoveBits));
            return 0;
        }
        range -= bound;
        code -= bound;
        probability = static_cast<Probability>(probability - (probability >> kMoveBits));
        return 1;
    }
    unsigned tree(Probability* probabilities, unsigned bits) {
        unsigned node = 1;
        for (unsigned left = bits; left > 0; --left) node = node << 1 | bit(probabilities[node]);
        return node - (1u << bits);
    }
    unsigned reverse_tree(Probability* probabilities, unsigned bits) {
        unsigned node = 1, value = 0;
        for (unsigned index = 0; index < bits; ++index) {
            unsigned next = bit(probabilities[node]);
            node = node << 1 | next;
            value |= next << index;
        }
        return value;
    }
    uint32_t direct(unsigned bits) {
        uint32_t value = 0;
        for (; bits > 0; --bits) {
            normalize();
            range >>= 1;
            code -= range;
            uint32_t mask = 0u - (code >> 31);
            code += range & mask;
            value = (value << 1) + mask + 1;
        }
        return value;
    }
    unsigned length(LengthModel& model, unsigned position_state) {
        if (!bit(model.choice)) return kMinMatch + tree(model.low[position_state], 3);
        if (!bit(model.choice2)) return kMinMatch + 8 + tree(model.middle[position_state], 3);
        return kMinMatch + 16 + tree(model.high, 8);
    }
    uint32_t distance(Model& model, unsigned length) {
        unsigned length_state = std::min(length - kMinMatch, kLengthStates - 1);
        unsigned slot = tree(model.slot[length_state], 6);
        if (slot < 4) return slot;
        unsigned bits = (slot >> 1) - 1;
        uint32_t value = (2 | (slot & 1)) << bits;
        if (slot < kEndSlot) return value + reverse_tree(model.special + (value - slot), bits);
        value += direct(bits - kAlignBits) << kAlignBits;
        return value + reverse_tree(model.align, kAlignBits);
    }
};

} // namespace

Decoder::~Decoder() { free(dictionary_); }

// The memory is taken at once but touched as it is filled: a small file with a large promise costs little.
bool Decoder::make_dictionary(uint64_t bytes) {
    constexpr uint64_t kLeast = 4096, kMost = 1536ull << 20;
    if (bytes > kMost) return false;
    size_t wanted = static_cast<size_t>(std::max(bytes, kLeast));
    if (wanted > capacity_) {
        free(dictionary_);
        dictionary_ = static_cast<unsigned char*>(malloc(wanted));
        capacity_ = dictionary_ ? wanted : 0;
    }
    position_ = flushed_ = 0;
    filled_ = 0;
    return dictionary_ != nullptr;
}

void Decoder::flush() {
    if (position_ > flushed_)
        sink_->put({reinterpret_cast<char*>(dictionary_) + flushed_, position_ - flushed_});
    flushed_ = position_;
}

void Decoder::reset_state() {
    model_.reset(properties_);
    state_ = 0;
    std::fill(reps_, reps_ + 4, 0);
}

bool Decoder::start_range() {
    range_ = UINT32_MAX;
    code_ = 0;
    bool good = source_->get() == 0;
    for (int count = 0; count < 4; ++count) {
        int byte = source_->get();
        if (byte < 0) {
            input_ended_ = true;
            return false;
        }
        code_ = code_ << 8 | static_cast<uint32_t>(byte);
    }
    return good;
}

Result Decoder::decode(uint64_t size, Ending ending) {
    RangeDecoder coder{range_, code_, *source_};
    unsigned state = state_;
    uint32_t rep0 = reps_[0], rep1 = reps_[1], rep2 = reps_[2], rep3 = reps_[3];
    const unsigned position_mask = (1u << properties_.position) - 1,
                   literal_mask = (1u << properties_.literal_position) - 1;
    const unsigned context_shift = 8 - properties_.literal_context;
    uint64_t left = size;
    Result result = Result::done;
    for (;;) {
        if (left == 0 && ending != Ending::at_marker) {
            if (ending == Ending::at_size) break;
            // A marker may follow, or the end of the code.
            coder.normalize();
            if (coder.code == 0) break;
        }
        if (coder.ended) {
            result = Result::truncated;
            break;
        }
        unsigned position_state = static_cast<unsigned>(filled_) & position_mask;
        if (!coder.bit(model_.is_match[state][position_state])) {
            if (left == 0) {
                result = Result::damaged;
                break;
            }
            unsigned before = filled_ == 0 ? 0 : dictionary_[position_ == 0 ? capacity_ - 1 : position_ - 1];
            size_t context =
                ((static_cast<unsigned>(filled_) & literal_mask) << properties_.literal_context) +
                (before >> context_shift);
            Probability* probabilities = model_.literals.data() + 0x300 * context;
            unsigned symbol = 1;
            if (state >= 7) {
                if (rep0 >= filled_ || rep0 >= capacity_) {
                    result = Result::damaged;
                    break;
                }
                unsigned matched =
                    dictionary_[position_ > rep0 ? position_ - rep0 - 1 : position_ + capacity_ - rep0 - 1];
                do {
                    unsigned matched_bit = matched >> 7 & 1;
                    matched <<= 1;
                    unsigned bit = coder.bit(probabilities[((1 + matched_bit) << 8) + symbol]);
                    symbol = symbol << 1 | bit;
                    if (matched_bit != bit) break;
                } while (symbol < 0x100);
            }
            while (symbol < 0x100) symbol = symbol << 1 | coder.bit(probabilities[symbol]);
            dictionary_[position_++] = static_cast<unsigned char>(symbol);
            ++filled_;
            --left;
            wrap();
            state = after_literal(state);
            continue;
        }
        unsigned length;
        if (!coder.bit(model_.is_rep[state])) {
            length = coder.length(model_.match_length, position_state);
            rep3 = rep2;
            rep2 = rep1;
            rep1 = rep0;
            rep0 = coder.distance(model_, length);
            state = after_match(state);
            if (rep0 == UINT32_MAX) { // the marker of the end
                if (ending == Ending::at_size ||
                    (size != UINT64_MAX && left != 0 && ending != Ending::at_size_or_marker))
                    result = Result::damaged;
                if (ending == Ending::at_size_or_marker && left != 0) result = Result::damaged;
                coder.normalize();
                if (coder.code != 0) result = Result::damaged;
                break;
            }
        } else {
            if (!coder.bit(model_.is_rep0[state])) {
                if (!coder.bit(model_.is_rep0_long[state][position_state])) {
                    state = after_short_rep(state);
                    length = 1;
                } else {
                    length = 0;
                }
            } else {
                uint32_t distance = rep1;
                if (coder.bit(model_.is_rep1[state])) {
                    distance = rep2;
                    if (coder.bit(model_.is_rep2[state])) {
                        distance = rep3;
                        rep3 = rep2;
                    }
                    rep2 = rep1;
                }
                rep1 = rep0;
                rep0 = distance;
                length = 0;
            }
            if (length == 0) {
                length = coder.length(model_.rep_length, position_state);
                state = after_rep(state);
            }
        }
        if (rep0 >= filled_ || rep0 >= capacity_ || length > left) {
            result = coder.ended ? Result::truncated : Result::damaged;
            break;
        }
        left -= length;
        filled_ += length;
        size_t from = position_ > rep0 ? position_ - rep0 - 1 : position_ + capacity_ - rep0 - 1;
        while (length > 0) {
            size_t run = std::min({static_cast<size_t>(length), capacity_ - position_, capacity_ - from});
            unsigned char* target = dictionary_ + position_;
            const unsigned char* origin = dictionary_ + from;
            for (size_t index = 0; index < run; ++index) target[index] = origin[index];
            position_ += run;
            from += run;
            length -= static_cast<unsigned>(run);
            if (from == capacity_) from = 0;
            wrap();
        }
    }
    if (result == Result::done) coder.normalize();
    if (coder.ended) result = Result::truncated;
    range_ = coder.range;
    code_ = coder.code;
    state_ = state;
    reps_[0] = rep0;
    reps_[1] = rep1;
    reps_[2] = rep2;
    reps_[3] = rep3;
    return result;
}

Result Decoder::copy_stored(size_t size) {
    while (size > 0) {
        std::string_view piece = source_->peek();
        if (piece.empty()) return Result::truncated;
        piece = piece.substr(0, std::min(size, capacity_ - position_));
        memcpy(dictionary_ + position_, piece.data(), piece.size());
        source_->take(piece.size());
        position_ += piece.size();
        filled_ += piece.size();
        size -= piece.size();
        wrap();
    }
    return Result::done;
}

Result Decoder::run_lzma2(ByteSource& source, ByteSink& sink, uint64_t dictionary_bytes) {
    source_ = &source;
    sink_ = &sink;
    if (!make_dictionary(dictionary_bytes)) return Result::no_memory;
    bool need_dictionary = true, need_properties = true, need_state = true;
    auto get16 = [&source](int& value) {
        int high = source.get(), low = source.get();
        value = high << 8 | low;
        return low >= 0;
    };
    for (;;) {
        int control = source.get(), low, packed;
        if (control < 0) return Result::truncated;
        if (control == 0) break;
        if (control >= 0xe0 || control == 1) {
            need_dictionary = false;
            filled_ = 0; // distances do not reach behind here
            if (control == 1) need_state = true;
        } else if (need_dictionary) {
            return Result::damaged;
        }
        if (control < 0x80) {
            if (control > 2) return Result::damaged;
            if (!get16(low)) return Result::truncated;
            Result result = copy_stored(static_cast<size_t>(low) + 1);
            if (result != Result::done) return result;
            continue;
        }
        if (!get16(low) || !get16(packed)) return Result::truncated;
        if (control >= 0xc0) {
            int byte = source.get();
            if (byte < 0) return Result::truncated;
            if (!properties_.parse(static_cast<uint8_t>(byte)) ||
                properties_.literal_context + properties_.literal_position > 4)
                return Result::damaged;
            need_properties = false;
        } else if (need_properties) {
            return Result::damaged;
        }
        if (control >= 0xa0) {
            reset_state();
            need_state = false;
        } else if (need_state) {
            return Result::damaged;
        }
        uint64_t start = source.position();
        if (!start_range()) return input_ended_ ? Result::truncated : Result::damaged;
        Result result = decode((static_cast<uint64_t>(control & 0x1f) << 16) + static_cast<uint64_t>(low) + 1,
                               Ending::at_size);
        if (result != Result::done) return result;
        if (code_ != 0 || source.position() - start != static_cast<uint64_t>(packed) + 1)
            return Result::damaged;
    }
    flush();
    return Result::done;
}

Result Decoder::run_alone(ByteSource& source, ByteSink& sink) {
    source_ = &source;
    sink_ = &sink;
    unsigned char header[13];
    if (!source.read(header, sizeof header)) return Result::truncated;
    uint32_t dictionary_bytes;
    uint64_t size;
    memcpy(&dictionary_bytes, header + 1, 4);
    memcpy(&size, header + 5, 8);
    if (!properties_.parse(header[0])) return Result::damaged;
    if (!make_dictionary(dictionary_bytes)) return Result::no_memory;
    reset_state();
    if (!start_range()) return input_ended_ ? Result::truncated : Result::damaged;
    Result result = decode(size, size == UINT64_MAX ? Ending::at_marker : Ending::at_size_or_marker);
    flush();
    return result;
}

} // namespace coreutils::lzma
