#pragma once
#include <bits/locale_t.h>
#include <features.h>
__BEGIN_DECLS
int isalnum(int), isalpha(int), isblank(int), iscntrl(int), isdigit(int), isgraph(int), islower(int);
int isprint(int), ispunct(int), isspace(int), isupper(int), isxdigit(int), tolower(int), toupper(int);
int isascii(int), toascii(int);
int isalnum_l(int, locale_t), isalpha_l(int, locale_t), isblank_l(int, locale_t), iscntrl_l(int, locale_t);
int isdigit_l(int, locale_t), isgraph_l(int, locale_t), islower_l(int, locale_t), isprint_l(int, locale_t);
int ispunct_l(int, locale_t), isspace_l(int, locale_t), isupper_l(int, locale_t), isxdigit_l(int, locale_t);
int tolower_l(int, locale_t), toupper_l(int, locale_t);
__END_DECLS
#ifndef __cplusplus
#define _tolower(c) ((c) | 0x20)
#define _toupper(c) ((c) & 0x5f)
#endif
