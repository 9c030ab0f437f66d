// rmdir: POSIX.1-2017, with GNU's -v and --ignore-fail-on-non-empty.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/path.h"

#include <errno.h>
#include <string>
#include <unistd.h>

namespace coreutils {
namespace {

enum : int { kIgnoreNonEmpty = kLongOnly };

constexpr Option kOptions[] = {
    {kIgnoreNonEmpty, "ignore-fail-on-non-empty", nullptr,
     "do not complain about directories that are not empty"},
    {'p', "parents", nullptr, "remove DIRECTORY and its ancestors"},
    {'v', "verbose", nullptr, "output a diagnostic for every directory processed"},
};

int run(Arguments& arguments) {
    bool ignore = false, parents = false, verbose = false;
    while (auto option = arguments.next_option()) {
        if (*option == kIgnoreNonEmpty) ignore = true;
        if (*option == 'p') parents = true;
        if (*option == 'v') verbose = true;
    }
    if (arguments.operands().empty()) missing_operand();
    out.defer_errors();
    int status = 0;
    for (const char* operand : arguments.operands()) {
        std::string path = operand;
        for (;;) {
            if (verbose) out.print("rmdir: removing directory, '%s'\n", printable(path).c_str());
            if (rmdir(path.c_str()) != 0) {
                bool not_empty = errno == ENOTEMPTY || errno == EEXIST;
                if (!(ignore && not_empty)) {
                    warn_errno(path);
                    status = 1;
                }
                break;
            }
            std::string parent(directory_name(path));
            if (!parents || parent == "." || parent == "/" || parent == path) break;
            path = parent;
        }
    }
    return status;
}

constexpr Tool kTool = {
    .name = "rmdir",
    .synopsis = "[OPTION]... DIRECTORY...",
    .summary = "Remove the directories, if they are empty.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
