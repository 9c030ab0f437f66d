// mount and umount as mount(8) and umount(8) have them: lists, options by name, /etc/fstab, -a.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/mounts.h"
#include "lib/resolve.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>

namespace coreutils {
namespace {

enum : int { kBind = kLongOnly, kRbind, kMove, kMakePrivate, kMakeShared, kMakeSlave };

constexpr Option kOptions[] = {
    {'a', "all", nullptr, "mount all filesystems mentioned in /etc/fstab"},
    {kBind, "bind", nullptr, "mount a subtree somewhere else (same as -o bind)"},
    {'B', nullptr, nullptr, "the same as --bind"},
    {'f', "fake", nullptr, "dry run; skip the mount(2) call"},
    {'M', "move", nullptr, "move a subtree to some other place"},
    {'n', "no-mtab", nullptr, nullptr},
    {'o', "options", "LIST", "comma-separated list of mount options"},
    {'r', "read-only", nullptr, "mount the filesystem read-only (same as -o ro)"},
    {'R', "rbind", nullptr, "mount a subtree and all submounts somewhere else"},
    {'t', "types", "LIST", "the filesystem type; without operands, list only those"},
    {'v', "verbose", nullptr, "say what is being done"},
    {'w', "rw", nullptr, "mount the filesystem read-write (default)"},
    {kMakePrivate, "make-private", nullptr, "mark a subtree as private"},
    {kMakeShared, "make-shared", nullptr, "mark a subtree as shared"},
    {kMakeSlave, "make-slave", nullptr, "mark a subtree as slave"},
};

struct FlagName {
    const char* name;
    unsigned long set, clear;
};

constexpr FlagName kFlagNames[] = {
    {"defaults", 0, 0},
    {"ro", MS_RDONLY, 0},
    {"rw", 0, MS_RDONLY},
    {"nosuid", MS_NOSUID, 0},
    {"suid", 0, MS_NOSUID},
    {"nodev", MS_NODEV, 0},
    {"dev", 0, MS_NODEV},
    {"noexec", MS_NOEXEC, 0},
    {"exec", 0, MS_NOEXEC},
    {"sync", MS_SYNCHRONOUS, 0},
    {"async", 0, MS_SYNCHRONOUS},
    {"dirsync", MS_DIRSYNC, 0},
    {"remount", MS_REMOUNT, 0},
    {"mand", MS_MANDLOCK, 0},
    {"nomand", 0, MS_MANDLOCK},
    {"noatime", MS_NOATIME, 0},
    {"atime", 0, MS_NOATIME},
    {"nodiratime", MS_NODIRATIME, 0},
    {"diratime", 0, MS_NODIRATIME},
    {"bind", MS_BIND, 0},
    {"rbind", MS_BIND | MS_REC, 0},
    {"move", MS_MOVE, 0},
    {"relatime", MS_RELATIME, 0},
    {"norelatime", 0, MS_RELATIME},
    {"strictatime", MS_STRICTATIME, 0},
    {"silent", MS_SILENT, 0},
    {"loud", 0, MS_SILENT},
    {"private", MS_PRIVATE, 0},
    {"rprivate", MS_PRIVATE | MS_REC, 0},
    {"shared", MS_SHARED, 0},
    {"rshared", MS_SHARED | MS_REC, 0},
    {"slave", MS_SLAVE, 0},
    {"rslave", MS_SLAVE | MS_REC, 0},
    {"unbindable", MS_UNBINDABLE, 0},
    {"auto", 0, 0},
    {"noauto", 0, 0},
    {"user", 0, 0},
    {"nouser", 0, 0},
    {"users", 0, 0},
    {"nofail", 0, 0},
    {"_netdev", 0, 0},
};

struct Flags {
    unsigned long bits = 0;
    std::string data; // what the file system itself is told
    bool automatic = true;

