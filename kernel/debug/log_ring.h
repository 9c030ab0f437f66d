// LogRing: records in a ring of bytes, the oldest overwritten; no locking of its own.
#pragma once
#include <optional>
#include <span>
#include <string_view>

#include "base/log.h"
#include "base/types.h"

namespace martlet {

class LogRing {
public:
    constexpr explicit LogRing(std::span<u8> storage) : storage_(storage) {}

    struct Header {
        u64 timestamp_ns;
        u16 text_size;
        u8 level;
        u8 facility;
        u32 padding;
    };

    void append(const Header& header, std::string_view text);
    /// The oldest record at or after `sequence`; its text goes to `buffer`, cut to fit. Sets `sequence` to its number.
    std::optional<Header> read(u64& sequence, std::span<char> buffer, usize& text_size) const;
    u64 first_sequence() const { return first_sequence_; }
    u64 next_sequence() const { return next_sequence_; }

private:
    static u64 space_of(usize text_size) { return align_up(sizeof(Header) + text_size, 8); }
    void copy_in(u64 position, const void* bytes, usize size);
    void copy_out(u64 position, void* bytes, usize size) const;
    Header header_at(u64 position) const;

    std::span<u8> storage_;
    // Positions grow for ever; modulo the size they index the storage.
    u64 first_position_ = 0, next_position_ = 0;
    u64 first_sequence_ = 0, next_sequence_ = 0;
    // Where the last read ended, so that reading on is not a search.
    mutable u64 cached_position_ = 0, cached_sequence_ = 0;
};

} // namespace martlet
