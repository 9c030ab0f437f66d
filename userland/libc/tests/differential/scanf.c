// scanf's conversions, widths, sets and failures.
#include "common.h"
#include <wchar.h>

#define TRY(text, format, ...) do { memset(&store, 'Z', sizeof store); errno = 0; int r = sscanf(text, format, ##__VA_ARGS__); printf("%s|%s -> %d:", text, format, r); dump(); } while (0)
static union {
    unsigned char b[64];
    int i[16];
    long l[8];
    double d[8];
    float f[16];
    long double ld[4];
    char* p[8];
    wchar_t w[16];
} store;
static void dump(void) { for (int i = 0; i < 40; i++) printf("%02x", store.b[i]); printf("\n"); }

int main(void) {
    static const char* numbers[] = {"12",
                                    "-12",
                                    " 12",
                                    "0x1f",
                                    "077",
                                    "08",
                                    "+5",
                                    "-",
                                    "",
                                    " ",
                                    "abc",
                                    "12abc",
                                    "99999999999999999999",
                                    "-99999999999999999999",
                                    "1e5",
                                    "1.5",
                                    ".5",
                                    "5.",
                                    "inf",
                                    "infinity",
                                    "infx",
                                    "nan",
                                    "nan(12)",
                                    "0x1.8p1",
                                    "-.5e-2",
                                    "1e400"};
    static const char* formats[] = {"%d",  "%i",  "%o", "%x",  "%u",    "%ld",  "%hhd", "%hd", "%3d",
                                    "%3i", "%1d", "%f", "%lf", "%*d%n", "%d%n", "%jd",  "%zu", "%p"};
    for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++)
        for (unsigned j = 0; j < sizeof formats / sizeof *formats; j++)
            TRY(numbers[i], formats[j], &store, &store.i[4]);
    TRY("hello world", "%s %s", store.b, store.b + 20);
    TRY("hello world", "%3s%s", store.b, store.b + 20);
    TRY("hello", "%c%c%3c", store.b, store.b + 1, store.b + 2);
    TRY("abc123", "%[a-z]%[0-9]", store.b, store.b + 10);
    TRY("abc123", "%[^0-9]%d", store.b, &store.i[5]);
    TRY("]ab", "%[]a]%s", store.b, store.b + 10);
    TRY("a-b", "%[a-]%s", store.b, store.b + 10);
    TRY("^x", "%[x^]", store.b);
    TRY("12:34:56", "%d:%d:%d", &store.i[0], &store.i[1], &store.i[2]);
    TRY("12 : 34", "%d:%d", &store.i[0], &store.i[1]);
    TRY("12 : 34", "%d :%d", &store.i[0], &store.i[1]);
    TRY("50%", "%d%%%n", &store.i[0], &store.i[1]);
    TRY("50 %", "%d%%%n", &store.i[0], &store.i[1]);
    TRY("1 2 3", "%2$d %1$d", &store.i[0], &store.i[1]);
    TRY("", "%s", store.b);
    TRY("  ", "%c", store.b);
    TRY("x", "y");
    TRY("1", "%d %d", &store.i[0], &store.i[1]);
    char *text = 0;
    int n = sscanf("allocate me", "%ms %m[a-z]", &text, &store.p[1]);
    printf("%d %s %s\n", n, text, store.p[1]);
    setlocale(LC_CTYPE, "C.UTF-8");
    TRY("gr\u00fcn", "%ls", store.w);
    TRY("gr\u00fcn", "%3lc", store.w);
    FILE *f = tmpfile();
    fputs("1 2 3\n4.5 word\n0x10 rest of line\n", f);
    rewind(f);
    int a, b, c;
    double d;
    char word[20], line[40];
    printf("%d", fscanf(f, "%d %d %d", &a, &b, &c));
    printf(" %d %d %d\n", a, b, c);
    printf("%d", fscanf(f, "%lf %s", &d, word));
    printf(" %g %s\n", d, word);
    printf("%d", fscanf(f, "%i %[^\n]", &a, line));
    printf(" %d %s\n", a, line);
    printf("%d %d\n", fscanf(f, "%d", &a), feof(f) != 0);
    return 0;
}
