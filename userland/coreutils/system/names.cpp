// groups and logname: POSIX.1-2017's short forms of what id tells. arch: uname -m.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/identity.h"

#include <grp.h>
#include <pwd.h>
#include <string>
#include <sys/utsname.h>
#include <unistd.h>
#include <vector>

namespace coreutils {
namespace {

void no_operands(Arguments& arguments) {
    while (arguments.next_option()) {
    }
    if (!arguments.operands().empty()) extra_operand(arguments.operands()[0]);
}

void print_groups(const std::vector<gid_t>& groups) {
    for (size_t index = 0; index < groups.size(); ++index)
        out.print("%s%s", index == 0 ? "" : " ", group_name(groups[index]).c_str());
    out.put('\n');
}

void add_unique(std::vector<gid_t>& groups, gid_t group) {
    for (gid_t each : groups)
        if (each == group) return;
    groups.push_back(group);
}

int run_groups(Arguments& arguments) {
    while (arguments.next_option()) {
    }
    std::vector<gid_t> groups;
    if (arguments.operands().empty()) {
        add_unique(groups, getegid());
        int count = getgroups(0, nullptr);
        std::vector<gid_t> more(count > 0 ? static_cast<size_t>(count) : 0);
        if (count > 0) count = getgroups(count, more.data());
        for (gid_t group : more) add_unique(groups, group);
        print_groups(groups);
        return 0;
    }
    int status = 0;
    for (const char* user : arguments.operands()) {
        passwd* entry = getpwnam(user);
        if (!entry) {
            warn("'%s': no such user", user);
            status = 1;
            continue;
        }
        groups.assign(1, entry->pw_gid);
        setgrent();
        while (group* each = getgrent())
            for (char** member = each->gr_mem; *member; ++member)
                if (std::string_view(user) == *member) add_unique(groups, each->gr_gid);
        endgrent();
        out.print("%s : ", user);
        print_groups(groups);
    }
    return status;
}

int run_logname(Arguments& arguments) {
    no_operands(arguments);
    const char* name = getlogin();
    if (!name) die(1, "no login name");
    out.print("%s\n", name);
    return 0;
}

int run_arch(Arguments& arguments) {
    no_operands(arguments);
    utsname names;
    uname(&names);
    out.print("%s\n", names.machine);
    return 0;
}

constexpr Tool kGroups = {
    .name = "groups",
    .synopsis = "[USERNAME]...",
    .summary = "Print the groups a user is in.",
    .run = run_groups,
};
MARTLET_REGISTER_TOOL(kGroups);

constexpr Tool kLogname = {
    .name = "logname",
    .synopsis = "",
    .summary = "Print the name of the user who logged in.",
    .run = run_logname,
};
MARTLET_REGISTER_TOOL(kLogname);

constexpr Tool kArch = {
    .name = "arch",
    .synopsis = "",
    .summary = "Print the machine's architecture.",
    .run = run_arch,
};
MARTLET_REGISTER_TOOL(kArch);

} // namespace
} // namespace coreutils
