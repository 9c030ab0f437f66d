// Sizes for people: 1.5K, 23M. Rounded up, as ls, du and df print them.
#pragma once

#include <stdint.h>
#include <string>

namespace coreutils {

enum class SizeUnit { binary, decimal };

// At most four characters: one decimal below ten, none above.
std::string human_size(uint64_t bytes, SizeUnit unit = SizeUnit::binary);

// How a tool prints sizes: in blocks of `block_bytes`, rounded up, or for people.
struct SizeFormat {
    uint64_t block_bytes = 1024;
    bool human = false;
    SizeUnit unit = SizeUnit::binary;
    const char* suffix = ""; // printed after a block count, for --block-size=K

    std::string format(uint64_t bytes) const;
    // The value of --block-size: a size, or "human-readable", or "si". False when it is neither.
    bool parse(const char* text);
    // POSIX: 512-byte units when POSIXLY_CORRECT is set, otherwise 1024; also obeys BLOCK_SIZE.
    static SizeFormat from_environment();
};

} // namespace coreutils
