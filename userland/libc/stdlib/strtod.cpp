// strtod, strtof, strtold, atof (C17 7.22.1).
#include "internal/parse_float.hpp"

#include <stdlib.h>

using namespace libc;

extern "C" {

float strtof(const char *__restrict text, char **__restrict end) {
    return static_cast<float>(parse_float(text, end, kFloatFormat));
}
double strtod(const char *__restrict text, char **__restrict end) {
    return static_cast<double>(parse_float(text, end, kDoubleFormat));
}
long double strtold(const char *__restrict text, char **__restrict end) {
    return parse_float(text, end, kLongDoubleFormat);
}
float strtof_l(const char *__restrict text, char **__restrict end, locale_t) { return strtof(text, end); }
double strtod_l(const char *__restrict text, char **__restrict end, locale_t) { return strtod(text, end); }
long double strtold_l(const char *__restrict text, char **__restrict end, locale_t) { return strtold(text, end); }
double atof(const char *text) { return strtod(text, nullptr); }
}
