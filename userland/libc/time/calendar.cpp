// Seconds to calendar and back: gmtime, timegm (C17 7.27.3.3, timegm(3)).
#include "time/calendar.hpp"

#include <errno.h>
#include <limits.h>

namespace libc {

bool seconds_from(const tm &time, long &seconds) {
    long months = time.tm_mon, year = 1900l + time.tm_year + floor_divide(months, 12);
    months -= floor_divide(months, 12) * 12;
    long days = day_number(year, static_cast<int>(months), 1) + time.tm_mday - 1l;
    seconds = days * kSecondsPerDay + time.tm_hour * 3600l + time.tm_min * 60l + time.tm_sec;
    return true;
}

bool break_down(long seconds, tm &time) {
    long days = floor_divide(seconds, kSecondsPerDay), rest = seconds - days * kSecondsPerDay;
    long shifted = days + 719468, era = floor_divide(shifted, 146097), day_of_era = shifted - era * 146097;
    long year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    long day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    long month_index = (5 * day_of_year + 2) / 153; // 0 is March
    long month = month_index < 10 ? month_index + 2 : month_index - 10;
    long year = year_of_era + era * 400 + (month < 2);
    if (year - 1900 > INT_MAX || year - 1900 < INT_MIN)
        return false;
    time.tm_year = static_cast<int>(year - 1900);
    time.tm_mon = static_cast<int>(month);
    time.tm_mday = static_cast<int>(day_of_year - (153 * month_index + 2) / 5 + 1);
    time.tm_hour = static_cast<int>(rest / 3600);
    time.tm_min = static_cast<int>(rest / 60 % 60);
    time.tm_sec = static_cast<int>(rest % 60);
    long week_day = (days + 4) % 7;
    time.tm_wday = static_cast<int>(week_day < 0 ? week_day + 7 : week_day);
    time.tm_yday = static_cast<int>(days - day_number(year, 0, 1));
    return true;
}

} // namespace libc

using namespace libc;

extern "C" {

tm *gmtime_r(const time_t *__restrict seconds, tm *__restrict result) {
    if (!break_down(*seconds, *result)) {
        errno = EOVERFLOW;
        return nullptr;
    }
    result->tm_isdst = 0;
    result->tm_gmtoff = 0;
    result->tm_zone = "GMT";
    return result;
}

time_t timegm(tm *time) {
    long seconds;
    seconds_from(*time, seconds);
    if (!gmtime_r(&seconds, time))
        return -1;
    return seconds;
}
}
