// scandir, alphasort, versionsort (POSIX.1-2017, scandir(3)).
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

extern "C" {

int alphasort(const dirent **left, const dirent **right) { return strcoll((*left)->d_name, (*right)->d_name); }
int versionsort(const dirent **left, const dirent **right) {
    return strverscmp((*left)->d_name, (*right)->d_name);
}

int scandir(const char *path, dirent ***result, int (*select)(const dirent *),
            int (*compare)(const dirent **, const dirent **)) {
    DIR *stream = opendir(path);
    if (!stream)
        return -1;
    int saved = errno;
    dirent **entries = nullptr;
    size_t count = 0, capacity = 0;
    errno = 0;
    while (dirent *entry = readdir(stream)) {
        if (select && !select(entry)) {
            errno = 0;
            continue;
        }
        if (count == capacity) {
            capacity = capacity ? 2 * capacity : 16;
            auto **grown = static_cast<dirent **>(reallocarray(entries, capacity, sizeof(dirent *)));
            if (!grown)
                break;
            entries = grown;
        }
        entries[count] = static_cast<dirent *>(malloc(entry->d_reclen));
        if (!entries[count])
            break;
        memcpy(entries[count++], entry, entry->d_reclen);
        errno = 0;
    }
    int error = errno;
    closedir(stream);
    if (error) {
        while (count > 0)
            free(entries[--count]);
        free(entries);
        errno = error;
        return -1;
    }
    errno = saved;
    if (compare)
        qsort(entries, count, sizeof *entries,
              reinterpret_cast<int (*)(const void *, const void *)>(compare));
    *result = entries;
    return static_cast<int>(count);
}
}
