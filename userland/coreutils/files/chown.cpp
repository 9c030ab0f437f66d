// chown and chgrp: POSIX.1-2017, with GNU's -c -f -v --from --reference --preserve-root.
#include "files/change.h"
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

namespace coreutils {
namespace {

enum : int { kReference = kLongOnly, kFrom, kPreserveRoot, kNoPreserveRoot, kDereference };

constexpr Option kOptions[] = {
    {'c', "changes", nullptr, "like verbose but report only when a change is made"},
    {'f', "silent", nullptr, "suppress most error messages"},
    {'f', "quiet", nullptr, nullptr},
    {'v', "verbose", nullptr, "output a diagnostic for every file processed"},
    {kDereference, "dereference", nullptr, "affect the referent of each symbolic link (default)"},
    {'h', "no-dereference", nullptr, "affect symbolic links instead of any referenced file"},
    {kFrom, "from", "CURRENT_OWNER:CURRENT_GROUP",
     "change only if owner and group match those specified here"},
    {kNoPreserveRoot, "no-preserve-root", nullptr, "do not treat '/' specially (the default)"},
    {kPreserveRoot, "preserve-root", nullptr, "fail to operate recursively on '/'"},
    {kReference, "reference", "RFILE", "use RFILE's owner and group"},
    {'R', "recursive", nullptr, "operate on files and directories recursively"},
    {'H', nullptr, nullptr, "with -R, follow a command line argument that is a symbolic link to a directory"},
    {'L', nullptr, nullptr, "with -R, follow every symbolic link to a directory"},
    {'P', nullptr, nullptr, "with -R, do not follow any symbolic links (default)"},
};

constexpr uid_t kUnchanged = static_cast<uid_t>(-1);

struct Request {
    ChangeWalk walk;
    OwnerChange change, from;
    std::string user_text, group_text; // as given, for the report
};

std::string owner_text(uid_t uid, gid_t gid, const OwnerChange& change) {
    if (change.user == kUnchanged) return group_name(gid);
    if (change.group == static_cast<gid_t>(-1)) return user_name(uid);
    return user_name(uid) + ":" + group_name(gid);
}

void report(const Walk& walk, const struct stat& info, const Request& request, bool changed) {
    if (request.walk.report == Report::none || (request.walk.report == Report::changes && !changed)) return;
    const OwnerChange& change = request.change;
    const char* what = change.user == kUnchanged ? "group" : "ownership";
    std::string name = printable(walk.path()), before = owner_text(info.st_uid, info.st_gid, change);
    std::string after = request.user_text +
                        (request.user_text.empty() || request.group_text.empty() ? "" : ":") +
                        request.group_text;
    if (changed)
        out.print("changed %s of '%s' from %s to %s\n", what, name.c_str(), before.c_str(), after.c_str());
    else
        out.print("%s of '%s' retained as %s\n", what, name.c_str(), before.c_str());
}

bool change_one(Walk& walk, const struct stat& info, const Request& request) {
    const OwnerChange &from = request.from, &change = request.change;
    bool fits = (from.user == kUnchanged || from.user == info.st_uid) &&
                (from.group == static_cast<gid_t>(-1) || from.group == info.st_gid);
    bool changed = fits && ((change.user != kUnchanged && change.user != info.st_uid) ||
                            (change.group != static_cast<gid_t>(-1) && change.group != info.st_gid));
    // The entry is the link itself unless links are followed here.
    bool follow = request.walk.recursive ? request.walk.follow == Follow::always ||
                                               (request.walk.follow == Follow::roots && walk.depth() == 0)
                                         : request.walk.dereference;
    if (request.walk.recursive && request.walk.dereference && S_ISLNK(info.st_mode)) follow = false;
    if (fits && fchownat(walk.directory_fd(), walk.name(), change.user, change.group,
                         follow ? 0 : AT_SYMLINK_NOFOLLOW) != 0) {
        if (!request.walk.quiet) warn_errno(walk.path());
        return false;
    }
    report(walk, info, request, changed);
    return true;
}

OwnerChange owner_or_die(const char* text) {
    std::string problem;
    auto owner = parse_owner(text, problem);
    if (!owner) die(1, "%s", problem.c_str());
    return *owner;
}

int run_as(Arguments& arguments, bool group_only) {
    Request request;
    bool have_reference = false;
    while (auto option = arguments.next_option()) {
        ChangeWalk& walk = request.walk;
        switch (*option) {
        case 'c':
            walk.report = Report::changes;
            break;
        case 'f':
            walk.quiet = true;
            break;
        case 'v':
            walk.report = Report::all;
            break;
        case 'h':
            walk.dereference = false;
            break;
        case kDereference:
            walk.dereference = true;
            break;
        case kFrom:
            request.from = owner_or_die(arguments.value());
            break;
        case kPreserveRoot:
            walk.preserve_root = true;
            break;
        case kNoPreserveRoot:
            walk.preserve_root = false;
            break;
        case 'R':
            walk.recursive = true;
            break;
        case 'H':
            walk.follow = Follow::roots;
            break;
        case 'L':
            walk.follow = Follow::always;
            break;
        case 'P':
            walk.follow = Follow::never;
            break;
        case kReference: {
            struct stat info;
            if (stat(arguments.value(), &info) != 0) die_errno(1, arguments.value());
            request.change.user = group_only ? kUnchanged : info.st_uid;
            request.change.group = info.st_gid;
            if (!group_only) request.user_text = user_name(info.st_uid);
            request.group_text = group_name(info.st_gid);
            have_reference = true;
            break;
        }
        }
    }
    auto operands = arguments.operands();
    if (!have_reference) {
        if (operands.empty()) missing_operand();
        if (!group_only) {
            request.change = owner_or_die(operands[0]);
            std::string_view text = operands[0];
            request.user_text = text.substr(0, text.find(':'));
            if (request.change.group != static_cast<gid_t>(-1))
                request.group_text = text.ends_with(':') ? group_name(request.change.group)
                                                         : std::string(text.substr(text.find(':') + 1));
        } else if (*operands[0]) {
            auto group = parse_group(operands[0]);
            if (!group) die(1, "invalid group: '%s'", operands[0]);
            request.change.group = *group;
            request.group_text = operands[0];
        }
        if (operands.size() == 1) usage_error("missing operand after '%s'", operands[0]);
        operands = operands.subspan(1);
    }
    if (operands.empty()) missing_operand();
    out.defer_errors();
    return run_changes(request.walk, operands,
                       [&](Walk& walk, const struct stat& info) { return change_one(walk, info, request); });
}

int run_chown(Arguments& arguments) { return run_as(arguments, false); }
int run_chgrp(Arguments& arguments) { return run_as(arguments, true); }

constexpr Tool kChown = {
    .name = "chown",
    .synopsis = "[OPTION]... [OWNER][:[GROUP]] FILE...\n[OPTION]... --reference=RFILE FILE...",
    .summary = "Change the owner and group of each FILE.",
    .options = kOptions,
    .run = run_chown,
};
MARTLET_REGISTER_TOOL(kChown);

constexpr Tool kChgrp = {
    .name = "chgrp",
    .synopsis = "[OPTION]... GROUP FILE...\n[OPTION]... --reference=RFILE FILE...",
    .summary = "Change the group of each FILE to GROUP.",
    .options = kOptions,
    .run = run_chgrp,
};
MARTLET_REGISTER_TOOL(kChgrp);

} // namespace
} // namespace coreutils
