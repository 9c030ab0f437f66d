// Reserved words; POSIX.1-2017 2.4.
#pragma once

#include <string_view>

namespace sh {

bool is_reserved_word(std::string_view text);

}  // namespace sh
