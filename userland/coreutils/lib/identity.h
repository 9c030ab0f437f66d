// Names of users and groups, remembered after the first look-up.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace coreutils {

// The name, or the number in digits when there is none.
const std::string& user_name(uid_t uid);
const std::string& group_name(gid_t gid);

// A name, or a number; nothing when it is neither.
std::optional<uid_t> parse_user(const char* text);
std::optional<gid_t> parse_group(const char* text);

// chown's operand: USER, USER:GROUP, USER: (the user's login group), :GROUP. Absent parts are -1.
struct OwnerChange {
    uid_t user = static_cast<uid_t>(-1);
    gid_t group = static_cast<gid_t>(-1);
};
// The result, or a message for the user in `problem`.
std::optional<OwnerChange> parse_owner(std::string_view text, std::string& problem);

} // namespace coreutils
