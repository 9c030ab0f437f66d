// free and uptime, from /proc/meminfo, /proc/uptime and /proc/loadavg, as procps has them.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/duration.h"
#include "lib/human.h"
#include "lib/numbers.h"
#include "lib/processes.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

namespace coreutils {
namespace {

enum : int { kSi = kLongOnly, kMega, kGiga, kTebi };

constexpr Option kFreeOptions[] = {
    {'b', "bytes", nullptr, "show output in bytes"},
    {'k', "kibi", nullptr, "show output in kibibytes (default)"},
    {'m', "mebi", nullptr, "show output in mebibytes"},
    {'g', "gibi", nullptr, "show output in gibibytes"},
    {kTebi, "tebi", nullptr, "show output in tebibytes"},
    {'h', "human", nullptr, "show human-readable output"},
    {kSi, "si", nullptr, "use powers of 1000 not 1024"},
    {'l', "lohi", nullptr, nullptr},
    {'t', "total", nullptr, "show total for RAM + swap"},
    {'s', "seconds", "N", "repeat printing every N seconds"},
    {'c', "count", "N", "repeat printing N times, then exit"},
    {'w', "wide", nullptr, "wide output: buffers and cache apart"},
};

struct FreeSettings {
    uint64_t unit = 1024;
    bool human = false, si = false, total = false, wide = false;
};

std::string amount(uint64_t kib, const FreeSettings& settings) {
    uint64_t bytes = kib * 1024;
    if (!settings.human) return std::to_string(bytes / settings.unit);
    // procps prints two digits with the unit spelled out.
    uint64_t base = settings.si ? 1000 : 1024;
    const char* units[] = {"B", settings.si ? "K" : "Ki", settings.si ? "M" : "Mi", settings.si ? "G" : "Gi", settings.si ? "T" : "Ti", settings.si ? "P" : "Pi"};
    double value = static_cast<double>(bytes);
    size_t power = 0;
    while (value >= static_cast<double>(base) && power < 5) value /= static_cast<double>(base), ++power;
    char text[32];
    if (power == 0 || value >= 10)
        snprintf(text, sizeof text, "%.0f%s", value, units[power]);
    else
        snprintf(text, sizeof text, "%.1f%s", value, units[power]);
    return text;
}

void print_memory(const FreeSettings& settings) {
    MemoryInfo info = read_memory_info();
    if (info.text.empty()) die_errno(1, "/proc/meminfo");
    uint64_t total = info.get("MemTotal"), free_kib = info.get("MemFree"), buffers = info.get("Buffers");
    uint64_t cached = info.get("Cached") + info.get("SReclaimable"), shared = info.get("Shmem"), available = info.get("MemAvailable");
    uint64_t swap_total = info.get("SwapTotal"), swap_free = info.get("SwapFree");
    uint64_t used = total > available ? total - available : total - free_kib;
    auto row = [&](const char* name, std::initializer_list<uint64_t> values) {
        out.print("%-8s", name);
        for (uint64_t value : values) out.print(" %11s", amount(value, settings).c_str());
        out.put('\n');
    };
    if (settings.wide) {
        out.write("               total        used        free      shared     buffers       cache   available\n");
        row("Mem:", {total, used, free_kib, shared, buffers, cached, available});
    } else {
        out.write("               total        used        free      shared  buff/cache   available\n");
        row("Mem:", {total, used, free_kib, shared, buffers + cached, available});
    }
    row("Swap:", {swap_total, swap_total - swap_free, swap_free});
    if (settings.total) row("Total:", {total + swap_total, used + swap_total - swap_free, free_kib + swap_free});
}

int run_free(Arguments& arguments) {
    FreeSettings settings;
    double interval = 0;
    uint64_t count = 0;
    int power = 1;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'b': power = 0; break;
        case 'k': power = 1; break;
        case 'm': power = 2; break;
        case 'g': power = 3; break;
        case kTebi: power = 4; break;
        case 'h': settings.human = true; break;
        case kSi: settings.si = true; break;
        case 't': settings.total = true; break;
        case 'w': settings.wide = true; break;
        case 's': {
            auto seconds = parse_double(arguments.value());
            if (!seconds || !(*seconds > 0)) die(1, "invalid number of seconds: '%s'", arguments.value());
            interval = *seconds;
            break;
        }
        case 'c': count = unsigned_or_die(arguments.value(), "count"); break;
        }
    }
    settings.unit = 1;
    for (; power > 0; --power) settings.unit *= settings.si ? 1000 : 1024;
    if (count > 0 && interval == 0) interval = 1;
    for (uint64_t i = 1;; ++i) {
        print_memory(settings);
        if (interval == 0 || i == count) return 0;
        out.put('\n');
        out.flush();
        sleep_seconds(interval);
    }
}

constexpr Tool kFree = {
    .name = "free",
    .synopsis = "[OPTION]...",
    .summary = "Display the amount of free and used memory in the system.",
    .options = kFreeOptions,
    .run = run_free,
};
MARTLET_REGISTER_TOOL(kFree);

constexpr Option kUptimeOptions[] = {
    {'p', "pretty", nullptr, "show uptime in pretty format"},
    {'s', "since", nullptr, "system up since"},
};

std::string plural(uint64_t count, const char* unit) {
    return std::to_string(count) + " " + unit + (count == 1 ? "" : "s");
}

int run_uptime(Arguments& arguments) {
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
    localtime_r(&now, &broken);
    text[strftime(text, sizeof text, " %H:%M:%S up ", &broken)] = '\0';
    out.write(text);
    if (days > 0) out.write(plural(days, "day") + ", ");
    if (hours > 0)
        out.print("%2llu:%02llu", static_cast<unsigned long long>(hours), static_cast<unsigned long long>(minutes));
    else
        out.print("%llu min", static_cast<unsigned long long>(minutes));
    double load[3] = {0, 0, 0};
    sscanf(read_small_file("/proc/loadavg").c_str(), "%lf %lf %lf", &load[0], &load[1], &load[2]);
    out.print(",  0 user,  load average: %.2f, %.2f, %.2f\n", load[0], load[1], load[2]);
    return 0;
}

constexpr Tool kUptime = {
    .name = "uptime",
    .synopsis = "[OPTION]",
    .summary = "Tell how long the system has been running.",
    .options = kUptimeOptions,
    .run = run_uptime,
};
MARTLET_REGISTER_TOOL(kUptime);

}  // namespace
}  // namespace coreutils
