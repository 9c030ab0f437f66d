// C17 7.24, POSIX.1-2017 <string.h>, and the GNU and BSD extensions that programs use.
#pragma once
#include <bits/locale_t.h>
#include <features.h>
#include <stddef.h>
#include <strings.h>
__BEGIN_DECLS
void *memcpy(void *__restrict, const void *__restrict, size_t) __NOTHROW;
void *memmove(void *, const void *, size_t) __NOTHROW;
void *memset(void *, int, size_t) __NOTHROW;
int memcmp(const void *, const void *, size_t) __NOTHROW;
void *memchr(const void *, int, size_t) __NOTHROW;
void *memrchr(const void *, int, size_t);
void *rawmemchr(const void *, int);
void *memmem(const void *, size_t, const void *, size_t);
void *memccpy(void *__restrict, const void *__restrict, int, size_t);
void *mempcpy(void *__restrict, const void *__restrict, size_t);
void explicit_bzero(void *, size_t);
char *strcpy(char *__restrict, const char *__restrict) __NOTHROW;
char *strncpy(char *__restrict, const char *__restrict, size_t) __NOTHROW;
char *strcat(char *__restrict, const char *__restrict) __NOTHROW;
char *strncat(char *__restrict, const char *__restrict, size_t) __NOTHROW;
char *stpcpy(char *__restrict, const char *__restrict);
char *stpncpy(char *__restrict, const char *__restrict, size_t);
size_t strlcpy(char *, const char *, size_t);
size_t strlcat(char *, const char *, size_t);
int strcmp(const char *, const char *) __NOTHROW;
int strncmp(const char *, const char *, size_t) __NOTHROW;
int strverscmp(const char *, const char *);
int strcoll(const char *, const char *);
int strcoll_l(const char *, const char *, locale_t);
size_t strxfrm(char *__restrict, const char *__restrict, size_t);
size_t strxfrm_l(char *__restrict, const char *__restrict, size_t, locale_t);
char *strchr(const char *, int) __NOTHROW;
char *strrchr(const char *, int) __NOTHROW;
char *strchrnul(const char *, int);
size_t strcspn(const char *, const char *) __NOTHROW;
size_t strspn(const char *, const char *) __NOTHROW;
char *strpbrk(const char *, const char *) __NOTHROW;
char *strstr(const char *, const char *) __NOTHROW;
char *strcasestr(const char *, const char *);
char *strtok(char *__restrict, const char *__restrict);
char *strtok_r(char *__restrict, const char *__restrict, char **__restrict);
char *strsep(char **, const char *);
size_t strlen(const char *) __NOTHROW;
size_t strnlen(const char *, size_t) __NOTHROW;
char *strdup(const char *);
char *strndup(const char *, size_t);
char *strerror(int);
char *strerror_l(int, locale_t);
int strerror_r(int, char *, size_t);
const char *strerrorname_np(int);
const char *strerrordesc_np(int);
char *strsignal(int);
const char *sigabbrev_np(int);
void *memfrob(void *, size_t);
__END_DECLS
#define strdupa(s) __builtin_strcpy((char *)__builtin_alloca(__builtin_strlen(s) + 1), s)
