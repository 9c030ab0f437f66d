// Integer arithmetic functions (C17 7.22.6, 7.8.2) and ffs.
#include <inttypes.h>
#include <stdlib.h>
#include <strings.h>

extern "C" {

int abs(int value) { return value < 0 ? -value : value; }
long labs(long value) { return value < 0 ? -value : value; }
long long llabs(long long value) { return value < 0 ? -value : value; }
intmax_t imaxabs(intmax_t value) { return value < 0 ? -value : value; }
div_t div(int numerator, int denominator) { return {numerator / denominator, numerator % denominator}; }
ldiv_t ldiv(long numerator, long denominator) { return {numerator / denominator, numerator % denominator}; }
lldiv_t lldiv(long long numerator, long long denominator) {
    return {numerator / denominator, numerator % denominator};
}
imaxdiv_t imaxdiv(intmax_t numerator, intmax_t denominator) {
    return {numerator / denominator, numerator % denominator};
}
int ffs(int value) { return __builtin_ffs(value); }
int ffsl(long value) { return __builtin_ffsl(value); }
int ffsll(long long value) { return __builtin_ffsll(value); }
}
