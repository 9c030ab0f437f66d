// File names as ls shows them.
#pragma once

#include <string>
#include <string_view>

namespace coreutils {

enum class Quoting {
    literal,
    hide_control,
    shell,
    shell_escape,
    shell_always,
    shell_escape_always,
    c,
    escape
};

std::string quote_name(std::string_view name, Quoting quoting);

} // namespace coreutils
