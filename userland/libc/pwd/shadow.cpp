// The passwords of the users: /etc/shadow (shadow(3), shadow(5)), and the lock that changers of the databases take.
#include "pwd/database.hpp"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <shadow.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "internal/lock.hpp"

namespace {

constexpr char kLockPath[] = "/etc/.pwd.lock";
constexpr int kLockTries = 150; // 15 seconds, as elsewhere
constexpr long kLockPauseNs = 100'000'000;

FILE *g_stream;
char *g_line;
size_t g_line_bytes;
spwd g_entry;
libc::Lock g_lock;
int g_lock_file = -1;

// An empty field is -1.
bool parse_days(const char *field, long &days) {
    days = -1;
    if (!*field)
        return true;
    if (!isdigit(*field))
        return false;
    char *end;
    errno = 0;
    days = strtol(field, &end, 10);
    return !*end && errno == 0;
}

bool parse(char *line, spwd &entry) {
    char *fields[9];
    line[strcspn(line, "\n")] = 0;
    int count = libc::split_fields(line, fields, 9);
    if (count < 8 || !*fields[0])
        return false;
    long flag = -1;
    entry.sp_namp = fields[0];
    entry.sp_pwdp = fields[1];
    bool fine = parse_days(fields[2], entry.sp_lstchg) && parse_days(fields[3], entry.sp_min) &&
                parse_days(fields[4], entry.sp_max) && parse_days(fields[5], entry.sp_warn) &&
                parse_days(fields[6], entry.sp_inact) && parse_days(fields[7], entry.sp_expire) &&
                (count < 9 || parse_days(fields[8], flag));
    entry.sp_flag = static_cast<unsigned long>(flag);
    return fine;
}

// The next record, or the next named one, in the caller's memory: 0, or an errno value (ENOENT at the end).
int next(FILE *stream, const char *name, spwd *entry, char *buffer, size_t size, spwd **result) {
    char *line = nullptr;
    size_t line_bytes = 0;
    int error = ENOENT;
    *result = nullptr;
    long start;
    while (start = ftell(stream), getline(&line, &line_bytes, stream) >= 0) {
        size_t length = strlen(line) + 1, name_bytes = strcspn(line, ":");
        if (name && (strncmp(line, name, name_bytes) != 0 || name[name_bytes]))
            continue;
        if (length > size) {
            fseek(stream, start, SEEK_SET);
            error = ERANGE;
            break;
        }
        memcpy(buffer, line, length);
        if (!parse(buffer, *entry))
            continue;
        *result = entry;
        error = 0;
        break;
    }
    if (line)
        explicit_bzero(line, line_bytes);
    free(line);
    return error;
}

// The same in memory of our own, grown as needed.
spwd *next_static(FILE *stream, const char *name) {
    spwd *result = nullptr;
    int error = ERANGE;
    for (size_t bytes = g_line_bytes ? g_line_bytes : 256; error == ERANGE; bytes *= 2) {
        if (bytes > g_line_bytes) {
            char *grown = static_cast<char *>(realloc(g_line, bytes));
            if (!grown)
                return nullptr;
            g_line = grown;
            g_line_bytes = bytes;
        }
        error = next(stream, name, &g_entry, g_line, g_line_bytes, &result);
    }
    return result;
}

int put_days(FILE *stream, long days) { return days == -1 ? 0 : fprintf(stream, "%ld", days); }

} // namespace

extern "C" {

void setspent() {
    if (g_stream)
        fclose(g_stream);
    g_stream = nullptr;
}

void endspent() { setspent(); }

spwd *getspent() {
    if (!g_stream && !(g_stream = fopen(SHADOW, "re")))
        return nullptr;
    return next_static(g_stream, nullptr);
}

int getspent_r(spwd *entry, char *buffer, size_t size, spwd **result) {
    *result = nullptr;
    if (!g_stream && !(g_stream = fopen(SHADOW, "re")))
        return errno;
    return next(g_stream, nullptr, entry, buffer, size, result);
}

spwd *fgetspent(FILE *stream) { return next_static(stream, nullptr); }

int fgetspent_r(FILE *stream, spwd *entry, char *buffer, size_t size, spwd **result) {
    return next(stream, nullptr, entry, buffer, size, result);
}

spwd *getspnam(const char *name) {
    FILE *stream = fopen(SHADOW, "re");
    if (!stream)
        return nullptr;
    int saved = errno;
    spwd *entry = next_static(stream, name);
    fclose(stream);
    errno = saved;
    return entry;
}

int getspnam_r(const char *name, spwd *entry, char *buffer, size_t size, spwd **result) {
    *result = nullptr;
    FILE *stream = fopen(SHADOW, "re");
    if (!stream)
        return errno;
    int error = next(stream, name, entry, buffer, size, result);
    fclose(stream);
    return error == ENOENT ? 0 : error;
}

int sgetspent_r(const char *line, spwd *entry, char *buffer, size_t size, spwd **result) {
    *result = nullptr;
    if (strlen(line) >= size)
        return ERANGE;
    strcpy(buffer, line);
    if (!parse(buffer, *entry))
        return EINVAL;
    *result = entry;
    return 0;
}

spwd *sgetspent(const char *line) {
    size_t bytes = strlen(line) + 1;
    if (bytes > g_line_bytes) {
        char *grown = static_cast<char *>(realloc(g_line, bytes));
        if (!grown)
            return nullptr;
        g_line = grown;
        g_line_bytes = bytes;
    }
    spwd *result;
    sgetspent_r(line, &g_entry, g_line, g_line_bytes, &result);
    return result;
}

int putspent(const spwd *entry, FILE *stream) {
    flockfile(stream);
    int result = fprintf(stream, "%s:%s:", entry->sp_namp, entry->sp_pwdp ? entry->sp_pwdp : "");
    const long days[] = {entry->sp_lstchg, entry->sp_min,   entry->sp_max,
                         entry->sp_warn,   entry->sp_inact, entry->sp_expire};
    for (long each : days)
        if (result >= 0 && (result = put_days(stream, each)) >= 0)
            result = fputc(':', stream);
    if (result >= 0)
        result = put_days(stream, static_cast<long>(entry->sp_flag));
    if (result >= 0)
        result = fputc('\n', stream);
    funlockfile(stream);
    return result < 0 ? -1 : 0;
}

int lckpwdf() {
    libc::LockGuard guard(g_lock);
    if (g_lock_file >= 0)
        return -1; // this process has it
    int file = open(kLockPath, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0)
        return -1;
    for (int i = 0; i < kLockTries; i++) {
        struct flock lock = {};
        lock.l_type = F_WRLCK;
        if (fcntl(file, F_SETLK, &lock) == 0) {
            g_lock_file = file;
            return 0;
        }
        if (errno != EAGAIN && errno != EACCES)
            break;
        timespec pause = {0, kLockPauseNs};
        nanosleep(&pause, nullptr);
    }
    close(file);
    return -1;
}

int ulckpwdf() {
    libc::LockGuard guard(g_lock);
    if (g_lock_file < 0)
        return -1;
    int file = g_lock_file;
    g_lock_file = -1;
    return close(file);
}
}
