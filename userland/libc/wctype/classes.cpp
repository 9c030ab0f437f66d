// isw...: classes of characters (C17 7.30.2).
#include "wctype/tables.hpp"

#include <ctype.h>
#include <string.h>
#include <wctype.h>

namespace {

constexpr libc::CodeRange kAlphabetic[] = {
#include "wctype/alphabetic.inc"
};

constexpr libc::CodeRange kPrintable[] = {
#include "wctype/printable.inc"
};

struct NamedClass {
    char name[8];
    int (*member)(wint_t);
};

constexpr int kClasses = 12;

const NamedClass &class_at(int index) {
    static const NamedClass classes[kClasses] = {
        {"alnum", iswalnum}, {"alpha", iswalpha}, {"blank", iswblank}, {"cntrl", iswcntrl},
        {"digit", iswdigit}, {"graph", iswgraph}, {"lower", iswlower}, {"print", iswprint},
        {"punct", iswpunct}, {"space", iswspace}, {"upper", iswupper}, {"xdigit", iswxdigit}};
    return classes[index];
}

} // namespace

extern "C" {

int iswdigit(wint_t c) { return c - '0' < 10; }
int iswxdigit(wint_t c) { return c < 0x80 && isxdigit(static_cast<int>(c)); }
int iswalpha(wint_t c) { return c < 0x80 ? isalpha(static_cast<int>(c)) : libc::find_range(kAlphabetic, c) != nullptr; }
int iswalnum(wint_t c) { return iswdigit(c) || iswalpha(c); }
int iswcntrl(wint_t c) { return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029; }
int iswprint(wint_t c) {
    return c < 0x80 ? isprint(static_cast<int>(c)) : libc::find_range(kPrintable, c) != nullptr;
}
int iswgraph(wint_t c) { return iswprint(c) && !iswspace(c); }
int iswpunct(wint_t c) { return c < 0x80 ? ispunct(static_cast<int>(c)) : iswgraph(c) && !iswalnum(c); }

int iswspace(wint_t c) {
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a && c != 0x2007) || c == 0x2028 || c == 0x2029 || c == 0x205f || c == 0x3000;
}

int iswblank(wint_t c) {
    return c == ' ' || c == '\t' || (iswspace(c) && c > 0x85 && c != 0x2028 && c != 0x2029);
}

wctype_t wctype(const char *name) {
    for (int i = 0; i < kClasses; i++) {
        if (strcmp(name, class_at(i).name) == 0)
            return static_cast<wctype_t>(i) + 1;
    }
    return 0;
}

int iswctype(wint_t c, wctype_t type) {
    return type && type <= kClasses ? class_at(static_cast<int>(type) - 1).member(c) : 0;
}
}
