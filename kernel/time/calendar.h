// The proleptic Gregorian calendar in UTC.
#pragma once
#include "base/types.h"

namespace martlet {

struct CalendarTime {
    u32 year, month, day, hour, minute, second; // month and day from 1
};

constexpr bool is_valid(const CalendarTime& time) {
    constexpr u32 kDays[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return time.year >= 1970 && time.year < 10000 && time.month >= 1 && time.month <= 12 && time.day >= 1 &&
           time.day <= kDays[time.month - 1] && time.hour < 24 && time.minute < 60 && time.second < 60;
}

/// Seconds since 1970-01-01 00:00:00 (POSIX.1-2017 4.16).
constexpr u64 seconds_since_epoch(const CalendarTime& time) {
    // Years start in March, so that the leap day is the last of its year.
    u64 year = time.month <= 2 ? time.year - 1 : time.year;
    u64 month = time.month <= 2 ? time.month + 9 : time.month - 3;
    u64 days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + time.day - 1 - 719468;
    return ((days * 24 + time.hour) * 60 + time.minute) * 60 + time.second;
}
static_assert(seconds_since_epoch({1970, 1, 1, 0, 0, 0}) == 0);
static_assert(seconds_since_epoch({2000, 3, 1, 0, 0, 0}) == 951868800);

} // namespace martlet
