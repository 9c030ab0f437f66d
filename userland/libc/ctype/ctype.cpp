// C17 7.4 in the C locale: ASCII. C.UTF-8's single bytes classify the same way.
#include <ctype.h>

namespace {

constexpr bool in_range(int c, int first, int last) {
    return static_cast<unsigned>(c) - static_cast<unsigned>(first) <= static_cast<unsigned>(last - first);
}

} // namespace

extern "C" {

int isdigit(int c) { return in_range(c, '0', '9'); }
int islower(int c) { return in_range(c, 'a', 'z'); }
int isupper(int c) { return in_range(c, 'A', 'Z'); }
int isalpha(int c) { return in_range(c | 0x20, 'a', 'z'); }
int isalnum(int c) { return isalpha(c) || isdigit(c); }
int isblank(int c) { return c == ' ' || c == '\t'; }
int isspace(int c) { return c == ' ' || in_range(c, '\t', '\r'); }
int iscntrl(int c) { return in_range(c, 0, 0x1f) || c == 0x7f; }
int isgraph(int c) { return in_range(c, 0x21, 0x7e); }
int isprint(int c) { return in_range(c, 0x20, 0x7e); }
int ispunct(int c) { return isgraph(c) && !isalnum(c); }
int isxdigit(int c) { return isdigit(c) || in_range(c | 0x20, 'a', 'f'); }
int isascii(int c) { return in_range(c, 0, 0x7f); }
int tolower(int c) { return isupper(c) ? c | 0x20 : c; }
int toupper(int c) { return islower(c) ? c & ~0x20 : c; }
int toascii(int c) { return c & 0x7f; }

int isdigit_l(int c, locale_t) { return isdigit(c); }
int islower_l(int c, locale_t) { return islower(c); }
int isupper_l(int c, locale_t) { return isupper(c); }
int isalpha_l(int c, locale_t) { return isalpha(c); }
int isalnum_l(int c, locale_t) { return isalnum(c); }
int isblank_l(int c, locale_t) { return isblank(c); }
int isspace_l(int c, locale_t) { return isspace(c); }
int iscntrl_l(int c, locale_t) { return iscntrl(c); }
int isgraph_l(int c, locale_t) { return isgraph(c); }
int isprint_l(int c, locale_t) { return isprint(c); }
int ispunct_l(int c, locale_t) { return ispunct(c); }
int isxdigit_l(int c, locale_t) { return isxdigit(c); }
int tolower_l(int c, locale_t) { return tolower(c); }
int toupper_l(int c, locale_t) { return toupper(c); }
}
