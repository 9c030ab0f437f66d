#include "archive/checksum.h"

#include <array>
#include <string.h>

namespace coreutils {
namespace {

using Tables = std::array<std::array<uint32_t, 256>, 8>;
constexpr Tables make_tables() {
    Tables tables{};
    for (uint32_t byte = 0; byte < 256; ++byte) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
        tables[0][byte] = crc;
    }
    for (size_t index = 1; index < tables.size(); ++index)
        for (size_t byte = 0; byte < 256; ++byte) {
            uint32_t before = tables[index - 1][byte];
            tables[index][byte] = before >> 8 ^ tables[0][before & 255];
        }
    return tables;
}
constexpr Tables kTables = make_tables();

using WideTables = std::array<std::array<uint64_t, 256>, 4>;
constexpr WideTables make_wide_tables() {
    WideTables tables{};
    for (uint64_t byte = 0; byte < 256; ++byte) {
        uint64_t crc = byte;
        for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xc96c5795d7870f42 : 0);
        tables[0][byte] = crc;
    }
    for (size_t index = 1; index < tables.size(); ++index)
        for (size_t byte = 0; byte < 256; ++byte) {
            uint64_t before = tables[index - 1][byte];
            tables[index][byte] = before >> 8 ^ tables[0][before & 255];
        }
    return tables;
}
constexpr WideTables kWideTables = make_wide_tables();

} // namespace

uint64_t crc64(uint64_t crc, std::string_view bytes) {
    crc = ~crc;
    const char* at = bytes.data();
    size_t left = bytes.size();
    for (; left >= 4; left -= 4, at += 4) {
        uint32_t word;
        memcpy(&word, at, 4);
        word ^= static_cast<uint32_t>(crc);
        crc = crc >> 32 ^ kWideTables[3][word & 255] ^ kWideTables[2][word >> 8 & 255] ^
              kWideTables[1][word >> 16 & 255] ^ kWideTables[0][word >> 24];
    }
    for (; left > 0; --left, ++at)
        crc = crc >> 8 ^ kWideTables[0][(crc ^ static_cast<unsigned char>(*at)) & 255];
    return ~crc;
}

uint32_t crc32(uint32_t crc, std::string_view bytes) {
    crc = ~crc;
    const char* at = bytes.data();
    size_t left = bytes.size();
    for (; left >= 8; left -= 8, at += 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        word ^= crc;
        crc = kTables[7][word & 255] ^ kTables[6][word >> 8 & 255] ^ kTables[5][word >> 16 & 255] ^
              kTables[4][word >> 24 & 255] ^ kTables[3][word >> 32 & 255] ^ kTables[2][word >> 40 & 255] ^
              kTables[1][word >> 48 & 255] ^ kTables[0][word >> 56];
    }
    for (; left > 0; --left, ++at) crc = crc >> 8 ^ kTables[0][(crc ^ static_cast<unsigned char>(*at)) & 255];
    return ~crc;
}

} // namespace coreutils
