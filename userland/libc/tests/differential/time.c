// Calendar, zones, strftime, strptime.
#include "common.h"
#include <time.h>

static void show(const struct tm *t) {
    printf("%d %d %d %d %d %d %d %d %d %ld %s\n", t->tm_year, t->tm_mon, t->tm_mday, t->tm_hour, t->tm_min,
           t->tm_sec, t->tm_wday, t->tm_yday, t->tm_isdst, t->tm_gmtoff, t->tm_zone ? t->tm_zone : "-");
}

int main(void) {
    static const char* zones[] = {"UTC",
                                  "CET-1CEST,M3.5.0,M10.5.0/3",
                                  "EST5EDT,M3.2.0,M11.1.0",
                                  "<+0330>-3:30",
                                  "NZST-12NZDT,M9.5.0,M4.1.0/3",
                                  "AAA3BBB,J60/1,300/-2",
                                  "Europe/Berlin",
                                  "America/New_York",
                                  "Australia/Sydney",
                                  "Asia/Kolkata",
                                  ":Europe/London",
                                  "Asia/Tehran"};
    for (unsigned z = 0; z < sizeof zones / sizeof *zones; z++) {
        setenv("TZ", zones[z], 1);
        tzset();
        printf("%s: %s %s\n", zones[z], tzname[0], tzname[1]);
        for (int i = 0; i < 400; i++) {
            time_t t = i < 200 ? (time_t)(next_random() % 4102444800u) - 300000000
                               : (time_t)next_random() >> (8 + below(30));
            if (t > 60000000000000000 || t < -60000000000000000) t /= 100;
            struct tm tm, *p = gmtime(&t);
            if (!p) { printf("%ld: %d\n", (long)t, errno); continue; }
            tm = *p;
            show(&tm);
            printf("%ld\n", (long)timegm(&tm));
            if (t < 0 || t > 200000000000) continue; // glibc applies no rule before 1970 or to far years
            p = localtime(&t);
            tm = *p;
            show(&tm);
            time_t back = mktime(&tm);
            if (i < 200) printf("%ld %d\n", (long)back, tm.tm_isdst);
        }
    }
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    tzset();
    static const char *formats = "aAbBcCdDeFgGhHIjklmMnprRStTuUVwWxXyYzZ%Ps";
    for (int i = 0; i < 300; i++) {
        time_t t = (time_t)(next_random() % 8000000000u);
        struct tm tm = *localtime(&t);
        char buffer[300], format[20];
        for (const char *f = formats; *f; f++) {
            static const char *flags[] = {"", "", "_", "-", "0", "^", "#", "10", "_5", "012"};
            sprintf(format, "%%%s%c", *f == 'z' ? "" : flags[below(10)], *f);
            size_t n = strftime(buffer, sizeof buffer, format, &tm);
            printf("%s %ld %s: %zu %.*s\n", format, (long)t, "", n, (int)n, buffer);
        }
    }
    struct tm tm;
    static const char* parses[][2] = {{"2024-02-29 12:34:56", "%Y-%m-%d %H:%M:%S"},
                                      {"Mon Jan  5 2015", "%a %b %e %Y"},
                                      {"12/31/99", "%D"},
                                      {"11:05 PM", "%I:%M %p"},
                                      {"12:05 am", "%I:%M %p"},
                                      {"2024 060", "%Y %j"},
                                      {"1700000000", "%s"},
                                      {"20 24", "%C %y"},
                                      {"  7", "%e"},
                                      {"2024-13-01", "%F"},
                                      {"10:11:12 +0230", "%T %z"},
                                      {"69", "%y"},
                                      {"68", "%y"},
                                      {"February", "%B"},
                                      {"x", "%Y"},
                                      {"5%", "%u%%"}};
    for (unsigned i = 0; i < sizeof parses / sizeof *parses; i++) {
        memset(&tm, 0, sizeof tm);
        char *end = strptime(parses[i][0], parses[i][1], &tm);
        tm.tm_zone = 0;
        if (!end) { printf("%s %s: no\n", parses[i][0], parses[i][1]); continue; }
        // What follows for the day of the week from half a date is nobody's standard.
        printf("%s %s: %d %d-%d-%d %d:%d:%d %ld\n", parses[i][0], parses[i][1], (int)(end - parses[i][0]),
               tm.tm_year, tm.tm_mon, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, tm.tm_gmtoff);
        if (i < 3) show(&tm);
    }
    time_t zero = 0;
    printf("%s%s", asctime(gmtime(&zero)), ctime(&zero));
    return 0;
}
