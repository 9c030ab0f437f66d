// reboot, poweroff, halt: ask init (SIGTERM, SIGUSR2, SIGUSR1; its socket for who is not root) for an orderly
// end, or with -f end at once.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "lib/duration.h"
#include "lib/init_client.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'d', "delay", "SEC", "wait SEC seconds first"},
    {'f', "force", nullptr, "do it at once, without telling init"},
    {'n', "no-sync", nullptr, "with -f, don't sync before"},
};

int end_system(Arguments& arguments, int init_signal, int command) {
    bool force = false, write_back = true;
    double delay = 0;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'f':
            force = true;
            break;
        case 'n':
            write_back = false;
            break;
        case 'd': {
            auto seconds = parse_duration(arguments.value());
            if (!seconds) usage_error("invalid delay '%s'", arguments.value());
            delay = *seconds;
            break;
        }
        }
    }
    if (!arguments.operands().empty()) extra_operand(arguments.operands()[0]);
    sleep_seconds(delay);
    if (!force) {
        if (kill(1, init_signal) == 0) return 0;
        if (errno != EPERM) die_errno(1, "cannot signal init");
        InitAnswer answer = ask_init(current_tool().name);
        if (!answer.fine) die(1, "%s", answer.text.c_str());
        return 0;
    }
    if (write_back) sync();
    reboot(command);
    die_errno(1, current_tool().name);
}

int run_reboot(Arguments& arguments) { return end_system(arguments, SIGTERM, RB_AUTOBOOT); }
int run_poweroff(Arguments& arguments) { return end_system(arguments, SIGUSR2, RB_POWER_OFF); }
int run_halt(Arguments& arguments) { return end_system(arguments, SIGUSR1, RB_HALT_SYSTEM); }

constexpr Tool kReboot = {
    .name = "reboot",
    .synopsis = "[OPTION]...",
    .summary = "Reboot the system.",
    .options = kOptions,
    .run = run_reboot,
};
MARTLET_REGISTER_TOOL(kReboot);

constexpr Tool kPoweroff = {
    .name = "poweroff",
    .synopsis = "[OPTION]...",
    .summary = "Shut the system down and power it off.",
    .options = kOptions,
    .run = run_poweroff,
};
MARTLET_REGISTER_TOOL(kPoweroff);

constexpr Tool kHalt = {
    .name = "halt",
    .synopsis = "[OPTION]...",
    .summary = "Stop the system.",
    .options = kOptions,
    .run = run_halt,
};
MARTLET_REGISTER_TOOL(kHalt);

} // namespace
} // namespace coreutils
