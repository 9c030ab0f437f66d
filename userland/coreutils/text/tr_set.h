// The sets of tr: ranges, classes, equivalences, repeats and escapes, over bytes (POSIX.1-2017 tr).
#pragma once

#include <optional>
#include <stdint.h>
#include <string>
#include <string_view>
#include <vector>

namespace coreutils::tr {

enum class CaseClass { none, lower, upper };

// A piece of a set in its order.
struct Piece {
    std::vector<unsigned char> bytes;
    CaseClass case_class = CaseClass::none; // [:lower:] and [:upper:] pair up in translation
    bool is_class = false;                  // any [:class:]
    bool repeat = false;                    // [x*n], n 0: as often as needed
    uint64_t count = 0;
};

struct Set {
    std::vector<Piece> pieces;
    size_t open_repeats = 0; // [x*]

    uint64_t size() const; // with open repeats as nothing
};

// Nothing when `text` is wrong; `problem` says why.
std::optional<Set> parse_set(std::string_view text, std::string& problem);

// All bytes in order; an open repeat fills up to `wanted`.
std::vector<unsigned char> expand(const Set& set, size_t wanted);

} // namespace coreutils::tr
