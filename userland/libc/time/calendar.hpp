// The proleptic Gregorian calendar as arithmetic on day numbers (POSIX.1-2017 4.16, days since 1970-01-01). Years
// begin in March internally, so that the leap day is a year's last.
#pragma once

#include <time.h>

namespace libc {

inline constexpr long kSecondsPerDay = 86400;

constexpr long floor_divide(long value, long divisor) {
    return value / divisor - (value % divisor < 0);
}

constexpr bool is_leap(long year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

// `month` is 0 to 11; `day` 1 to 31, but any number counts on.
constexpr long day_number(long year, int month, long day) {
    year -= month < 2;
    long era = floor_divide(year, 400), year_of_era = year - era * 400;
    long day_of_year = (153 * (month + (month > 1 ? -2 : 10)) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

// Seconds since the epoch of a broken-down time in UTC, every member of any value.
// False if that is out of range.
bool seconds_from(const tm &time, long &seconds);

// Fills everything but tm_isdst, tm_gmtoff and tm_zone. False if the year does not fit an int.
bool break_down(long seconds, tm &time);

// The time zone in force (TZ), read anew when TZ has changed.
struct ZoneTime {
    long offset; // seconds east of Greenwich
    bool daylight;
    const char *abbreviation;
};

// At a moment.
ZoneTime zone_at(long seconds);

} // namespace libc
