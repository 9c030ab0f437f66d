// strftime (C17 7.27.3.5, POSIX.1-2017) with GNU's flags: '_' spaces, '-' nothing, '0' zeros, '+' sign, '^' upper
// case, '#' other case, and a minimum width.
#include "time/calendar.hpp"

#include <ctype.h>
#include <langinfo.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

namespace libc {

namespace {

struct Field {
    char padding = 0; // '_', '-', '0', '+' or the conversion's own
    bool upper = false, other_case = false;
    int width = -1;
};

class Formatter {
public:
    Formatter(char *text, size_t size, const tm &time) : text_(text), size_(size), time_(time) {}

    bool run(const char *format) {
        for (; *format; format++) {
            if (*format != '%') {
                if (!put(format, 1))
                    return false;
                continue;
            }
            const char *start = format++;
            Field field;
            for (; *format && strchr("_-0^#+", *format); format++) {
                if (*format == '^')
                    field.upper = true;
                else if (*format == '#')
                    field.other_case = true;
                else
                    field.padding = *format;
            }
            if (isdigit(*format)) {
                field.width = 0;
                for (; isdigit(*format); format++)
                    field.width = field.width < 10000 ? field.width * 10 + (*format - '0') : field.width;
            }
            if (*format == 'E' || *format == 'O')
                format++;
            if (!*format)
                return put(start, static_cast<size_t>(format - start));
            if (!convert(*format, field, start, format))
                return false;
        }
        return true;
    }

    size_t length() const { return used_; }

private:
    bool put(const char *bytes, size_t length) {
        if (length >= size_ - used_)
            return false;
        memcpy(text_ + used_, bytes, length);
        used_ += length;
        return true;
    }

    bool text(const char *string, Field field, bool lower_on_other = false) {
        size_t length = strlen(string);
        int padding = field.width - static_cast<int>(length);
        for (; padding > 0; padding--) {
            if (!put(field.padding == '0' ? "0" : " ", 1))
                return false;
        }
        size_t start = used_;
        if (!put(string, length))
            return false;
        for (size_t i = start; i < used_; i++) {
            auto c = static_cast<unsigned char>(text_[i]);
            if (lower_on_other && field.other_case)
                text_[i] = static_cast<char>(tolower(c));
            else if (field.upper || field.other_case)
                text_[i] = static_cast<char>(toupper(c));
        }
        return true;
    }

    bool number(long value, int width, char padding, Field field) {
        if (field.padding && field.padding != '+')
            padding = field.padding;
        if (padding == '-')
            width = field.width > 0 ? field.width : 0;
        else if (field.width > width)
            width = field.width;
        char digits[24];
        bool negative = value < 0;
        unsigned long magnitude =
            negative ? 0ul - static_cast<unsigned long>(value) : static_cast<unsigned long>(value);
        int length = snprintf(digits, sizeof digits, "%lu", magnitude);
        int fill = width - length - negative;
        if (padding == '-')
            fill = 0;
        if (padding == '_') {
            for (; fill > 0; fill--) {
                if (!put(" ", 1))
                    return false;
            }
        }
        if (negative && !put("-", 1))
            return false;
        for (; fill > 0; fill--) {
            if (!put("0", 1))
                return false;
        }
        return put(digits, static_cast<size_t>(length));
    }

    // ISO 8601: the week belongs to the year that has its Thursday.
    long iso_year(int &week) const {
        long year = 1900l + time_.tm_year;
        int monday_based = (time_.tm_wday + 6) % 7;
        int week_number = (time_.tm_yday - monday_based + 10) / 7;
        auto weeks_in = [](long y) {
            auto dec31 = [](long z) {
                return (z + floor_divide(z, 4) - floor_divide(z, 100) + floor_divide(z, 400)) % 7;
            };
            long a = dec31(y), b = dec31(y - 1);
            return (a < 0 ? a + 7 : a) == 4 || (b < 0 ? b + 7 : b) == 3 ? 53 : 52;
        };
        if (week_number < 1) {
            year--;
            week_number = weeks_in(year);
        } else if (week_number > weeks_in(year)) {
            year++;
            week_number = 1;
        }
        week = week_number;
        return year;
    }

    bool year(long value, int minimum, Field field) {
        if (field.padding == '+') {
            int width = field.width > minimum ? field.width : minimum;
            if (value > 9999 || width > minimum) {
                if (value >= 0) {
                    if (!put("+", 1))
                        return false;
                    width--;
                }
            }
            field.width = width;
            field.padding = '0';
        }
        return number(value, minimum, '0', field);
    }

    bool nested(const char *format, Field field) {
        char buffer[160];
        Formatter inner(buffer, sizeof buffer, time_);
        if (!inner.run(format))
            return false;
        buffer[inner.length()] = 0;
        field.other_case = false; // '#' speaks of single names
        return text(buffer, field);
    }

