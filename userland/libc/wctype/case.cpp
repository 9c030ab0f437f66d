// towlower, towupper, towctrans (C17 7.30.3).
#include "wctype/tables.hpp"

#include <errno.h>
#include <string.h>
#include <wctype.h>

namespace {

constexpr libc::CaseRange kToLower[] = {
#include "wctype/to_lower.inc"
};

constexpr libc::CaseRange kToUpper[] = {
#include "wctype/to_upper.inc"
};

template <size_t N> wint_t map(const libc::CaseRange (&table)[N], wint_t c) {
    const libc::CaseRange *range = libc::find_range(table, c);
    if (!range || (c - range->first) % static_cast<unsigned>(range->step) != 0)
        return c;
    return c + static_cast<unsigned>(range->delta);
}

constexpr int kLowerTransformation = 1, kUpperTransformation = 2;

} // namespace

extern "C" {

wint_t towlower(wint_t c) {
    if (c < 0x80)
        return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
    return map(kToLower, c);
}

wint_t towupper(wint_t c) {
    if (c < 0x80)
        return c >= 'a' && c <= 'z' ? c & ~0x20u : c;
    return map(kToUpper, c);
}

int iswlower(wint_t c) { return towupper(c) != c || c == 0xdf; }
int iswupper(wint_t c) { return towlower(c) != c; }

wctrans_t wctrans(const char *name) {
    static const int lower = kLowerTransformation, upper = kUpperTransformation;
    if (strcmp(name, "tolower") == 0)
        return &lower;
    if (strcmp(name, "toupper") == 0)
        return &upper;
    errno = EINVAL;
    return nullptr;
}

wint_t towctrans(wint_t c, wctrans_t transformation) {
    if (!transformation)
        return c;
    return *transformation == kLowerTransformation ? towlower(c) : towupper(c);
}
}
