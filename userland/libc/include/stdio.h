// C17 7.21, POSIX.1-2017 <stdio.h>, and common extensions.
#pragma once
#include <bits/types.h>
#include <stdarg.h>
typedef struct _IO_FILE FILE;
typedef struct { long __position; long __reserved; } fpos_t;
#define EOF (-1)
#define BUFSIZ 1024
#define FILENAME_MAX 4096
#define FOPEN_MAX 1000
#define TMP_MAX 10000
#define L_tmpnam 20
#define L_ctermid 20
#define P_tmpdir "/tmp"
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#define _IOFBF 0
#define _IOLBF 1
#define _IONBF 2
__BEGIN_DECLS
extern FILE *const stdin, *const stdout, *const stderr;
#define stdin (stdin)
#define stdout (stdout)
#define stderr (stderr)
FILE *fopen(const char *__restrict, const char *__restrict);
FILE *freopen(const char *__restrict, const char *__restrict, FILE *__restrict);
FILE *fdopen(int, const char *);
FILE *fmemopen(void *__restrict, size_t, const char *__restrict);
FILE *open_memstream(char **, size_t *);
FILE *popen(const char *, const char *);
FILE *tmpfile(void);
typedef ssize_t cookie_read_function_t(void *, char *, size_t);
typedef ssize_t cookie_write_function_t(void *, const char *, size_t);
typedef int cookie_seek_function_t(void *, off_t *, int);
typedef int cookie_close_function_t(void *);
typedef struct {
    cookie_read_function_t *read;
    cookie_write_function_t *write;
    cookie_seek_function_t *seek;
    cookie_close_function_t *close;
} cookie_io_functions_t;
FILE *fopencookie(void *, const char *, cookie_io_functions_t);
int fclose(FILE *);
int pclose(FILE *);
int fcloseall(void);
int fflush(FILE *);
int fflush_unlocked(FILE *);
int feof(FILE *), ferror(FILE *), fileno(FILE *);
void clearerr(FILE *);
int feof_unlocked(FILE *), ferror_unlocked(FILE *), fileno_unlocked(FILE *);
void clearerr_unlocked(FILE *);
int fseek(FILE *, long, int);
int fseeko(FILE *, off_t, int);
long ftell(FILE *);
off_t ftello(FILE *);
void rewind(FILE *);
int fgetpos(FILE *__restrict, fpos_t *__restrict);
int fsetpos(FILE *, const fpos_t *);
size_t fread(void *__restrict, size_t, size_t, FILE *__restrict);
size_t fwrite(const void *__restrict, size_t, size_t, FILE *__restrict);
size_t fread_unlocked(void *__restrict, size_t, size_t, FILE *__restrict);
size_t fwrite_unlocked(const void *__restrict, size_t, size_t, FILE *__restrict);
int fgetc(FILE *), getc(FILE *), getchar(void), ungetc(int, FILE *);
int fputc(int, FILE *), putc(int, FILE *), putchar(int);
int getc_unlocked(FILE *), getchar_unlocked(void), fgetc_unlocked(FILE *);
int putc_unlocked(int, FILE *), putchar_unlocked(int), fputc_unlocked(int, FILE *);
char *fgets(char *__restrict, int, FILE *__restrict);
char *fgets_unlocked(char *__restrict, int, FILE *__restrict);
int fputs(const char *__restrict, FILE *__restrict);
int fputs_unlocked(const char *__restrict, FILE *__restrict);
int puts(const char *);
int getw(FILE *), putw(int, FILE *);
ssize_t getline(char **__restrict, size_t *__restrict, FILE *__restrict);
ssize_t getdelim(char **__restrict, size_t *__restrict, int, FILE *__restrict);
int printf(const char *__restrict, ...) __FORMAT_PRINTF(1, 2);
int fprintf(FILE *__restrict, const char *__restrict, ...) __FORMAT_PRINTF(2, 3);
int sprintf(char *__restrict, const char *__restrict, ...) __FORMAT_PRINTF(2, 3);
int snprintf(char *__restrict, size_t, const char *__restrict, ...) __FORMAT_PRINTF(3, 4);
int dprintf(int, const char *__restrict, ...) __FORMAT_PRINTF(2, 3);
int asprintf(char **, const char *, ...) __FORMAT_PRINTF(2, 3);
int vprintf(const char *__restrict, va_list) __FORMAT_PRINTF(1, 0);
int vfprintf(FILE *__restrict, const char *__restrict, va_list) __FORMAT_PRINTF(2, 0);
int vsprintf(char *__restrict, const char *__restrict, va_list) __FORMAT_PRINTF(2, 0);
int vsnprintf(char *__restrict, size_t, const char *__restrict, va_list) __FORMAT_PRINTF(3, 0);
int vdprintf(int, const char *__restrict, va_list) __FORMAT_PRINTF(2, 0);
int vasprintf(char **, const char *, va_list) __FORMAT_PRINTF(2, 0);
int scanf(const char *__restrict, ...) __FORMAT_SCANF(1, 2);
int fscanf(FILE *__restrict, const char *__restrict, ...) __FORMAT_SCANF(2, 3);
int sscanf(const char *__restrict, const char *__restrict, ...) __FORMAT_SCANF(2, 3);
int vscanf(const char *__restrict, va_list) __FORMAT_SCANF(1, 0);
int vfscanf(FILE *__restrict, const char *__restrict, va_list) __FORMAT_SCANF(2, 0);
int vsscanf(const char *__restrict, const char *__restrict, va_list) __FORMAT_SCANF(2, 0);
void perror(const char *);
int setvbuf(FILE *__restrict, char *__restrict, int, size_t);
void setbuf(FILE *__restrict, char *__restrict);
void setbuffer(FILE *, char *, size_t);
void setlinebuf(FILE *);
void flockfile(FILE *);
int ftrylockfile(FILE *);
void funlockfile(FILE *);
int remove(const char *);
int rename(const char *, const char *);
int renameat(int, const char *, int, const char *);
int renameat2(int, const char *, int, const char *, unsigned);
#define RENAME_NOREPLACE 1
#define RENAME_EXCHANGE 2
#define RENAME_WHITEOUT 4
char *tmpnam(char *);
char *tempnam(const char *, const char *);
char *ctermid(char *);
char *fgetln(FILE *, size_t *);
__END_DECLS
