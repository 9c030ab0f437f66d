// dmesg: the kernel's log, by syslog(2); -w follows /dev/kmsg. Options as util-linux has them.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/numbers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <sys/klog.h>
#include <time.h>
#include <unistd.h>
#include <vector>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'c', "read-clear", nullptr, "read and clear all messages"},
    {'C', "clear", nullptr, "clear the kernel ring buffer"},
    {'D', "console-off", nullptr, "disable printing messages to console"},
    {'E', "console-on", nullptr, "enable printing messages to console"},
    {'k', "kernel", nullptr, nullptr},
    {'l', "level", "LIST", "show only these levels: emerg,alert,crit,err,warn,notice,info,debug"},
    {'n', "console-level", "LEVEL", "set level of messages printed to console"},
    {'r', "raw", nullptr, "print the raw message buffer"},
    {'S', "syslog", nullptr, nullptr},
    {'s', "buffer-size", "SIZE", "buffer size to query the kernel ring buffer"},
    {'t', "notime", nullptr, "don't show timestamps"},
    {'T', "ctime", nullptr, "show human-readable timestamps"},
    {'w', "follow", nullptr, "wait for new messages"},
    {'W', "follow-new", nullptr, "wait and print only new messages"},
    {'x', "decode", nullptr, "decode facility and level to readable prefix"},
};

enum Action {
    kReadAll = 3,
    kReadClear = 4,
    kClear = 5,
    kConsoleOff = 6,
    kConsoleOn = 7,
    kConsoleLevel = 8,
    kSize = 10
};

constexpr const char* kLevels[] = {"emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"};
constexpr const char* kFacilities[] = {"kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news"};

struct Settings {
    unsigned levels = 0xFF;
    bool raw = false, times = true, calendar = false, decode = false;
    time_t boot_time = 0;
};

int parse_level(std::string_view text) {
    for (int level = 0; level < 8; ++level)
        if (text == kLevels[level]) return level;
    if (auto number = parse_unsigned(text); number && *number < 9) return static_cast<int>(*number);
    die(1, "unknown level '%.*s'", static_cast<int>(text.size()), text.data());
}

unsigned parse_levels(std::string_view list) {
    unsigned levels = 0;
    while (!list.empty()) {
        std::string_view word = list.substr(0, list.find(','));
        list.remove_prefix(word.size() < list.size() ? word.size() + 1 : word.size());
        levels |= 1u << parse_level(word);
    }
    return levels;
}

time_t find_boot_time() {
    timespec since_boot;
    clock_gettime(CLOCK_BOOTTIME, &since_boot);
    return time(nullptr) - since_boot.tv_sec;
}

void print_message(unsigned priority, unsigned long long microseconds, bool has_time, std::string_view text,
                   const Settings& settings) {
    if (!(settings.levels >> (priority & 7) & 1)) return;
    if (settings.raw) out.print("<%u>", priority);
    if (settings.decode && !settings.raw)
        out.print("%-6s:%-6s: ", priority >> 3 < 8 ? kFacilities[priority >> 3] : "?", kLevels[priority & 7]);
    if (has_time && settings.calendar && !settings.raw) {
        time_t when = settings.boot_time + static_cast<time_t>(microseconds / 1000000);
        char text_time[64];
        tm broken;
        localtime_r(&when, &broken);
        text_time[strftime(text_time, sizeof text_time, "[%a %b %e %H:%M:%S %Y] ", &broken)] = '\0';
        out.write(text_time);
    } else if (has_time && (settings.times || settings.raw)) {
        out.print("[%5llu.%06llu] ", microseconds / 1000000, microseconds % 1000000);
    }
    out.write(text);
    out.put('\n');
}

// "<6>[    1.234567] text" as syslog(2) gives it.
void print_line(std::string_view line, const Settings& settings) {
    unsigned priority = 6;
    if (line.starts_with('<')) {
        size_t close = line.find('>');
        if (auto number = parse_unsigned(line.substr(1, close - 1));
            close != std::string_view::npos && number) {
            priority = static_cast<unsigned>(*number);
            line.remove_prefix(close + 1);
        }
    }
    unsigned long long microseconds = 0;
    bool has_time = false;
    size_t close = line.find(']');
    if (line.starts_with('[') && close != std::string_view::npos) {
        std::string stamp(line.substr(1, close - 1));
        char* dot = nullptr;
        unsigned long long seconds = strtoull(stamp.c_str(), &dot, 10);
        if (*dot == '.') {
            microseconds = seconds * 1000000 + strtoull(dot + 1, nullptr, 10);
            has_time = true;
            line.remove_prefix(close + 1);
            if (line.starts_with(' ')) line.remove_prefix(1);
        }
    }
    print_message(priority, microseconds, has_time, line, settings);
}

