// Numbers as operands: plain, and with the size suffixes that the GNU tools share.
#pragma once

#include <optional>
#include <stdint.h>
#include <string_view>

namespace coreutils {

// Decimal digits only; nothing on anything else or beyond 64 bits.
std::optional<uint64_t> parse_unsigned(std::string_view text);
// The same with an optional sign.
std::optional<int64_t> parse_signed(std::string_view text);
// Digits and an optional suffix: b 512, kB 1000, K or KiB 1024, MB, M, ... E; c 1 and w 2 as dd(1) and od(1)
// have. Saturates at UINT64_MAX.
std::optional<uint64_t> parse_size(std::string_view text);
// A decimal fraction without sign or exponent limits of strtod(3): "0.5", "1e3".
std::optional<double> parse_double(const char* text);

// parse_unsigned and parse_size for an option's value; a wrong one ends the tool with "invalid WHAT: 'text'".
uint64_t unsigned_or_die(const char* text, const char* what);
uint64_t size_or_die(const char* text, const char* what);

} // namespace coreutils
