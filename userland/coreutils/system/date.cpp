// date: POSIX.1-2017, with GNU's -d -f -I -R -r -s --rfc-3339.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/date_parse.h"
#include "lib/format_time.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

namespace coreutils {
namespace {

enum : int { kRfc3339 = kLongOnly, kResolution, kDebug };

constexpr Option kOptions[] = {
    {'d', "date", "STRING", "display time described by STRING, not 'now'"},
    {kDebug, "debug", nullptr, nullptr},
    {'f', "file", "DATEFILE", "like --date; once for each line of DATEFILE"},
    {'I', "iso-8601", "[FMT]", "output in ISO 8601 format: date (default), hours, minutes, seconds, or ns"},
    {kResolution, "resolution", nullptr, "output the available resolution of timestamps"},
    {'R', "rfc-email", nullptr, "output in RFC 5322 format"},
    {'R', "rfc-2822", nullptr, nullptr},
    {kRfc3339, "rfc-3339", "FMT", "output in RFC 3339 format: date, seconds, or ns"},
    {'r', "reference", "FILE", "display the last modification time of FILE"},
    {'s', "set", "STRING", "set time described by STRING"},
    {'u', "utc", nullptr, "print or set Coordinated Universal Time"},
    {'u', "universal", nullptr, nullptr},
};

const char* iso_format(const char* precision) {
    if (!precision || strncmp(precision, "date", strlen(precision)) == 0) return "%Y-%m-%d";
    if (strncmp(precision, "hours", strlen(precision)) == 0) return "%Y-%m-%dT%H%:z";
    if (strncmp(precision, "minutes", strlen(precision)) == 0) return "%Y-%m-%dT%H:%M%:z";
    if (strncmp(precision, "seconds", strlen(precision)) == 0) return "%Y-%m-%dT%H:%M:%S%:z";
    if (strcmp(precision, "ns") == 0) return "%Y-%m-%dT%H:%M:%S,%N%:z";
    usage_error("invalid argument '%s' for '--iso-8601'", precision);
}

const char* rfc3339_format(const char* precision) {
    if (strcmp(precision, "date") == 0) return "%Y-%m-%d";
    if (strcmp(precision, "seconds") == 0) return "%Y-%m-%d %H:%M:%S%:z";
    if (strcmp(precision, "ns") == 0) return "%Y-%m-%d %H:%M:%S.%N%:z";
    usage_error("invalid argument '%s' for '--rfc-3339'", precision);
}

void print(const timespec& when, const char* format, Zone zone) {
    out.write(format_time(format, when, zone));
    out.put('\n');
}

int set_clock(const timespec& when, const char* format, Zone zone) {
    int status = 0;
    if (clock_settime(CLOCK_REALTIME, &when) != 0) {
        warn_errno("cannot set date");
        status = 1;
    }
    print(when, format, zone);
    return status;
}

int run(Arguments& arguments) {
    const char *text = nullptr, *file = nullptr, *reference = nullptr, *set = nullptr, *format = nullptr;
    Zone zone = Zone::local;
    bool resolution = false;
    while (auto option = arguments.next_option()) {
        const char* value = arguments.value();
        const char* chosen = nullptr;
        switch (*option) {
        case 'd':
            text = value;
            break;
        case 'f':
            file = value;
            break;
        case 'I':
            chosen = iso_format(value);
            break;
        case kResolution:
            resolution = true;
            break;
        case 'R':
            chosen = "%a, %d %b %Y %H:%M:%S %z";
            break;
        case kRfc3339:
            chosen = rfc3339_format(value);
            break;
        case 'r':
            reference = value;
            break;
        case 's':
            set = value;
            break;
        case 'u':
            zone = Zone::utc;
            break;
        }
        if (chosen && format) die(1, "multiple output formats specified");
        if (chosen) format = chosen;
    }
    if ((text != nullptr) + (file != nullptr) + (reference != nullptr) + resolution > 1)
        usage_error("the options to specify dates for printing are mutually exclusive");
    if (zone == Zone::utc) {
        setenv("TZ", "UTC0", 1);
        tzset();
    }
    auto operands = arguments.operands();
    const char* clock_digits = nullptr;
    for (const char* operand : operands) {
        if (*operand == '+') {
            if (format) die(1, "multiple output formats specified");
            format = operand + 1;
        } else if (clock_digits || text || file || reference || set) {
            die(1,
                "the argument '%s' lacks a leading '+'; when using an option to specify date(s), any "
                "non-option argument must be a format string beginning with '+'",
                operand);
        } else {
            clock_digits = operand;
        }
    }
    // POSIX: "%a %b %e %H:%M:%S %Z %Y" in the POSIX locale.
    if (!format) format = "%a %b %e %H:%M:%S %Z %Y";
    timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (file) {
        int status = 0;
        Input input;
        if (!input.open(file)) die_errno(1, file);
        while (auto line = input.next_line()) {
            if (auto when = parse_date(*line, now)) {
                print(*when, format, zone);
            } else {
                warn("invalid date '%.*s'", static_cast<int>(line->size()), line->data());
                status = 1;
            }
        }
        if (input.error()) die_errno(1, input_label(file), input.error());
        return status;
    }
    if (resolution) {
        timespec step = {0, 1};
        clock_getres(CLOCK_REALTIME, &step);
        out.print("%lld.%09ld\n", static_cast<long long>(step.tv_sec), step.tv_nsec);
        return 0;
    }
    if (reference) {
        struct stat info;
        if (stat(reference, &info) != 0) die_errno(1, reference);
        print(info.st_mtim, format, zone);
        return 0;
    }
    if (clock_digits) {
        auto when = parse_set_time(clock_digits, now);
        if (!when) die(1, "invalid date '%s'", clock_digits);
        return set_clock({*when, 0}, format, zone);
    }
    const char* described = set ? set : text;
    if (!described) {
        print(now, format, zone);
        return 0;
    }
    auto when = parse_date(described, now);
    if (!when) die(1, "invalid date '%s'", described);
    if (set) return set_clock(*when, format, zone);
    print(*when, format, zone);
    return 0;
}

constexpr Tool kTool = {
    .name = "date",
    .synopsis = "[OPTION]... [+FORMAT]\n[-u] MMDDhhmm[[CC]YY][.ss]",
    .summary = "Display the current time in the given FORMAT, or set the system date.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
