#pragma once
#include <stdio.h>
#define FSETLOCKING_QUERY 0
#define FSETLOCKING_INTERNAL 1
#define FSETLOCKING_BYCALLER 2
__BEGIN_DECLS
void _flushlbf(void);
int __fsetlocking(FILE *, int);
int __fwriting(FILE *), __freading(FILE *), __freadable(FILE *), __fwritable(FILE *), __flbf(FILE *);
size_t __fbufsize(FILE *), __fpending(FILE *);
void __fpurge(FILE *);
__END_DECLS
