#pragma once
#include <features.h>
// rbx rbp r12-r15 rsp rip, the rest holds a saved signal mask for sigsetjmp.
typedef struct __jmp_buf_tag {
    unsigned long __registers[8];
    unsigned long __mask_saved;
    unsigned long __mask[16];
} jmp_buf[1];
typedef jmp_buf sigjmp_buf;
__BEGIN_DECLS
int setjmp(jmp_buf) __attribute__((__returns_twice__));
int _setjmp(jmp_buf) __attribute__((__returns_twice__));
int sigsetjmp(sigjmp_buf, int) __attribute__((__returns_twice__));
__NORETURN void longjmp(jmp_buf, int);
__NORETURN void _longjmp(jmp_buf, int);
__NORETURN void siglongjmp(sigjmp_buf, int);
__END_DECLS
#define setjmp(env) setjmp(env)
