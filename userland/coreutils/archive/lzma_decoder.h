// Decompresses LZMA and LZMA2 streams, handing the output on in pieces. Every distance is checked against
// what was written; any input ends in an answer.
#pragma once

#include "archive/byte_source.h"
#include "archive/inflate.h"
#include "archive/lzma_model.h"

namespace coreutils::lzma {

enum class Result { done, damaged, truncated, no_memory };

class Decoder {
public:
    Decoder() = default;
    ~Decoder();
    Decoder(const Decoder&) = delete;
    Decoder& operator=(const Decoder&) = delete;

    // A raw LZMA2 stream with a dictionary of at most `dictionary_bytes`.
    Result run_lzma2(ByteSource& source, ByteSink& sink, uint64_t dictionary_bytes);
    // A file of the old .lzma format.
    Result run_alone(ByteSource& source, ByteSink& sink);

private:
    enum class Ending { at_size, at_marker, at_size_or_marker };

    bool make_dictionary(uint64_t bytes);
    void reset_state();
    bool start_range();
    Result decode(uint64_t size, Ending ending);
    Result copy_stored(size_t size);
    void flush();
    void wrap() {
        if (position_ == capacity_) {
            flush();
            position_ = flushed_ = 0;
        }
    }

    ByteSource* source_ = nullptr;
    ByteSink* sink_ = nullptr;
    unsigned char* dictionary_ = nullptr; // a ring, of which `filled_` bytes count
    size_t capacity_ = 0, position_ = 0, flushed_ = 0;
    uint64_t filled_ = 0;
    Properties properties_;
    Model model_;
    unsigned state_ = 0;
    uint32_t reps_[4] = {};
    uint32_t range_ = 0, code_ = 0;
    bool input_ended_ = false;
};

} // namespace coreutils::lzma
