// glob, globfree (POSIX.1-2017 2.13.3, glob(3)). Works through the pattern one component at a time: components
// without special characters are only looked up, the others are matched against the directory's entries.
#include "internal/array.hpp"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

typedef int (*ErrorFunction)(const char *, int);

bool has_magic(const char *text, size_t size, bool escapes) {
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '*' || text[i] == '?')
            return true;
        if (text[i] == '[' && memchr(text + i, ']', size - i))
            return true;
        if (text[i] == '\\' && escapes && i + 1 < size)
            i++;
    }
    return false;
}

class Globber {
public:
    Globber(int flags, ErrorFunction on_error, glob_t &result) : flags_(flags), on_error_(on_error), result_(result) {}
    ~Globber() {
        for (size_t i = 0; i < paths_.size(); i++)
            free(paths_[i]);
    }

    // 0 or a GLOB_ error; paths() are then the matches in the order in which they were found.
    int expand(const char *pattern) {
        char path[PATH_MAX];
        if (strlen(pattern) >= PATH_MAX)
            return GLOB_NOSPACE;
        return walk(path, 0, pattern);
    }

    libc::Array<char *> &paths() { return paths_; }
    bool magic() const { return magic_; }

    bool add(const char *path) {
        char *copy = strdup(path);
        if (copy && paths_.add(copy))
            return true;
        free(copy);
        return false;
    }

private:
    bool escapes() const { return !(flags_ & GLOB_NOESCAPE); }

    int status(const char *path, struct stat &status, bool follow) const {
        if (flags_ & GLOB_ALTDIRFUNC)
            return follow ? result_.gl_stat(path, &status) : result_.gl_lstat(path, &status);
        return follow ? stat(path, &status) : lstat(path, &status);
    }

    // path[0..length) is what has been matched; `rest` the pattern left.
    int walk(char *path, size_t length, const char *rest) {
        for (;;) {
            while (*rest == '/') {
                if (length + 1 >= PATH_MAX)
                    return 0;
                path[length++] = '/';
                rest++;
            }
            size_t size = strcspn(rest, "/");
            if (size == 0 || has_magic(rest, size, escapes()))
                break;
            for (size_t i = 0; i < size; i++) {
                if (rest[i] == '\\' && escapes() && i + 1 < size)
                    i++;
                if (length + 1 >= PATH_MAX)
                    return 0;
                path[length++] = rest[i];
            }
            rest += size;
        }
        path[length] = 0;
        if (*rest == 0)
            return finish(path, length);
        magic_ = true;
        return scan(path, length, rest);
    }

    int finish(char *path, size_t length) {
        struct stat found;
        if (length == 0 || status(path, found, false) < 0)
            return 0;
        if ((flags_ & (GLOB_MARK | GLOB_ONLYDIR)) && path[length - 1] != '/') {
            bool directory = S_ISDIR(found.st_mode) ||
                             (S_ISLNK(found.st_mode) && status(path, found, true) == 0 && S_ISDIR(found.st_mode));
            if (!directory && (flags_ & GLOB_ONLYDIR))
                return 0;
            if (directory && (flags_ & GLOB_MARK) && length + 1 < PATH_MAX) {
                path[length] = '/';
                path[length + 1] = 0;
            }
        }
        return add(path) ? 0 : GLOB_NOSPACE;
    }

    int report(const char *directory) {
        int error = errno;
        if ((on_error_ && on_error_(directory, error)) || (flags_ & GLOB_ERR))
            return GLOB_ABORTED;
        return 0;
    }

    int scan(char *path, size_t length, const char *rest) {
        const char *directory = length ? path : ".";
        bool alternative = flags_ & GLOB_ALTDIRFUNC;
        void *stream = alternative ? result_.gl_opendir(directory) : opendir(directory);
        if (!stream)
            return errno == ENOTDIR || errno == ENOENT ? 0 : report(directory);
        size_t size = strcspn(rest, "/");
        const char *after = rest + size;
        char component[PATH_MAX];
        memcpy(component, rest, size);
        component[size] = 0;
        int match_flags = (escapes() ? 0 : FNM_NOESCAPE) | (flags_ & GLOB_PERIOD ? 0 : FNM_PERIOD);
        int error = 0;
        for (;;) {
            errno = 0;
            dirent *entry = alternative ? result_.gl_readdir(stream) : readdir(static_cast<DIR *>(stream));
            if (!entry) {
                if (errno)
                    error = report(directory);
                break;
            }
            if (*after && entry->d_type && entry->d_type != DT_DIR && entry->d_type != DT_LNK)
                continue;
            if (fnmatch(component, entry->d_name, match_flags) != 0)
                continue;
            size_t name = strlen(entry->d_name);
            if (length + name >= PATH_MAX)
                continue;
            memcpy(path + length, entry->d_name, name + 1);
            error = walk(path, length + name, after);
            path[length] = 0;
            if (error)
                break;
        }
        if (alternative)
            result_.gl_closedir(stream);
        else
            closedir(static_cast<DIR *>(stream));
        return error;
    }

    int flags_;
    ErrorFunction on_error_;
    glob_t &result_;
    libc::Array<char *> paths_;
    bool magic_ = false;
};

