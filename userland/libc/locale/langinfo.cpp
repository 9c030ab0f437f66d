// nl_langinfo (POSIX.1-2017): the C locale's texts; only the name of the encoding differs.
#include "internal/locale.hpp"

#include <langinfo.h>

namespace {

const char kDays[7][10] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
const char kShortDays[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
const char kMonths[12][10] = {"January", "February", "March",     "April",   "May",      "June",
                              "July",    "August",   "September", "October", "November", "December"};
const char kShortMonths[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

const char *text_of(nl_item item, bool utf8) {
    if (item >= DAY_1 && item <= DAY_7)
        return kDays[item - DAY_1];
    if (item >= ABDAY_1 && item <= ABDAY_7)
        return kShortDays[item - ABDAY_1];
    if (item >= MON_1 && item <= MON_12)
        return kMonths[item - MON_1];
    if (item >= ABMON_1 && item <= ABMON_12)
        return kShortMonths[item - ABMON_1];
    switch (item) {
    case CODESET: return utf8 ? "UTF-8" : "ANSI_X3.4-1968";
    case RADIXCHAR: return ".";
    case AM_STR: return "AM";
    case PM_STR: return "PM";
    case D_T_FMT: return "%a %b %e %H:%M:%S %Y";
    case D_FMT: return "%m/%d/%y";
    case T_FMT: return "%H:%M:%S";
    case T_FMT_AMPM: return "%I:%M:%S %p";
    case YESEXPR: return "^[yY]";
    case NOEXPR: return "^[nN]";
    case CRNCYSTR: return "-";
    default: return "";
    }
}

} // namespace

extern "C" {

char *nl_langinfo(nl_item item) { return const_cast<char *>(text_of(item, libc::is_utf8_locale())); }
char *nl_langinfo_l(nl_item item, locale_t locale) { return const_cast<char *>(text_of(item, locale->utf8)); }
}
