// install: copies files and sets their attributes, or makes directories (GNU).
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/copy.h"
#include "lib/identity.h"
#include "lib/mode.h"
#include "lib/path.h"
#include "lib/same_file.h"
#include "lib/spawn.h"
#include "lib/targets.h"

#include <errno.h>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    MARTLET_BACKUP_OPTIONS,
    {'C', "compare", nullptr, "do not touch a destination that has the same content and attributes"},
    {'c', nullptr, nullptr, nullptr},
    {'d', "directory", nullptr, "treat all arguments as directory names; create all components"},
    {'D', nullptr, nullptr, "create all leading components of DEST except the last"},
    {'g', "group", "GROUP", "set group ownership"},
    {'m', "mode", "MODE", "set permission mode (as in chmod), instead of rwxr-xr-x"},
    {'o', "owner", "OWNER", "set ownership"},
    {'p', "preserve-timestamps", nullptr, "apply access/modification times of SOURCE files to DEST"},
    {'s', "strip", nullptr, "strip symbol tables (needs strip in PATH)"},
    {'t', "target-directory", "DIRECTORY", "copy all SOURCE arguments into DIRECTORY"},
    {'T', "no-target-directory", nullptr, "treat DEST as a normal file"},
    {'v', "verbose", nullptr, "print the name of each created file or directory"},
};

struct Settings {
    mode_t mode = 0755;
    uid_t owner = static_cast<uid_t>(-1);
    gid_t group = static_cast<gid_t>(-1);
    Backups backups;
    bool compare = false, parents = false, times = false, strip = false, verbose = false;
};

bool set_attributes(const std::string& path, const Settings& settings) {
    bool owned = settings.owner != static_cast<uid_t>(-1) || settings.group != static_cast<gid_t>(-1);
    if (owned && chown(path.c_str(), settings.owner, settings.group) != 0) {
        warn("cannot change ownership of '%s': %m", path.c_str());
        return false;
    }
    if (chmod(path.c_str(), settings.mode) != 0) {
        warn("cannot change permissions of '%s': %m", path.c_str());
        return false;
    }
    return true;
}

// Makes `path` and what leads to it; leading ones get 0755 whatever the umask says.
bool make_directories(const std::string& path, bool verbose) {
    for (size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
        std::string part = path.substr(0, slash);
        if (!part.ends_with('/') && !is_directory(part.c_str())) {
            if (mkdir(part.c_str(), 0755) != 0 && errno != EEXIST) {
                warn("cannot create directory '%s': %m", part.c_str());
                return false;
            }
            if (verbose) out.print("install: creating directory '%s'\n", part.c_str());
        }
        if (slash == std::string::npos) return true;
    }
}

bool same_content(const char* left, const char* right) {
    int fds[2] = {open(left, O_RDONLY | O_CLOEXEC), open(right, O_RDONLY | O_CLOEXEC)};
    bool same = fds[0] >= 0 && fds[1] >= 0;
    char blocks[2][16384];
    while (same) {
        ssize_t counts[2];
        for (int side = 0; side < 2; ++side)
            counts[side] = read(fds[side], blocks[side], sizeof(blocks[side]));
        if (counts[0] <= 0 || counts[0] != counts[1]) {
            same = counts[0] == 0 && counts[1] == 0;
            break;
        }
        same = std::string_view(blocks[0], static_cast<size_t>(counts[0])) ==
               std::string_view(blocks[1], static_cast<size_t>(counts[1]));
    }
    for (int fd : fds)
        if (fd >= 0) close(fd);
    return same;
}

bool is_up_to_date(const std::string& source, const std::string& target, const Settings& settings) {
    struct stat from, to;
    if (stat(source.c_str(), &from) != 0 || lstat(target.c_str(), &to) != 0) return false;
    uid_t owner = settings.owner == static_cast<uid_t>(-1) ? geteuid() : settings.owner;
    gid_t group = settings.group == static_cast<gid_t>(-1) ? getegid() : settings.group;
    return S_ISREG(to.st_mode) && (to.st_mode & 07777) == settings.mode && from.st_size == to.st_size &&
           to.st_uid == owner && to.st_gid == group && same_content(source.c_str(), target.c_str());
}

