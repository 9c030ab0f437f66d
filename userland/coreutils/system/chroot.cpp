// chroot: run a command with another root directory (GNU).
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "lib/identity.h"
#include "lib/spawn.h"

#include <grp.h>
#include <stdlib.h>
#include <string>
#include <unistd.h>
#include <vector>

namespace coreutils {
namespace {

enum : int { kGroups = kLongOnly, kUserspec, kSkipChdir };

constexpr Option kOptions[] = {
    {kGroups, "groups", "G_LIST", "specify supplementary groups as g1,g2,..,gN"},
    {kUserspec, "userspec", "USER:GROUP", "specify user and group (ID or name) to use"},
    {kSkipChdir, "skip-chdir", nullptr, "do not change working directory to '/'"},
};

std::vector<gid_t> parse_groups(std::string_view list) {
    std::vector<gid_t> groups;
    while (!list.empty()) {
        std::string word(list.substr(0, list.find(',')));
        list.remove_prefix(std::min(list.size(), word.size() + 1));
        auto group = parse_group(word.c_str());
        if (!group) die(125, "invalid group '%s'", word.c_str());
        groups.push_back(*group);
    }
    return groups;
}

int run(Arguments& arguments) {
    const char* groups = nullptr;
    const char* user = nullptr;
    bool skip_chdir = false;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case kGroups:
            groups = arguments.value();
            break;
        case kUserspec:
            user = arguments.value();
            break;
        case kSkipChdir:
            skip_chdir = true;
            break;
        }
    }
    auto operands = arguments.operands();
    if (operands.empty()) missing_operand();
    if (chroot(operands[0]) != 0) die(125, "cannot change root directory to '%s': %m", operands[0]);
    if (!skip_chdir && chdir("/") != 0) die(125, "cannot chdir to root directory: %m");
    // Names are looked up inside the new root.
    if (user) {
        std::string problem;
        auto change = parse_owner(user, problem);
        if (!change) die(125, "%s", problem.c_str());
        std::vector<gid_t> list = groups ? parse_groups(groups) : std::vector<gid_t>();
        if (setgroups(list.size(), list.data()) != 0) die(125, "failed to set supplemental groups: %m");
        if (change->group != static_cast<gid_t>(-1) && setgid(change->group) != 0)
            die(125, "failed to set group-ID: %m");
        if (change->user != static_cast<uid_t>(-1) && setuid(change->user) != 0)
            die(125, "failed to set user-ID: %m");
    } else if (groups) {
        std::vector<gid_t> list = parse_groups(groups);
        if (setgroups(list.size(), list.data()) != 0) die(125, "failed to set supplemental groups: %m");
    }
    if (operands.size() > 1) execute(arguments.operand_vector() + 1);
    const char* shell = getenv("SHELL");
    std::string program = shell ? shell : "/bin/sh", interactive = "-i";
    char* command[] = {program.data(), interactive.data(), nullptr};
    execute(command);
}

constexpr Tool kTool = {
    .name = "chroot",
    .synopsis = "[OPTION]... NEWROOT [COMMAND [ARG]...]",
    .summary = "Run COMMAND with root directory set to NEWROOT.",
    .options = kOptions,
    .run = run,
    .order = OperandOrder::options_first,
    .usage_status = 125,
    .failure_status = 125,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
