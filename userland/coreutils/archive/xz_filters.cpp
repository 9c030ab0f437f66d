#include "archive/xz_filters.h"

#include <string.h>

namespace coreutils {

void DeltaSink::put(std::string_view bytes) {
    std::string piece(bytes);
    for (char& byte : piece) {
        auto value = static_cast<uint8_t>(static_cast<uint8_t>(byte) +
                                          history_[static_cast<uint8_t>(distance_ + position_)]);
        history_[position_--] = value;
        byte = static_cast<char>(value);
    }
    next_.put(piece);
}

// The operands of E8 and E9 whose highest byte is 00 or FF, unless bytes just before look like opcodes
// themselves.
size_t X86Sink::convert(unsigned char* data, size_t size) {
    static constexpr bool kAllowed[8] = {true, true, true, false, true, false, false, false};
    static constexpr unsigned kBytesBack[8] = {0, 1, 2, 2, 3, 3, 3, 3};
    auto is_sign = [](unsigned byte) { return byte == 0 || byte == 0xff; };
    if (size < 5) return 0;
    size_t at = 0, last = static_cast<size_t>(-1);
    unsigned mask = mask_;
    for (;;) {
        while (at < size - 4 && (data[at] & 0xfe) != 0xe8) ++at;
        if (at >= size - 4) break;
        size_t gap = at - last;
        last = at;
        if (gap > 3) {
            mask = 0;
        } else {
            mask = mask << (gap - 1) & 7;
            if (mask != 0 && (!kAllowed[mask] || is_sign(data[at + 4 - kBytesBack[mask]]))) {
                mask = (mask << 1 & 7) | 1;
                ++at;
                continue;
            }
        }
        if (!is_sign(data[at + 4])) {
            mask = (mask << 1 & 7) | 1;
            ++at;
            continue;
        }
        uint32_t source, target;
        memcpy(&source, data + at + 1, 4);
        for (;;) {
            target = source - (position_ + static_cast<uint32_t>(at) + 5);
            if (mask == 0) break;
            unsigned shift = kBytesBack[mask] * 8;
            if (!is_sign(target >> (24 - shift) & 0xff)) break;
            source = target ^ ((1u << (32 - shift)) - 1);
        }
        target = (target & 0x01ffffff) | (0u - (target >> 24 & 1)) << 24;
        memcpy(data + at + 1, &target, 4);
        at += 5;
        mask = 0;
        last = at - 5;
    }
    size_t gap = at - last;
    mask_ = gap > 3 ? 0 : mask << (gap - 1) & 7;
    position_ += static_cast<uint32_t>(at);
    return at;
}

void X86Sink::put(std::string_view bytes) {
    pending_.append(bytes);
    size_t done = convert(reinterpret_cast<unsigned char*>(pending_.data()), pending_.size());
    next_.put(std::string_view(pending_).substr(0, done));
    pending_.erase(0, done);
}

void X86Sink::finish() {
    next_.put(pending_);
    pending_.clear();
}

} // namespace coreutils
