// realpath: POSIX.1-2024 and GNU.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/resolve.h"

#include <string>
#include <string_view>
#include <unistd.h>

namespace coreutils {
namespace {

enum : int { kRelativeTo = kLongOnly, kRelativeBase };

constexpr Option kOptions[] = {
    {'e', "canonicalize-existing", nullptr, "all components of the path must exist"},
    {'m', "canonicalize-missing", nullptr, "no path components need exist or be a directory"},
    {'L', "logical", nullptr, "resolve '..' components before symlinks"},
    {'P', "physical", nullptr, "resolve symlinks as encountered (default)"},
    {'q', "quiet", nullptr, "suppress most error messages"},
    {kRelativeTo, "relative-to", "DIR", "print the resolved path relative to DIR"},
    {kRelativeBase, "relative-base", "DIR", "print absolute paths unless paths are below DIR"},
    {'s', "strip", nullptr, "don't expand symlinks"},
    {'s', "no-symlinks", nullptr, nullptr},
    {'z', "zero", nullptr, "end each output line with NUL, not newline"},
};

bool is_below(std::string_view path, std::string_view base) {
    return base == "/" || path == base || (path.starts_with(base) && path[base.size()] == '/');
}

int run(Arguments& arguments) {
    Missing missing = Missing::last;
    Links links = Links::physical;
    bool quiet = false;
    char end = '\n';
    const char *relative_to = nullptr, *relative_base = nullptr;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'e':
            missing = Missing::none;
            break;
        case 'm':
            missing = Missing::any;
            break;
        case 'L':
            links = Links::logical;
            break;
        case 'P':
            links = Links::physical;
            break;
        case 's':
            links = Links::none;
            break;
        case 'q':
            quiet = true;
            break;
        case 'z':
            end = '\0';
            break;
        case kRelativeTo:
            relative_to = arguments.value();
            break;
        case kRelativeBase:
            relative_base = arguments.value();
            break;
        }
    }
    if (arguments.operands().empty()) missing_operand();
    auto resolve = [&](const char* path) {
        // -L takes `..` away as text before links are followed.
        if (links != Links::logical) {
            auto found = resolve_path(path, missing, links);
            // -s follows no links, but with -e what they lead to has to be there.
            if (found && missing == Missing::none && access(found->c_str(), F_OK) != 0) found.reset();
            return found;
        }
        auto plain = resolve_path(path, Missing::any, Links::none);
        return plain ? resolve_path(*plain, missing) : plain;
    };
    auto reference = [&](const char* path) {
        auto resolved = resolve(path);
        if (!resolved) die_errno(1, path);
        return *resolved;
    };
    std::string to = relative_to ? reference(relative_to) : "";
    std::string base = relative_base ? reference(relative_base) : "";
    if (relative_base && !relative_to) to = base;
    if (relative_base && relative_to && !is_below(to, base)) to.clear();
    int status = 0;
    for (const char* operand : arguments.operands()) {
        auto path = resolve(operand);
        if (!path) {
            if (!quiet) warn_errno(operand);
            status = 1;
            continue;
        }
        bool relative = !to.empty() && (base.empty() || is_below(*path, base));
        out.write(relative ? relative_path(*path, to) : *path);
        out.put(end);
    }
    return status;
}

constexpr Tool kTool = {
    .name = "realpath",
    .synopsis = "[OPTION]... FILE...",
    .summary = "Print the resolved absolute file name.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
