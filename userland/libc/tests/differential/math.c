// Functions whose results are exact or correctly rounded everywhere, and the special values of the others.
#include "common.h"

static uint64_t bits(double d) { union { double d; uint64_t u; } x = {d}; return d != d ? 0x7ff8000000000000 : x.u; }
static uint32_t bitsf(float d) { union { float d; uint32_t u; } x = {d}; return d != d ? 0x7fc00000 : x.u; }

int main(void) {
    static const double special[] = {0.0,
                                     -0.0,
                                     1,
                                     -1,
                                     0.5,
                                     -0.5,
                                     1.5,
                                     2.5,
                                     -2.5,
                                     1e300,
                                     -1e300,
                                     5e-324,
                                     HUGE_VAL,
                                     -HUGE_VAL,
                                     NAN,
                                     4503599627370495.5,
                                     4503599627370496.5,
                                     9007199254740993.0,
                                     3,
                                     1e-5};
    enum { N = sizeof special / sizeof *special };
    for (int i = 0; i < 4000; i++) {
        double x = i < N   ? special[i]
                   : i & 1 ? random_double()
                           : (double)(int64_t)next_random() / (double)(1ull << below(63));
        double y = i < N * 4 ? special[below(N)] : random_double(), whole;
        if (x != x) x = NAN; // not a signalling one
        if (y != y) y = NAN;
        int e = 0;
        printf("%016lx %016lx: ", bits(x), bits(y));
        printf("%lx %lx %lx %lx %lx %lx ", bits(floor(x)), bits(ceil(x)), bits(trunc(x)), bits(round(x)),
               bits(rint(x)), bits(fabs(x)));
        printf("%lx %lx %lx %lx %lx ", bits(sqrt(x)), bits(fmod(x, y)), bits(remainder(x, y)),
               bits(copysign(x, y)), bits(nextafter(x, y)));
        printf("%lx %lx ", bits(fmax(x, y)), bits(fmin(x, y)));
        double m = frexp(x, &e);
        printf("%lx %d %lx %lx ", bits(m), x - x == 0 ? e : 0, bits(ldexp(x, (int)below(200) - 100)),
               bits(modf(x, &whole)));
        printf("%lx %lx %lx %lx\n", bits(whole), bits(logb(x)), bits(fdim(x, y)), bits(fma(x, y, 1.25)));
        float f = (float)x, g = (float)y;
        printf("%x %x %x %x %x %x\n", bitsf(floorf(f)), bitsf(roundf(f)), bitsf(sqrtf(f)), bitsf(fmodf(f, g)),
               bitsf(fmaf(f, g, f)), bitsf(nextafterf(f, g)));
    }
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            if (special[j] != 1e-5 && special[i] != 1e-5)
                printf("pow %g %g %lx\n", special[i], special[j],
                       special[i] == 4503599627370495.5 || special[i] == 0.5 || special[i] == 3 ||
                               special[i] == 1.5 || special[i] == 2.5 || special[i] == -2.5
                           ? 0
                           : bits(pow(special[i], special[j])));
    for (int i = 0; i <= 22; i++) printf("%lx %lx\n", bits(pow(10, i)), bits(exp2(i)));
    for (int i = 0; i < N; i++) {
        double x = special[i];
        if (x == 0 || x - x != 0)
            printf("%g: %lx %lx %lx %lx %lx %lx %lx %lx\n", x, bits(exp(x)), bits(sin(x)), bits(cos(x)),
                   bits(tan(x)), bits(atan(x)), bits(sinh(x)), bits(tanh(x)), bits(expm1(x)));
        printf("%g: %d %d %d\n", x, !!isnan(log(x)), !!isinf(log(x)), !!isnan(acos(x)));
    }
    printf("%lx %lx %lx\n", bits(log(1)), bits(log2(8)), bits(log10(1000)));
    return 0;
}
