// The environment (POSIX.1-2017 getenv, setenv, putenv, unsetenv; clearenv(3)). Strings that setenv made are
// remembered so that replacing one frees it; the vector grows by doubling and is the library's own after the
// first change.
#include "internal/lock.hpp"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

namespace {

libc::Lock g_lock;
char **g_vector; // the one we allocated; environ may be another
size_t g_capacity;
char **g_owned; // strings made by setenv
size_t g_owned_count;

size_t find(const char *name, size_t length, size_t &count) {
    size_t found = SIZE_MAX;
    count = 0;
    if (environ) {
        for (; environ[count]; count++) {
            if (found == SIZE_MAX && strncmp(environ[count], name, length) == 0 && environ[count][length] == '=')
                found = count;
        }
    }
    return found;
}

void forget(char *string) {
    for (size_t i = 0; i < g_owned_count; i++) {
        if (g_owned[i] == string) {
            free(string);
            g_owned[i] = g_owned[--g_owned_count];
            return;
        }
    }
}

// Remembering is a courtesy: without memory for it the string is never freed.
void remember(char *string) {
    if ((g_owned_count & (g_owned_count - 1)) == 0) {
        auto *grown = static_cast<char **>(realloc(g_owned, (g_owned_count ? 2 * g_owned_count : 1) * sizeof(char *)));
        if (!grown)
            return;
        g_owned = grown;
    }
    g_owned[g_owned_count++] = string;
}

int put(char *string, size_t name_length, bool ours) {
    libc::LockGuard guard(g_lock);
    size_t count, index = find(string, name_length, count);
    if (index == SIZE_MAX) {
        if (environ != g_vector || count + 2 > g_capacity) {
            size_t capacity = count + 2 < 32 ? 32 : 2 * (count + 2);
            auto *grown = static_cast<char **>(malloc(capacity * sizeof(char *)));
            if (!grown)
                return -1;
            if (count > 0)
                memcpy(grown, environ, count * sizeof(char *));
            free(g_vector);
            environ = g_vector = grown;
            g_capacity = capacity;
        }
        environ[count] = string;
        environ[count + 1] = nullptr;
    } else {
        char *old = environ[index];
        environ[index] = string;
        if (old != string)
            forget(old);
    }
    if (ours)
        remember(string);
    return 0;
}

bool valid_name(const char *name) {
    if (name && *name && !strchr(name, '='))
        return true;
    errno = EINVAL;
    return false;
}

} // namespace

extern "C" {

char *getenv(const char *name) {
    size_t length = strlen(name), count;
    if (length == 0 || strchr(name, '='))
        return nullptr;
    size_t index = find(name, length, count);
    return index == SIZE_MAX ? nullptr : environ[index] + length + 1;
}

char *secure_getenv(const char *name) { return getauxval(AT_SECURE) ? nullptr : getenv(name); }

int setenv(const char *name, const char *value, int overwrite) {
    if (!valid_name(name))
        return -1;
    if (!overwrite && getenv(name))
        return 0;
    size_t name_length = strlen(name), value_length = strlen(value);
    auto *string = static_cast<char *>(malloc(name_length + value_length + 2));
    if (!string)
        return -1;
    memcpy(string, name, name_length);
    string[name_length] = '=';
    memcpy(string + name_length + 1, value, value_length + 1);
    if (put(string, name_length, true) < 0) {
        free(string);
        return -1;
    }
    return 0;
}

int putenv(char *string) {
    const char *equals = strchr(string, '=');
    if (!equals)
        return unsetenv(string);
    if (equals == string) {
        errno = EINVAL;
        return -1;
    }
    return put(string, static_cast<size_t>(equals - string), false);
}

int unsetenv(const char *name) {
    if (!valid_name(name))
        return -1;
    libc::LockGuard guard(g_lock);
    size_t length = strlen(name);
    if (!environ)
        return 0;
    char **to = environ;
    for (char **from = environ; *from; from++) {
        if (strncmp(*from, name, length) == 0 && (*from)[length] == '=')
            forget(*from);
        else
            *to++ = *from;
    }
    if (*to)
        *to = nullptr;
    return 0;
}

int clearenv() {
    libc::LockGuard guard(g_lock);
    for (size_t i = 0; i < g_owned_count; i++)
        free(g_owned[i]);
    g_owned_count = 0;
    if (environ)
        *environ = nullptr;
    return 0;
}
}
