// The time zone (POSIX.1-2017 8.3 "TZ", tzfile(5)). TZ names a file of the zoneinfo database, or states the rules
// itself ("CET-1CEST,M3.5.0,M10.5.0/3"); a file's transitions are followed by such a rule in its last line.
#include "time/calendar.hpp"

#include "internal/lock.hpp"

#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

char *tzname[2] = {const_cast<char *>("UTC"), const_cast<char *>("UTC")};
int daylight;
long timezone;

namespace libc {

namespace {

constexpr size_t kNameBytes = 16;

// When daylight time begins or ends each year.
struct ChangeRule {
    enum Kind { JulianWithoutLeapDay, DayOfYear, MonthWeekDay } kind = MonthWeekDay;
    int month = 0, week = 0, day = 0;
    long time = 7200;
};

struct Rules {
    char standard_name[kNameBytes] = "UTC", daylight_name[kNameBytes] = "";
    long standard_offset = 0, daylight_offset = 0; // east of Greenwich
    bool has_daylight = false;
    ChangeRule begin, end;
};

// A zoneinfo file, version 2 or later, mapped.
struct ZoneFile {
    const unsigned char *map = nullptr;
    size_t map_bytes = 0;
    const unsigned char *times = nullptr, *indices = nullptr, *types = nullptr;
    const char *abbreviations = nullptr;
    uint32_t time_count = 0, type_count = 0, abbreviation_bytes = 0;
};

Lock g_lock;
char g_current[256]; // the value of TZ that the rest belongs to
bool g_loaded;
Rules g_rules;
ZoneFile g_file;

// --- The POSIX rule text ---

const char *parse_name(const char *at, char (&name)[kNameBytes]) {
    bool quoted = *at == '<';
    at += quoted;
    size_t length = 0;
    while (quoted ? *at && *at != '>' : isalpha(static_cast<unsigned char>(*at)) != 0) {
        if (length + 1 < kNameBytes)
            name[length++] = *at;
        at++;
    }
    name[length] = 0;
    if (length < 3 || (quoted && *at != '>'))
        return nullptr;
    return at + quoted;
}

// [+-]hh[:mm[:ss]]
const char *parse_time(const char *at, long &seconds) {
    bool negative = *at == '-';
    if (*at == '-' || *at == '+')
        at++;
    if (!isdigit(*at))
        return nullptr;
    seconds = 0;
    for (long unit = 3600; unit >= 1; unit /= 60) {
        long value = 0;
        while (isdigit(*at) && value < 1000)
            value = value * 10 + (*at++ - '0');
        seconds += value * unit;
        if (*at != ':' || !isdigit(at[1]))
            break;
        at++;
    }
    if (negative)
        seconds = -seconds;
    return at;
}

const char *parse_number(const char *at, int &value) {
    if (!at || !isdigit(*at))
        return nullptr;
    value = 0;
    while (isdigit(*at) && value < 1000)
        value = value * 10 + (*at++ - '0');
    return at;
}

const char *parse_change(const char *at, ChangeRule &rule) {
    if (*at == 'M') {
        rule.kind = ChangeRule::MonthWeekDay;
        at = parse_number(at + 1, rule.month);
        at = at && *at == '.' ? parse_number(at + 1, rule.week) : nullptr;
        at = at && *at == '.' ? parse_number(at + 1, rule.day) : nullptr;
        if (!at || rule.month < 1 || rule.month > 12 || rule.week < 1 || rule.week > 5 || rule.day > 6)
            return nullptr;
    } else {
        rule.kind = *at == 'J' ? ChangeRule::JulianWithoutLeapDay : ChangeRule::DayOfYear;
        at = parse_number(at + (*at == 'J'), rule.day);
        if (!at || rule.day > 365 || (rule.kind == ChangeRule::JulianWithoutLeapDay && rule.day < 1))
            return nullptr;
    }
    rule.time = 7200;
    return *at == '/' ? parse_time(at + 1, rule.time) : at;
}

bool parse_rules(const char *at, Rules &rules) {
    rules = {};
    long offset;
    at = parse_name(at, rules.standard_name);
    if (!at || !(at = parse_time(at, offset)))
        return false;
    rules.standard_offset = -offset;
    if (!*at)
        return true;
    at = parse_name(at, rules.daylight_name);
    if (!at)
        return false;
    rules.has_daylight = true;
    rules.daylight_offset = rules.standard_offset + 3600;
    if (*at && *at != ',') {
        if (!(at = parse_time(at, offset)))
            return false;
        rules.daylight_offset = -offset;
    }
    if (!*at)
        at = ",M3.2.0,M11.1.0";
    at = *at == ',' ? parse_change(at + 1, rules.begin) : nullptr;
    at = at && *at == ',' ? parse_change(at + 1, rules.end) : nullptr;
    return at && *at == 0;
}

// The moment of a change in the given year, in local time before it.
long change_in(const ChangeRule &rule, long year) {
    long first = day_number(year, 0, 1), day;
    switch (rule.kind) {
    case ChangeRule::JulianWithoutLeapDay:
        day = first + rule.day - 1 + (is_leap(year) && rule.day >= 60);
        break;
    case ChangeRule::DayOfYear: day = first + rule.day; break;
    default: {
        long month = day_number(year, rule.month - 1, 1);
        long next = rule.month == 12 ? day_number(year + 1, 0, 1) : day_number(year, rule.month, 1);
        long week_day = (month + 4) % 7;
        if (week_day < 0)
            week_day += 7;
        day = month + (rule.day - week_day + 7) % 7 + (rule.week - 1) * 7;
        if (day >= next)
            day -= 7;
    }
    }
    return day * kSecondsPerDay + rule.time;
}

ZoneTime rules_at(const Rules &rules, long seconds) {
    if (rules.has_daylight) {
        tm local;
        if (break_down(seconds + rules.standard_offset, local)) {
            long year = local.tm_year + 1900l;
            long begin = change_in(rules.begin, year) - rules.standard_offset;
            long end = change_in(rules.end, year) - rules.daylight_offset;
            bool summer = begin < end ? seconds >= begin && seconds < end : seconds >= begin || seconds < end;
            if (summer)
                return {rules.daylight_offset, true, rules.daylight_name};
        }
    }
    return {rules.standard_offset, false, rules.standard_name};
}

// --- The zoneinfo file ---

uint32_t big32(const unsigned char *at) {
    return static_cast<uint32_t>(at[0]) << 24 | static_cast<uint32_t>(at[1]) << 16 |
           static_cast<uint32_t>(at[2]) << 8 | at[3];
}

long big64(const unsigned char* at) {
    return static_cast<long>(static_cast<uint64_t>(big32(at)) << 32 | big32(at + 4));
}

constexpr size_t kHeaderBytes = 44;

struct Counts {
    uint64_t ut, standard, leap, time, type, abbreviation;
    uint64_t bytes(unsigned time_bytes) const {
        return time * (time_bytes + 1) + type * 6 + abbreviation + leap * (time_bytes + 4) + standard + ut;
    }
};

Counts counts_at(const unsigned char *header) {
    return {big32(header + 20), big32(header + 24), big32(header + 28),
            big32(header + 32), big32(header + 36), big32(header + 40)};
}

// Checks everything that zone_at relies on. The second block has 64-bit times; what follows it is the rule line.
bool parse_file(ZoneFile &file, Rules &rules) {
    const unsigned char *at = file.map, *end = at + file.map_bytes;
    if (file.map_bytes < kHeaderBytes || memcmp(at, "TZif", 4) != 0 || at[4] < '2')
        return false;
    uint64_t first = counts_at(at).bytes(4) + kHeaderBytes;
    if (first + kHeaderBytes > file.map_bytes || memcmp(at + first, "TZif", 4) != 0)
        return false;
    Counts counts = counts_at(at + first);
    const unsigned char *body = at + first + kHeaderBytes;
    if (counts.bytes(8) > static_cast<uint64_t>(end - body) || counts.type == 0 || counts.abbreviation == 0)
        return false;
    file.time_count = static_cast<uint32_t>(counts.time);
    file.type_count = static_cast<uint32_t>(counts.type);
    file.abbreviation_bytes = static_cast<uint32_t>(counts.abbreviation);
    file.times = body;
    file.indices = body + counts.time * 8;
    file.types = file.indices + counts.time;
    file.abbreviations = reinterpret_cast<const char *>(file.types + counts.type * 6);
    if (file.abbreviations[file.abbreviation_bytes - 1] != 0)
        return false;
    for (uint32_t i = 0; i < file.time_count; i++) {
        if (file.indices[i] >= file.type_count)
            return false;
    }
    for (uint32_t i = 0; i < file.type_count; i++) {
        if (file.types[i * 6 + 5] >= file.abbreviation_bytes)
            return false;
    }
    const unsigned char *line = body + counts.bytes(8);
    char text[128];
    size_t length = 0;
    if (line < end && *line == '\n') {
        for (line++; line < end && *line != '\n' && length + 1 < sizeof text; line++)
            text[length++] = static_cast<char>(*line);
    }
    text[length] = 0;
    if (length == 0 || !parse_rules(text, rules)) {
        rules = {};
        const unsigned char *type = file.types + (file.time_count ? file.indices[file.time_count - 1] : 0) * 6;
        rules.standard_offset = static_cast<int32_t>(big32(type));
        strlcpy(rules.standard_name, file.abbreviations + type[5], kNameBytes);
    }
    return true;
}

bool load_file(const char *name, ZoneFile &file, Rules &rules) {
    char path[PATH_MAX];
    int fd = -1;
    if (*name == '/') {
        fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    } else {
        static const char *const directories[] = {"/usr/share/zoneinfo/", "/share/zoneinfo/", "/etc/zoneinfo/"};
        for (const char *directory : directories) {
            if (strlen(directory) + strlen(name) >= sizeof path || strstr(name, ".."))
                return false;
            strcpy(stpcpy(path, directory), name);
            fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
            if (fd >= 0)
                break;
        }
    }
    if (fd < 0)
        return false;
    struct stat status;
    file = {};
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
        void *map = mmap(nullptr, static_cast<size_t>(status.st_size), PROT_READ, MAP_PRIVATE, fd, 0);
        if (map != MAP_FAILED) {
            file.map = static_cast<const unsigned char *>(map);
            file.map_bytes = static_cast<size_t>(status.st_size);
        }
    }
    close(fd);
    if (!file.map)
        return false;
    if (parse_file(file, rules))
        return true;
    munmap(const_cast<unsigned char *>(file.map), file.map_bytes);
    file = {};
    return false;
}

ZoneTime type_at(const ZoneFile &file, unsigned index) {
    const unsigned char *type = file.types + index * 6;
    return {static_cast<int32_t>(big32(type)), type[4] != 0, file.abbreviations + type[5]};
}

ZoneTime file_at(const ZoneFile &file, const Rules &rules, long seconds) {
    if (file.time_count == 0)
        return rules_at(rules, seconds);
    if (seconds >= big64(file.times + 8ul * (file.time_count - 1)))
        return rules_at(rules, seconds);
    if (seconds < big64(file.times)) { // the first standard type was in force before the first change
        for (unsigned i = 0; i < file.type_count; i++) {
            if (!file.types[i * 6 + 4])
                return type_at(file, i);
        }
        return type_at(file, 0);
    }
    uint32_t low = 0, high = file.time_count;
    while (high - low > 1) {
        uint32_t middle = (low + high) / 2;
        (big64(file.times + 8ul * middle) <= seconds ? low : high) = middle;
    }
    return type_at(file, file.indices[low]);
}

void publish() {
    tzname[0] = g_rules.standard_name;
    tzname[1] = g_rules.has_daylight ? g_rules.daylight_name : g_rules.standard_name;
    timezone = -g_rules.standard_offset;
    daylight = g_rules.has_daylight;
    if (!g_file.map || g_rules.has_daylight)
        return;
    // A zone that no longer has daylight time still names the last one it had.
    for (uint32_t i = 0; i < g_file.time_count; i++) {
        ZoneTime type = type_at(g_file, g_file.indices[i]);
        if (type.daylight) {
            daylight = 1;
            strlcpy(g_rules.daylight_name, type.abbreviation, kNameBytes);
            tzname[1] = g_rules.daylight_name;
        }
    }
}

void load_locked() {
    const char *value = getenv("TZ");
    if (!value)
        value = "/etc/localtime";
    if (g_loaded && strcmp(value, g_current) == 0)
        return;
    if (g_file.map)
        munmap(const_cast<unsigned char *>(g_file.map), g_file.map_bytes);
    g_file = {};
    g_rules = {};
    g_loaded = true;
    strlcpy(g_current, value, sizeof g_current);
    const char *name = *value == ':' ? value + 1 : value;
    bool explicit_file = *value == ':';
    if (!*name || (!explicit_file && *name != '/' && strpbrk(name, ",0123456789<") && parse_rules(name, g_rules))) {
    } else if (!load_file(name, g_file, g_rules)) {
        g_rules = {};
        if (!parse_rules(name, g_rules))
            g_rules = {};
    }
    publish();
}

} // namespace

ZoneTime zone_at(long seconds) {
    LockGuard guard(g_lock);
    load_locked();
    return g_file.map ? file_at(g_file, g_rules, seconds) : rules_at(g_rules, seconds);
}

} // namespace libc

extern "C" void tzset() {
    libc::LockGuard guard(libc::g_lock);
    libc::load_locked();
}
