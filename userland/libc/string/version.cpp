// strverscmp (strverscmp(3)): runs of digits compare as numbers, unless they begin with zeros, which then are as
// digits behind a decimal point.
#include <ctype.h>
#include <string.h>

extern "C" int strverscmp(const char *left, const char *right) {
    auto *a = reinterpret_cast<const unsigned char *>(left), *b = reinterpret_cast<const unsigned char *>(right);
    size_t difference = 0, digits = 0;
    bool only_zeros = true;
    for (; a[difference] == b[difference]; difference++) {
        unsigned char c = a[difference];
        if (c == 0)
            return 0;
        if (!isdigit(c)) {
            digits = difference + 1;
            only_zeros = true;
        } else if (c != '0') {
            only_zeros = false;
        }
    }
    // digits is where the run of digits around the difference begins.
    if (a[digits] - unsigned{'1'} < 9 && b[digits] - unsigned{'1'} < 9) {
        size_t end = difference;
        for (; isdigit(a[end]); end++) {
            if (!isdigit(b[end]))
                return 1;
        }
        if (isdigit(b[end]))
            return -1;
    } else if (only_zeros && digits < difference && (isdigit(a[difference]) || isdigit(b[difference]))) {
        // After zeros alone, another digit makes the number smaller than none: 000 < 00 < 01 < 0.
        bool left_digit = isdigit(a[difference]), right_digit = isdigit(b[difference]);
        if (left_digit != right_digit)
            return left_digit ? -1 : 1;
    }
    return a[difference] - b[difference];
}
