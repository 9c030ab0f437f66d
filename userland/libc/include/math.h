// C17 7.12 and POSIX.1-2017 <math.h>.
#pragma once
#include <features.h>
typedef float float_t;
typedef double double_t;
#define NAN __builtin_nanf("")
#define INFINITY __builtin_inff()
#define HUGE_VALF INFINITY
#define HUGE_VAL ((double)INFINITY)
#define HUGE_VALL ((long double)INFINITY)
#define MATH_ERRNO 1
#define MATH_ERREXCEPT 2
#define math_errhandling MATH_ERREXCEPT
#define FP_ILOGBNAN (-1 - 0x7fffffff)
#define FP_ILOGB0 FP_ILOGBNAN
#define FP_NAN 0
#define FP_INFINITE 1
#define FP_ZERO 2
#define FP_SUBNORMAL 3
#define FP_NORMAL 4
#define fpclassify(x) __builtin_fpclassify(FP_NAN, FP_INFINITE, FP_NORMAL, FP_SUBNORMAL, FP_ZERO, x)
#define isinf(x) __builtin_isinf(x)
#define isnan(x) __builtin_isnan(x)
#define isnormal(x) __builtin_isnormal(x)
#define isfinite(x) __builtin_isfinite(x)
#define signbit(x) __builtin_signbit(x)
#define isgreater(x, y) __builtin_isgreater(x, y)
#define isgreaterequal(x, y) __builtin_isgreaterequal(x, y)
#define isless(x, y) __builtin_isless(x, y)
#define islessequal(x, y) __builtin_islessequal(x, y)
#define islessgreater(x, y) __builtin_islessgreater(x, y)
#define isunordered(x, y) __builtin_isunordered(x, y)
#define M_E 2.7182818284590452354
#define M_LOG2E 1.4426950408889634074
#define M_LOG10E 0.43429448190325182765
#define M_LN2 0.69314718055994530942
#define M_LN10 2.30258509299404568402
#define M_PI 3.14159265358979323846
#define M_PI_2 1.57079632679489661923
#define M_PI_4 0.78539816339744830962
#define M_1_PI 0.31830988618379067154
#define M_2_PI 0.63661977236758134308
#define M_2_SQRTPI 1.12837916709551257390
#define M_SQRT2 1.41421356237309504880
#define M_SQRT1_2 0.70710678118654752440
__BEGIN_DECLS
extern int signgam;
double acos(double) __NOTHROW;
double acosh(double) __NOTHROW;
double asin(double) __NOTHROW;
double asinh(double) __NOTHROW;
double atan(double) __NOTHROW;
double atanh(double) __NOTHROW;
double cbrt(double) __NOTHROW;
double ceil(double) __NOTHROW;
double cos(double) __NOTHROW;
double cosh(double) __NOTHROW;
double erf(double) __NOTHROW;
double erfc(double) __NOTHROW;
double exp(double) __NOTHROW;
double exp2(double) __NOTHROW;
double expm1(double) __NOTHROW;
double fabs(double) __NOTHROW;
double floor(double) __NOTHROW;
double lgamma(double) __NOTHROW;
double log(double) __NOTHROW;
double log10(double) __NOTHROW;
double log1p(double) __NOTHROW;
double log2(double) __NOTHROW;
double logb(double) __NOTHROW;
double nearbyint(double) __NOTHROW;
double rint(double) __NOTHROW;
double round(double) __NOTHROW;
double sin(double) __NOTHROW;
double sinh(double) __NOTHROW;
double sqrt(double) __NOTHROW;
double tan(double) __NOTHROW;
double tanh(double) __NOTHROW;
double tgamma(double) __NOTHROW;
double trunc(double) __NOTHROW;
double exp10(double) __NOTHROW;
double atan2(double, double) __NOTHROW;
double copysign(double, double) __NOTHROW;
double fdim(double, double) __NOTHROW;
double fmax(double, double) __NOTHROW;
double fmin(double, double) __NOTHROW;
double fmod(double, double) __NOTHROW;
double hypot(double, double) __NOTHROW;
double nextafter(double, double) __NOTHROW;
double pow(double, double) __NOTHROW;
double remainder(double, double) __NOTHROW;
double fma(double, double, double) __NOTHROW;
double frexp(double, int *) __NOTHROW;
double ldexp(double, int) __NOTHROW;
double scalbn(double, int) __NOTHROW;
double scalbln(double, long) __NOTHROW;
double modf(double, double *) __NOTHROW;
double nan(const char *) __NOTHROW;
double nexttoward(double, long double) __NOTHROW;
double remquo(double, double, int *) __NOTHROW;
int ilogb(double) __NOTHROW;
long lrint(double) __NOTHROW;
long lround(double) __NOTHROW;
long long llrint(double) __NOTHROW;
long long llround(double) __NOTHROW;
void sincos(double, double *, double *) __NOTHROW;
float acosf(float) __NOTHROW;
float acoshf(float) __NOTHROW;
float asinf(float) __NOTHROW;
float asinhf(float) __NOTHROW;
float atanf(float) __NOTHROW;
float atanhf(float) __NOTHROW;
float cbrtf(float) __NOTHROW;
float ceilf(float) __NOTHROW;
float cosf(float) __NOTHROW;
float coshf(float) __NOTHROW;
float erff(float) __NOTHROW;
float erfcf(float) __NOTHROW;
float expf(float) __NOTHROW;
float exp2f(float) __NOTHROW;
float expm1f(float) __NOTHROW;
float fabsf(float) __NOTHROW;
float floorf(float) __NOTHROW;
float lgammaf(float) __NOTHROW;
float logf(float) __NOTHROW;
float log10f(float) __NOTHROW;
float log1pf(float) __NOTHROW;
float log2f(float) __NOTHROW;
float logbf(float) __NOTHROW;
float nearbyintf(float) __NOTHROW;
float rintf(float) __NOTHROW;
float roundf(float) __NOTHROW;
float sinf(float) __NOTHROW;
float sinhf(float) __NOTHROW;
float sqrtf(float) __NOTHROW;
float tanf(float) __NOTHROW;
float tanhf(float) __NOTHROW;
float tgammaf(float) __NOTHROW;
float truncf(float) __NOTHROW;
float exp10f(float) __NOTHROW;
float atan2f(float, float) __NOTHROW;
float copysignf(float, float) __NOTHROW;
float fdimf(float, float) __NOTHROW;
float fmaxf(float, float) __NOTHROW;
float fminf(float, float) __NOTHROW;
float fmodf(float, float) __NOTHROW;
float hypotf(float, float) __NOTHROW;
float nextafterf(float, float) __NOTHROW;
float powf(float, float) __NOTHROW;
float remainderf(float, float) __NOTHROW;
float fmaf(float, float, float) __NOTHROW;
float frexpf(float, int *) __NOTHROW;
float ldexpf(float, int) __NOTHROW;
float scalbnf(float, int) __NOTHROW;
float scalblnf(float, long) __NOTHROW;
float modff(float, float *) __NOTHROW;
float nanf(const char *) __NOTHROW;
float nexttowardf(float, long double) __NOTHROW;
float remquof(float, float, int *) __NOTHROW;
int ilogbf(float) __NOTHROW;
long lrintf(float) __NOTHROW;
long lroundf(float) __NOTHROW;
long long llrintf(float) __NOTHROW;
long long llroundf(float) __NOTHROW;
void sincosf(float, float *, float *) __NOTHROW;
long double acosl(long double) __NOTHROW;
long double acoshl(long double) __NOTHROW;
long double asinl(long double) __NOTHROW;
long double asinhl(long double) __NOTHROW;
long double atanl(long double) __NOTHROW;
long double atanhl(long double) __NOTHROW;
long double cbrtl(long double) __NOTHROW;
long double ceill(long double) __NOTHROW;
long double cosl(long double) __NOTHROW;
long double coshl(long double) __NOTHROW;
long double erfl(long double) __NOTHROW;
long double erfcl(long double) __NOTHROW;
long double expl(long double) __NOTHROW;
long double exp2l(long double) __NOTHROW;
long double expm1l(long double) __NOTHROW;
long double fabsl(long double) __NOTHROW;
long double floorl(long double) __NOTHROW;
long double lgammal(long double) __NOTHROW;
long double logl(long double) __NOTHROW;
long double log10l(long double) __NOTHROW;
long double log1pl(long double) __NOTHROW;
long double log2l(long double) __NOTHROW;
long double logbl(long double) __NOTHROW;
long double nearbyintl(long double) __NOTHROW;
long double rintl(long double) __NOTHROW;
long double roundl(long double) __NOTHROW;
long double sinl(long double) __NOTHROW;
long double sinhl(long double) __NOTHROW;
long double sqrtl(long double) __NOTHROW;
long double tanl(long double) __NOTHROW;
long double tanhl(long double) __NOTHROW;
long double tgammal(long double) __NOTHROW;
long double truncl(long double) __NOTHROW;
long double exp10l(long double) __NOTHROW;
long double atan2l(long double, long double) __NOTHROW;
long double copysignl(long double, long double) __NOTHROW;
long double fdiml(long double, long double) __NOTHROW;
long double fmaxl(long double, long double) __NOTHROW;
long double fminl(long double, long double) __NOTHROW;
long double fmodl(long double, long double) __NOTHROW;
long double hypotl(long double, long double) __NOTHROW;
long double nextafterl(long double, long double) __NOTHROW;
long double powl(long double, long double) __NOTHROW;
long double remainderl(long double, long double) __NOTHROW;
long double fmal(long double, long double, long double) __NOTHROW;
long double frexpl(long double, int *) __NOTHROW;
long double ldexpl(long double, int) __NOTHROW;
long double scalbnl(long double, int) __NOTHROW;
long double scalblnl(long double, long) __NOTHROW;
long double modfl(long double, long double *) __NOTHROW;
long double nanl(const char *) __NOTHROW;
long double nexttowardl(long double, long double) __NOTHROW;
long double remquol(long double, long double, int *) __NOTHROW;
int ilogbl(long double) __NOTHROW;
long lrintl(long double) __NOTHROW;
long lroundl(long double) __NOTHROW;
long long llrintl(long double) __NOTHROW;
long long llroundl(long double) __NOTHROW;
void sincosl(long double, long double *, long double *) __NOTHROW;
double drem(double, double), significand(double);
int finite(double), finitef(float);
__END_DECLS