    const char *name(nl_item first, int index, int count) const {
        return index >= 0 && index < count ? nl_langinfo(first + index) : "?";
    }

    bool zone_offset(Field field) {
        if (time_.tm_isdst < 0)
            return true;
        long minutes = time_.tm_gmtoff / 60;
        bool negative = time_.tm_gmtoff < 0;
        if (negative)
            minutes = -minutes;
        char buffer[16];
        snprintf(buffer, sizeof buffer, "%c%02ld%02ld", negative ? '-' : '+', minutes / 60, minutes % 60);
        return text(buffer, field);
    }

    bool convert(char conversion, Field field, const char *start, const char *format) {
        int twelve = time_.tm_hour % 12 == 0 ? 12 : time_.tm_hour % 12, week;
        long full_year = 1900l + time_.tm_year;
        switch (conversion) {
        case 'a': return text(name(ABDAY_1, time_.tm_wday, 7), field);
        case 'A': return text(name(DAY_1, time_.tm_wday, 7), field);
        case 'b': case 'h': return text(name(ABMON_1, time_.tm_mon, 12), field);
        case 'B': return text(name(MON_1, time_.tm_mon, 12), field);
        case 'c': return nested("%a %b %e %H:%M:%S %Y", field);
        case 'C': return year(floor_divide(full_year, 100), 2, field);
        case 'd': return number(time_.tm_mday, 2, '0', field);
        case 'D': return nested("%m/%d/%y", field);
        case 'e': return number(time_.tm_mday, 2, '_', field);
        case 'F': return year(full_year, field.padding == '+' ? 4 : 0, iso_date(field)) && run("-%m-%d");
        case 'g': return number(((iso_year(week) % 100) + 100) % 100, 2, '0', field);
        case 'G': return year(iso_year(week), 4, field);
        case 'H': return number(time_.tm_hour, 2, '0', field);
        case 'I': return number(twelve, 2, '0', field);
        case 'j': return number(time_.tm_yday + 1, 3, '0', field);
        case 'k': return number(time_.tm_hour, 2, '_', field);
        case 'l': return number(twelve, 2, '_', field);
        case 'm': return number(time_.tm_mon + 1, 2, '0', field);
        case 'M': return number(time_.tm_min, 2, '0', field);
        case 'n': return text("\n", field);
        case 'p': return text(nl_langinfo(time_.tm_hour >= 12 ? PM_STR : AM_STR), field, true);
        case 'P': {
            Field lower = field;
            lower.other_case = true;
            return text(nl_langinfo(time_.tm_hour >= 12 ? PM_STR : AM_STR), lower, true);
        }
        case 'r': return nested("%I:%M:%S %p", field);
        case 'R': return nested("%H:%M", field);
        case 's': {
            tm copy = time_;
            return number(mktime(&copy), 1, '_', field);
        }
        case 'S': return number(time_.tm_sec, 2, '0', field);
        case 't': return text("\t", field);
        case 'T': return nested("%H:%M:%S", field);
        case 'u': return number(time_.tm_wday == 0 ? 7 : time_.tm_wday, 1, '0', field);
        case 'U': return number((time_.tm_yday + 7 - time_.tm_wday) / 7, 2, '0', field);
        case 'V': iso_year(week); return number(week, 2, '0', field);
        case 'w': return number(time_.tm_wday, 1, '0', field);
        case 'W': return number((time_.tm_yday + 7 - (time_.tm_wday + 6) % 7) / 7, 2, '0', field);
        case 'x': return nested("%m/%d/%y", field);
        case 'X': return nested("%H:%M:%S", field);
        case 'y': return number(((full_year % 100) + 100) % 100, 2, '0', field);
        case 'Y': return year(full_year, field.padding == '+' || field.width > 0 ? 4 : 0, field);
        case 'z': return zone_offset(field);
        case 'Z': return time_.tm_isdst < 0 || !time_.tm_zone || text(time_.tm_zone, field, true);
        case '%': return text("%", field);
        default: return put(start, static_cast<size_t>(format - start) + 1);
        }
    }

    // The year part of %F takes what the width leaves beside "-mm-dd".
    static Field iso_date(Field field) {
        if (field.width > 6)
            field.width -= 6;
        else
            field.width = field.width >= 0 ? 0 : -1;
        return field;
    }

    char *text_;
    size_t size_, used_ = 0;
    const tm &time_;
};

} // namespace
} // namespace libc

extern "C" {

size_t strftime(char *__restrict text, size_t size, const char *__restrict format, const tm *__restrict time) {
    if (size == 0)
        return 0;
    libc::Formatter formatter(text, size, *time);
    bool fits = formatter.run(format);
    text[fits ? formatter.length() : size - 1] = 0;
    return fits ? formatter.length() : 0;
}

size_t strftime_l(char* __restrict text, size_t size, const char* __restrict format,
                  const tm* __restrict time, locale_t) {
    return strftime(text, size, format, time);
}
}
