// pwd: POSIX.1-2017. -P is the default when called by name, as in GNU; a shell's own pwd defaults to -L.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/path.h"
#include "lib/same_file.h"

#include <stdlib.h>
#include <sys/stat.h>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'L', "logical", nullptr, "use PWD from the environment, even if it contains symbolic links"},
    {'P', "physical", nullptr, "avoid all symbolic links"},
};

// PWD counts when it is absolute, without . and .. components, and names this directory.
bool is_valid_logical(const char* path) {
    if (!path || path[0] != '/') return false;
    std::string_view rest = path;
    for (size_t slash = 0; slash != std::string_view::npos;) {
        size_t end = rest.find('/', slash + 1);
        std::string_view part = rest.substr(slash + 1, end == std::string_view::npos ? end : end - slash - 1);
        if (part == "." || part == "..") return false;
        slash = end;
    }
    return same_target(path, ".");
}

int run(Arguments& arguments) {
    bool logical = getenv("POSIXLY_CORRECT") != nullptr;
    while (auto option = arguments.next_option()) logical = *option == 'L';
    const char* environment = getenv("PWD");
    if (logical && is_valid_logical(environment)) {
        out.write(environment);
    } else {
        auto path = working_directory();
        if (!path) die_errno(1, "cannot tell the working directory");
        out.write(*path);
    }
    out.put('\n');
    return 0;
}

constexpr Tool kTool = {
    .name = "pwd",
    .synopsis = "[OPTION]...",
    .summary = "Print the full name of the current working directory.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
