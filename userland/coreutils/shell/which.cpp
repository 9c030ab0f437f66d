// which: where the shell would find commands (debianutils).
#include "framework/arguments.h"
#include "framework/output.h"
#include "lib/path.h"

#include <stdlib.h>
#include <string.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'a', nullptr, nullptr, "print all matching pathnames of each argument"},
    {'s', nullptr, nullptr, "print nothing: the status tells"},
};

bool is_program(const std::string& path) {
    struct stat info;
    return stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && access(path.c_str(), X_OK) == 0;
}

int run(Arguments& arguments) {
    bool all = false, silent = false;
    while (auto option = arguments.next_option()) (*option == 'a' ? all : silent) = true;
    if (arguments.operands().empty()) return 1;
    const char* path = getenv("PATH");
    int status = 0;
    for (const char* name : arguments.operands()) {
        bool found = false;
        auto show = [&](const std::string& candidate) {
            if (!is_program(candidate)) return;
            if (!silent && (all || !found)) out.print("%s\n", candidate.c_str());
            found = true;
        };
        if (strchr(name, '/')) {
            show(name);
        } else {
            std::string_view rest = path ? path : "";
            for (;;) {
                std::string_view directory = rest.substr(0, rest.find(':'));
                show(join_path(directory.empty() ? "." : directory, name));
                if (directory.size() == rest.size() || (found && !all)) break;
                rest.remove_prefix(directory.size() + 1);
            }
        }
        if (!found) status = 1;
    }
    return status;
}

constexpr Tool kTool = {
    .name = "which",
    .synopsis = "[-as] COMMAND...",
    .summary = "Print the path names of the files that would be run in the current environment.",
    .options = kOptions,
    .run = run,
    .usage_status = 2,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
