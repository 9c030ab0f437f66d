// Functions of <math.h> whose last digit may differ between libraries: a name and the bits of each result.
#include "../differential/common.h"

static void show(const char *name, double x) {
    union { double d; uint64_t u; } bits = {x};
    printf("%s %016lx\n", name, x != x ? 0x7ff8000000000000 : bits.u);
}
#define ONE(f, x) show(#f, f(x))

int main(void) {
    for (int i = 0; i < 3000; i++) {
        double u = (double)(next_random() >> 11) * 0x1p-53, small = (u - 0.5) * 20,
               wide = ldexp(u + 0.5, (int)below(2000) - 1000), tiny = ldexp(u - 0.5, -(int)below(60));
        ONE(sin, small);
        ONE(cos, small);
        ONE(tan, small);
        ONE(sin, wide);
        ONE(cos, wide);
        ONE(tan, wide);
        ONE(sin, tiny);
        ONE(exp, small * 30);
        ONE(exp2, small * 40);
        ONE(exp10, small * 10);
        ONE(expm1, small);
        ONE(expm1, tiny);
        ONE(log, wide);
        ONE(log2, wide);
        ONE(log10, wide);
        ONE(log1p, u);
        ONE(log1p, tiny);
        ONE(log, 1 + tiny);
        ONE(asin, u);
        ONE(acos, 2 * u - 1);
        ONE(atan, small);
        ONE(atan, wide);
        ONE(sinh, small);
        ONE(cosh, small);
        ONE(tanh, small / 4);
        ONE(sinh, tiny);
        ONE(tanh, tiny);
        ONE(asinh, small);
        ONE(asinh, tiny);
        ONE(acosh, 1 + u * 10);
        ONE(atanh, 2 * u - 1);
        ONE(atanh, tiny);
        ONE(cbrt, wide);
        ONE(erf, small / 4);
        ONE(erf, tiny);
        show("pow", pow(u * 10, small * 10));
        show("pow", pow(1 + tiny, small * 1e5));
        show("hypot", hypot(small, u));
        show("atan2", atan2(small, u - 0.5));
    }
    return 0;
}
