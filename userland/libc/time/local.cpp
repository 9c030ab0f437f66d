// localtime, mktime, asctime, ctime (C17 7.27.2.3, 7.27.3).
#include "time/calendar.hpp"

#include <errno.h>
#include <stdio.h>

using namespace libc;

namespace {

tm g_time;
char g_text[64];

// The moment at which the zone's clock shows `local` seconds, preferring standard or daylight time as `wanted` says
// (negative: whichever holds).
long from_local(long local, int wanted) {
    // The offset in force is one of those around; try each as a guess and keep what explains itself.
    ZoneTime around[3] = {zone_at(local - kSecondsPerDay), zone_at(local), zone_at(local + kSecondsPerDay)};
    bool found = false;
    long answer = 0;
    for (const ZoneTime &guess : around) {
        long candidate = local - guess.offset;
        ZoneTime actual = zone_at(candidate);
        if (actual.offset != guess.offset)
            continue;
        bool fits = wanted < 0 || actual.daylight == (wanted > 0);
        if (!found || (fits && wanted >= 0)) {
            answer = candidate;
            found = true;
            if (fits && wanted >= 0)
                return answer;
        }
    }
    if (!found) // in the gap when clocks go forward: as if they had not yet
        answer = local - around[0].offset;
    if (wanted < 0)
        return answer;
    // The clock of the other kind of time is meant: shift by the difference of the two.
    ZoneTime actual = zone_at(answer);
    if (actual.daylight != (wanted > 0)) {
        for (long step = kSecondsPerDay * 30; step <= kSecondsPerDay * 400; step += kSecondsPerDay * 30) {
            for (int sign = -1; sign <= 1; sign += 2) {
                ZoneTime other = zone_at(answer + sign * step);
                if (other.daylight == (wanted > 0))
                    return local - other.offset;
            }
        }
    }
    return answer;
}

} // namespace

extern "C" {

tm *localtime_r(const time_t *__restrict seconds, tm *__restrict result) {
    ZoneTime zone = zone_at(*seconds);
    if (!break_down(*seconds + zone.offset, *result)) {
        errno = EOVERFLOW;
        return nullptr;
    }
    result->tm_isdst = zone.daylight;
    result->tm_gmtoff = zone.offset;
    result->tm_zone = zone.abbreviation;
    return result;
}

tm *localtime(const time_t *seconds) { return localtime_r(seconds, &g_time); }
tm *gmtime(const time_t *seconds) { return gmtime_r(seconds, &g_time); }

time_t mktime(tm *time) {
    long local;
    seconds_from(*time, local);
    long seconds = from_local(local, time->tm_isdst);
    tm result;
    if (!localtime_r(&seconds, &result))
        return -1;
    *time = result;
    return seconds;
}

time_t timelocal(tm *time) { return mktime(time); }

char *asctime_r(const tm *__restrict time, char *__restrict text) {
    static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const char *day = time->tm_wday >= 0 && time->tm_wday < 7 ? days + 3 * time->tm_wday : "???";
    const char *month = time->tm_mon >= 0 && time->tm_mon < 12 ? months + 3 * time->tm_mon : "???";
    int length = snprintf(text, 26, "%.3s %.3s%3d %.2d:%.2d:%.2d %ld\n", day, month, time->tm_mday, time->tm_hour,
                          time->tm_min, time->tm_sec, 1900l + time->tm_year);
    if (length >= 26) {
        errno = EOVERFLOW;
        return nullptr;
    }
    return text;
}

char *asctime(const tm *time) { return asctime_r(time, g_text); }

char *ctime_r(const time_t *seconds, char *text) {
    tm time;
    return localtime_r(seconds, &time) ? asctime_r(&time, text) : nullptr;
}

char *ctime(const time_t *seconds) {
    tm *time = localtime(seconds);
    return time ? asctime(time) : nullptr;
}
}