// "~" and "~user" at the start. False without memory; `expanded` stays null if there is nothing to do.
int expand_tilde(const char *pattern, int flags, char *&expanded) {
    size_t length = strcspn(pattern + 1, "/");
    const char *home = nullptr;
    char user[256];
    if (length == 0) {
        home = getenv("HOME");
        if (!home || !*home) {
            passwd *entry = getpwuid(getuid());
            home = entry ? entry->pw_dir : nullptr;
        }
    } else if (length < sizeof user) {
        memcpy(user, pattern + 1, length);
        user[length] = 0;
        passwd *entry = getpwnam(user);
        home = entry ? entry->pw_dir : nullptr;
    }
    if (!home)
        return flags & GLOB_TILDE_CHECK ? GLOB_NOMATCH : 0;
    expanded = static_cast<char *>(malloc(strlen(home) + strlen(pattern)));
    if (!expanded)
        return GLOB_NOSPACE;
    strcpy(stpcpy(expanded, home), pattern + 1 + length);
    return 0;
}

// The end of the alternative or brace at `at`: the next ',' or '}' of this level.
const char *brace_part_end(const char *at, bool escapes) {
    int depth = 0;
    for (; *at; at++) {
        if (*at == '\\' && escapes && at[1])
            at++;
        else if (*at == '{')
            depth++;
        else if (depth == 0 && (*at == ',' || *at == '}'))
            return at;
        else if (*at == '}')
            depth--;
    }
    return nullptr;
}

int expand_braces(Globber &globber, const char *pattern, int flags, size_t depth) {
    bool escapes = !(flags & GLOB_NOESCAPE);
    const char *open = flags & GLOB_BRACE && depth < 100 ? strchr(pattern, '{') : nullptr;
    while (open && open[1] == '}')
        open = strchr(open + 2, '{');
    const char *close = open;
    while (close && (close = brace_part_end(close + 1, escapes)) && *close != '}') {
    }
    if (!close || !open)
        return globber.expand(pattern);
    for (const char *part = open + 1;;) {
        const char *end = brace_part_end(part, escapes);
        size_t before = static_cast<size_t>(open - pattern), middle = static_cast<size_t>(end - part);
        auto *joined = static_cast<char *>(malloc(before + middle + strlen(close)));
        if (!joined)
            return GLOB_NOSPACE;
        memcpy(joined, pattern, before);
        memcpy(joined + before, part, middle);
        strcpy(joined + before + middle, close + 1);
        int error = expand_braces(globber, joined, flags, depth + 1);
        free(joined);
        if (error || end == close)
            return error;
        part = end + 1;
    }
}

int compare_paths(const void *left, const void *right) {
    return strcoll(*static_cast<char *const *>(left), *static_cast<char *const *>(right));
}

} // namespace

extern "C" {

int glob(const char *__restrict pattern, int flags, ErrorFunction on_error, glob_t *__restrict result) {
    size_t offset = flags & GLOB_DOOFFS ? result->gl_offs : 0;
    if (!(flags & GLOB_APPEND)) {
        result->gl_pathc = 0;
        result->gl_pathv = nullptr;
        result->gl_offs = offset;
    }
    result->gl_flags = flags;
    Globber globber(flags, on_error, *result);
    char *expanded = nullptr;
    int error = 0;
    if ((flags & (GLOB_TILDE | GLOB_TILDE_CHECK)) && *pattern == '~')
        error = expand_tilde(pattern, flags, expanded);
    const char *actual = expanded ? expanded : pattern;
    if (!error)
        error = expand_braces(globber, actual, flags, 0);
    if (globber.magic())
        result->gl_flags |= GLOB_MAGCHAR;
    auto &paths = globber.paths();
    if (!error && paths.empty()) {
        bool literal = (flags & GLOB_NOCHECK) ||
                       ((flags & GLOB_NOMAGIC) && !has_magic(actual, strlen(actual), !(flags & GLOB_NOESCAPE)));
        if (!literal)
            error = GLOB_NOMATCH;
        else if (!globber.add(pattern))
            error = GLOB_NOSPACE;
    } else if (!error && !(flags & GLOB_NOSORT)) {
        qsort(paths.data(), paths.size(), sizeof(char *), compare_paths);
    }
    free(expanded);
    if (error && error != GLOB_ABORTED)
        return error;
    size_t old = result->gl_pathc;
    auto **vector = static_cast<char **>(
        reallocarray(result->gl_pathv, offset + old + paths.size() + 1, sizeof(char *)));
    if (!vector)
        return GLOB_NOSPACE;
    if (!result->gl_pathv)
        memset(vector, 0, offset * sizeof(char *));
    for (size_t i = 0; i < paths.size(); i++)
        vector[offset + old + i] = paths[i];
    result->gl_pathv = vector;
    result->gl_pathc = old + paths.size();
    vector[offset + result->gl_pathc] = nullptr;
    paths.clear(); // they are the caller's now
    return error;
}

void globfree(glob_t *result) {
    size_t offset = result->gl_flags & GLOB_DOOFFS ? result->gl_offs : 0;
    for (size_t i = 0; result->gl_pathv && i < result->gl_pathc; i++)
        free(result->gl_pathv[offset + i]);
    free(result->gl_pathv);
    result->gl_pathv = nullptr;
    result->gl_pathc = 0;
}
}
