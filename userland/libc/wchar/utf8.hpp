// UTF-8 (RFC 3629: no surrogates, nothing above U+10FFFF, shortest forms only).
#pragma once

#include <stddef.h>

namespace libc {

inline constexpr int kUtf8Invalid = -1;
inline constexpr int kUtf8Incomplete = -2;

struct Utf8Decoded {
    unsigned code_point;
    int length; // bytes, or one of the above
};

// How many bytes a sequence has that begins with `lead`; 0 if none does.
constexpr int utf8_length(unsigned char lead) {
    return lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
}

// Whether `second` may follow `lead`: this is where overlong forms, surrogates and too large values fail.
constexpr bool utf8_second_valid(unsigned char lead, unsigned char second) {
    if (lead == 0xe0)
        return second >= 0xa0 && second < 0xc0;
    if (lead == 0xed)
        return second >= 0x80 && second < 0xa0;
    if (lead == 0xf0)
        return second >= 0x90 && second < 0xc0;
    if (lead == 0xf4)
        return second >= 0x80 && second < 0x90;
    return second >= 0x80 && second < 0xc0;
}

constexpr Utf8Decoded utf8_decode(const unsigned char *bytes, size_t size) {
    if (size == 0)
        return {0, kUtf8Incomplete};
    int length = utf8_length(bytes[0]);
    if (length <= 1)
        return length == 0 ? Utf8Decoded{0, kUtf8Invalid} : Utf8Decoded{bytes[0], 1};
    unsigned value = bytes[0] & (0x7fu >> length);
    for (int i = 1; i < length; i++) {
        if (static_cast<size_t>(i) >= size)
            return {0, kUtf8Incomplete};
        if (i == 1 ? !utf8_second_valid(bytes[0], bytes[1]) : (bytes[i] & 0xc0) != 0x80)
            return {0, kUtf8Invalid};
        value = value << 6 | (bytes[i] & 0x3fu);
    }
    return {value, length};
}

// Writes up to 4 bytes and returns how many; 0 if there is no such character.
constexpr int utf8_encode(unsigned value, char *bytes) {
    if (value < 0x80) {
        bytes[0] = static_cast<char>(value);
        return 1;
    }
    if (value < 0x800) {
        bytes[0] = static_cast<char>(0xc0 | value >> 6);
        bytes[1] = static_cast<char>(0x80 | (value & 0x3f));
        return 2;
    }
    if (value >= 0x110000 || (value >= 0xd800 && value < 0xe000))
        return 0;
    if (value < 0x10000) {
        bytes[0] = static_cast<char>(0xe0 | value >> 12);
        bytes[1] = static_cast<char>(0x80 | (value >> 6 & 0x3f));
        bytes[2] = static_cast<char>(0x80 | (value & 0x3f));
        return 3;
    }
    bytes[0] = static_cast<char>(0xf0 | value >> 18);
    bytes[1] = static_cast<char>(0x80 | (value >> 12 & 0x3f));
    bytes[2] = static_cast<char>(0x80 | (value >> 6 & 0x3f));
    bytes[3] = static_cast<char>(0x80 | (value & 0x3f));
    return 4;
}

} // namespace libc
