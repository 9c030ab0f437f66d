// id: POSIX.1-2017, with GNU's -z.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/identity.h"

#include <algorithm>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>
#include <vector>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'a', nullptr, nullptr, nullptr},
    {'g', "group", nullptr, "print only the effective group ID"},
    {'G', "groups", nullptr, "print all group IDs"},
    {'n', "name", nullptr, "print a name instead of a number, for -ugG"},
    {'r', "real", nullptr, "print the real ID instead of the effective ID, with -ugG"},
    {'u', "user", nullptr, "print only the effective user ID"},
    {'z', "zero", nullptr,
     "delimit entries with NUL characters, not whitespace; not with the default format"},
};

struct Identity {
    uid_t real_user, effective_user;
    gid_t real_group, effective_group;
    std::vector<gid_t> groups; // the effective group first
};

Identity own_identity() {
    Identity identity{getuid(), geteuid(), getgid(), getegid(), {}};
    identity.groups.push_back(identity.effective_group);
    if (identity.real_group != identity.effective_group) identity.groups.push_back(identity.real_group);
    int count = getgroups(0, nullptr);
    std::vector<gid_t> more(count > 0 ? static_cast<size_t>(count) : 0);
    if (count > 0) count = getgroups(count, more.data());
    for (gid_t group : more)
        if (std::find(identity.groups.begin(), identity.groups.end(), group) == identity.groups.end())
            identity.groups.push_back(group);
    return identity;
}

bool identity_of(const char* user, Identity& identity) {
    auto uid = parse_user(user);
    passwd* entry = uid ? getpwuid(*uid) : nullptr;
    if (!entry) return false;
    identity = {entry->pw_uid, entry->pw_uid, entry->pw_gid, entry->pw_gid, {entry->pw_gid}};
    std::string name = entry->pw_name;
    setgrent();
    while (group* each = getgrent())
        for (char** member = each->gr_mem; *member; ++member)
            if (name == *member && std::find(identity.groups.begin(), identity.groups.end(), each->gr_gid) ==
                                       identity.groups.end())
                identity.groups.push_back(each->gr_gid);
    endgrent();
    return true;
}

bool has_name(const std::string& name, unsigned id) { return name != std::to_string(id); }

std::string described(const std::string& name, unsigned id) {
    return std::to_string(id) + (has_name(name, id) ? "(" + name + ")" : "");
}

void print_all(const Identity& identity) {
    out.write("uid=" + described(user_name(identity.real_user), identity.real_user));
    out.write(" gid=" + described(group_name(identity.real_group), identity.real_group));
    if (identity.effective_user != identity.real_user)
        out.write(" euid=" + described(user_name(identity.effective_user), identity.effective_user));
    if (identity.effective_group != identity.real_group)
        out.write(" egid=" + described(group_name(identity.effective_group), identity.effective_group));
    const char* separator = " groups=";
    for (gid_t group : identity.groups) {
        out.write(separator + described(group_name(group), group));
        separator = ",";
    }
}

int run(Arguments& arguments) {
    int form = 0;
    bool names = false, real = false, zero = false;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'n':
            names = true;
            break;
        case 'r':
            real = true;
            break;
        case 'z':
            zero = true;
            break;
        case 'a':
            break;
        default:
            if (form && form != *option) usage_error("cannot print \"only\" of more than one choice");
            form = *option;
        }
    }
    if (!form && (names || real)) usage_error("cannot print only names or real IDs in default format");
    if (!form && zero) usage_error("option --zero not permitted in default format");
    auto operands = arguments.operands();
    int status = 0;
    size_t count = operands.empty() ? 1 : operands.size();
    for (size_t i = 0; i < count; ++i) {
        Identity identity{};
        if (operands.empty()) {
            identity = own_identity();
        } else if (!identity_of(operands[i], identity)) {
            warn("'%s': no such user", operands[i]);
            status = 1;
            continue;
        }
        char end = zero ? '\0' : '\n';
        auto print_group = [&](gid_t group) {
            if (names && !has_name(group_name(group), group)) {
                warn("cannot find name for group ID %u", group);
                status = 1;
            }
            out.write(names ? group_name(group) : std::to_string(group));
        };
        if (form == 'u') {
            uid_t uid = real ? identity.real_user : identity.effective_user;
            out.write(names ? user_name(uid) : std::to_string(uid));
        } else if (form == 'g') {
            print_group(real ? identity.real_group : identity.effective_group);
        } else if (form == 'G') {
            for (size_t g = 0; g < identity.groups.size(); ++g) {
                if (g > 0) out.put(zero ? '\0' : ' ');
                print_group(identity.groups[g]);
            }
            if (zero && operands.size() > 1) out.put('\0');
        } else {
            print_all(identity);
        }
        out.put(end);
    }
    return status;
}

constexpr Tool kTool = {
    .name = "id",
    .synopsis = "[OPTION]... [USER]...",
    .summary = "Print user and group information for each USER, or for the current process.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
