#include "lib/identity.h"

#include "lib/numbers.h"

#include <grp.h>
#include <pwd.h>
#include <vector>

namespace coreutils {
namespace {

struct Known {
    unsigned id;
    std::string name;
};

template <typename LookUp>
const std::string& remembered(std::vector<Known>& known, unsigned id, LookUp look_up) {
    for (const Known& entry : known)
        if (entry.id == id) return entry.name;
    const char* name = look_up(id);
    known.push_back({id, name ? name : std::to_string(id)});
    return known.back().name;
}

} // namespace

const std::string& user_name(uid_t uid) {
    static std::vector<Known> known;
    return remembered(known, uid, [](unsigned id) -> const char* {
        passwd* entry = getpwuid(id);
        return entry ? entry->pw_name : nullptr;
    });
}

const std::string& group_name(gid_t gid) {
    static std::vector<Known> known;
    return remembered(known, gid, [](unsigned id) -> const char* {
        group* entry = getgrgid(id);
        return entry ? entry->gr_name : nullptr;
    });
}

std::optional<uid_t> parse_user(const char* text) {
    if (passwd* entry = *text == '+' ? nullptr : getpwnam(text)) return entry->pw_uid;
    auto number = parse_unsigned(*text == '+' ? text + 1 : text);
    if (!number || *number >= UINT32_MAX) return std::nullopt;
    return static_cast<uid_t>(*number);
}

std::optional<gid_t> parse_group(const char* text) {
    if (group* entry = *text == '+' ? nullptr : getgrnam(text)) return entry->gr_gid;
    auto number = parse_unsigned(*text == '+' ? text + 1 : text);
    if (!number || *number >= UINT32_MAX) return std::nullopt;
    return static_cast<gid_t>(*number);
}

std::optional<OwnerChange> parse_owner(std::string_view text, std::string& problem) {
    OwnerChange change;
    size_t separator = text.find(':');
    // user.group is accepted when no user has that name.
    if (separator == std::string_view::npos && !parse_user(std::string(text).c_str()))
        separator = text.find('.');
    std::string user(text.substr(0, separator));
    if (!user.empty()) {
        auto uid = parse_user(user.c_str());
        if (!uid) {
            problem = "invalid user: '" + std::string(text) + "'";
            return std::nullopt;
        }
        change.user = *uid;
    }
    if (separator == std::string_view::npos) return change;
    std::string group(text.substr(separator + 1));
    if (!group.empty()) {
        auto gid = parse_group(group.c_str());
        if (!gid) {
            problem = "invalid group: '" + std::string(text) + "'";
            return std::nullopt;
        }
        change.group = *gid;
    } else if (!user.empty()) {
        passwd* entry = getpwuid(change.user);
        if (!entry) {
            problem = "invalid spec: '" + std::string(text) + "'";
            return std::nullopt;
        }
        change.group = entry->pw_gid;
    }
    return change;
}

} // namespace coreutils