// One record of /dev/kmsg: "6,12,1234567,-;text\n KEY=value\n"
void print_record(std::string_view record, const Settings& settings) {
    size_t semicolon = record.find(';');
    if (semicolon == std::string_view::npos) return;
    std::string head(record.substr(0, semicolon));
    char* end = nullptr;
    auto priority = static_cast<unsigned>(strtoul(head.c_str(), &end, 10));
    if (*end == ',') strtoull(end + 1, &end, 10);
    unsigned long long microseconds = *end == ',' ? strtoull(end + 1, &end, 10) : 0;
    std::string_view text = record.substr(semicolon + 1);
    print_message(priority, microseconds, true, text.substr(0, text.find('\n')), settings);
}

[[noreturn]] void follow(const Settings& settings, bool only_new) {
    int fd = open("/dev/kmsg", O_RDONLY | O_CLOEXEC);
    if (fd < 0) die_errno(1, "/dev/kmsg");
    if (only_new) lseek(fd, 0, SEEK_END);
    char record[8192 + 1];
    for (;;) {
        ssize_t count = read(fd, record, sizeof record - 1);
        if (count < 0 && (errno == EPIPE || errno == EINTR)) continue; // EPIPE: some were overwritten
        if (count <= 0) die_errno(1, "/dev/kmsg");
        print_record({record, static_cast<size_t>(count)}, settings);
        out.flush();
    }
}

void print_all(const Settings& settings, Action action, size_t size) {
    if (size == 0) {
        int ring = klogctl(kSize, nullptr, 0);
        size = ring > 0 ? static_cast<size_t>(ring) : 256 * 1024;
    }
    std::vector<char> buffer(size);
    int count = klogctl(action, buffer.data(), static_cast<int>(buffer.size()));
    if (count < 0) die_errno(1, "read kernel buffer failed");
    std::string_view rest(buffer.data(), static_cast<size_t>(count));
    while (!rest.empty()) {
        std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(line.size() < rest.size() ? line.size() + 1 : line.size());
        if (!line.empty()) print_line(line, settings);
    }
}

int control(Action action, int value) {
    if (klogctl(action, nullptr, value) < 0) die_errno(1, "klogctl");
    return 0;
}

int run(Arguments& arguments) {
    Settings settings;
    Action action = kReadAll;
    size_t size = 0;
    bool follows = false, only_new = false;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'c':
            action = kReadClear;
            break;
        case 'C':
            return control(kClear, 0);
        case 'D':
            return control(kConsoleOff, 0);
        case 'E':
            return control(kConsoleOn, 0);
        case 'l':
            settings.levels = parse_levels(arguments.value());
            break;
        case 'n': {
            // A name stands for that level and all above it.
            int level = parse_level(arguments.value());
            bool named = arguments.value()[0] < '0' || arguments.value()[0] > '9';
            return control(kConsoleLevel, named ? level + 1 : level);
        }
        case 'r':
            settings.raw = true;
            break;
        case 's':
            size = static_cast<size_t>(size_or_die(arguments.value(), "buffer size"));
            break;
        case 't':
            settings.times = false, settings.calendar = false;
            break;
        case 'T':
            settings.calendar = true;
            break;
        case 'w':
            follows = true;
            break;
        case 'W':
            follows = only_new = true;
            break;
        case 'x':
            settings.decode = true;
            break;
        }
    }
    if (!arguments.operands().empty()) extra_operand(arguments.operands()[0]);
    if (settings.calendar) settings.boot_time = find_boot_time();
    if (follows) follow(settings, only_new);
    print_all(settings, action, size);
    return 0;
}

constexpr Tool kTool = {
    .name = "dmesg",
    .synopsis = "[OPTION]...",
    .summary = "Print or control the kernel ring buffer.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
