// Names and files for temporary use (POSIX.1-2017 mkstemp, mkdtemp; mkostemps(3)). 62^6 names from the kernel's
// random numbers; a hundred collisions in a row are an attack or a full directory.
#include "sysdep/syscall.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

constexpr int kAttempts = 100;

void fill_random(char *six) {
    static const char letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    unsigned long value;
    if (getrandom(&value, sizeof value, GRND_NONBLOCK) != sizeof value) {
        timespec now;
        libc::call(SYS_clock_gettime, 0, &now);
        value = static_cast<unsigned long>(now.tv_nsec) * 6364136223846793005ul + reinterpret_cast<unsigned long>(six);
    }
    for (int i = 0; i < 6; i++, value /= 62)
        six[i] = letters[value % 62];
}

// Tries names until `create` accepts one; it returns -1 with EEXIST for a taken one.
template <typename Create> int try_names(char *pattern, int suffix_length, Create create) {
    size_t length = strlen(pattern);
    if (suffix_length < 0 || length < 6 + static_cast<size_t>(suffix_length) ||
        memcmp(pattern + length - static_cast<size_t>(suffix_length) - 6, "XXXXXX", 6) != 0) {
        errno = EINVAL;
        return -1;
    }
    char *six = pattern + length - static_cast<size_t>(suffix_length) - 6;
    for (int attempt = 0; attempt < kAttempts; attempt++) {
        fill_random(six);
        int result = create();
        if (result >= 0 || errno != EEXIST)
            return result;
    }
    memcpy(six, "XXXXXX", 6);
    return -1;
}

} // namespace

extern "C" {

int mkostemps(char *pattern, int suffix_length, int flags) {
    return try_names(pattern, suffix_length, [&] {
        return open(pattern, (flags & ~O_ACCMODE) | O_RDWR | O_CREAT | O_EXCL, 0600);
    });
}
int mkostemp(char *pattern, int flags) { return mkostemps(pattern, 0, flags); }
int mkstemps(char *pattern, int suffix_length) { return mkostemps(pattern, suffix_length, 0); }
int mkstemp(char *pattern) { return mkostemps(pattern, 0, 0); }

char *mkdtemp(char *pattern) {
    return try_names(pattern, 0, [&] { return mkdir(pattern, 0700); }) < 0 ? nullptr : pattern;
}

char *mktemp(char *pattern) {
    struct stat status;
    int result = try_names(pattern, 0, [&] {
        if (lstat(pattern, &status) == 0) {
            errno = EEXIST;
            return -1;
        }
        return errno == ENOENT ? 0 : -1;
    });
    if (result < 0)
        *pattern = 0;
    return pattern;
}

char *tmpnam(char *buffer) {
    static char own[L_tmpnam];
    char *name = buffer ? buffer : own;
    strcpy(name, "/tmp/tmp_XXXXXX");
    return *mktemp(name) ? name : nullptr;
}

char *tempnam(const char *directory, const char *prefix) {
    const char *from_environment = secure_getenv("TMPDIR");
    if (from_environment && access(from_environment, W_OK | X_OK) == 0)
        directory = from_environment;
    if (!directory || access(directory, W_OK | X_OK) != 0)
        directory = P_tmpdir;
    char *name;
    if (asprintf(&name, "%s/%.5s_XXXXXX", directory, prefix ? prefix : "temp") < 0)
        return nullptr;
    if (!*mktemp(name)) {
        free(name);
        return nullptr;
    }
    return name;
}

FILE *tmpfile() {
    char name[] = "/tmp/tmpfile_XXXXXX";
    int fd = open("/tmp", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
    if (fd < 0) {
        fd = mkostemp(name, O_CLOEXEC);
        if (fd < 0)
            return nullptr;
        unlink(name);
    }
    FILE *file = fdopen(fd, "w+");
    if (!file)
        close(fd);
    return file;
}
}
