// Eight bytes a step: table k holds the effect of a byte followed by k zero bytes.
#include "fs/initrd/crc32.h"

#include <string.h>

namespace martlet {
namespace {

constexpr u32 kPolynomial = 0xedb88320;

struct Tables {
    u32 entries[8][256];
    constexpr Tables() : entries() {
        for (u32 byte = 0; byte < 256; ++byte) {
            u32 value = byte;
            for (int bit = 0; bit < 8; ++bit) value = value & 1 ? value >> 1 ^ kPolynomial : value >> 1;
            entries[0][byte] = value;
        }
        for (u32 table = 1; table < 8; ++table)
            for (u32 byte = 0; byte < 256; ++byte)
                entries[table][byte] = entries[table - 1][byte] >> 8 ^ entries[0][entries[table - 1][byte] & 0xff];
    }
};
constexpr Tables kTables;

} // namespace

u32 crc32(u32 crc, std::span<const u8> bytes) {
    const auto& table = kTables.entries;
    crc = ~crc;
    const u8* at = bytes.data();
    usize left = bytes.size();
    for (; left >= 8; left -= 8, at += 8) {
        u64 word;
        memcpy(&word, at, 8);
        word ^= crc;
        crc = 0;
        for (u32 index = 0; index < 8; ++index) crc ^= table[7 - index][word >> (8 * index) & 0xff];
    }
    for (; left > 0; --left, ++at) crc = crc >> 8 ^ table[0][(crc ^ *at) & 0xff];
    return ~crc;
}

} // namespace martlet
