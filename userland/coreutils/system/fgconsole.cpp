// fgconsole: which virtual terminal is active, or free.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/console_device.h"

#include <linux/vt.h>
#include <sys/ioctl.h>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'C', "console", "DEVICE", "the console to use"},
    {'n', "next-available", nullptr, "print the first terminal that nobody uses instead"},
};

int run(Arguments& arguments) {
    const char* device = nullptr;
    bool wants_free = false;
    while (auto option = arguments.next_option()) {
        if (*option == 'C') device = arguments.value();
        else wants_free = true;
    }
    if (!arguments.operands().empty()) extra_operand(arguments.operands()[0]);
    int fd = open_console(device);
    int number = 0;
    vt_stat state;
    if (wants_free) {
        if (ioctl(fd, VT_OPENQRY, &number) != 0) die_errno(1, "VT_OPENQRY");
        if (number < 0) die(1, "no terminal is free");
    } else {
        if (ioctl(fd, VT_GETSTATE, &state) != 0) die_errno(1, "VT_GETSTATE");
        number = state.v_active;
    }
    out.print("%d\n", number);
    return 0;
}

constexpr Tool kTool = {
    .name = "fgconsole",
    .synopsis = "[OPTION]...",
    .summary = "Print the number of the active virtual terminal.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
