// chmod: POSIX.1-2017, with GNU's -c -f -v --reference.
#include "files/change.h"
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/mode.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

namespace coreutils {
namespace {

enum : int { kReference = kLongOnly, kPreserveRoot, kNoPreserveRoot };

constexpr Option kOptions[] = {
    {'c', "changes", nullptr, "like verbose but report only when a change is made"},
    {'f', "silent", nullptr, "suppress most error messages"},
    {'f', "quiet", nullptr, nullptr},
    {'v', "verbose", nullptr, "output a diagnostic for every file processed"},
    {kNoPreserveRoot, "no-preserve-root", nullptr, "do not treat '/' specially (the default)"},
    {kPreserveRoot, "preserve-root", nullptr, "fail to operate recursively on '/'"},
    {kReference, "reference", "RFILE", "use RFILE's mode instead of specifying MODE values"},
    {'R', "recursive", nullptr, "change files and directories recursively"},
    // Letters of a mode that begins with a minus sign.
    {'r', nullptr, nullptr, nullptr},
    {'w', nullptr, nullptr, nullptr},
    {'x', nullptr, nullptr, nullptr},
    {'X', nullptr, nullptr, nullptr},
    {'s', nullptr, nullptr, nullptr},
    {'t', nullptr, nullptr, nullptr},
    {'u', nullptr, nullptr, nullptr},
    {'g', nullptr, nullptr, nullptr},
    {'o', nullptr, nullptr, nullptr},
    {'a', nullptr, nullptr, nullptr},
    {',', nullptr, nullptr, nullptr},
    {'+', nullptr, nullptr, nullptr},
    {'=', nullptr, nullptr, nullptr},
};

void report(const Walk& walk, mode_t before, mode_t after, const ChangeWalk& settings) {
    if (settings.report == Report::none || (settings.report == Report::changes && before == after)) return;
    std::string name = printable(walk.path());
    if (before == after)
        out.print("mode of '%s' retained as %04o (%s)\n", name.c_str(), after,
                  mode_string(after).c_str() + 1);
    else
        out.print("mode of '%s' changed from %04o (%s) to %04o (%s)\n", name.c_str(), before,
                  mode_string(before).c_str() + 1, after, mode_string(after).c_str() + 1);
}

int run(Arguments& arguments) {
    ChangeWalk settings;
    std::string minus_mode;
    const char* last_text = nullptr;
    std::optional<mode_t> reference;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'c':
            settings.report = Report::changes;
            break;
        case 'f':
            settings.quiet = true;
            break;
        case 'v':
            settings.report = Report::all;
            break;
        case 'R':
            settings.recursive = true;
            break;
        case kPreserveRoot:
            settings.preserve_root = true;
            break;
        case kNoPreserveRoot:
            settings.preserve_root = false;
            break;
        case kReference: {
            struct stat info;
            if (stat(arguments.value(), &info) != 0) die_errno(1, arguments.value());
            reference = info.st_mode & 07777;
            break;
        }
        default:
            // The whole argument is the mode: -rw, -x,g+w.
            if (arguments.option_text() != last_text)
                minus_mode.append(minus_mode.empty() ? "" : ",").append(arguments.option_text());
            last_text = arguments.option_text();
        }
    }
    auto operands = arguments.operands();
    std::string mode = minus_mode;
    if (!reference && minus_mode.empty()) {
        if (operands.empty()) missing_operand();
        mode = operands[0];
        operands = operands.subspan(1);
    }
    if (operands.empty()) usage_error("missing operand after '%s'", mode.c_str());
    auto change = reference ? ModeChange::parse("0") : ModeChange::parse(mode);
    if (!change) usage_error("invalid mode: '%s'", mode.c_str());
    mode_t mask = current_umask();
    out.defer_errors();
    settings.follow = Follow::roots;
    return run_changes(settings, operands, [&](Walk& walk, const struct stat& info) {
        // Links met on the way have no mode of their own.
        if (S_ISLNK(info.st_mode)) {
            if (walk.depth() > 0) return true;
            if (!settings.quiet) warn_errno(walk.path(), ENOENT);
            return false;
        }
        mode_t before = info.st_mode & 07777,
               after = reference ? *reference : change->apply(info.st_mode, mask);
        if (fchmodat(walk.directory_fd(), walk.name(), after, 0) != 0) {
            if (!settings.quiet) warn_errno(walk.path());
            return false;
        }
        report(walk, before, after, settings);
        // chmod -w that the umask kept from taking everything away is worth a word.
        mode_t meant = minus_mode.empty() ? after : change->apply(info.st_mode, 0);
        if (meant != after) {
            if (!settings.quiet)
                warn("%s: new permissions are %s, not %s", walk.path().c_str(),
                     mode_string(after).c_str() + 1, mode_string(meant).c_str() + 1);
            return false;
        }
        return true;
    });
}

constexpr Tool kTool = {
    .name = "chmod",
    .synopsis = "[OPTION]... MODE[,MODE]... FILE...\n[OPTION]... OCTAL-MODE FILE...\n[OPTION]... "
                "--reference=RFILE FILE...",
    .summary = "Change the mode of each FILE to MODE.",
    .options = kOptions,
    .run = run,
    .notes = "Each MODE is of the form '[ugoa]*([-+=]([rwxXst]*|[ugo]))+|[-+=][0-7]+'.",
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
