// ln: POSIX.1-2017, with GNU's -b -i -n -r -t -T -v.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/backup.h"
#include "lib/path.h"
#include "lib/resolve.h"
#include "lib/same_file.h"
#include "lib/targets.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    MARTLET_BACKUP_OPTIONS,
    {'f', "force", nullptr, "remove existing destination files"},
    {'i', "interactive", nullptr, "prompt whether to remove destinations"},
    {'L', "logical", nullptr, "dereference TARGETs that are symbolic links"},
    {'n', "no-dereference", nullptr,
     "treat LINK_NAME as a normal file if it is a symbolic link to a directory"},
    {'P', "physical", nullptr, "make hard links directly to symbolic links"},
    {'r', "relative", nullptr, "with -s, create links relative to link location"},
    {'s', "symbolic", nullptr, "make symbolic links instead of hard links"},
    {'t', "target-directory", "DIRECTORY", "specify the DIRECTORY in which to create the links"},
    {'T', "no-target-directory", nullptr, "treat LINK_NAME as a normal file always"},
    {'v', "verbose", nullptr, "print name of each linked file"},
};

struct Settings {
    Backups backups;
    bool symbolic = false, force = false, interactive = false, logical = false, relative = false,
         verbose = false;
};

int make_link(const std::string& target, const std::string& name, const Settings& settings) {
    if (settings.symbolic) return symlink(target.c_str(), name.c_str());
    return linkat(AT_FDCWD, target.c_str(), AT_FDCWD, name.c_str(), settings.logical ? AT_SYMLINK_FOLLOW : 0);
}

bool make(const char* source, const std::string& name, const Settings& settings) {
    std::string target = source;
    if (settings.relative) {
        auto from = resolve_path(std::string(directory_name(name)), Missing::any);
        auto to = resolve_path(source, Missing::any);
        if (from && to) target = relative_path(*to, *from);
    }
    struct stat info;
    if (!settings.symbolic) {
        if ((settings.logical ? stat(source, &info) : lstat(source, &info)) != 0) {
            warn_errno(source);
            return false;
        }
        if (S_ISDIR(info.st_mode)) {
            warn("%s: hard link not allowed for directory", source);
            return false;
        }
    }
    int result = make_link(target, name, settings);
    if (result != 0 && errno == EEXIST &&
        (settings.force || settings.interactive || settings.backups.wanted())) {
        struct stat old;
        if (lstat(name.c_str(), &old) == 0 && S_ISDIR(old.st_mode)) {
            warn("%s: cannot overwrite directory", name.c_str());
            return false;
        }
        // The only name of the file must not become a link to itself.
        bool keeps_old = settings.backups.wanted() && settings.symbolic;
        if (!keeps_old && (!settings.symbolic || stat(source, &info) == 0) &&
            lstat(name.c_str(), &old) == 0 && same_inode(info, old) &&
            (info.st_nlink == 1 || same_entry(source, name))) {
            warn_same_file(source, name);
            return false;
        }
        if (settings.interactive && !ask("replace '%s'?", printable(name).c_str())) return true;
        if (settings.backups.wanted()) {
            if (!settings.backups.keep(name)) return false;
        } else if (unlink(name.c_str()) != 0) {
            warn_errno(name);
            return false;
        }
        result = make_link(target, name, settings);
    }
    if (result != 0) {
        warn_errno(name);
        return false;
    }
    if (settings.verbose)
        out.print("'%s' %s '%s'\n", printable(name).c_str(), settings.symbolic ? "->" : "=>",
                  printable(target).c_str());
    return true;
}

int run(Arguments& arguments) {
    Settings settings;
    const char* directory = nullptr;
    TargetKind kind = TargetKind::guess;
    while (auto option = arguments.next_option()) {
        if (settings.backups.take(*option, arguments.value())) continue;
        switch (*option) {
        case 'f':
            settings.force = true, settings.interactive = false;
            break;
        case 'i':
            settings.interactive = true, settings.force = false;
            break;
        case 'L':
            settings.logical = true;
            break;
        case 'P':
            settings.logical = false;
            break;
        case 'n':
            if (kind != TargetKind::file) kind = TargetKind::file_unless_directory_itself;
            break;
        case 'r':
            settings.relative = true;
            break;
        case 's':
            settings.symbolic = true;
            break;
        case 't':
            directory = arguments.value();
            break;
        case 'T':
            kind = TargetKind::file;
            break;
        case 'v':
            settings.verbose = true;
            break;
        }
    }
    if (settings.relative && !settings.symbolic) usage_error("cannot do --relative without --symbolic");
    auto operands = arguments.operands();
    if (operands.size() == 1 && !directory && kind != TargetKind::file) {
        static char here[] = ".";
        directory = here;
    }
    Targets targets = read_targets(operands, directory, kind);
    out.defer_errors();
    bool good = true;
    for (char* source : targets.sources) good = make(source, targets.path_for(source), settings) && good;
    return good ? 0 : 1;
}

constexpr Tool kTool = {
    .name = "ln",
    .synopsis = "[OPTION]... [-T] TARGET LINK_NAME\n[OPTION]... TARGET\n[OPTION]... TARGET... DIRECTORY\n"
                "[OPTION]... -t DIRECTORY TARGET...",
    .summary = "Make links between files.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
