// Order of version numbers: digits compare as numbers, so that file9 comes before file10 (strverscmp(3)'s
// purpose, with the rules of Debian's versions that ls -v and sort -V share).
#pragma once

#include <string_view>

namespace coreutils {

// Negative, zero or positive.
int compare_versions(std::string_view left, std::string_view right);

} // namespace coreutils
