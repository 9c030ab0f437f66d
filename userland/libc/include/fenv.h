#pragma once
#include <features.h>
#define FE_INVALID 1
#define FE_DIVBYZERO 4
#define FE_OVERFLOW 8
#define FE_UNDERFLOW 16
#define FE_INEXACT 32
#define FE_ALL_EXCEPT 61
#define FE_TONEAREST 0
#define FE_DOWNWARD 0x400
#define FE_UPWARD 0x800
#define FE_TOWARDZERO 0xc00
#define __FE_DENORM 2
typedef unsigned short fexcept_t;
typedef struct {
    unsigned short __control_word, __unused1, __status_word, __unused2, __tags, __unused3;
    unsigned __eip;
    unsigned short __cs_selector;
    unsigned __opcode : 11, __unused4 : 5, __data_offset;
    unsigned short __data_selector, __unused5;
    unsigned __mxcsr;
} fenv_t;
#define FE_DFL_ENV ((const fenv_t *)-1)
__BEGIN_DECLS
int feclearexcept(int), feraiseexcept(int), fetestexcept(int);
int fegetexceptflag(fexcept_t *, int), fesetexceptflag(const fexcept_t *, int);
int fegetround(void), fesetround(int);
int fegetenv(fenv_t *), fesetenv(const fenv_t *), feholdexcept(fenv_t *), feupdateenv(const fenv_t *);
__END_DECLS
