// strptime (POSIX.1-2017), with what follows from what was given: the day of the year and of the week from a date.
#include "time/calendar.hpp"

#include <ctype.h>
#include <langinfo.h>
#include <string.h>
#include <strings.h>

namespace libc {

namespace {

class Parser {
public:
    Parser(const char *text, tm &time) : at_(text), time_(time) {}

    bool run(const char *format) {
        for (; *format; format++) {
            if (isspace(static_cast<unsigned char>(*format))) {
                skip_spaces();
                continue;
            }
            if (*format != '%') {
                if (*format != *at_++)
                    return false;
                continue;
            }
            format++;
            if (*format == '+')
                format++;
            while (*format == '-' || *format == '_' || *format == '0' || *format == '^' || *format == '#')
                format++;
            int width = 0;
            for (; isdigit(*format); format++)
                width = width * 10 + (*format - '0');
            if (*format == 'E' || *format == 'O')
                format++;
            if (!*format || !convert(*format, width))
                return false;
        }
        return true;
    }

    void complete() {
        if (have_century_ || have_short_year_) {
            int century = have_century_ ? century_ - 19 : have_short_year_ && short_year_ < 69 ? 1 : 0;
            int in_century = have_short_year_ ? short_year_ : (time_.tm_year % 100 + 100) % 100;
            time_.tm_year = century * 100 + in_century;
            have_year_ = true;
        }
        if (have_afternoon_)
            time_.tm_hour = time_.tm_hour % 12 + (afternoon_ ? 12 : 0);
        long year = 1900l + time_.tm_year;
        if (have_day_of_year_ && !(have_month_ && have_day_)) {
            long days = day_number(year, 0, 1) + time_.tm_yday;
            tm date;
            if (break_down(days * kSecondsPerDay, date)) {
                if (!have_month_)
                    time_.tm_mon = date.tm_mon;
                if (!have_day_)
                    time_.tm_mday = date.tm_mday;
                have_month_ = have_day_ = true;
            }
        }
        if (have_month_ && have_day_) {
            long days = day_number(year, time_.tm_mon, time_.tm_mday);
            long week_day = (days + 4) % 7;
            time_.tm_wday = static_cast<int>(week_day < 0 ? week_day + 7 : week_day);
            time_.tm_yday = static_cast<int>(days - day_number(year, 0, 1));
        }
    }

    char *end() const { return const_cast<char *>(at_); }

private:
    void skip_spaces() {
        while (isspace(static_cast<unsigned char>(*at_)))
            at_++;
    }

    bool number(int &value, int low, int high, int digits, int width = 0) {
        skip_spaces();
        if (!isdigit(*at_))
            return false;
        int result = 0;
        for (int i = width > 0 ? width : digits; i > 0 && isdigit(*at_); i--)
            result = result * 10 + (*at_++ - '0');
        value = result;
        return result >= low && result <= high;
    }

    bool name(nl_item full, nl_item abbreviated, int count, int &value) {
        skip_spaces();
        for (int pass = 0; pass < 2; pass++) {
            for (int i = 0; i < count; i++) {
                const char *candidate = nl_langinfo((pass == 0 ? full : abbreviated) + i);
                size_t length = strlen(candidate);
                if (strncasecmp(at_, candidate, length) == 0) {
                    at_ += length;
                    value = i;
                    return true;
                }
            }
        }
        return false;
    }

    bool zone_offset() {
        skip_spaces();
        if (*at_ == 'Z') {
            at_++;
            time_.tm_gmtoff = 0;
            return true;
        }
        if (*at_ != '+' && *at_ != '-')
            return false;
        bool negative = *at_++ == '-';
        int hours, minutes = 0;
        if (!number(hours, 0, 99, 2))
            return false;
        if (*at_ == ':')
            at_++;
        if (isdigit(*at_) && !number(minutes, 0, 59, 2))
            return false;
        long offset = hours * 3600l + minutes * 60l;
        time_.tm_gmtoff = negative ? -offset : offset;
        return true;
    }

