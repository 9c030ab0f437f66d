// readlink: POSIX.1-2024, with GNU's -e -f -m -q -v -z.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/path.h"
#include "lib/resolve.h"

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'f', "canonicalize", nullptr, "canonicalize: all but the last component must exist"},
    {'e', "canonicalize-existing", nullptr, "canonicalize: all components must exist"},
    {'m', "canonicalize-missing", nullptr, "canonicalize without requirements on existence"},
    {'n', "no-newline", nullptr, "do not output the trailing delimiter"},
    {'q', "quiet", nullptr, "suppress most error messages (default)"},
    {'s', "silent", nullptr, "the same as -q"},
    {'v', "verbose", nullptr, "report error messages"},
    {'z', "zero", nullptr, "end each output line with NUL, not newline"},
};

int run(Arguments& arguments) {
    int canonical = 0;
    bool newline = true, verbose = false;
    char end = '\n';
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'n':
            newline = false;
            break;
        case 'q':
        case 's':
            verbose = false;
            break;
        case 'v':
            verbose = true;
            break;
        case 'z':
            end = '\0';
            break;
        default:
            canonical = *option;
        }
    }
    auto operands = arguments.operands();
    if (operands.empty()) missing_operand();
    if (operands.size() > 1) newline = true;
    int status = 0;
    for (const char* operand : operands) {
        Missing missing = canonical == 'e' ? Missing::none : canonical == 'f' ? Missing::last : Missing::any;
        auto target = canonical ? resolve_path(operand, missing) : read_link(operand);
        if (!target) {
            if (verbose) warn_errno(operand);
            status = 1;
            continue;
        }
        out.write(*target);
        if (newline) out.put(end);
    }
    return status;
}

constexpr Tool kTool = {
    .name = "readlink",
    .synopsis = "[OPTION]... FILE...",
    .summary = "Print the value of a symbolic link or a canonical file name.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
