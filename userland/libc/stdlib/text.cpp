// getsubopt, a64l, l64a, ecvt, fcvt, gcvt, getloadavg (POSIX.1-2008 and before, getloadavg(3)).
#include "internal/decimal.hpp"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>

namespace {

const char kDigits64[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
char g_digits[400];

char *convert(double value, int count, int *point, int *negative, bool after_point) {
    *negative = __builtin_signbit(value);
    if (!__builtin_isfinite(value)) {
        *point = 0;
        return strcpy(g_digits, __builtin_isnan(value) ? "nan" : "inf");
    }
    [[clang::uninitialized]] libc::Decimal decimal;
    libc::expand(__builtin_fabs(value), decimal);
    if (count < 0)
        count = 0;
    int wanted = after_point ? decimal.exponent + count : count;
    libc::round_digits(decimal, wanted, *negative);
    if (decimal.count == 0) {
        decimal.exponent = after_point ? -count : 0;
        wanted = after_point ? 0 : count;
    } else if (after_point) {
        wanted = decimal.exponent + count;
    }
    int limit = static_cast<int>(sizeof g_digits) - 1;
    if (wanted > limit)
        wanted = limit;
    for (int i = 0; i < wanted; i++)
        g_digits[i] = static_cast<char>('0' + (i < decimal.count ? decimal.digits[i] : 0));
    g_digits[wanted > 0 ? wanted : 0] = 0;
    *point = decimal.count == 0 && !after_point ? 1 : decimal.exponent;
    return g_digits;
}

} // namespace

extern "C" {

char* ecvt(double value, int digits, int* point, int* negative) {
    return convert(value, digits, point, negative, false);
}
char* fcvt(double value, int digits, int* point, int* negative) {
    return convert(value, digits, point, negative, true);
}

char *gcvt(double value, int digits, char *text) {
    sprintf(text, "%.*g", digits, value);
    return text;
}

int getsubopt(char **option, char *const *keys, char **value) {
    char *text = *option;
    *value = nullptr;
    *option = strchrnul(text, ',');
    if (**option)
        *(*option)++ = 0;
    for (int i = 0; keys[i]; i++) {
        size_t length = strlen(keys[i]);
        if (strncmp(keys[i], text, length) != 0)
            continue;
        if (text[length] == '=')
            *value = text + length + 1;
        else if (text[length])
            continue;
        return i;
    }
    *value = text;
    return -1;
}

long a64l(const char *text) {
    unsigned result = 0;
    for (int shift = 0; shift < 36 && *text; shift += 6, text++) {
        const char *digit = strchr(kDigits64, *text);
        if (!digit)
            break;
        result |= static_cast<unsigned>(digit - kDigits64) << shift;
    }
    return static_cast<int>(result);
}

char *l64a(long value) {
    static char text[7];
    char *at = text;
    for (auto rest = static_cast<unsigned>(value); rest; rest >>= 6)
        *at++ = kDigits64[rest & 63];
    *at = 0;
    return text;
}

int getloadavg(double *averages, int count) {
    struct sysinfo info;
    if (count <= 0)
        return count < 0 ? -1 : 0;
    if (sysinfo(&info) < 0)
        return -1;
    if (count > 3)
        count = 3;
    for (int i = 0; i < count; i++)
        averages[i] = static_cast<double>(info.loads[i]) / (1 << SI_LOAD_SHIFT);
    return count;
}
}
