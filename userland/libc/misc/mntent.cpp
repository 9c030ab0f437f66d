// The tables of mounts: fstab(5), /proc/mounts (getmntent(3)). Blanks inside a field are written as octal escapes.
#include <errno.h>
#include <mntent.h>
#include <stdlib.h>
#include <string.h>

namespace {

char *next_field(char *&at) {
    at += strspn(at, " \t");
    if (!*at)
        return nullptr;
    char *field = at;
    at += strcspn(at, " \t");
    if (*at)
        *at++ = 0;
    char *to = field;
    for (const char *from = field; *from; from++) {
        if (from[0] == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] >= '0' && from[2] <= '7' && from[3] >= '0' &&
            from[3] <= '7') {
            *to++ = static_cast<char>((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
            from += 3;
        } else {
            *to++ = *from;
        }
    }
    *to = 0;
    return field;
}

bool put_field(FILE *stream, const char *field) {
    for (; *field; field++) {
        bool escape = strchr(" \t\n\\#", *field) != nullptr;
        if ((escape ? fprintf(stream, "\\%03o", *field) : fputc(*field, stream)) < 0)
            return false;
    }
    return fputc(' ', stream) >= 0;
}

} // namespace

extern "C" {

FILE *setmntent(const char *path, const char *mode) {
    FILE *stream = fopen(path, mode);
    return stream;
}

int endmntent(FILE *stream) {
    if (stream)
        fclose(stream);
    return 1;
}

mntent *getmntent_r(FILE *stream, mntent *entry, char *buffer, int size) {
    while (fgets(buffer, size, stream)) {
        size_t length = strlen(buffer);
        if (length > 0 && buffer[length - 1] != '\n' && !feof(stream)) {
            errno = ERANGE;
            return nullptr;
        }
        buffer[strcspn(buffer, "\n")] = 0;
        char *at = buffer;
        at += strspn(at, " \t");
        if (!*at || *at == '#')
            continue;
        *entry = {};
        entry->mnt_fsname = next_field(at);
        entry->mnt_dir = next_field(at);
        if (!entry->mnt_dir)
            continue;
        static char empty[] = "";
        char *type = next_field(at), *options = next_field(at), *frequency = next_field(at), *pass = next_field(at);
        entry->mnt_type = type ? type : empty;
        entry->mnt_opts = options ? options : empty;
        entry->mnt_freq = frequency ? atoi(frequency) : 0;
        entry->mnt_passno = pass ? atoi(pass) : 0;
        return entry;
    }
    return nullptr;
}

mntent *getmntent(FILE *stream) {
    static mntent entry;
    static char buffer[4096];
    return getmntent_r(stream, &entry, buffer, sizeof buffer);
}

int addmntent(FILE *__restrict stream, const mntent *__restrict entry) {
    if (fseek(stream, 0, SEEK_END) < 0)
        return 1;
    return !(put_field(stream, entry->mnt_fsname) && put_field(stream, entry->mnt_dir) &&
             put_field(stream, entry->mnt_type) && put_field(stream, entry->mnt_opts) &&
             fprintf(stream, "%d %d\n", entry->mnt_freq, entry->mnt_passno) > 0);
}

char *hasmntopt(const mntent *entry, const char *option) {
    size_t length = strlen(option);
    for (char *at = entry->mnt_opts; at && *at;) {
        if (strncmp(at, option, length) == 0 && (at[length] == 0 || at[length] == ',' || at[length] == '='))
            return at;
        at = strchr(at, ',');
        if (at)
            at++;
    }
    return nullptr;
}
}
