// Kernel command line: Linux's names where one exists (kernel-parameters.txt).
#pragma once
#include <optional>
#include <string_view>

#include "base/types.h"

namespace martlet {

/// The whole command line (/proc/cmdline).
std::string_view command_line();
/// The value of `name=value`, the last one given; an empty value for a bare `name`; nullopt if absent.
std::optional<std::string_view> command_line_option(std::string_view name);
/// Calls visit(context, value) for every `name=value`, in order (console= may be given several times).
void for_each_command_line_option(std::string_view name, void (*visit)(void*, std::string_view), void* context);
/// Warns of each word that is neither a kernel option, somebody's parameter `a.b=c`, nor known to be for the
/// first program.
void warn_about_unknown_options();

} // namespace martlet
