// What each column of ps shows of a process, and by which number it is ordered.
#include "system/ps_columns.h"

#include "lib/identity.h"

#include <algorithm>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

namespace coreutils {
namespace {

struct System {
    double uptime = uptime_seconds();
    time_t now = time(nullptr);
    long ticks = sysconf(_SC_CLK_TCK) > 0 ? sysconf(_SC_CLK_TCK) : 100;
    uint64_t page_kib = static_cast<uint64_t>(sysconf(_SC_PAGESIZE)) / 1024;
    uint64_t memory_kib = read_memory_info().get("MemTotal");
};

const System& machine() {
    static const System system;
    return system;
}

uint64_t cpu_ticks(const Process& process) { return process.user_ticks + process.system_ticks; }

double elapsed_seconds(const Process& process) {
    double elapsed =
        machine().uptime - static_cast<double>(process.start_ticks) / static_cast<double>(machine().ticks);
    return elapsed > 0 ? elapsed : 0;
}

double cpu_percent(const Process& process) {
    double elapsed = elapsed_seconds(process);
    double used = static_cast<double>(cpu_ticks(process)) / static_cast<double>(machine().ticks);
    return elapsed > 0 ? std::min(used * 100 / elapsed, 999.9) : 0;
}

std::string fixed(double value) {
    char text[32];
    snprintf(text, sizeof text, "%.1f", value);
    return text;
}

std::string memory_percent(const Process& process) {
    if (machine().memory_kib == 0) return "0.0";
    auto used = static_cast<double>(process.resident_pages * machine().page_kib);
    return fixed(used * 100 / static_cast<double>(machine().memory_kib));
}

// [[dd-]hh:]mm:ss, as POSIX's time and etime want it; `always_hours` for time.
std::string clock_text(uint64_t seconds, bool always_hours) {
    char text[48];
    auto days = static_cast<unsigned long long>(seconds / 86400);
    unsigned hours = static_cast<unsigned>(seconds / 3600 % 24),
             minutes = static_cast<unsigned>(seconds / 60 % 60);
    unsigned rest = static_cast<unsigned>(seconds % 60);
    if (days)
        snprintf(text, sizeof text, "%llu-%02u:%02u:%02u", days, hours, minutes, rest);
    else if (always_hours || hours)
        snprintf(text, sizeof text, "%02u:%02u:%02u", hours, minutes, rest);
    else
        snprintf(text, sizeof text, "%02u:%02u", minutes, rest);
    return text;
}

std::string bsd_time(const Process& process) {
    char text[32];
    uint64_t seconds = cpu_ticks(process) / static_cast<uint64_t>(machine().ticks);
    snprintf(text, sizeof text, "%llu:%02llu", static_cast<unsigned long long>(seconds / 60),
             static_cast<unsigned long long>(seconds % 60));
    return text;
}

std::string start_text(const Process& process) {
    time_t start = machine().now - static_cast<time_t>(elapsed_seconds(process));
    tm then, today;
    localtime_r(&start, &then);
    localtime_r(&machine().now, &today);
    const char* format = then.tm_year != today.tm_year   ? "%Y"
                         : then.tm_yday != today.tm_yday ? "%b%d"
                                                         : "%H:%M";
    char text[32];
    text[strftime(text, sizeof text, format, &then)] = '\0';
    return text;
}

std::string long_start_text(const Process& process) {
    time_t start = machine().now - static_cast<time_t>(elapsed_seconds(process));
    tm then;
    localtime_r(&start, &then);
    char text[64];
    text[strftime(text, sizeof text, "%a %b %e %H:%M:%S %Y", &then)] = '\0';
    return text;
}

std::string state_text(const Process& process) {
    std::string text(1, process.state);
    if (process.nice < 0) text += '<';
    if (process.nice > 0) text += 'N';
    if (process.locked_kib > 0) text += 'L';
    if (process.session == process.pid) text += 's';
    if (process.threads > 1) text += 'l';
    if (process.terminal && process.group == process.foreground_group) text += '+';
    return text;
}

std::string program_text(const Process& process) {
    return process.state == 'Z' ? process.name + " <defunct>" : process.name;
}

std::string command_text(const Process& process) {
    return process.state == 'Z' ? "[" + process.name + "] <defunct>" : process.arguments;
}

std::string user_column(uid_t uid) {
    const std::string& name = user_name(uid);
    return name.size() <= 32 ? name : std::to_string(uid);
}

std::string priority_text(const Process& process) { return std::to_string(60 + process.priority); }

#define TEXT(expression) [](const Process& process) -> std::string { return expression; }
#define KEY(expression) [](const Process& process) -> double { return static_cast<double>(expression); }
constexpr Column kColumns[] = {
    {"pid", "PID", 5, Align::right, TEXT(std::to_string(process.pid)), KEY(process.pid)},
    {"ppid", "PPID", 5, Align::right, TEXT(std::to_string(process.parent)), KEY(process.parent)},
    {"pgid", "PGID", 5, Align::right, TEXT(std::to_string(process.group)), KEY(process.group)},
    {"pgrp", "PGRP", 5, Align::right, TEXT(std::to_string(process.group)), KEY(process.group)},
    {"sid", "SID", 5, Align::right, TEXT(std::to_string(process.session)), KEY(process.session)},
    {"sess session", "SESS", 5, Align::right, TEXT(std::to_string(process.session)), KEY(process.session)},
    {"tpgid", "TPGID", 5, Align::right, TEXT(std::to_string(process.foreground_group)),
     KEY(process.foreground_group)},
    {"user uname", "USER", 8, Align::left, TEXT(user_column(process.effective_uid)), nullptr},
    {"euser", "EUSER", 8, Align::left, TEXT(user_column(process.effective_uid)), nullptr},
    {"ruser", "RUSER", 8, Align::left, TEXT(user_column(process.real_uid)), nullptr},
    {"group", "GROUP", 8, Align::left, TEXT(group_name(process.effective_gid)), nullptr},
    {"egroup", "EGROUP", 8, Align::left, TEXT(group_name(process.effective_gid)), nullptr},
    {"rgroup", "RGROUP", 8, Align::left, TEXT(group_name(process.real_gid)), nullptr},
    {"uid", "UID", 5, Align::right, TEXT(std::to_string(process.effective_uid)), KEY(process.effective_uid)},
    {"euid", "EUID", 5, Align::right, TEXT(std::to_string(process.effective_uid)),
     KEY(process.effective_uid)},
    {"ruid", "RUID", 5, Align::right, TEXT(std::to_string(process.real_uid)), KEY(process.real_uid)},
    {"gid", "GID", 5, Align::right, TEXT(std::to_string(process.effective_gid)), KEY(process.effective_gid)},
    {"rgid", "RGID", 5, Align::right, TEXT(std::to_string(process.real_gid)), KEY(process.real_gid)},
    {"fuid", "UID", 8, Align::left, TEXT(user_column(process.effective_uid)), nullptr},
    {"pcpu %cpu", "%CPU", 4, Align::right, TEXT(fixed(cpu_percent(process))), cpu_percent},
    {"c", "C", 2, Align::right, TEXT(std::to_string(static_cast<int>(cpu_percent(process)))), cpu_percent},
    {"pmem %mem", "%MEM", 4, Align::right, memory_percent, KEY(process.resident_pages)},
    {"vsz vsize", "VSZ", 6, Align::right, TEXT(std::to_string(process.virtual_bytes / 1024)),
     KEY(process.virtual_bytes)},
    {"rss rssize", "RSS", 5, Align::right, TEXT(std::to_string(process.resident_pages* machine().page_kib)),
     KEY(process.resident_pages)},
    {"sz", "SZ", 5, Align::right, TEXT(std::to_string(process.virtual_bytes / 1024 / machine().page_kib)),
     KEY(process.virtual_bytes)},
    {"tty tname", "TTY", 8, Align::left, TEXT(terminal_name(process.terminal)), KEY(process.terminal)},
    {"tt", "TT", 8, Align::left, TEXT(terminal_name(process.terminal)), KEY(process.terminal)},
    {"stat", "STAT", 4, Align::left, state_text, nullptr},
    {"s state", "S", 1, Align::left, TEXT(std::string(1, process.state)), nullptr},
    {"time cputime", "TIME", 8, Align::right,
     TEXT(clock_text(cpu_ticks(process) / static_cast<uint64_t>(machine().ticks), true)),
     KEY(cpu_ticks(process))},
    {"bsdtime", "TIME", 6, Align::right, bsd_time, KEY(cpu_ticks(process))},
    {"etime", "ELAPSED", 11, Align::right,
     TEXT(clock_text(static_cast<uint64_t>(elapsed_seconds(process)), false)), elapsed_seconds},
    {"etimes", "ELAPSED", 7, Align::right,
     TEXT(std::to_string(static_cast<uint64_t>(elapsed_seconds(process)))), elapsed_seconds},
    {"start", "START", 5, Align::right, start_text, KEY(process.start_ticks)},
    {"stime", "STIME", 5, Align::left, start_text, KEY(process.start_ticks)},
    {"start_time", "START", 5, Align::left, start_text, KEY(process.start_ticks)},
    {"lstart", "STARTED", 24, Align::right, long_start_text, KEY(process.start_ticks)},
    {"f flags", "F", 1, Align::right, TEXT(std::to_string(process.flags >> 6 & 7)), KEY(process.flags)},
    {"pri", "PRI", 3, Align::right, TEXT(std::to_string(39 - process.priority)), KEY(39 - process.priority)},
    {"opri", "PRI", 3, Align::right, priority_text, KEY(process.priority)},
    {"ni nice", "NI", 3, Align::right, TEXT(std::to_string(process.nice)), KEY(process.nice)},
    {"addr", "ADDR", 4, Align::left, TEXT("-"), nullptr},
    {"wchan", "WCHAN", 6, Align::left,
     TEXT(process.wait_channel.empty() || process.wait_channel == "0" ? "-" : process.wait_channel), nullptr},
    {"psr", "PSR", 3, Align::right, TEXT(std::to_string(process.processor)), KEY(process.processor)},
    {"nlwp", "NLWP", 4, Align::right, TEXT(std::to_string(process.threads)), KEY(process.threads)},
    {"thcount", "THCNT", 5, Align::right, TEXT(std::to_string(process.threads)), KEY(process.threads)},
    {"min_flt", "MINFL", 6, Align::right, TEXT(std::to_string(process.minor_faults)),
     KEY(process.minor_faults)},
    {"maj_flt", "MAJFL", 6, Align::right, TEXT(std::to_string(process.major_faults)),
     KEY(process.major_faults)},
    {"comm ucomm", "COMMAND", 15, Align::left, program_text, nullptr},
    {"ucmd", "CMD", 15, Align::left, program_text, nullptr},
    {"args command", "COMMAND", 27, Align::left, command_text, nullptr},
    {"cmd", "CMD", 27, Align::left, command_text, nullptr},
};
#undef TEXT
#undef KEY

bool has_word(std::string_view words, std::string_view wanted) {
    while (!words.empty()) {
        size_t end = std::min(words.find(' '), words.size());
        if (words.substr(0, end) == wanted) return true;
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    return false;
}

} // namespace

const Column* find_column(std::string_view name) {
    for (const Column& column : kColumns)
        if (has_word(column.names, name)) return &column;
    return nullptr;
}

} // namespace coreutils
