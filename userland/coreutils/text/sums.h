// The checksums of cksum and sum that are short.
#pragma once

#include <span>

namespace coreutils {

enum class Sum { crc, bsd, system_five };

// One line for each file, or for standard input, ended by `end`: the sum, the size in its unit, the name. The
// tool's exit status.
int print_sums(std::span<char*> names, Sum kind, char end);

} // namespace coreutils
