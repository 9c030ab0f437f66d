// The sums that are no digests: the CRC of POSIX.1-2017 cksum (polynomial 0x04C11DB7, the length appended)
// and the 16-bit sums of BSD and System V. sum is here, cksum with the digests.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "text/sums.h"

#include <array>

namespace coreutils {
namespace {

// tables[n][b]: the remainder of byte b followed by n zero bytes.
using Tables = std::array<std::array<uint32_t, 256>, 8>;
Tables make_tables() {
    Tables tables;
    for (uint32_t byte = 0; byte < 256; ++byte) {
        uint32_t crc = byte << 24;
        for (int bit = 0; bit < 8; ++bit) crc = crc << 1 ^ (crc & 0x80000000 ? 0x04c11db7 : 0);
        tables[0][byte] = crc;
    }
    for (size_t index = 1; index < tables.size(); ++index)
        for (size_t byte = 0; byte < 256; ++byte) {
            uint32_t before = tables[index - 1][byte];
            tables[index][byte] = before << 8 ^ tables[0][before >> 24];
        }
    return tables;
}
uint32_t update_crc(uint32_t crc, std::string_view bytes) {
    static const Tables tables = make_tables(); // quicker than reading them with the program
    auto at = reinterpret_cast<const unsigned char*>(bytes.data());
    size_t left = bytes.size();
    for (; left >= 8; left -= 8, at += 8) {
        crc ^= static_cast<uint32_t>(at[0]) << 24 | static_cast<uint32_t>(at[1]) << 16 |
               static_cast<uint32_t>(at[2]) << 8 | at[3];
        crc = tables[7][crc >> 24] ^ tables[6][crc >> 16 & 255] ^ tables[5][crc >> 8 & 255] ^
              tables[4][crc & 255] ^ tables[3][at[4]] ^ tables[2][at[5]] ^ tables[1][at[6]] ^
              tables[0][at[7]];
    }
    for (; left > 0; --left, ++at) crc = crc << 8 ^ tables[0][crc >> 24 ^ *at];
    return crc;
}

} // namespace

int print_sums(std::span<char*> names, Sum kind, char end) {
    bool named = !names.empty();
    return for_each_input(names, [&](Input& input, const char* name) {
        uint32_t sum = 0;
        uint64_t length = 0;
        for (std::string_view block; !(block = input.next_block()).empty(); length += block.size()) {
            if (kind == Sum::crc) {
                sum = update_crc(sum, block);
                continue;
            }
            for (unsigned char byte : block)
                sum = kind == Sum::system_five ? sum + byte : ((sum >> 1 | (sum & 1) << 15) + byte) & 0xffff;
        }
        if (input.error()) return;
        uint64_t size = length;
        if (kind == Sum::crc) {
            for (uint64_t rest = length; rest > 0; rest >>= 8) {
                char byte = static_cast<char>(rest);
                sum = update_crc(sum, {&byte, 1});
            }
            sum = ~sum;
        } else if (kind == Sum::system_five) {
            sum = (sum & 0xffff) + (sum >> 16);
            sum = (sum & 0xffff) + (sum >> 16);
            size = (length + 511) / 512;
        } else {
            size = (length + 1023) / 1024;
        }
        out.print(kind == Sum::bsd ? "%05u %5llu" : "%u %llu", sum, static_cast<unsigned long long>(size));
        if (named) out.print(" %s", name);
        out.put(end);
    });
}

namespace {

constexpr Option kSumOptions[] = {
    {'r', nullptr, nullptr, "use BSD sum algorithm, use 1K blocks (default)"},
    {'s', "sysv", nullptr, "use System V sum algorithm, use 512 bytes blocks"},
};

int run_sum(Arguments& arguments) {
    bool system_five = false;
    while (auto option = arguments.next_option()) system_five = *option == 's';
    return print_sums(arguments.operands(), system_five ? Sum::system_five : Sum::bsd, '\n');
}

constexpr Tool kSum = {
    .name = "sum",
    .synopsis = "[OPTION]... [FILE]...",
    .summary = "Checksum and count the blocks of each file.",
    .options = kSumOptions,
    .run = run_sum,
};
MARTLET_REGISTER_TOOL(kSum);

} // namespace
} // namespace coreutils
