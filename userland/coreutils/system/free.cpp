// free, from /proc/meminfo, as procps has it.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/duration.h"
#include "lib/numbers.h"
#include "lib/processes.h"

#include <errno.h>
#include <initializer_list>
#include <stdio.h>
#include <string>

namespace coreutils {
namespace {

enum : int { kSi = kLongOnly, kMega, kGiga, kTebi };

constexpr Option kOptions[] = {
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
    const char* units[] = {"B",
                           settings.si ? "K" : "Ki",
                           settings.si ? "M" : "Mi",
                           settings.si ? "G" : "Gi",
                           settings.si ? "T" : "Ti",
                           settings.si ? "P" : "Pi"};
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
    uint64_t cached = info.get("Cached") + info.get("SReclaimable"), shared = info.get("Shmem"),
             available = info.get("MemAvailable");
    uint64_t swap_total = info.get("SwapTotal"), swap_free = info.get("SwapFree");
    uint64_t used = total > available ? total - available : total - free_kib;
    auto row = [&](const char* name, std::initializer_list<uint64_t> values) {
        out.print("%-8s", name);
        for (uint64_t value : values) out.print(" %11s", amount(value, settings).c_str());
        out.put('\n');
    };
    if (settings.wide) {
        out.write(
            "               total        used        free      shared     buffers       cache   available\n");
        row("Mem:", {total, used, free_kib, shared, buffers, cached, available});
    } else {
        out.write("               total        used        free      shared  buff/cache   available\n");
        row("Mem:", {total, used, free_kib, shared, buffers + cached, available});
    }
    row("Swap:", {swap_total, swap_total - swap_free, swap_free});
    if (settings.total)
        row("Total:", {total + swap_total, used + swap_total - swap_free, free_kib + swap_free});
}

int run(Arguments& arguments) {
    FreeSettings settings;
    double interval = 0;
    uint64_t count = 0;
    int power = 1;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'b':
            power = 0;
            break;
        case 'k':
            power = 1;
            break;
        case 'm':
            power = 2;
            break;
        case 'g':
            power = 3;
            break;
        case kTebi:
            power = 4;
            break;
        case 'h':
            settings.human = true;
            break;
        case kSi:
            settings.si = true;
            break;
        case 't':
            settings.total = true;
            break;
        case 'w':
            settings.wide = true;
            break;
        case 's': {
            auto seconds = parse_double(arguments.value());
            if (!seconds || !(*seconds > 0)) die(1, "invalid number of seconds: '%s'", arguments.value());
            interval = *seconds;
            break;
        }
        case 'c':
            count = unsigned_or_die(arguments.value(), "count");
            break;
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

constexpr Tool kTool = {
    .name = "free",
    .synopsis = "[OPTION]...",
    .summary = "Display the amount of free and used memory in the system.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
