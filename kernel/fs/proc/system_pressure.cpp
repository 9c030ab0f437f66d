// pressure/: how much of the time threads waited for processors, memory and devices (sched/pressure.h).
#include "fs/proc/system_entries.h"
#include "sched/damped_mean.h"
#include "sched/pressure.h"

namespace martlet {
namespace {

using ulong = unsigned long long;

void print_line(TextBuffer& text, const char* name, const Pressure& pressure) {
    constexpr u32 kSeconds[] = {10, 60, 300};
    text.append(name);
    for (u32 index = 0; index < 3; ++index) {
        u64 average = pressure.averages[index];
        text.print(" avg%u=%llu.%02llu", kSeconds[index], static_cast<ulong>(average / kDampedOne),
                   static_cast<ulong>(average % kDampedOne * 100 / kDampedOne));
    }
    text.print(" total=%llu\n", static_cast<ulong>(pressure.total_ns / 1000));
}

void print_lines(TextBuffer& text, const PressureLines& lines) {
    print_line(text, "some", lines.some);
    print_line(text, "full", lines.full);
}

} // namespace

Result<void> show_cpu_pressure(TextBuffer& text, const ProcSubject&) {
    print_lines(text, pressure(PressureKind::Cpu));
    return {};
}

/// No driver of a disk exists yet, so nothing waits for one.
Result<void> show_io_pressure(TextBuffer& text, const ProcSubject&) {
    print_lines(text, {});
    return {};
}

Result<void> show_memory_pressure(TextBuffer& text, const ProcSubject&) {
    print_lines(text, pressure(PressureKind::Memory));
    return {};
}

} // namespace martlet
