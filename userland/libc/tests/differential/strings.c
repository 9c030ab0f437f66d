// String and memory functions over lengths and alignments, ctype, conversions, search and sort.
#include "common.h"
#include <libgen.h>
#include <search.h>
#include <signal.h>
#include <strings.h>
#include <wchar.h>
#include <wctype.h>

static int sign(int x) { return (x > 0) - (x < 0); }
static int by_value(const void* a, const void* b) {
    return *(const int*)a < *(const int*)b ? -1 : *(const int*)a > *(const int*)b;
}

int main(void) {
    static unsigned char a[6000], b[6000], c[6000];
    for (unsigned n = 0; n < 3000; n = n < 300 ? n + 1 : n + 101)
        for (unsigned offset = 0; offset < 17; offset += 1 + below(5)) {
            for (unsigned i = 0; i < sizeof a; i++) a[i] = (unsigned char)(next_random() | 1), b[i] = a[i], c[i] = 0;
            memcpy(c + offset, a + 3, n);
            memmove(b + offset + 20, b + 25, n);
            memmove(b + offset + 33, b + 20, n);
            memset(c + n + 40, (int)n, offset);
            unsigned long hash = 0;
            for (unsigned i = 0; i < sizeof a; i++) hash = hash * 31 + b[i] * 7 + c[i];
            a[offset + n] = 0;
            printf("%u %u %lx %zu %zu %d %d\n", n, offset, hash, strlen((char*)a + offset),
                   strnlen((char*)a + offset, 100),
                   memchr(a + offset, 0x81, n) ? (int)((unsigned char*)memchr(a + offset, 0x81, n) - a) : -1,
                   memrchr(a + offset, 0x81, n) ? (int)((unsigned char*)memrchr(a + offset, 0x81, n) - a)
                                                : -1);
            memcpy(c, a, sizeof c);
            if (n) c[offset + below(n)] ^= 2;
            printf("%d %d %d\n", sign(memcmp(a + offset, c + offset, n)),
                   sign(strcmp((char*)a + offset, (char*)c + offset)),
                   sign(strncmp((char*)a + offset, (char*)c + offset, n / 2)));
            char *found = strchr((char *)a + offset, 0x33);
            printf("%d %d\n", found ? (int)(found - (char *)a) : -1, strrchr((char *)a + offset, 0x33) ? 1 : 0);
        }
    for (int i = 0; i < 20000; i++) {
        char hay[60], needle[8];
        unsigned h = below(50), n = below(7);
        for (unsigned j = 0; j < h; j++) hay[j] = "abAB"[below(2 + (i & 2))];
        for (unsigned j = 0; j < n; j++) needle[j] = "abAB"[below(2 + (i & 2))];
        hay[h] = needle[n] = 0;
        char *p = strstr(hay, needle), *q = strcasestr(hay, needle), *m = memmem(hay, h, needle, n);
        printf("%d %d %d %zu %zu %d\n", p ? (int)(p - hay) : -1, q ? (int)(q - hay) : -1,
               m ? (int)(m - hay) : -1, strspn(hay, needle), strcspn(hay, needle),
               sign(strcasecmp(hay, needle)));
    }
    static const char* versions[] = {
        "a",    "a1",  "a2",      "a10",      "a01",    "a010",     "a09",        "a0",        "000",
        "00",   "01",  "010",     "09",       "0",      "1",        "9",          "10",        "1.2.3",
        "1.10", "1.9", "item#99", "item#100", "alpha1", "alpha001", "part1_f012", "part1_f01", ""};
    for (unsigned i = 0; i < sizeof versions / sizeof *versions; i++)
        for (unsigned j = 0; j < sizeof versions / sizeof *versions; j++)
            printf("%s %s %d\n", versions[i], versions[j], sign(strverscmp(versions[i], versions[j])));
    for (int i = -1; i < 256; i++)
        printf("%d: %d%d%d%d%d%d%d%d%d%d%d%d %d %d\n", i, !!isalnum(i), !!isalpha(i), !!isblank(i),
               !!iscntrl(i), !!isdigit(i), !!isgraph(i), !!islower(i), !!isprint(i), !!ispunct(i),
               !!isspace(i), !!isupper(i), !!isxdigit(i), tolower(i), toupper(i));
    for (int i = 0; i < 140; i++) printf("%d %s\n", i, strerror(i));
    for (int i = 1; i < 32; i++) printf("%d %s\n", i, strsignal(i));
    static const char *paths[] = {"/usr/lib", "/usr/", "usr", "/", ".", "..", "", "a//b//", "/a", "a/b/c///"};
    for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++) {
        char x[40], y[40];
        strcpy(x, paths[i]), strcpy(y, paths[i]);
        printf("%s: %s %s\n", paths[i], dirname(x), basename(y));
    }
    for (int i = 0; i < 200; i++) {
        static int v[3000];
        unsigned n = below(i < 150 ? 40 : 3000), kind = below(4);
        for (unsigned j = 0; j < n; j++)
            v[j] = kind == 0 ? (int)next_random() : kind == 1 ? (int)j : kind == 2 ? -(int)j : (int)below(4);
        qsort(v, n, sizeof *v, by_value);
        unsigned long hash = 0;
        for (unsigned j = 0; j < n; j++) hash = hash * 31 + (unsigned)v[j];
        int key = n ? v[n / 2] : 0;
        printf("%u %lx %d\n", n, hash, bsearch(&key, v, n, sizeof *v, by_value) != 0);
    }
    char tokens[] = ",a,,b;c;", *save, *t = tokens;
    for (char *p = strtok_r(tokens, ",;", &save); p; p = strtok_r(0, ",;", &save)) printf("<%s>", p);
    char fields[] = "x::y:", *f = fields;
    for (char *p; (p = strsep(&f, ":"));) printf("(%s)", p);
    printf("%s\n", t == tokens ? "" : "?");
    setlocale(LC_CTYPE, "C.UTF-8");
    static const char* utf8[] = {"a",        "\xc3\xbc",     "\xe2\x82\xac", "\xf0\x9f\x98\x80",
                                 "\xc0\x80", "\xed\xa0\x80", "\xe2\x82",     "\xff",
                                 "\x80",     "\xc3("};
    for (unsigned i = 0; i < sizeof utf8 / sizeof *utf8; i++) {
        wchar_t w = 0;
        mbstate_t s = {0};
        errno = 0;
        long n = (long)mbrtowc(&w, utf8[i], strlen(utf8[i]), &s);
        char out[8] = "";
        printf("%ld %d %x %d\n", n, n < 0 ? errno : 0, n > 0 ? (unsigned)w : 0, n > 0 ? (int)wcrtomb(out, w, 0) : 0);
    }
    srand(42), srandom(42);
    printf("%d %d %ld %ld\n", rand(), rand(), random(), random());
    srand48(7);
    printf("%ld %.17g %ld\n", lrand48(), drand48(), mrand48());
    return 0;
}
