// clear: the screen and, unless -x, the scrollback.
#include "framework/arguments.h"
#include "framework/output.h"

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'T', nullptr, "TERM", nullptr},
    {'x', nullptr, nullptr, "do not try to clear scrollback"},
};

int run(Arguments& arguments) {
    bool scrollback = true;
    while (auto option = arguments.next_option())
        if (*option == 'x') scrollback = false;
    // All consoles here and everywhere understand ECMA-48.
    out.write("\033[H\033[2J");
    if (scrollback) out.write("\033[3J");
    return 0;
}

constexpr Tool kTool = {
    .name = "clear",
    .synopsis = "[OPTION]...",
    .summary = "Clear the terminal screen.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
