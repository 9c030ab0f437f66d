// vmstat: processes, memory, swapping, blocks, interrupts and processor time, from /proc/stat, /proc/meminfo
// and /proc/vmstat; the first line since the start of the system, the next ones since the one before.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/duration.h"
#include "lib/numbers.h"
#include "lib/processes.h"

#include <stdlib.h>
#include <string>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'n', "one-header", nullptr, "do not redisplay the header"},
};

// The number behind the word `name` at the beginning of a line of `text`.
uint64_t value_of(const std::string& text, const std::string& name) {
    std::string start = name + " ";
    size_t at = text.starts_with(start) ? 0 : text.find("\n" + start);
    if (at == std::string::npos) return 0;
    at = text.find(start, at) + start.size();
    return strtoull(text.c_str() + at, nullptr, 10);
}

struct Sample {
    uint64_t user = 0, system = 0, idle = 0, waiting = 0, stolen = 0;
    uint64_t interrupts = 0, switches = 0, in = 0, out = 0, swap_in = 0, swap_out = 0;
    double seconds = 0;
};

Sample read_sample(const std::string& stat) {
    Sample sample;
    unsigned long long parts[8] = {};
    size_t at = stat.find("cpu ");
    const char* from = stat.c_str() + (at == std::string::npos ? stat.size() : at + 4);
    for (auto& part : parts) {
        char* end = nullptr;
        part = strtoull(from, &end, 10);
        from = end;
    }
    sample.user = parts[0] + parts[1];
    sample.system = parts[2] + parts[5] + parts[6];
    sample.idle = parts[3];
    sample.waiting = parts[4];
    sample.stolen = parts[7];
    sample.interrupts = value_of(stat, "intr");
    sample.switches = value_of(stat, "ctxt");
    std::string counters = read_small_file("/proc/vmstat");
    sample.in = value_of(counters, "pgpgin");
    sample.out = value_of(counters, "pgpgout");
    sample.swap_in = value_of(counters, "pswpin");
    sample.swap_out = value_of(counters, "pswpout");
    sample.seconds = uptime_seconds();
    return sample;
}

void print_header() {
    out.write("procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu-----\n"
              " r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st\n");
}

Sample print_line(const Sample& before) {
    std::string stat = read_small_file("/proc/stat");
    Sample now = read_sample(stat);
    MemoryInfo memory = read_memory_info();
    double seconds = now.seconds - before.seconds;
    if (seconds <= 0) seconds = 1;
    auto rate = [seconds](uint64_t from, uint64_t to) {
        return static_cast<unsigned long long>(static_cast<double>(to - from) / seconds + 0.5);
    };
    uint64_t user = now.user - before.user, system = now.system - before.system,
             idle = now.idle - before.idle, waiting = now.waiting - before.waiting,
             stolen = now.stolen - before.stolen, total = user + system + idle + waiting + stolen;
    auto percent = [total](uint64_t part) {
        return static_cast<unsigned long long>(total ? (100 * part + total / 2) / total : 0);
    };
    auto kib = [&memory](const char* name) { return static_cast<unsigned long long>(memory.get(name)); };
    uint64_t running = value_of(stat, "procs_running");
    out.print("%2llu %2llu %6llu %6llu %6llu %6llu %4llu %4llu %5llu %5llu %4llu %4llu %2llu %2llu %2llu "
              "%2llu %2llu\n",
              static_cast<unsigned long long>(running),
              static_cast<unsigned long long>(value_of(stat, "procs_blocked")),
              kib("SwapTotal") - kib("SwapFree"), kib("MemFree"), kib("Buffers"),
              kib("Cached") + kib("SReclaimable"), rate(before.swap_in, now.swap_in) * 4,
              rate(before.swap_out, now.swap_out) * 4, rate(before.in, now.in), rate(before.out, now.out),
              rate(before.interrupts, now.interrupts), rate(before.switches, now.switches), percent(user),
              percent(system), percent(idle), percent(waiting), percent(stolen));
    out.flush();
    return now;
}

int run(Arguments& arguments) {
    constexpr uint64_t kLinesOfPage = 20;
    bool one_header = false;
    while (arguments.next_option()) one_header = true;
    auto operands = arguments.operands();
    if (operands.size() > 2) extra_operand(operands[2]);
    uint64_t delay = operands.empty() ? 0 : unsigned_or_die(operands[0], "delay");
    uint64_t count = operands.size() > 1 ? unsigned_or_die(operands[1], "count")
                     : operands.empty()  ? 1
                                         : UINT64_MAX;
    if (!operands.empty() && delay == 0) die(1, "delay must be positive integer");
    Sample before;
    for (uint64_t line = 0; line < count; ++line) {
        if (line > 0) sleep_seconds(static_cast<double>(delay));
        if (line == 0 || (!one_header && line % kLinesOfPage == 0)) print_header();
        before = print_line(before);
    }
    return 0;
}

constexpr Tool kTool = {
    .name = "vmstat",
    .synopsis = "[-n] [DELAY [COUNT]]",
    .summary = "Report processes, memory, swapping, input and output, and processor time.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
