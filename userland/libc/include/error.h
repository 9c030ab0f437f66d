#pragma once
#include <features.h>
__BEGIN_DECLS
extern unsigned error_message_count;
extern int error_one_per_line;
extern void (*error_print_progname)(void);
void error(int, int, const char *, ...) __FORMAT_PRINTF(3, 4);
void error_at_line(int, int, const char *, unsigned, const char *, ...) __FORMAT_PRINTF(5, 6);
__END_DECLS
