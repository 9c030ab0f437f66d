// err.h and error.h: messages that begin with the program's name (err(3), error(3)).
#include <err.h>
#include <errno.h>
#include <error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

unsigned error_message_count;
int error_one_per_line;
void (*error_print_progname)();

extern "C" {

void vwarnx(const char *format, va_list arguments) {
    flockfile(stderr);
    fprintf(stderr, "%s: ", program_invocation_short_name);
    if (format)
        vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    funlockfile(stderr);
}

void vwarn(const char *format, va_list arguments) {
    int error = errno;
    flockfile(stderr);
    fprintf(stderr, "%s: ", program_invocation_short_name);
    if (format) {
        vfprintf(stderr, format, arguments);
        fputs(": ", stderr);
    }
    fprintf(stderr, "%s\n", strerror(error));
    funlockfile(stderr);
}

void verr(int status, const char *format, va_list arguments) {
    vwarn(format, arguments);
    exit(status);
}

void verrx(int status, const char *format, va_list arguments) {
    vwarnx(format, arguments);
    exit(status);
}

#define WITH_ARGUMENTS(call)                                                                                 \
    va_list arguments;                                                                                       \
    va_start(arguments, format);                                                                             \
    call;                                                                                                    \
    va_end(arguments)

void warn(const char *format, ...) { WITH_ARGUMENTS(vwarn(format, arguments)); }
void warnx(const char *format, ...) { WITH_ARGUMENTS(vwarnx(format, arguments)); }
void err(int status, const char *format, ...) { WITH_ARGUMENTS(verr(status, format, arguments)); }
void errx(int status, const char *format, ...) { WITH_ARGUMENTS(verrx(status, format, arguments)); }

static void report(int status, int number, const char *file, unsigned line, const char *format, va_list arguments) {
    fflush(stdout);
    if (error_print_progname)
        error_print_progname();
    else
        fprintf(stderr, "%s:", program_invocation_name);
    if (file)
        fprintf(stderr, "%s:%u: ", file, line);
    else if (!error_print_progname)
        fputc(' ', stderr);
    vfprintf(stderr, format, arguments);
    error_message_count++;
    if (number)
        fprintf(stderr, ": %s", strerror(number));
    fputc('\n', stderr);
    if (status)
        exit(status);
}

void error(int status, int number, const char *format, ...) {
    WITH_ARGUMENTS(report(status, number, nullptr, 0, format, arguments));
}

void error_at_line(int status, int number, const char *file, unsigned line, const char *format, ...) {
    static const char *last_file;
    static unsigned last_line;
    if (error_one_per_line) {
        bool same = last_line == line && (file == last_file || (file && last_file && strcmp(file, last_file) == 0));
        if (same)
            return;
        last_file = file;
        last_line = line;
    }
    WITH_ARGUMENTS(report(status, number, file, line, format, arguments));
}
}
