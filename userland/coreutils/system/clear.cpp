// clear: the screen and, unless -x, the scrollback. tty: the name of the terminal (POSIX.1-2017).
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"

#include <errno.h>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr Option kClearOptions[] = {
    {'T', nullptr, "TERM", nullptr},
    {'x', nullptr, nullptr, "do not try to clear scrollback"},
};

int run_clear(Arguments& arguments) {
    bool scrollback = true;
    while (auto option = arguments.next_option())
        if (*option == 'x') scrollback = false;
    // All consoles here and everywhere understand ECMA-48.
    out.write("\033[H\033[2J");
    if (scrollback) out.write("\033[3J");
    return 0;
}

constexpr Tool kClear = {
    .name = "clear",
    .synopsis = "[OPTION]...",
    .summary = "Clear the terminal screen.",
    .options = kClearOptions,
    .run = run_clear,
};
MARTLET_REGISTER_TOOL(kClear);

constexpr Option kTtyOptions[] = {
    {'s', "silent", nullptr, "print nothing, only return an exit status"},
    {'s', "quiet", nullptr, nullptr},
};

int run_tty(Arguments& arguments) {
    bool silent = false;
    while (arguments.next_option()) silent = true;
    if (!arguments.operands().empty()) extra_operand(arguments.operands()[0]);
    errno = ENOENT;
    if (silent) return isatty(STDIN_FILENO) ? 0 : 1;
    const char* name = ttyname(STDIN_FILENO);
    out.print("%s\n", name ? name : "not a tty");
    return name ? 0 : 1;
}

constexpr Tool kTty = {
    .name = "tty",
    .synopsis = "[OPTION]...",
    .summary = "Print the file name of the terminal connected to standard input.",
    .options = kTtyOptions,
    .run = run_tty,
    .usage_status = 2,
    .failure_status = 3,
};
MARTLET_REGISTER_TOOL(kTty);

}  // namespace
}  // namespace coreutils
