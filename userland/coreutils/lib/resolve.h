// Canonical path names: what readlink -f, realpath and ln -r share.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace coreutils {

enum class Missing { none, last, any };       // which components need not exist: -e, -f, -m
enum class Links { physical, logical, none }; // resolve as met; `..` before links (-L); no links at all (-s)

// The absolute path without symbolic links, `.`, `..` and repeated slashes; nothing with errno.
std::optional<std::string> resolve_path(const std::string& path, Missing missing,
                                        Links links = Links::physical);

// `path` as seen from `base`, both canonical.
std::string relative_path(std::string_view path, std::string_view base);

} // namespace coreutils
