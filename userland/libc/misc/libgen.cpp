// dirname, basename (POSIX.1-2017 <libgen.h>): both may change their argument.
#include <libgen.h>
#include <string.h>

namespace {

char g_dot[] = ".", g_slash[] = "/";

} // namespace

extern "C" {

char *basename(char *path) {
    if (!path || !*path)
        return g_dot;
    size_t end = strlen(path);
    while (end > 1 && path[end - 1] == '/')
        path[--end] = 0;
    if (end == 1 && *path == '/')
        return path;
    char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

char *dirname(char *path) {
    if (!path || !*path)
        return g_dot;
    size_t end = strlen(path);
    while (end > 0 && path[end - 1] == '/')
        end--;
    if (end == 0)
        return g_slash;
    while (end > 0 && path[end - 1] != '/')
        end--;
    if (end == 0)
        return g_dot;
    while (end > 0 && path[end - 1] == '/')
        end--;
    if (end == 0)
        return g_slash;
    path[end] = 0;
    return path;
}
}
