#pragma once
#include <features.h>
#include <stdarg.h>
__BEGIN_DECLS
void warn(const char *, ...) __FORMAT_PRINTF(1, 2);
void vwarn(const char *, va_list) __FORMAT_PRINTF(1, 0);
void warnx(const char *, ...) __FORMAT_PRINTF(1, 2);
void vwarnx(const char *, va_list) __FORMAT_PRINTF(1, 0);
__NORETURN void err(int, const char *, ...) __FORMAT_PRINTF(2, 3);
__NORETURN void verr(int, const char *, va_list) __FORMAT_PRINTF(2, 0);
__NORETURN void errx(int, const char *, ...) __FORMAT_PRINTF(2, 3);
__NORETURN void verrx(int, const char *, va_list) __FORMAT_PRINTF(2, 0);
__END_DECLS
