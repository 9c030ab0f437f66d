// uptime, from /proc/uptime and /proc/loadavg, as procps has it.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/logins.h"
#include "lib/processes.h"

#include <algorithm>
#include <stdint.h>
#include <stdio.h>
#include <string>
#include <time.h>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'p', "pretty", nullptr, "show uptime in pretty format"},
    {'s', "since", nullptr, "system up since"},
};

std::string plural(uint64_t count, const char* unit) {
    return std::to_string(count) + " " + unit + (count == 1 ? "" : "s");
}

int run(Arguments& arguments) {
    int form = 0;
    while (auto option = arguments.next_option()) form = *option;
    if (!arguments.operands().empty()) extra_operand(arguments.operands()[0]);
    std::string uptime = read_small_file("/proc/uptime");
    if (uptime.empty()) die_errno(1, "/proc/uptime");
    auto seconds = static_cast<uint64_t>(uptime_seconds());
    time_t now = time(nullptr);
    tm broken;
    char text[64];
    if (form == 's') {
        time_t boot = now - static_cast<time_t>(seconds);
        localtime_r(&boot, &broken);
        text[strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S\n", &broken)] = '\0';
        out.write(text);
        return 0;
    }
    uint64_t days = seconds / 86400, hours = seconds / 3600 % 24, minutes = seconds / 60 % 60;
    if (form == 'p') {
        std::string line = "up";
        const char* separator = " ";
        auto add = [&](uint64_t count, const char* unit) {
            if (count == 0) return;
            line += separator + plural(count, unit);
            separator = ", ";
        };
        add(days / 7, "week");
        add(days % 7, "day");
        add(hours, "hour");
        add(minutes, "minute");
        if (seconds < 60) line += " " + plural(minutes, "minute");
        out.write(line + "\n");
        return 0;
    }
    print_uptime();
    return 0;
}

constexpr Tool kTool = {
    .name = "uptime",
    .synopsis = "[OPTION]",
    .summary = "Tell how long the system has been running.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
