// wcstol, wcstod and their families (C17 7.29.4.1): the number's characters are ASCII, so the wide text is narrowed
// up to the first that is not and given to the narrow functions.
#include <inttypes.h>
#include <stdlib.h>
#include <wchar.h>
#include <wctype.h>

namespace {

template <typename Result, typename Convert>
Result narrow(const wchar_t *text, wchar_t **end, Convert convert) {
    const wchar_t *at = text;
    while (iswspace(static_cast<wint_t>(*at)))
        at++;
    size_t length = 0;
    while (at[length] > 0 && at[length] < 0x80)
        length++;
    char local[128], *copy = local;
    if (length >= sizeof local) {
        copy = static_cast<char *>(malloc(length + 1));
        if (!copy) {
            copy = local;
            length = sizeof local - 1;
        }
    }
    for (size_t i = 0; i < length; i++)
        copy[i] = static_cast<char>(at[i]);
    copy[length] = 0;
    char *stop;
    Result result = convert(copy, &stop);
    if (end)
        *end = const_cast<wchar_t *>(stop == copy ? text : at + (stop - copy));
    if (copy != local)
        free(copy);
    return result;
}

} // namespace

extern "C" {

#define INTEGER(name, type, narrow_name)                                                                     \
    type name(const wchar_t *__restrict text, wchar_t **__restrict end, int base) {                          \
        return narrow<type>(text, end, [=](const char *s, char **e) { return narrow_name(s, e, base); });    \
    }

INTEGER(wcstol, long, strtol)
INTEGER(wcstoul, unsigned long, strtoul)
INTEGER(wcstoll, long long, strtoll)
INTEGER(wcstoull, unsigned long long, strtoull)
INTEGER(wcstoimax, intmax_t, strtoimax)
INTEGER(wcstoumax, uintmax_t, strtoumax)

float wcstof(const wchar_t *__restrict text, wchar_t **__restrict end) { return narrow<float>(text, end, strtof); }
double wcstod(const wchar_t *__restrict text, wchar_t **__restrict end) { return narrow<double>(text, end, strtod); }
long double wcstold(const wchar_t *__restrict text, wchar_t **__restrict end) {
    return narrow<long double>(text, end, strtold);
}
}
