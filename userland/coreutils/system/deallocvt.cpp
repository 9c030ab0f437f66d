// deallocvt: gives back the memory of virtual terminals that nobody uses.
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
    int fd = open_console(device);
    if (arguments.operands().empty() && ioctl(fd, VT_DISALLOCATE, 0) != 0) die_errno(1, "VT_DISALLOCATE");
    int status = 0;
    for (char* operand : arguments.operands()) {
        if (ioctl(fd, VT_DISALLOCATE, parse_console_number(operand)) == 0) continue;
        warn_errno(operand);
        status = 1;
    }
    return status;
}

constexpr Tool kTool = {
    .name = "deallocvt",
    .synopsis = "[-C DEVICE] [NUMBER]...",
    .summary = "Free unused virtual terminals, all of them or those given.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
