#include "lib/remove.h"

#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/path.h"
#include "lib/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

namespace coreutils {
namespace {

const char* describe(const struct stat& info) {
    if (S_ISREG(info.st_mode)) return info.st_size == 0 ? "regular empty file" : "regular file";
    if (S_ISDIR(info.st_mode)) return "directory";
    if (S_ISLNK(info.st_mode)) return "symbolic link";
    if (S_ISFIFO(info.st_mode)) return "fifo";
    if (S_ISSOCK(info.st_mode)) return "socket";
    return S_ISCHR(info.st_mode) ? "character special file" : "block special file";
}

bool is_protected(Walk& walk, const struct stat& info) {
    if (S_ISLNK(info.st_mode)) return false;
    return faccessat(walk.directory_fd(), walk.name(), W_OK, AT_EACCESS) != 0 && errno == EACCES;
}

enum class Question { remove, descend };

bool agreed(Walk& walk, const RemoveSettings& settings, Question question) {
    if (settings.prompt == RemovePrompt::never) return true;
    bool may_ask_for_protection =
        settings.prompt == RemovePrompt::when_protected && settings.input_is_terminal;
    if (settings.prompt != RemovePrompt::always && !may_ask_for_protection) return true;
    struct stat info;
    if (!walk.stat(info)) return true; // the removal will tell
    bool protected_file = is_protected(walk, info);
    if (settings.prompt == RemovePrompt::when_protected && !protected_file) return true;
    const char* verb = question == Question::descend ? "descend into" : "remove";
    return ask("%s %s%s '%s'?", verb, protected_file ? "write-protected " : "", describe(info),
               printable(walk.path()).c_str());
}

bool unlink_entry(Walk& walk, const RemoveSettings& settings, int flags) {
    if (unlinkat(walk.directory_fd(), walk.name(), flags) != 0) {
        if (settings.force && (errno == ENOENT || errno == ENOTDIR)) return true;
        warn_errno(walk.path());
        return false;
    }
    if (settings.verbose)
        out.print("removed %s'%s'\n", flags ? "directory " : "", printable(walk.path()).c_str());
    return true;
}

} // namespace

bool remove_path(const char* path, const RemoveSettings& settings) {
    Walk walk(Follow::never);
    walk.start(path);
    bool good = true;
    dev_t root_device = 0;
    std::vector<bool> kept; // for each directory being left: something in it stays
    while (walk.next()) {
        switch (walk.visit()) {
        case Walk::Visit::failed:
            if (walk.type() == DT_DIR && errno != ENOENT && kept.size() > walk.depth()) {
                // It could not be read; the attempt to remove it follows, an empty one may go.
                errno = walk.error();
                if (unlinkat(walk.directory_fd(), walk.name(), AT_REMOVEDIR) == 0) {
                    kept.back() = true; // gone already
                    break;
                }
                warn_errno(walk.path(), walk.error());
                kept.back() = true;
                good = false;
                break;
            }
            if (settings.force && (walk.error() == ENOENT || walk.error() == ENOTDIR)) break;
            warn_errno(walk.path(), walk.error());
            good = false;
            break;
        case Walk::Visit::cycle:
            break;
        case Walk::Visit::file:
            if (!agreed(walk, settings, Question::remove)) {
                if (!kept.empty()) kept.back() = true;
            } else if (!unlink_entry(walk, settings, 0)) {
                good = false;
                if (!kept.empty()) kept.back() = true;
            }
            break;
        case Walk::Visit::directory: {
            kept.push_back(false);
            if (!settings.recursive && !settings.directories) {
                warn_errno(walk.path(), EISDIR);
                good = false;
                kept.back() = true;
                walk.skip();
                break;
            }
            struct stat info;
            if (settings.one_file_system && walk.stat(info)) {
                if (walk.depth() == 0) root_device = info.st_dev;
                if (info.st_dev != root_device) {
                    warn("%s: skipping, since it's on a different device", walk.path().c_str());
                    good = false;
                    kept.back() = true;
                    walk.skip();
                    break;
                }
            }
            if (!settings.recursive) {
                walk.skip();
            } else if (settings.prompt == RemovePrompt::always &&
                       !agreed(walk, settings, Question::descend)) {
                kept.back() = true;
                walk.skip();
            }
            break;
        }
        case Walk::Visit::directory_done: {
            bool stays = kept.back();
            kept.pop_back();
            if (!stays) {
                stays = !agreed(walk, settings, Question::remove);
                if (!stays && !unlink_entry(walk, settings, AT_REMOVEDIR)) stays = true, good = false;
            }
            if (stays && !kept.empty()) kept.back() = true;
            break;
        }
        }
    }
    return good;
}

} // namespace coreutils
