// rm: POSIX.1-2017, with GNU's -d -I -v --one-file-system --preserve-root. `.`, `..` and / are refused.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/path.h"
#include "lib/remove.h"
#include "lib/same_file.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

namespace coreutils {
namespace {

enum : int { kInteractive = kLongOnly, kOneFileSystem, kPreserveRoot, kNoPreserveRoot };

constexpr Option kOptions[] = {
    {'f', "force", nullptr, "ignore nonexistent files and arguments, never prompt"},
    {'i', nullptr, nullptr, "prompt before every removal"},
    {'I', nullptr, nullptr, "prompt once before removing more than three files, or recursively"},
    {kInteractive, "interactive", "[WHEN]", "prompt according to WHEN: never, once (-I), or always (-i)"},
    {kOneFileSystem, "one-file-system", nullptr, "with -r, skip directories on other file systems"},
    {kNoPreserveRoot, "no-preserve-root", nullptr, "do not treat '/' specially"},
    {kPreserveRoot, "preserve-root", "[all]", "do not remove '/' (default)"},
    {'r', "recursive", nullptr, "remove directories and their contents recursively"},
    {'R', "recursive", nullptr, "the same as -r"},
    {'d', "dir", nullptr, "remove empty directories"},
    {'v', "verbose", nullptr, "explain what is being done"},
};

bool is_dot_or_dot_dot(const char* path) {
    std::string_view name = base_name(path);
    return name == "." || name == "..";
}

int run(Arguments& arguments) {
    RemoveSettings settings;
    bool once = false, preserve_root = true;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'f':
            settings.force = true, settings.prompt = RemovePrompt::never, once = false;
            break;
        case 'i':
            settings.force = false, settings.prompt = RemovePrompt::always, once = false;
            break;
        case 'I':
            settings.force = false, settings.prompt = RemovePrompt::never, once = true;
            break;
        case kInteractive: {
            const char* when = arguments.value() ? arguments.value() : "always";
            once = strcmp(when, "once") == 0;
            if (strcmp(when, "always") == 0 || strcmp(when, "yes") == 0)
                settings.prompt = RemovePrompt::always;
            else if (once || strcmp(when, "never") == 0 || strcmp(when, "no") == 0 ||
                     strcmp(when, "none") == 0)
                settings.prompt = RemovePrompt::never;
            else
                usage_error("invalid argument '%s' for '--interactive'", when);
            break;
        }
        case kOneFileSystem:
            settings.one_file_system = true;
            break;
        case kPreserveRoot:
            preserve_root = true;
            break;
        case kNoPreserveRoot:
            preserve_root = false;
            break;
        case 'r':
        case 'R':
            settings.recursive = true;
            break;
        case 'd':
            settings.directories = true;
            break;
        case 'v':
            settings.verbose = true;
            break;
        }
    }
    auto operands = arguments.operands();
    if (operands.empty()) {
        if (settings.force) return 0;
        missing_operand();
    }
    out.defer_errors();
    settings.input_is_terminal = settings.prompt == RemovePrompt::when_protected && isatty(STDIN_FILENO);
    if (once && (settings.recursive || operands.size() > 3)) {
        if (!ask("remove %zu argument%s%s?", operands.size(), operands.size() == 1 ? "" : "s",
                 settings.recursive ? " recursively" : ""))
            return 0;
    }
    bool good = true;
    for (char* path : operands) {
        if (settings.recursive && preserve_root && is_root_directory(path)) {
            warn("it is dangerous to operate recursively on '%s'; use --no-preserve-root to override", path);
            good = false;
        } else if (is_dot_or_dot_dot(path) && (settings.recursive || settings.directories)) {
            warn("refusing to remove '.' or '..' directory: skipping '%s'", path);
            good = false;
        } else {
            good = remove_path(path, settings) && good;
        }
    }
    return good ? 0 : 1;
}

constexpr Tool kTool = {
    .name = "rm",
    .synopsis = "[OPTION]... [FILE]...",
    .summary = "Remove (unlink) files.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
