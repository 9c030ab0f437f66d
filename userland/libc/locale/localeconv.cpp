// localeconv (C17 7.11.2.1): the values of the C locale, which C.UTF-8 shares.
#include <limits.h>
#include <locale.h>

namespace {

char g_empty[] = "", g_point[] = ".";

} // namespace

extern "C" lconv *localeconv() {
    static lconv conventions;
    conventions = {};
    conventions.decimal_point = g_point;
    conventions.thousands_sep = conventions.grouping = conventions.int_curr_symbol = g_empty;
    conventions.currency_symbol = conventions.mon_decimal_point = conventions.mon_thousands_sep = g_empty;
    conventions.mon_grouping = conventions.positive_sign = conventions.negative_sign = g_empty;
    for (char *value = &conventions.int_frac_digits; value <= &conventions.int_n_sign_posn; value++)
        *value = CHAR_MAX;
    return &conventions;
}
