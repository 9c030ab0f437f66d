// Compresses into an LZMA2 or .lzma stream. Matches are found with hash chains over the last bytes; each step
// weighs the longest match against repeated distances and against what begins one byte later.
#pragma once

#include "archive/inflate.h"
#include "archive/lzma_model.h"

#include <memory>
#include <string>

namespace coreutils::lzma {

struct Level {
    uint32_t dictionary_bytes;
    unsigned chain, nice; // how many candidates, and from what length none is better
};
Level level_of(int preset);

class Encoder {
public:
    enum class Form { lzma2, alone };
    Encoder(ByteSink& sink, const Level& level, Form form);

    void put(std::string_view bytes);
    void finish();

private:
    struct Match {
        unsigned length = 0;
        uint32_t distance = 0; // 0: the byte before
    };

    // The arithmetic coder.
    void encode_bit(Probability& probability, unsigned bit);
    void encode_direct(uint32_t value, unsigned bits);
    void encode_tree(Probability* probabilities, unsigned bits, unsigned value);
    void encode_reverse(Probability* probabilities, unsigned bits, unsigned value);
    void shift_low();
    void start_range();
    void flush_range();

    void encode_literal();
    void encode_length(LengthModel& model, unsigned length, unsigned position_state);
    void encode_match(const Match& match);
    void encode_rep(unsigned index, unsigned length);
    void encode_short_rep();
    void encode_marker();

    void compress(bool last);
    void encode_step(size_t limit);
    void end_chunk(size_t start);
    Match find_match(size_t at, size_t limit) const;
    unsigned common(size_t at, size_t from, size_t limit) const;
    void insert(size_t at);
    void slide();
    unsigned position_state() const {
        return static_cast<unsigned>(total_) & ((1u << properties_.position) - 1);
    }

    ByteSink& sink_;
    Level level_;
    Form form_;
    Properties properties_;
    Model model_;
    unsigned state_ = 0;
    uint32_t reps_[4] = {};
    bool need_dictionary_ = true, need_properties_ = true, need_state_ = true;

    uint64_t low_ = 0;
    uint32_t range_ = 0;
    uint8_t cache_ = 0;
    uint64_t cache_size_ = 0;
    std::string bytes_; // of the chunk

    size_t capacity_;
    std::unique_ptr<unsigned char[]> buffer_;
    std::unique_ptr<uint32_t[]> heads_, short_heads_, previous_; // positions + 1, 0 for none
    size_t filled_ = 0, position_ = 0, inserted_ = 0;
    uint64_t total_ = 0; // bytes encoded
    Match next_;         // found already for the position, by the step before
    bool has_next_ = false;
};

} // namespace coreutils::lzma