    bool seconds_since_epoch() {
        skip_spaces();
        bool negative = *at_ == '-';
        at_ += negative;
        if (!isdigit(*at_))
            return false;
        long value = 0;
        while (isdigit(*at_)) {
            if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, *at_ - '0', &value))
                return false;
            at_++;
        }
        value = negative ? -value : value;
        return localtime_r(&value, &time_) != nullptr;
    }

    bool year(int width) {
        skip_spaces();
        bool negative = *at_ == '-';
        at_ += *at_ == '-' || *at_ == '+';
        int value;
        if (!number(value, 0, 99999999, 4, width))
            return false;
        time_.tm_year = (negative ? -value : value) - 1900;
        have_year_ = true;
        have_century_ = have_short_year_ = false;
        return true;
    }

    bool convert(char conversion, int width) {
        int ignored;
        switch (conversion) {
        case 'a': case 'A': return name(DAY_1, ABDAY_1, 7, time_.tm_wday);
        case 'b': case 'B': case 'h': return have_month_ = name(MON_1, ABMON_1, 12, time_.tm_mon);
        case 'c': return run("%a %b %e %H:%M:%S %Y");
        case 'C': return have_century_ = number(century_, 0, 99, 2, width);
        case 'd': case 'e': return have_day_ = number(time_.tm_mday, 1, 31, 2, width);
        case 'D': case 'x': return run("%m/%d/%y");
        case 'F': return run("%Y-%m-%d");
        case 'g': return number(ignored, 0, 99, 2, width);
        case 'G': return number(ignored, 0, 9999, 4, width);
        case 'H': case 'k': return number(time_.tm_hour, 0, 23, 2, width);
        case 'I': case 'l': return number(time_.tm_hour, 1, 12, 2, width);
        case 'j':
            if (!number(time_.tm_yday, 1, 366, 3, width))
                return false;
            time_.tm_yday--;
            return have_day_of_year_ = true;
        case 'm':
            if (!number(time_.tm_mon, 1, 12, 2, width))
                return false;
            time_.tm_mon--;
            return have_month_ = true;
        case 'M': return number(time_.tm_min, 0, 59, 2, width);
        case 'n': case 't': skip_spaces(); return true;
        case 'p': case 'P': {
            skip_spaces();
            if (strncasecmp(at_, "AM", 2) != 0 && strncasecmp(at_, "PM", 2) != 0)
                return false;
            afternoon_ = (*at_ | 0x20) == 'p';
            at_ += 2;
            return have_afternoon_ = true;
        }
        case 'r': return run("%I:%M:%S %p");
        case 'R': return run("%H:%M");
        case 's': return seconds_since_epoch();
        case 'S': return number(time_.tm_sec, 0, 61, 2, width);
        case 'T': case 'X': return run("%H:%M:%S");
        case 'u':
            if (!number(time_.tm_wday, 1, 7, 1, width))
                return false;
            time_.tm_wday %= 7;
            return true;
        case 'U': case 'W': return number(ignored, 0, 53, 2, width);
        case 'V': return number(ignored, 1, 53, 2, width);
        case 'w': return number(time_.tm_wday, 0, 6, 1, width);
        case 'y': return have_short_year_ = number(short_year_, 0, 99, 2, width);
        case 'Y': return year(width);
        case 'z': return zone_offset();
        case 'Z':
            while (isalpha(static_cast<unsigned char>(*at_)))
                at_++;
            return true;
        case '%': return *at_++ == '%';
        default: return false;
        }
    }

    const char *at_;
    tm &time_;
    int century_ = 0, short_year_ = 0;
    bool afternoon_ = false, have_afternoon_ = false, have_century_ = false, have_short_year_ = false;
    bool have_year_ = false, have_month_ = false, have_day_ = false, have_day_of_year_ = false;
};

} // namespace
} // namespace libc

extern "C" char *strptime(const char *__restrict text, const char *__restrict format, tm *__restrict time) {
    libc::Parser parser(text, *time);
    if (!parser.run(format))
        return nullptr;
    parser.complete();
    return parser.end();
}
