// write(2) until all is written, whatever signals come between.
#pragma once

#include <string_view>

namespace coreutils {

// False with errno when not all could be written.
bool write_all(int fd, std::string_view bytes);

} // namespace coreutils
