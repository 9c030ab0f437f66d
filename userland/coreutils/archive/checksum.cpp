#include "archive/checksum.h"

#include <array>
#include <string.h>

namespace coreutils {
namespace {

// Tables to take `kCount` bytes at a step: [n][b] is what the byte b adds from n bytes further on. Made when
// they are first used, which is quicker than reading them with the program.
template <typename Word, size_t kCount> struct Tables {
    explicit Tables(Word polynomial) {
        for (Word byte = 0; byte < 256; ++byte) {
            Word crc = byte;
            for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? polynomial : 0);
            of[0][byte] = crc;
        }
        for (size_t index = 1; index < kCount; ++index)
            for (size_t byte = 0; byte < 256; ++byte) {
                Word before = of[index - 1][byte];
                of[index][byte] = before >> 8 ^ of[0][before & 255];
            }
    }
    std::array<std::array<Word, 256>, kCount> of;
};

} // namespace

uint64_t crc64(uint64_t crc, std::string_view bytes) {
    static const Tables<uint64_t, 4> tables(0xc96c5795d7870f42);
    const auto& table = tables.of;
    crc = ~crc;
    const char* at = bytes.data();
    size_t left = bytes.size();
    for (; left >= 4; left -= 4, at += 4) {
        uint32_t word;
        memcpy(&word, at, 4);
        word ^= static_cast<uint32_t>(crc);
        crc = crc >> 32 ^ table[3][word & 255] ^ table[2][word >> 8 & 255] ^ table[1][word >> 16 & 255] ^
              table[0][word >> 24];
    }
    for (; left > 0; --left, ++at) crc = crc >> 8 ^ table[0][(crc ^ static_cast<unsigned char>(*at)) & 255];
    return ~crc;
}

uint32_t crc32(uint32_t crc, std::string_view bytes) {
    static const Tables<uint32_t, 8> tables(0xedb88320);
    const auto& table = tables.of;
    crc = ~crc;
    const char* at = bytes.data();
    size_t left = bytes.size();
    for (; left >= 8; left -= 8, at += 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        word ^= crc;
        crc = table[7][word & 255] ^ table[6][word >> 8 & 255] ^ table[5][word >> 16 & 255] ^
              table[4][word >> 24 & 255] ^ table[3][word >> 32 & 255] ^ table[2][word >> 40 & 255] ^
              table[1][word >> 48 & 255] ^ table[0][word >> 56];
    }
    for (; left > 0; --left, ++at) crc = crc >> 8 ^ table[0][(crc ^ static_cast<unsigned char>(*at)) & 255];
    return ~crc;
}

} // namespace coreutils