    void add(std::string_view list) {
        while (!list.empty()) {
            std::string_view word = list.substr(0, list.find(','));
            list.remove_prefix(word.size() < list.size() ? word.size() + 1 : word.size());
            if (word == "noauto") automatic = false;
            const FlagName* found = nullptr;
            for (const FlagName& flag : kFlagNames)
                if (word == flag.name) found = &flag;
            if (found)
                bits = (bits & ~found->clear) | found->set;
            else if (!word.empty())
                data.append(data.empty() ? "" : ",").append(word);
        }
    }
};

bool list_contains(std::string_view list, std::string_view type) {
    bool negative = list.starts_with("no");
    if (negative) list.remove_prefix(2);
    while (!list.empty()) {
        std::string_view word = list.substr(0, list.find(','));
        list.remove_prefix(word.size() < list.size() ? word.size() + 1 : word.size());
        if (word == type) return !negative;
    }
    return negative;
}

int print_mounts(const char* types) {
    auto mounts = read_mounts();
    if (mounts.empty()) die_errno(1, "/proc/self/mounts");
    for (const Mount& mount : mounts) {
        if (types && !list_contains(types, mount.type)) continue;
        out.print("%s on %s type %s (%s)\n", mount.device.c_str(), mount.directory.c_str(),
                  mount.type.c_str(), mount.options.c_str());
    }
    return 0;
}

// Every file system of the kernel that lives on a device, for a mount without -t.
std::vector<std::string> device_file_systems() {
    std::vector<std::string> types;
    Input input;
    if (!input.open("/proc/filesystems")) return types;
    while (auto line = input.next_line())
        if (line->starts_with('\t')) types.emplace_back(line->substr(1));
    return types;
}

bool mount_one(const Mount& request, const Flags& flags, bool fake, bool verbose) {
    constexpr unsigned long kTypeless =
        MS_BIND | MS_MOVE | MS_REMOUNT | MS_PRIVATE | MS_SHARED | MS_SLAVE | MS_UNBINDABLE;
    bool typeless = flags.bits & kTypeless;
    std::vector<std::string> types;
    if (!request.type.empty() && request.type != "auto")
        types.push_back(request.type);
    else if (typeless)
        types.push_back("none");
    else
        types = device_file_systems();
    int error = ENODEV;
    const char* data = flags.data.empty() ? nullptr : flags.data.c_str();
    for (const std::string& type : types) {
        if (fake ||
            mount(request.device.c_str(), request.directory.c_str(), type.c_str(), flags.bits, data) == 0) {
            // The flags of a bind mount take a second call.
            constexpr unsigned long kLater =
                MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME;
            if (!fake && (flags.bits & MS_BIND) && !(flags.bits & MS_REMOUNT) && (flags.bits & kLater) &&
                mount("none", request.directory.c_str(), nullptr,
                      MS_REMOUNT | MS_BIND | (flags.bits & kLater), nullptr) != 0) {
                error = errno;
                break;
            }
            if (verbose)
                out.print("mount: %s mounted on %s\n", request.device.c_str(), request.directory.c_str());
            return true;
        }
        error = errno;
        if (error != EINVAL && error != ENODEV && error != ENOTBLK) break;
    }
    if (error == ENODEV && !request.type.empty())
        warn("%s: unknown filesystem type '%s'", request.directory.c_str(), request.type.c_str());
    else
        warn_errno(request.directory, error);
    return false;
}

struct Request {
    bool all = false, fake = false, verbose = false;
    const char* types = nullptr;
    Flags flags;
};

int mount_all(const Request& request) {
    auto table = read_mounts("/etc/fstab");
    auto mounted = read_mounts();
    bool good = true;
    for (const Mount& entry : table) {
        if (entry.type == "swap" || entry.directory == "none") continue;
        if (request.types && !list_contains(request.types, entry.type)) continue;
        bool present = false;
        for (const Mount& mount : mounted) present = present || mount.directory == entry.directory;
        Flags flags = request.flags;
        flags.add(entry.options);
        if (!present && flags.automatic)
            good = mount_one(entry, flags, request.fake, request.verbose) && good;
    }
    return good ? 0 : 64;
}

int run_mount(Arguments& arguments) {
    Request request;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'a':
            request.all = true;
            break;
        case 'B':
        case kBind:
            request.flags.bits |= MS_BIND;
            break;
        case 'R':
            request.flags.bits |= MS_BIND | MS_REC;
            break;
        case 'M':
            request.flags.bits |= MS_MOVE;
            break;
        case kMakePrivate:
            request.flags.bits |= MS_PRIVATE;
            break;
        case kMakeShared:
            request.flags.bits |= MS_SHARED;
            break;
        case kMakeSlave:
            request.flags.bits |= MS_SLAVE;
            break;
        case 'f':
            request.fake = true;
            break;
        case 'o':
            request.flags.add(arguments.value());
            break;
        case 'r':
            request.flags.add("ro");
            break;
        case 'w':
            request.flags.add("rw");
            break;
        case 't':
            request.types = arguments.value();
            break;
        case 'v':
            request.verbose = true;
            break;
        }
    }
    auto operands = arguments.operands();
    if (request.all) return mount_all(request);
    if (operands.empty()) return print_mounts(request.types);
    if (operands.size() > 2) extra_operand(operands[2]);
    Mount entry;
    entry.type = request.types ? request.types : "";
    entry.directory = operands.back();
    entry.device = operands.size() == 2 ? operands[0] : "none";
    if (operands.size() == 1 && !(request.flags.bits & (MS_REMOUNT | MS_PRIVATE | MS_SHARED | MS_SLAVE))) {
        bool found = false;
        for (const Mount& known : read_mounts("/etc/fstab")) {
            if (known.directory != operands[0] && known.device != operands[0]) continue;
            entry = known;
            Flags flags;
            flags.add(known.options);
            flags.bits |= request.flags.bits;
            request.flags = flags;
            found = true;
        }
        if (!found) die(1, "%s: can't find in /etc/fstab", operands[0]);
    }
    return mount_one(entry, request.flags, request.fake, request.verbose) ? 0 : 32;
}

