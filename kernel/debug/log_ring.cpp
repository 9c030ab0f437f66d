#include "debug/log_ring.h"

#include <string.h>

#include <algorithm>

namespace martlet {

void LogRing::copy_in(u64 position, const void* bytes, usize size) {
    usize offset = position % storage_.size();
    usize first = std::min(size, storage_.size() - offset);
    memcpy(storage_.data() + offset, bytes, first);
    memcpy(storage_.data(), static_cast<const u8*>(bytes) + first, size - first);
}

void LogRing::copy_out(u64 position, void* bytes, usize size) const {
    usize offset = position % storage_.size();
    usize first = std::min(size, storage_.size() - offset);
    memcpy(bytes, storage_.data() + offset, first);
    memcpy(static_cast<u8*>(bytes) + first, storage_.data(), size - first);
}

LogRing::Header LogRing::header_at(u64 position) const {
    Header header;
    copy_out(position, &header, sizeof header);
    return header;
}

void LogRing::append(const Header& header, std::string_view text) {
    Header stored = header;
    text = text.substr(0, storage_.size() / 4);
    stored.text_size = static_cast<u16>(text.size());
    u64 space = space_of(text.size());
    while (next_position_ + space - first_position_ > storage_.size()) {
        first_position_ += space_of(header_at(first_position_).text_size);
        ++first_sequence_;
    }
    copy_in(next_position_, &stored, sizeof stored);
    copy_in(next_position_ + sizeof stored, text.data(), text.size());
    next_position_ += space;
    ++next_sequence_;
}

std::optional<LogRing::Header> LogRing::read(u64& sequence, std::span<char> buffer, usize& text_size) const {
    sequence = std::max(sequence, first_sequence_);
    if (sequence >= next_sequence_) return {};
    u64 position = first_position_, at = first_sequence_;
    if (cached_sequence_ > at && cached_sequence_ <= sequence) {
        position = cached_position_;
        at = cached_sequence_;
    }
    for (; at < sequence; ++at) position += space_of(header_at(position).text_size);
    cached_position_ = position;
    cached_sequence_ = at;
    Header header = header_at(position);
    text_size = std::min<usize>(header.text_size, buffer.size());
    copy_out(position + sizeof header, buffer.data(), text_size);
    return header;
}

} // namespace martlet
