// mkdir: POSIX.1-2017, with GNU's -v.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/mode.h"
#include "lib/path.h"

#include <errno.h>
#include <optional>
#include <string>
#include <sys/stat.h>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'m', "mode", "MODE", "set file mode (as in chmod), not a=rwx - umask"},
    {'p', "parents", nullptr, "no error if existing, make parent directories as needed"},
    {'v', "verbose", nullptr, "print a message for each created directory"},
};

struct Settings {
    bool parents = false, verbose = false;
    std::optional<ModeChange> mode;
};

bool create(const std::string& path, mode_t mode, bool verbose) {
    if (mkdir(path.c_str(), mode) != 0) return false;
    if (verbose) out.print("mkdir: created directory '%s'\n", printable(path).c_str());
    return true;
}

// POSIX: intermediate directories get u+wx on top of what the umask leaves.
bool create_parents(const std::string& path, mode_t mask, bool verbose) {
    for (size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
        std::string part = path.substr(0, slash);
        if (part.ends_with('/') || path.find_first_not_of('/', slash) == std::string::npos) continue;
        umask(mask & ~static_cast<mode_t>(0300));
        bool made = create(part, 0777, verbose);
        int error = errno;
        umask(mask);
        errno = error;
        if (!made && !is_directory(part.c_str())) {
            warn_errno(part, error == EEXIST ? ENOTDIR : error);
            return false;
        }
    }
    return true;
}

int run(Arguments& arguments) {
    Settings settings;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'm':
            settings.mode = ModeChange::parse(arguments.value());
            if (!settings.mode) die(1, "invalid mode '%s'", arguments.value());
            break;
        case 'p':
            settings.parents = true;
            break;
        case 'v':
            settings.verbose = true;
            break;
        }
    }
    if (arguments.operands().empty()) missing_operand();
    out.defer_errors();
    mode_t mask = current_umask();
    mode_t mode = settings.mode ? settings.mode->apply(S_IFDIR | 0777, mask) : 0777;
    int status = 0;
    for (const char* path : arguments.operands()) {
        if (settings.parents && !create_parents(path, mask, settings.verbose)) {
            status = 1;
            continue;
        }
        if (settings.mode) umask(0);
        bool made = create(path, mode & 0777, settings.verbose);
        int error = errno;
        if (settings.mode) umask(mask);
        if (!made) {
            if (settings.parents && error == EEXIST && is_directory(path)) continue;
            warn_errno(path, error);
            status = 1;
        } else if (settings.mode && (mode & 07000) && chmod(path, mode) != 0) {
            warn_errno(path);
            status = 1;
        }
    }
    return status;
}

constexpr Tool kTool = {
    .name = "mkdir",
    .synopsis = "[OPTION]... DIRECTORY...",
    .summary = "Create the directories, if they do not already exist.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