constexpr Tool kMount = {
    .name = "mount",
    .synopsis = "[-t TYPE]\n-a [OPTION]...\n[OPTION]... DEVICE | DIRECTORY\n[OPTION]... DEVICE DIRECTORY",
    .summary = "Mount a filesystem, or list the mounted ones.",
    .options = kOptions,
    .run = run_mount,
};
MARTLET_REGISTER_TOOL(kMount);

constexpr Option kUmountOptions[] = {
    {'a', "all", nullptr, "unmount all filesystems"},
    {'f', "force", nullptr, "force unmount"},
    {'l', "lazy", nullptr, "detach the filesystem now, clean up when it is not busy"},
    {'n', "no-mtab", nullptr, nullptr},
    {'r', "read-only", nullptr, "if unmounting fails, try to remount read-only"},
    {'t', "types", "LIST", "with -a, limit the set of filesystem types"},
    {'v', "verbose", nullptr, "say what is being done"},
};

int run_umount(Arguments& arguments) {
    bool all = false, read_only = false, verbose = false;
    int flags = 0;
    const char* types = nullptr;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'a':
            all = true;
            break;
        case 'f':
            flags |= MNT_FORCE;
            break;
        case 'l':
            flags |= MNT_DETACH;
            break;
        case 'r':
            read_only = true;
            break;
        case 't':
            types = arguments.value();
            break;
        case 'v':
            verbose = true;
            break;
        }
    }
    auto mounts = read_mounts();
    std::vector<std::string> targets;
    if (all) {
        for (size_t i = mounts.size(); i-- > 0;) {
            const std::string& directory = mounts[i].directory;
            if (directory == "/" || directory == "/proc" || directory == "/dev") continue;
            if (!types || list_contains(types, mounts[i].type)) targets.push_back(directory);
        }
    } else {
        if (arguments.operands().empty()) missing_operand();
        for (const char* operand : arguments.operands()) {
            std::string target = operand;
            // A device stands for the place where it was mounted last.
            auto canonical = resolve_path(operand, Missing::none);
            for (const Mount& mount : mounts)
                if (mount.device == operand || (canonical && mount.device == *canonical))
                    target = mount.directory;
            targets.push_back(target);
        }
    }
    int status = 0;
    for (const std::string& target : targets) {
        if (umount2(target.c_str(), flags) != 0) {
            int error = errno;
            if (read_only && error == EBUSY &&
                mount("none", target.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) == 0)
                continue;
            if (error == EINVAL)
                warn("%s: not mounted", target.c_str());
            else
                warn_errno(target, error);
            status = 32;
        } else if (verbose) {
            out.print("umount: %s unmounted\n", target.c_str());
        }
    }
    return status;
}

constexpr Tool kUmount = {
    .name = "umount",
    .synopsis = "[OPTION]... DIRECTORY | DEVICE...\n-a [OPTION]...",
    .summary = "Unmount filesystems.",
    .options = kUmountOptions,
    .run = run_umount,
};
MARTLET_REGISTER_TOOL(kUmount);

} // namespace
} // namespace coreutils
