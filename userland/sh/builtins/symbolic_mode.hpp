// File creation masks as text; POSIX.1-2017 umask, chmod.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace sh {

// Octal or symbolic (u=rwx,go-w); nullopt when malformed.
std::optional<mode_t> parse_mask(std::string_view text, mode_t current_mask);
// "u=rwx,g=rx,o=rx": what the mask allows.
std::string symbolic_mask(mode_t mask);

}  // namespace sh
