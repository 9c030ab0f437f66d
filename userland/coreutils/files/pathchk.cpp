// pathchk (POSIX.1-2017): whether names are valid here or, with -p, everywhere. mountpoint and namei: where
// they are.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/identity.h"
#include "lib/mode.h"
#include "lib/path.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <string>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace coreutils {
namespace {

enum : int { kPortability = kLongOnly };

constexpr Option kPathchkOptions[] = {
    {'p', nullptr, nullptr, "check for what every POSIX system takes"},
    {'P', nullptr, nullptr, "check for empty names and leading hyphens"},
    {kPortability, "portability", nullptr, "both"},
};

constexpr std::string_view kPortableCharacters =
    "/ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

bool check_lengths(const std::string& name, bool portable) {
    size_t path_max = portable ? _POSIX_PATH_MAX : PATH_MAX;
    if (name.size() >= path_max) {
        warn("limit %zu exceeded by length %zu of file name '%s'", path_max - 1, name.size(), name.c_str());
        return false;
    }
    for (size_t at = 0; at < name.size();) {
        size_t end = std::min(name.find('/', at), name.size());
        size_t limit = portable ? _POSIX_NAME_MAX : NAME_MAX;
        if (end - at > limit) {
            warn("limit %zu exceeded by length %zu of file name component '%s'", limit, end - at,
                 name.substr(at, end - at).c_str());
            return false;
        }
        at = end + 1;
    }
    return true;
}

bool check_name(const std::string& name, bool portable, bool strict) {
    if (strict && (name.starts_with('-') || name.contains("/-"))) {
        warn("leading '-' in a component of file name '%s'", name.c_str());
        return false;
    }
    if ((portable || strict) && name.empty()) {
        warn("empty file name");
        return false;
    }
    if (portable) {
        size_t at = name.find_first_not_of(kPortableCharacters);
        if (at != std::string::npos) {
            warn("nonportable character '%s' in file name '%s'", printable(name.substr(at, 1)).c_str(),
                 printable(name).c_str());
            return false;
        }
        return check_lengths(name, true);
    }
    struct stat info;
    if (lstat(name.c_str(), &info) == 0) return true;
    if (errno != ENOENT || name.empty()) {
        if (errno == ENAMETOOLONG && !check_lengths(name, false)) return false;
        warn_errno(name);
        return false;
    }
    return check_lengths(name, false);
}

int run_pathchk(Arguments& arguments) {
    bool portable = false, strict = false;
    while (auto option = arguments.next_option()) {
        portable |= *option != 'P';
        strict |= *option != 'p';
    }
    if (arguments.operands().empty()) missing_operand();
    bool fine = true;
    for (const char* name : arguments.operands()) fine = check_name(name, portable, strict) && fine;
    return fine ? 0 : 1;
}

constexpr Tool kPathchk = {
    .name = "pathchk",
    .synopsis = "[-pP] NAME...",
    .summary = "Check whether file names are valid and portable.",
    .options = kPathchkOptions,
    .run = run_pathchk,
};
MARTLET_REGISTER_TOOL(kPathchk);

constexpr Option kMountpointOptions[] = {
    {'d', "fs-devno", nullptr, "print the device number of the file system"},
    {'q', "quiet", nullptr, "print nothing"},
    {'x', "devno", nullptr, "print the number of the device itself"},
    {kLongOnly, "nofollow", nullptr, "do not follow a symbolic link"},
};

int run_mountpoint(Arguments& arguments) {
    bool number = false, quiet = false, device = false, follow = true;
    while (auto option = arguments.next_option()) {
        number |= *option == 'd';
        quiet |= *option == 'q';
        device |= *option == 'x';
        follow &= *option != kLongOnly;
    }
    if (arguments.operands().size() != 1) usage_error("bad usage");
    std::string path = arguments.operands()[0];
    struct stat info, parent;
    if ((follow ? stat(path.c_str(), &info) : lstat(path.c_str(), &info)) != 0) {
        if (!quiet) warn_errno(path);
        return 1;
    }
    if (device) {
        if (!S_ISBLK(info.st_mode)) {
            if (!quiet) warn("%s: not a block device", path.c_str());
            return 32;
        }
        out.print("%u:%u\n", major(info.st_rdev), minor(info.st_rdev));
        return 0;
    }
    // A root of a mount lies on another device than its parent, or is its own parent.
    bool is_mount = S_ISDIR(info.st_mode) && stat((path + "/..").c_str(), &parent) == 0 &&
                    (parent.st_dev != info.st_dev || parent.st_ino == info.st_ino);
    if (number && is_mount)
        out.print("%u:%u\n", major(info.st_dev), minor(info.st_dev));
    else if (!quiet)
        out.print("%s is %sa mountpoint\n", path.c_str(), is_mount ? "" : "not ");
    return is_mount ? 0 : 32;
}

constexpr Tool kMountpoint = {
    .name = "mountpoint",
    .synopsis = "[-dq] DIRECTORY\n-x DEVICE",
    .summary = "Tell whether a directory is the root of a mount.",
    .options = kMountpointOptions,
    .run = run_mountpoint,
};
MARTLET_REGISTER_TOOL(kMountpoint);

constexpr Option kNameiOptions[] = {
    {'l', "long", nullptr, "the same as -m -o -v"},     {'m', "modes", nullptr, "show the permissions"},
    {'n', "nosymlinks", nullptr, "do not follow links"}, {'o', "owners", nullptr, "show owner and group"},
    {'v', "vertical", nullptr, nullptr},
};

struct NameiForm {
    bool modes = false, owners = false, follow = true, vertical = false;
};

// One line for each component of `path`, below `directory`; false when one cannot be looked at.
bool show_components(const std::string& directory, std::string_view path, const NameiForm& form,
                     unsigned depth) {
    std::string at = path.starts_with('/') ? "/" : directory;
    bool root = path.starts_with('/');
    while (!path.empty() || root) {
        std::string name = "/";
        if (!root) {
            while (path.starts_with('/')) path.remove_prefix(1);
            if (path.empty()) break;
            name = path.substr(0, path.find('/'));
            path.remove_prefix(name.size());
        }
        std::string whole = root ? "/" : at.empty() ? name : at + (at.ends_with('/') ? "" : "/") + name;
        root = false;
        struct stat info;
        if (lstat(whole.c_str(), &info) != 0) {
            out.print("%*s%s - %s\n", static_cast<int>(2 * depth + 3), "", name.c_str(), strerror(errno));
            return false;
        }
        std::string lead(2 * depth, ' ');
        if (form.vertical) lead.clear();
        std::string mode = mode_string(info.st_mode);
        out.write(lead + (form.vertical ? "" : " ") + (form.modes ? mode : mode.substr(0, 1)) + " ");
        if (form.owners) out.write(user_name(info.st_uid) + " " + group_name(info.st_gid) + " ");
        out.fill(' ', form.vertical ? 2 * depth : 0);
        out.write(name);
        auto link = S_ISLNK(info.st_mode) ? read_link(whole.c_str()) : std::nullopt;
        if (link) out.write(" -> " + *link);
        out.put('\n');
        if (link && form.follow) {
            if (depth > 40) return false;
            if (!show_components(at, *link, form, depth + 1)) return false;
        }
        at = whole;
    }
    return true;
}

int run_namei(Arguments& arguments) {
    NameiForm form;
    while (auto option = arguments.next_option()) {
        form.modes |= *option == 'm' || *option == 'l';
        form.owners |= *option == 'o' || *option == 'l';
        form.follow &= *option != 'n';
        form.vertical |= *option == 'v' || *option == 'l';
    }
    if (arguments.operands().empty()) usage_error("pathname argument is missing");
    bool fine = true;
    for (const char* name : arguments.operands()) {
        out.print("f: %s\n", name);
        fine = show_components("", name, form, 0) && fine;
    }
    return fine ? 0 : 1;
}

constexpr Tool kNamei = {
    .name = "namei",
    .synopsis = "[OPTION]... PATH...",
    .summary = "Follow a path to its end, one line for each part.",
    .options = kNameiOptions,
    .run = run_namei,
};
MARTLET_REGISTER_TOOL(kNamei);

} // namespace
} // namespace coreutils
