// Every combination of flags, widths, precisions and conversions over many values.
#include "common.h"
#include <fenv.h>
#include <wchar.h>

static char buffer[40000];

static void integers(void) {
    static const char *lengths[] = {"hh", "h", "", "l", "ll", "j", "z", "t"};
    static const long values[] = {0, 1, -1, 7, 8, 255, -128, 32767, -32768, 65536, 2147483647, -2147483648l,
                                  9223372036854775807l, -9223372036854775807l - 1, 123456789012345l};
    for (int flags = 0; flags < 32; flags++)
        for (int width = -1; width <= 12; width += 4)
            for (int precision = -1; precision <= 10; precision += 3) {
                char format[40];
                const char *conversion = &"diouxX"[below(6)];
                char *p = format;
                *p++ = '%';
                if (flags & 1) *p++ = '-';
                if (flags & 2) *p++ = '+';
                if (flags & 4) *p++ = ' ';
                if (flags & 8) *p++ = '#';
                if (flags & 16) *p++ = '0';
                if (width >= 0) p += sprintf(p, "%d", width);
                if (precision >= 0) p += sprintf(p, ".%d", precision);
                p += sprintf(p, "%s%c", lengths[below(8)], *conversion);
                for (unsigned i = 0; i < sizeof values / sizeof *values; i++) {
                    int n = snprintf(buffer, sizeof buffer, format, values[i]);
                    printf("%s %ld: [%s] %d\n", format, values[i], buffer, n);
                }
            }
}

static void floats(void) {
    static const double values[] = {0.0,
                                    -0.0,
                                    1,
                                    -1,
                                    0.5,
                                    1.5,
                                    2.5,
                                    9.5,
                                    99.5,
                                    0.1,
                                    123456789,
                                    1e10,
                                    1e15,
                                    1e16,
                                    1e17,
                                    1e100,
                                    1e-5,
                                    9.9999e-5,
                                    1e-4,
                                    999999.5,
                                    9999995,
                                    5e-324,
                                    2.2250738585072014e-308,
                                    1.7976931348623157e308,
                                    0.05,
                                    0.95,
                                    1.0 / 3,
                                    HUGE_VAL,
                                    -HUGE_VAL,
                                    3.14159265358979,
                                    1048576.25,
                                    0.000123456};
    for (int flags = 0; flags < 32; flags++)
        for (int precision = -1; precision <= 20; precision++) {
            char format[40], *p = format;
            *p++ = '%';
            if (flags & 1) *p++ = '-';
            if (flags & 2) *p++ = '+';
            if (flags & 4) *p++ = ' ';
            if (flags & 8) *p++ = '#';
            if (flags & 16) *p++ = '0';
            if (below(2)) p += sprintf(p, "%u", below(30));
            if (precision >= 0) p += sprintf(p, ".%d", precision);
            sprintf(p, "%c",
                    flags & 8 ? "eEfFaA"[below(6)]
                              : "eEfFgGaA"[below(8)]); // glibc 2.36 drops zeros of %#g when it carries
            for (unsigned i = 0; i < sizeof values / sizeof *values; i++) {
                int n = snprintf(buffer, sizeof buffer, format, values[i]);
                printf("%s %a: [%s] %d\n", format, values[i], buffer, n);
            }
        }
    for (int i = 0; i < 6000; i++) {
        double d = random_double();
        if (d != d)
            continue;
        if (i & 1)
            d = ldexp(d, 0) == d && fabs(d) < 1e300 && fabs(d) > 1e-300
                    ? frexp(d, &(int){0}) * pow(2, (int)below(80) - 40)
                    : d;
        int precision = (int)below(25);
        snprintf(buffer, sizeof buffer, "%.*e %.*g %.*a %.17g", precision, d, precision, d, precision, d, d);
        printf("%s\n", buffer);
        if (fabs(d) < 1e40)
            printf("%.*f\n", precision, d);
    }
    for (int i = 0; i < 1500; i++) {
        long double d = random_long_double();
        if (d != d || d - d != 0)
            continue;
        int precision = (int)below(30);
        snprintf(buffer, sizeof buffer, "%.*Le %.*Lg %La %.*La", precision, d, precision, d, d, precision, d);
        printf("%s\n", buffer);
    }
    printf("%f %.0f %.3Lf %.20Lf\n", 1.7976931348623157e308, 5e300, 1.1e4000L, 3.6e-4951L);
    printf("%.1100f\n%.1080g\n", 5e-324, 5e-324);
    int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    (void)modes;
}

static void others(void) {
    int n1, n2;
    long n3;
    printf("%s|%10s|%-10s|%.3s|%.0s|%c|%5c|%-5c|%%\n", "abc", "abc", "abc", "abcdef", "x", 'q', 'r', 's');
    printf("%2$s %1$s %2$s %3$*4$d|%3$.*4$d|\n", "one", "two", 42, 8);
    printf("abc%n def%n%ln\n", &n1, &n2, &n3);
    printf("%d %d %ld\n", n1, n2, n3);
    printf("%*d|%-*d|%*d|%.*d|%.*d\n", 5, 1, 5, 2, -5, 3, 4, 4, -1, 5);
    printf("%p %p\n", (void *)0, (void *)0x1234);
    printf("%s\n", snprintf(0, 0, "hello %d", 5) == 7 ? "seven" : "no");
    printf("%d\n", snprintf(buffer, 4, "abcdefgh"));
    printf("%s\n", buffer);
    printf("%'d %'ld\n", 1234567, 7654321l);
    printf("%ls|%.2ls|%5lc|%-5ls|\n", L"wide", L"wide", (wint_t)L'w', L"ab");
    setlocale(LC_CTYPE, "C.UTF-8");
    printf("%ls|%.4ls|%lc|%10ls|\n", L"gr\u00fc\u00df \u20ac", L"\u20ac\u20ac", (wint_t)0x20ac, L"\u00fc");
    errno = ENOENT;
    printf("%m\n");
    char *text;
    int length = asprintf(&text, "%0200d", 7);
    printf("%d %s\n", length, text);
    free(text);
}

int main(void) {
    integers();
    floats();
    others();
    return 0;
}
