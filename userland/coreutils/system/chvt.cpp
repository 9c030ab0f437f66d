// chvt: brings a virtual terminal to the front.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/console_device.h"

#include <linux/vt.h>
#include <sys/ioctl.h>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {{'C', "console", "DEVICE", "the console to use"}};

int run(Arguments& arguments) {
    const char* device = nullptr;
    while (arguments.next_option()) device = arguments.value();
    if (arguments.operands().empty()) missing_operand();
    if (arguments.operands().size() > 1) extra_operand(arguments.operands()[1]);
    unsigned number = parse_console_number(arguments.operands()[0]);
    int fd = open_console(device);
    if (ioctl(fd, VT_ACTIVATE, number) != 0) die_errno(1, arguments.operands()[0]);
    if (ioctl(fd, VT_WAITACTIVE, number) != 0) die_errno(1, arguments.operands()[0]);
    return 0;
}

constexpr Tool kTool = {
    .name = "chvt",
    .synopsis = "[-C DEVICE] NUMBER",
    .summary = "Switch to virtual terminal NUMBER.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
