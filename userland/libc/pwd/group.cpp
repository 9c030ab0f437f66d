// The groups of the system: /etc/group (POSIX.1-2017 <grp.h>, group(5), initgroups(3)).
#include "pwd/database.hpp"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

namespace {

constexpr char kPath[] = "/etc/group";

FILE *g_stream;
char *g_line;
size_t g_line_bytes;
char *g_buffer;
size_t g_buffer_bytes;
group g_entry;

size_t member_count(const char *list) {
    size_t count = *list ? 1 : 0;
    for (; *list; list++)
        count += *list == ',';
    return count;
}

// Parses the line into memory that begins with it: the members' vector stands behind the text. ERANGE if there is
// no room, EINVAL for a line that is no record.
int parse(char *line, size_t line_bytes, char *end, group &entry) {
    char *fields[4];
    line[strcspn(line, "\n")] = 0;
    unsigned gid;
    if (libc::split_fields(line, fields, 4) != 4 || !*fields[0] || !libc::parse_id(fields[2], gid))
        return EINVAL;
    auto vector = (reinterpret_cast<uintptr_t>(line) + line_bytes + alignof(char *) - 1) & ~(alignof(char *) - 1);
    auto **members = reinterpret_cast<char **>(vector);
    size_t count = member_count(fields[3]);
    if (vector + (count + 1) * sizeof(char *) > reinterpret_cast<uintptr_t>(end))
        return ERANGE;
    size_t used = 0;
    for (char *at = fields[3]; *at;) {
        char *name = at;
        at = strchrnul(at, ',');
        if (*at)
            *at++ = 0;
        if (*name)
            members[used++] = name;
    }
    members[used] = nullptr;
    entry = {fields[0], fields[1], gid, members};
    return 0;
}

// The next record of the stream in the given memory; -1 at the end.
int next(FILE *stream, group &entry, char *buffer, size_t size) {
    for (;;) {
        ssize_t length = getline(&g_line, &g_line_bytes, stream);
        if (length < 0)
            return -1;
        auto bytes = static_cast<size_t>(length) + 1;
        if (bytes > size)
            return ERANGE;
        memcpy(buffer, g_line, bytes);
        int error = parse(buffer, bytes, buffer + size, entry);
        if (error != EINVAL)
            return error;
    }
}

// The same in memory of our own, grown as needed; the line that did not fit is still in g_line.
group *next_static(FILE *stream) {
    if (!g_buffer) {
        g_buffer_bytes = 1024;
        g_buffer = static_cast<char *>(malloc(g_buffer_bytes));
    }
    if (!g_buffer)
        return nullptr;
    int error = next(stream, g_entry, g_buffer, g_buffer_bytes);
    while (error == ERANGE) {
        size_t bytes = strlen(g_line) + 1;
        free(g_buffer);
        g_buffer_bytes = g_buffer_bytes * 2 + bytes;
        g_buffer = static_cast<char *>(malloc(g_buffer_bytes));
        if (!g_buffer)
            return nullptr;
        memcpy(g_buffer, g_line, bytes);
        error = parse(g_buffer, bytes, g_buffer + g_buffer_bytes, g_entry);
        if (error == EINVAL)
            error = next(stream, g_entry, g_buffer, g_buffer_bytes);
    }
    return error == 0 ? &g_entry : nullptr;
}

template <typename Matches> group *find(Matches matches) {
    FILE *stream = fopen(kPath, "re");
    if (!stream)
        return nullptr;
    group *entry;
    while ((entry = next_static(stream)) && !matches(*entry)) {
    }
    fclose(stream);
    return entry;
}

template <typename Matches> int find_r(Matches matches, group *entry, char *buffer, size_t size, group **result) {
    *result = nullptr;
    int saved = errno;
    errno = 0;
    group *found = find(matches);
    int error = found || errno == ENOENT ? 0 : errno;
    errno = saved;
    if (!found)
        return error;
    // Written out again as a line, so that one parser lays out the caller's memory.
    size_t members = 0, bytes = strlen(found->gr_name) + strlen(found->gr_passwd) + 16;
    for (; found->gr_mem[members]; members++)
        bytes += strlen(found->gr_mem[members]) + 1;
    if (bytes + (members + 2) * sizeof(char *) > size)
        return ERANGE;
    char *end = buffer + snprintf(buffer, size, "%s:%s:%u:", found->gr_name, found->gr_passwd, found->gr_gid);
    for (size_t i = 0; i < members; i++)
        end = stpcpy(stpcpy(end, i ? "," : ""), found->gr_mem[i]);
    error = parse(buffer, static_cast<size_t>(end - buffer) + 1, buffer + size, *entry);
    if (!error)
        *result = entry;
    return error;
}

} // namespace

extern "C" {

group *fgetgrent(FILE *stream) { return next_static(stream); }

group *getgrent() {
    if (!g_stream && !(g_stream = fopen(kPath, "re")))
        return nullptr;
    return next_static(g_stream);
}

void setgrent() {
    if (g_stream)
        fclose(g_stream);
    g_stream = nullptr;
}

void endgrent() { setgrent(); }

group *getgrnam(const char *name) {
    return find([=](const group &each) { return strcmp(each.gr_name, name) == 0; });
}

group *getgrgid(gid_t gid) {
    return find([=](const group &each) { return each.gr_gid == gid; });
}

int getgrnam_r(const char *name, group *entry, char *buffer, size_t size, group **result) {
    return find_r([=](const group &each) { return strcmp(each.gr_name, name) == 0; }, entry, buffer, size, result);
}

int getgrgid_r(gid_t gid, group *entry, char *buffer, size_t size, group **result) {
    return find_r([=](const group &each) { return each.gr_gid == gid; }, entry, buffer, size, result);
}

int putgrent(const group *entry, FILE *stream) {
    flockfile(stream);
    int result = fprintf(stream, "%s:%s:%u:", entry->gr_name, entry->gr_passwd, entry->gr_gid);
    for (size_t i = 0; result >= 0 && entry->gr_mem && entry->gr_mem[i]; i++)
        result = fprintf(stream, "%s%s", i ? "," : "", entry->gr_mem[i]);
    if (result >= 0)
        result = fputc('\n', stream);
    funlockfile(stream);
    return result < 0 ? -1 : 0;
}

int getgrouplist(const char *user, gid_t primary, gid_t *groups, int *count) {
    int capacity = *count, found = 0;
    if (capacity > 0)
        groups[0] = primary;
    found = 1;
    if (FILE *stream = fopen(kPath, "re")) {
        while (group *entry = next_static(stream)) {
            bool member = false;
            for (char **name = entry->gr_mem; *name && !member; name++)
                member = strcmp(*name, user) == 0;
            if (!member || entry->gr_gid == primary)
                continue;
            if (found < capacity)
                groups[found] = entry->gr_gid;
            found++;
        }
        fclose(stream);
    }
    *count = found;
    return found > capacity ? -1 : found;
}

int initgroups(const char *user, gid_t primary) {
    int count = 64;
    for (;;) {
        auto *groups = static_cast<gid_t *>(malloc(static_cast<size_t>(count) * sizeof(gid_t)));
        if (!groups)
            return -1;
        int wanted = count;
        if (getgrouplist(user, primary, groups, &wanted) >= 0) {
            int result = setgroups(static_cast<size_t>(wanted < NGROUPS_MAX ? wanted : NGROUPS_MAX), groups);
            int saved = errno;
            free(groups);
            errno = saved;
            return result;
        }
        free(groups);
        count = wanted;
    }
}
}
