// mv: POSIX.1-2017 and GNU's -n -t -T -u -v. Across file systems: copy, then remove what was copied.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/copy.h"
#include "lib/path.h"
#include "lib/remove.h"
#include "lib/targets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

namespace coreutils {
namespace {

enum : int { kStripSlashes = kLongOnly };

constexpr Option kOptions[] = {
    MARTLET_BACKUP_OPTIONS,
    {'f', "force", nullptr, "do not prompt before overwriting"},
    {'i', "interactive", nullptr, "prompt before overwrite"},
    {'n', "no-clobber", nullptr, "do not overwrite an existing file"},
    {kStripSlashes, "strip-trailing-slashes", nullptr, "remove trailing slashes from each SOURCE"},
    {'t', "target-directory", "DIRECTORY", "move all SOURCE arguments into DIRECTORY"},
    {'T', "no-target-directory", nullptr, "treat DEST as a normal file"},
    {'u', "update", nullptr, "move only when the SOURCE is newer or the destination is missing"},
    {'v', "verbose", nullptr, "explain what is being done"},
};

bool move_across(const std::string& source, const std::string& destination, Copier& copier,
                 const CopySettings& settings, const struct stat& info) {
    if (S_ISDIR(info.st_mode) && rmdir(destination.c_str()) != 0 && errno != ENOENT) {
        warn_errno(destination);
        return false;
    }
    if (!copier.copy(source, destination)) return false;
    RemoveSettings removal{.prompt = RemovePrompt::never, .recursive = true, .verbose = settings.verbose};
    return remove_path(source.c_str(), removal);
}

// Whether the existing destination is to be replaced; asks where the options want that.
bool replace_wanted(const std::string& destination, const CopySettings& settings, const struct stat& info,
                    const struct stat& old) {
    if (settings.only_newer && !is_later(info.st_mtim, old.st_mtim)) return false;
    if (settings.overwrite == Overwrite::never) return false;
    if (settings.overwrite == Overwrite::ask) return ask("overwrite '%s'?", printable(destination).c_str());
    if (settings.overwrite != Overwrite::ask_if_unwritable || S_ISLNK(old.st_mode)) return true;
    if (faccessat(AT_FDCWD, destination.c_str(), W_OK, AT_EACCESS) == 0) return true;
    return ask("replace '%s', overriding mode %04o?", printable(destination).c_str(), old.st_mode & 07777);
}

// Whether `source` takes the place of the entry `old`.
Way make_way(const std::string& source, const std::string& destination, const CopySettings& settings,
             const struct stat& info, const struct stat& old) {
    if (settings.overwrite != Overwrite::never &&
        meeting_of(source, info, destination, old, settings) == Meeting::refused) {
        warn_same_file(source, destination);
        return Way::failed;
    }
    if (!replace_wanted(destination, settings, info, old)) return Way::done;
    bool fits = settings.backups.wanted() || kinds_fit(source, info, destination, old);
    return fits ? Way::clear : Way::failed;
}

bool move(const std::string& source, const std::string& destination, Copier& copier,
          const CopySettings& settings) {
    struct stat info, old;
    if (lstat(source.c_str(), &info) != 0) {
        warn_errno(source);
        return false;
    }
    std::string backup;
    if (lstat(destination.c_str(), &old) == 0) {
        Way way = make_way(source, destination, settings, info, old);
        if (way != Way::clear) return way == Way::done;
        if (settings.backups.wanted()) {
            backup = settings.backups.name_for(destination);
            if (!settings.backups.keep(destination, source)) return false;
        }
    }
    if (rename(source.c_str(), destination.c_str()) == 0) {
        if (!settings.verbose) return true;
        out.print("renamed '%s' -> '%s'", printable(source).c_str(), printable(destination).c_str());
        if (!backup.empty()) out.print(" (backup: '%s')", printable(backup).c_str());
        out.put('\n');
        return true;
    }
    if (errno == EXDEV) return move_across(source, destination, copier, settings, info);
    if (errno == EINVAL)
        warn("%s: cannot move to a subdirectory of itself, '%s'", source.c_str(), destination.c_str());
    else
        warn_errno(errno == ENOENT || errno == EACCES || errno == ENOTEMPTY || errno == EEXIST ? destination
                                                                                               : source);
    return false;
}

int run(Arguments& arguments) {
    CopySettings settings;
    settings.moving = true;
    settings.follow = Follow::never;
    const char* directory = nullptr;
    bool no_directory = false, strip = false;
    settings.overwrite = isatty(STDIN_FILENO) ? Overwrite::ask_if_unwritable : Overwrite::yes;
    while (auto option = arguments.next_option()) {
        if (settings.backups.take(*option, arguments.value())) continue;
        switch (*option) {
        case 'f':
            settings.overwrite = Overwrite::yes;
            break;
        case 'i':
            settings.overwrite = Overwrite::ask;
            break;
        case 'n':
            settings.overwrite = Overwrite::never;
            break;
        case kStripSlashes:
            strip = true;
            break;
        case 't':
            directory = arguments.value();
            break;
        case 'T':
            no_directory = true;
            break;
        case 'u':
            settings.only_newer = true;
            break;
        case 'v':
            settings.verbose = true;
            break;
        }
    }
    Targets targets =
        read_targets(arguments.operands(), directory, no_directory ? TargetKind::file : TargetKind::guess);
    if (settings.backups.wanted() && settings.overwrite == Overwrite::never)
        usage_error("options --backup and --no-clobber are mutually exclusive");
    out.defer_errors();
    bool good = true;
    // What goes across file systems is copied, with the links between all operands; all has been asked by
    // then.
    CopySettings copying = settings;
    copying.recursive = copying.preserve_mode = copying.preserve_owner = copying.preserve_times =
        copying.preserve_links = true;
    copying.overwrite = Overwrite::yes;
    copying.only_newer = false;
    Copier copier(copying);
    for (char* operand : targets.sources) {
        std::string source = operand;
        if (strip)
            while (source.size() > 1 && source.ends_with('/')) source.pop_back();
        good = move(source, targets.path_for(source.c_str()), copier, settings) && good;
    }
    return good ? 0 : 1;
}

constexpr Tool kTool = {
    .name = "mv",
    .synopsis =
        "[OPTION]... [-T] SOURCE DEST\n[OPTION]... SOURCE... DIRECTORY\n[OPTION]... -t DIRECTORY SOURCE...",
    .summary = "Rename SOURCE to DEST, or move SOURCEs to DIRECTORY.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
