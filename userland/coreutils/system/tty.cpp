// tty: the name of the terminal (POSIX.1-2017).
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"

#include <errno.h>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'s', "silent", nullptr, "print nothing, only return an exit status"},
    {'s', "quiet", nullptr, nullptr},
};

int run(Arguments& arguments) {
    bool silent = false;
    while (arguments.next_option()) silent = true;
    if (!arguments.operands().empty()) extra_operand(arguments.operands()[0]);
    errno = ENOENT;
    if (silent) return isatty(STDIN_FILENO) ? 0 : 1;
    const char* name = ttyname(STDIN_FILENO);
    out.print("%s\n", name ? name : "not a tty");
    return name ? 0 : 1;
}

constexpr Tool kTool = {
    .name = "tty",
    .synopsis = "[OPTION]...",
    .summary = "Print the file name of the terminal connected to standard input.",
    .options = kOptions,
    .run = run,
    .usage_status = 2,
    .failure_status = 3,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
