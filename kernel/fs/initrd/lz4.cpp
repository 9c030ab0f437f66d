#include "fs/initrd/lz4.h"

#include <string.h>

#include <algorithm>

#include "base/ref.h"

namespace martlet {
namespace {

constexpr u32 kMagic = 0x184c2102;
constexpr u32 kMaxBlockOutput = 8 * 1024 * 1024;
constexpr u32 kMaxBlockSize = kMaxBlockOutput + kMaxBlockOutput / 255 + 16; // of bytes that do not compress
constexpr u32 kHistorySize = 65536;
constexpr u32 kShortestMatch = 4, kExtendedLength = 15;

constexpr std::string_view kDamaged = "damaged compressed data", kCutShort = "the compressed data is cut short",
                           kSinkFailed = "what was compressed cannot be unpacked";

u32 read_u32(const u8* at) {
    u32 value;
    memcpy(&value, at, sizeof value);
    return value;
}

class Lz4Decoder {
public:
    explicit Lz4Decoder(DecompressSink& sink) : sink_(sink) {}

    /// Answers what is wrong; empty: nothing.
    std::string_view block(std::span<const u8> input);
    bool flush() { return window_.flush(sink_); }

private:
    bool extend_length(u32& length);
    bool copy_literals(u32 length);
    bool copy_match(u32 distance, u32 length);

    DecompressSink& sink_;
    const u8* next_ = nullptr;
    const u8* end_ = nullptr;
    OutputWindow<kHistorySize> window_;
};

/// Adds the bytes that follow a length of 15; false if they do not end, or go beyond what a block can hold.
bool Lz4Decoder::extend_length(u32& length) {
    for (u8 more = 255; more == 255; length += more) {
        if (next_ == end_ || length > kMaxBlockOutput) return false;
        more = *next_++;
    }
    return true;
}

bool Lz4Decoder::copy_literals(u32 length) {
    if (length <= window_.kSlack &&
        static_cast<usize>(end_ - next_) >= window_.kSlack) { // nearly always: one copy of a fixed size
        if (!window_.make_room(sink_, length)) return false;
        memcpy(window_.bytes + window_.position, next_, window_.kSlack);
        window_.position += length;
        next_ += length;
        return true;
    }
    while (length > 0) {
        u32 piece = std::min(length, kHistorySize);
        if (!window_.make_room(sink_, piece)) return false;
        memcpy(window_.bytes + window_.position, next_, piece);
        window_.position += piece;
        next_ += piece;
        length -= piece;
    }
    return true;
}

bool Lz4Decoder::copy_match(u32 distance, u32 length) {
    while (length > 0) {
        u32 piece = std::min(length, kHistorySize);
        if (!window_.make_room(sink_, piece)) return false;
        window_.repeat(distance, piece);
        length -= piece;
    }
    return true;
}

std::string_view Lz4Decoder::block(std::span<const u8> input) {
    next_ = input.data();
    end_ = next_ + input.size();
    u32 output = 0;
    for (;;) {
        if (next_ == end_) return kDamaged; // a block ends with literals
        u8 token = *next_++;
        u32 literals = token >> 4, match = token & 15;
        if (literals == kExtendedLength && !extend_length(literals)) return kDamaged;
        if (literals > static_cast<usize>(end_ - next_) || literals > kMaxBlockOutput - output) return kDamaged;
        if (!copy_literals(literals)) return kSinkFailed;
        output += literals;
        if (next_ == end_) return {};
        if (end_ - next_ < 2) return kDamaged;
        u32 distance = next_[0] | static_cast<u32>(next_[1]) << 8;
        next_ += 2;
        if (match == kExtendedLength && !extend_length(match)) return kDamaged;
        match += kShortestMatch;
        if (distance == 0 || distance > output || match > kMaxBlockOutput - output) return kDamaged;
        if (!copy_match(distance, match)) return kSinkFailed;
        output += match;
    }
}

} // namespace

Result<DecompressResult> decompress_lz4(std::span<const u8> input, DecompressSink& sink) {
    constexpr usize kWord = sizeof(u32);
    Own<Lz4Decoder> decoder(new (std::nothrow) Lz4Decoder(sink));
    if (!decoder) return Error(Errno::ENOMEM);
    DecompressResult result;
    while (result.error.empty() && input.size() - result.consumed >= kWord) {
        u32 size = read_u32(input.data() + result.consumed);
        // What is neither a block nor another frame belongs to who comes next.
        if (size == 0 || (size > kMaxBlockSize && size != kMagic)) break;
        result.consumed += kWord;
        if (size == kMagic) continue;
        if (size > input.size() - result.consumed) {
            result.error = kCutShort;
            break;
        }
        result.error = decoder->block(input.subspan(result.consumed, size));
        result.consumed += size;
    }
    if (!decoder->flush() && result.error.empty()) result.error = kSinkFailed;
    return result;
}

} // namespace martlet
