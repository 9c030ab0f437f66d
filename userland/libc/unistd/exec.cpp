// The exec family (POSIX.1-2017 exec). execvp searches PATH and hands a file without a known format to the shell.
#include "sysdep/syscall.hpp"

#include <alloca.h>
#include <fcntl.h>
#include <limits.h>
#include <paths.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

namespace {

using libc::checked;

// Runs the file; ENOEXEC means a script without "#!" (POSIX.1-2017 2.9.1.1).
void run_file(const char *path, char *const arguments[], char *const environment[]) {
    execve(path, arguments, environment);
    if (errno != ENOEXEC)
        return;
    size_t count = 0;
    while (arguments[count])
        count++;
    auto **shell = static_cast<char **>(alloca((count + 3) * sizeof(char *)));
    shell[0] = const_cast<char *>(_PATH_BSHELL);
    shell[1] = const_cast<char *>(path);
    for (size_t i = 1; i < count; i++)
        shell[i + 1] = arguments[i];
    shell[count < 1 ? 2 : count + 1] = nullptr;
    execve(_PATH_BSHELL, shell, environment);
}

// Counts the list, then copies it where execve can read it.
#define COLLECT_ARGUMENTS(first, vector)                                                                     \
    va_list counting, copying;                                                                               \
    va_start(counting, first);                                                                               \
    va_copy(copying, counting);                                                                              \
    size_t count = 1;                                                                                        \
    while (va_arg(counting, char *))                                                                         \
        count++;                                                                                             \
    auto **vector = static_cast<char **>(alloca((count + 1) * sizeof(char *)));                              \
    vector[0] = const_cast<char *>(first);                                                                   \
    for (size_t i = 1; i <= count; i++)                                                                      \
        vector[i] = va_arg(copying, char *);                                                                 \
    va_end(counting)

} // namespace

extern "C" {

int execve(const char *path, char *const arguments[], char *const environment[]) {
    return static_cast<int>(checked(SYS_execve, path, arguments, environment));
}

int execv(const char *path, char *const arguments[]) { return execve(path, arguments, environ); }

int execveat(int directory, const char *path, char *const arguments[], char *const environment[], int flags) {
    return static_cast<int>(checked(SYS_execveat, directory, path, arguments, environment, flags));
}

int fexecve(int fd, char *const arguments[], char *const environment[]) {
    return execveat(fd, "", arguments, environment, AT_EMPTY_PATH);
}

int execvpe(const char *file, char *const arguments[], char *const environment[]) {
    if (!*file) {
        errno = ENOENT;
        return -1;
    }
    if (strchr(file, '/')) {
        run_file(file, arguments, environment);
        return -1;
    }
    size_t length = strnlen(file, NAME_MAX + 1);
    if (length > NAME_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }
    const char *search = getenv("PATH");
    if (!search)
        search = _PATH_DEFPATH;
    bool denied = false;
    [[clang::uninitialized]] char path[PATH_MAX + NAME_MAX + 2];
    for (const char *end;; search = end + 1) {
        end = strchrnul(search, ':');
        auto directory = static_cast<size_t>(end - search);
        if (directory < PATH_MAX) {
            char *name = static_cast<char *>(mempcpy(path, search, directory));
            if (directory > 0)
                *name++ = '/';
            memcpy(name, file, length + 1);
            run_file(path, arguments, environment);
            if (errno == EACCES)
                denied = true;
            else if (errno != ENOENT && errno != ENOTDIR && errno != ENAMETOOLONG && errno != ELOOP)
                return -1;
        }
        if (!*end)
            break;
    }
    errno = denied ? EACCES : ENOENT;
    return -1;
}

int execvp(const char *file, char *const arguments[]) { return execvpe(file, arguments, environ); }

int execl(const char *path, const char *first, ...) {
    COLLECT_ARGUMENTS(first, arguments);
    va_end(copying);
    return execve(path, arguments, environ);
}

int execlp(const char *file, const char *first, ...) {
    COLLECT_ARGUMENTS(first, arguments);
    va_end(copying);
    return execvp(file, arguments);
}

int execle(const char *path, const char *first, ...) {
    COLLECT_ARGUMENTS(first, arguments);
    auto **environment = va_arg(copying, char **);
    va_end(copying);
    return execve(path, arguments, environment);
}
}
