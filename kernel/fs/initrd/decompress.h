// What the decompressors of the initramfs share: whom they hand their output to, what they answer, and the
// window of output that later bytes are copied from.
#pragma once
#include <span>
#include <string_view>

#include "base/result.h"
#include "base/types.h"

namespace martlet {

class DecompressSink {
public:
    /// An error ends the decompression.
    virtual Result<void> put(std::span<const u8> bytes) = 0;

protected:
    ~DecompressSink() = default;
};

struct DecompressResult {
    std::string_view error; // empty: all is well
    usize consumed = 0;     // bytes of input that were taken
};

/// The last kHistory bytes of output at least, and what the sink has not had yet. Twice the history, so that
/// flushing is cheap; a copy of a fixed size may run into the slack behind it.
template <u32 kHistory>
struct OutputWindow {
    static constexpr u32 kSize = 2 * kHistory;
    static constexpr u32 kSlack = 16;

    bool flush(DecompressSink& sink) {
        if (flushed == position) return true;
        auto put = sink.put({bytes + flushed, position - flushed});
        flushed = position;
        return put.has_value();
    }

    /// Makes room for `count` bytes, at most kHistory; false if the sink failed.
    bool make_room(DecompressSink& sink, u32 count) {
        if (position + count <= kSize) return true;
        if (!flush(sink)) return false;
        __builtin_memmove(bytes, bytes + position - kHistory, kHistory);
        position = flushed = kHistory;
        return true;
    }

    /// Repeats `length` bytes from `distance` back; there is room, and the distance lies in the window.
    void repeat(u32 distance, u32 length) {
        u8* to = bytes + position;
        const u8* from = to - distance;
        position += length;
        if (distance >= 8) {
            for (const u8* end = to + length; to < end; to += 8, from += 8) __builtin_memcpy(to, from, 8);
        } else {
            while (length-- > 0) *to++ = *from++; // overlapping: the copy feeds itself
        }
    }

    u32 position = 0, flushed = 0;
    u8 bytes[kSize + kSlack];
};

} // namespace martlet
