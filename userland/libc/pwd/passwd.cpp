// The users of the system: /etc/passwd (POSIX.1-2017 <pwd.h>, passwd(5)).
#include "pwd/database.hpp"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

namespace {

constexpr char kPath[] = "/etc/passwd";

FILE *g_stream;
char *g_line;
size_t g_line_bytes;
passwd g_entry;

bool parse(char *line, passwd &entry) {
    char *fields[7];
    line[strcspn(line, "\n")] = 0;
    if (libc::split_fields(line, fields, 7) != 7)
        return false;
    unsigned uid, gid;
    if (!*fields[0] || !libc::parse_id(fields[2], uid) || !libc::parse_id(fields[3], gid))
        return false;
    entry = {fields[0], fields[1], uid, gid, fields[4], fields[5], fields[6]};
    return true;
}

// The first record that `matches`; 0, an errno value, and null with 0 when there is none.
template <typename Matches>
int find(Matches matches, passwd *entry, char *buffer, size_t size, passwd **result) {
    *result = nullptr;
    int saved = errno;
    FILE *stream = fopen(kPath, "re");
    if (!stream) {
        int error = errno;
        errno = saved;
        return error == ENOENT ? 0 : error;
    }
    char *line = nullptr;
    size_t line_bytes = 0;
    int error = 0;
    for (;;) {
        errno = 0;
        ssize_t length = getline(&line, &line_bytes, stream);
        if (length < 0) {
            error = ferror(stream) ? errno : 0;
            break;
        }
        passwd candidate;
        auto needed = static_cast<size_t>(length) + 1;
        char *copy = strdup(line);
        if (!copy) {
            error = ENOMEM;
            break;
        }
        bool hit = parse(copy, candidate) && matches(candidate);
        free(copy);
        if (!hit)
            continue;
        if (needed > size) {
            error = ERANGE;
            break;
        }
        memcpy(buffer, line, needed);
        parse(buffer, *entry);
        *result = entry;
        break;
    }
    free(line);
    fclose(stream);
    errno = saved;
    return error;
}

// The same in memory of our own, grown as needed.
template <typename Find> passwd *find_static(Find find_with) {
    if (!g_line) {
        g_line_bytes = 1024;
        g_line = static_cast<char *>(malloc(g_line_bytes));
    }
    passwd *result = nullptr;
    for (;;) {
        if (!g_line)
            return nullptr;
        int error = find_with(&g_entry, g_line, g_line_bytes, &result);
        if (error != ERANGE) {
            if (error)
                errno = error;
            return result;
        }
        free(g_line);
        g_line_bytes *= 2;
        g_line = static_cast<char *>(malloc(g_line_bytes));
    }
}

} // namespace

extern "C" {

passwd *fgetpwent(FILE *stream) {
    while (getline(&g_line, &g_line_bytes, stream) >= 0) {
        if (parse(g_line, g_entry))
            return &g_entry;
    }
    return nullptr;
}

passwd *getpwent() {
    if (!g_stream && !(g_stream = fopen(kPath, "re")))
        return nullptr;
    return fgetpwent(g_stream);
}

void setpwent() {
    if (g_stream)
        fclose(g_stream);
    g_stream = nullptr;
}

void endpwent() { setpwent(); }

int getpwnam_r(const char *name, passwd *entry, char *buffer, size_t size, passwd **result) {
    return find([=](const passwd &each) { return strcmp(each.pw_name, name) == 0; }, entry, buffer, size, result);
}

int getpwuid_r(uid_t uid, passwd *entry, char *buffer, size_t size, passwd **result) {
    return find([=](const passwd &each) { return each.pw_uid == uid; }, entry, buffer, size, result);
}

passwd *getpwnam(const char *name) {
    return find_static([=](auto... target) { return getpwnam_r(name, target...); });
}

passwd *getpwuid(uid_t uid) {
    return find_static([=](auto... target) { return getpwuid_r(uid, target...); });
}

int putpwent(const passwd *entry, FILE *stream) {
    return fprintf(stream, "%s:%s:%u:%u:%s:%s:%s\n", entry->pw_name, entry->pw_passwd, entry->pw_uid, entry->pw_gid,
                   entry->pw_gecos, entry->pw_dir, entry->pw_shell) < 0
               ? -1
               : 0;
}
}
