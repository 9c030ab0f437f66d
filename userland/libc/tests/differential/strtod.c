// Decimal and hexadecimal text to float, double and long double.
#include "common.h"

static void show(const char *text) {
    char *end;
    union { double d; uint64_t u; } d;
    union { float f; uint32_t u; } f;
    union { long double l; unsigned char b[16]; } l;
    memset(&l, 0, sizeof l);
    errno = 0;
    d.d = strtod(text, &end);
    int e1 = errno, o1 = (int)(end - text);
    errno = 0;
    f.f = strtof(text, &end);
    int e2 = errno;
    errno = 0;
    l.l = strtold(text, &end);
    int e3 = errno, o3 = (int)(end - text);
    if (d.d != d.d) d.u &= 0x7fffffffffffffff, f.u &= 0x7fffffff, l.b[9] &= 0x7f;
    printf("%.80s: %016llx %d %d %08x %d ", text, (unsigned long long)d.u, e1, o1, f.u, e2);
    for (int i = 9; i >= 0; i--) printf("%02x", l.b[i]);
    printf(" %d %d\n", e3, o3);
}

int main(void) {
    static const char* fixed[] = {
        "",
        " ",
        "0",
        "-0",
        "+0.0",
        ".",
        ".e1",
        "1.",
        ".5",
        "1e",
        "1e+",
        "1e5",
        "1E-5x",
        "0x",
        "0x1",
        "0x.8p1",
        "0x1.p-1074",
        "0x1p-1075",
        "0x1.00000000000001p-1075",
        "0x0.0000000000000000000001p0",
        "0x1.fffffffffffff8p1023",
        "0x1.fffffffffffff7p1023",
        "0x1p16384",
        "0x1p-16445",
        "0x1p-16446",
        "0x1.8p-16446",
        "inf",
        "INFINITY",
        "-infinit",
        "nan",
        "NaN(abc)",
        "nan(",
        "  \t\n12.5abc",
        "1e400",
        "-1e400",
        "1e-400",
        "1e5000",
        "1e-5000",
        "1e99999999999",
        "1e-99999999999",
        "0e99999999999",
        "4.9406564584124654e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "2.2250738585072011e-308",
        "2.2250738585072012e-308",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        "9007199254740993",
        "9007199254740992.9999999999999999999",
        "9007199254740993.0000000000000000000000001",
        "0.1",
        "0.3",
        "1.1",
        "123456789012345678901234567890",
        "3.4028235e38",
        "3.4028236e38",
        "1.40129846e-45",
        "7.0064923e-46",
        "1.18973149535723176502e4932",
        "1.2e4932",
        "3.6e-4951",
        "1.8e-4951",
        "0.000000000000000000000000000000000000000000000000000000000000000000000000000000001",
        "8.41e21",
        "2.0e-7",
        "9.5e-8",
        "1,5",
        "--1",
        "+-1",
        "0x1.8.8",
        "1e1.5",
        "0x1g",
        "00012",
        "1_000"};
    for (unsigned i = 0; i < sizeof fixed / sizeof *fixed; i++)
        show(fixed[i]);
    static char text[3000];
    for (int i = 0; i < 12000; i++) {
        char *p = text;
        if (below(4) == 0) *p++ = '-';
        unsigned digits = 1 + below(below(10) ? 25 : 900), point = below(digits + 1);
        for (unsigned j = 0; j < digits; j++) {
            if (j == point) *p++ = '.';
            *p++ = (char)('0' + below(10));
        }
        int range = below(3) == 0 ? 5200 : below(2) ? 340 : 30;
        if (below(5)) p += sprintf(p, "e%d", (int)below((unsigned)(2 * range)) - range);
        *p = 0;
        show(text);
    }
    // Numbers exactly half-way between two doubles, and next to it.
    for (int i = 0; i < 3000; i++) {
        double d = random_double();
        if (!(fabs(d) < 1e300) || fabs(d) < 1e-300) continue;
        double up = nextafter(d, d > 0 ? 1e308 : -1e308);
        long double middle = ((long double)d + up) / 2;
        snprintf(text, sizeof text, "%.*Le", 800, middle);
        show(text);
        char *e = strchr(text, 'e');
        e[-1] = '1';
        show(text);
    }
    for (int i = 0; i < 3000; i++) {
        snprintf(text, sizeof text, "0x%x.%llxp%d", below(1000), (unsigned long long)next_random(),
                 (int)below(2300) - 1150);
        show(text);
    }
    static const char* bases[] = {"0",
                                  "12",
                                  "-12",
                                  "0x1f",
                                  "0X1Fg",
                                  "077",
                                  "089",
                                  "zz",
                                  "-zz",
                                  "9223372036854775807",
                                  "9223372036854775808",
                                  "-9223372036854775808",
                                  "-9223372036854775809",
                                  "18446744073709551615",
                                  "18446744073709551616",
                                  "-1",
                                  "-18446744073709551615",
                                  "",
                                  "  ",
                                  "+",
                                  "-",
                                  "0x",
                                  "0xg",
                                  " +5",
                                  "1 2"};
    for (int base = 0; base <= 36; base += base ? 1 : 2)
        for (unsigned i = 0; i < sizeof bases / sizeof *bases; i++) {
            char *end = 0, *uend = 0;
            errno = 0;
            long s = strtol(bases[i], &end, base);
            int e = errno;
            errno = 0;
            unsigned long u = strtoul(bases[i], &uend, base);
            printf("%s/%d: %ld %d %d %lu %d\n", bases[i], base, s, e, end ? (int)(end - bases[i]) : -1, u, errno);
        }
    return 0;
}