bool strip_file(const std::string& path) {
    std::string program = "strip", operand = path;
    char* const command[] = {program.data(), operand.data(), nullptr};
    if (run_and_wait(command) == 0) return true;
    warn("strip process terminated abnormally");
    return false;
}

bool install_file(const std::string& source, const std::string& target, const Settings& settings) {
    struct stat info;
    if (stat(source.c_str(), &info) != 0) {
        warn("cannot stat '%s': %m", source.c_str());
        return false;
    }
    if (S_ISDIR(info.st_mode)) {
        warn("omitting directory '%s'", source.c_str());
        return false;
    }
    struct stat old;
    bool exists = lstat(target.c_str(), &old) == 0;
    if (exists && same_inode(old, info)) {
        warn_same_file(source, target);
        return false;
    }
    if (settings.compare && is_up_to_date(source, target, settings)) return true;
    if (exists && !kinds_fit(source, info, target, old)) return false;
    std::string backup = exists && settings.backups.wanted() ? settings.backups.name_for(target) : "";
    if (!backup.empty() && !settings.backups.keep(target)) return false;
    CopySettings copy{.preserve_times = settings.times, .keep_special = false, .remove_destination = true};
    if (settings.verbose) {
        out.print("'%s' -> '%s'", source.c_str(), target.c_str());
        if (!backup.empty()) out.print(" (backup: '%s')", backup.c_str());
        out.put('\n');
    }
    mode_t mask = umask(077); // nobody gets at it before its attributes are right
    bool good = Copier(copy).copy(source, target);
    umask(mask);
    if (good && settings.strip) good = strip_file(target);
    return good && set_attributes(target, settings);
}

int run(Arguments& arguments) {
    Settings settings;
    bool directories = false;
    const char* into = nullptr;
    TargetKind kind = TargetKind::guess;
    while (auto option = arguments.next_option()) {
        const char* value = arguments.value();
        if (settings.backups.take(*option, value)) continue;
        switch (*option) {
        case 'C':
            settings.compare = true;
            break;
        case 'd':
            directories = true;
            break;
        case 'D':
            settings.parents = true;
            break;
        case 'g': {
            auto group = parse_group(value);
            if (!group) die(1, "invalid group '%s'", value);
            settings.group = *group;
            break;
        }
        case 'o': {
            auto user = parse_user(value);
            if (!user) die(1, "invalid user '%s'", value);
            settings.owner = *user;
            break;
        }
        case 'm': {
            auto change = ModeChange::parse(value);
            if (!change) die(1, "invalid mode '%s'", value);
            settings.mode = change->apply(0, 0);
            break;
        }
        case 'p':
            settings.times = true;
            break;
        case 's':
            settings.strip = true;
            break;
        case 't':
            into = value;
            break;
        case 'T':
            kind = TargetKind::file;
            break;
        case 'v':
            settings.verbose = true;
            break;
        }
    }
    auto operands = arguments.operands();
    int status = 0;
    if (directories) {
        if (operands.empty()) usage_error("missing file operand");
        for (const char* path : operands)
            if (!make_directories(path, settings.verbose) || !set_attributes(path, settings)) status = 1;
        return status;
    }
    if (settings.parents && into && !make_directories(into, settings.verbose)) return 1;
    if (settings.parents && !into && operands.size() == 2) {
        std::string parent(directory_name(operands[1]));
        if (!make_directories(parent, settings.verbose)) return 1;
    }
    Targets targets = read_targets(operands, into, kind);
    for (const char* source : targets.sources)
        if (!install_file(source, targets.path_for(source), settings)) status = 1;
    return status;
}

constexpr Tool kTool = {
    .name = "install",
    .synopsis =
        "[OPTION]... [-T] SOURCE DEST\n[OPTION]... SOURCE... DIRECTORY\n[OPTION]... -t DIRECTORY SOURCE...\n"
        "[OPTION]... -d DIRECTORY...",
    .summary = "Copy files and set attributes.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
