// strdup, strndup (POSIX.1-2017).
#include <stdlib.h>
#include <string.h>

extern "C" {

char *strndup(const char *string, size_t limit) {
    size_t length = strnlen(string, limit);
    auto *copy = static_cast<char *>(malloc(length + 1));
    if (!copy)
        return nullptr;
    memcpy(copy, string, length);
    copy[length] = 0;
    return copy;
}

char *strdup(const char *string) {
    size_t size = strlen(string) + 1;
    auto *copy = static_cast<char *>(malloc(size));
    return copy ? static_cast<char *>(memcpy(copy, string, size)) : nullptr;
}
}
