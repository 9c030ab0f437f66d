// wcwidth, wcswidth (POSIX.1-2017): columns on a terminal.
#include "wctype/tables.hpp"

#include <wchar.h>
#include <wctype.h>

namespace {

constexpr libc::CodeRange kZeroWidth[] = {
#include "wctype/zero_width.inc"
};

constexpr libc::CodeRange kWide[] = {
#include "wctype/wide.inc"
};

} // namespace

extern "C" {

int wcwidth(wchar_t character) {
    auto c = static_cast<wint_t>(character);
    if (c < 0x7f)
        return c >= 0x20 ? 1 : c == 0 ? 0 : -1;
    if (c < 0x300)
        return c >= 0xa0 ? 1 : -1;
    if (libc::find_range(kZeroWidth, c))
        return 0;
    if (libc::find_range(kWide, c))
        return 2;
    return iswprint(c) ? 1 : -1;
}

int wcswidth(const wchar_t *text, size_t limit) {
    int total = 0;
    for (; limit > 0 && *text; text++, limit--) {
        int width = wcwidth(*text);
        if (width < 0)
            return -1;
        total += width;
    }
    return total;
}
}
