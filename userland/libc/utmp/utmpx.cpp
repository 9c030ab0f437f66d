// Who is logged in: /run/utmp and /var/log/wtmp, files of fixed records (POSIX.1-2017 <utmpx.h>, utmp(5), updwtmp(3)).
#include <errno.h>
#include <fcntl.h>
#include <paths.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>
#include <utmpx.h>

#include "internal/lock.hpp"

namespace {

constexpr int kLockTries = 50;
constexpr long kLockPauseNs = 10'000'000;

libc::Lock g_lock;
char g_path[256] = _PATH_UTMP;
int g_file = -1;
bool g_writable;
utmpx g_entry;

bool open_file(bool to_write) {
    if (g_file >= 0 && (g_writable || !to_write))
        return true;
    off_t position = 0;
    if (g_file >= 0) {
        position = lseek(g_file, 0, SEEK_CUR);
        close(g_file);
    }
    g_writable = true;
    g_file = open(g_path, O_RDWR | O_CLOEXEC);
    if (g_file < 0 && !to_write) {
        g_writable = false;
        g_file = open(g_path, O_RDONLY | O_CLOEXEC);
    }
    return g_file >= 0 && lseek(g_file, position, SEEK_SET) >= 0;
}

// Whoever may read the file may hold a read lock for ever: after half a second the record is written all the same.
void lock_file(int file, short type) {
    struct flock lock = {};
    lock.l_type = type;
    for (int i = 0; i < kLockTries && fcntl(file, F_SETLK, &lock) < 0 && (errno == EAGAIN || errno == EACCES); i++) {
        timespec pause = {0, kLockPauseNs};
        nanosleep(&pause, nullptr);
    }
}

bool read_entry() { return read(g_file, &g_entry, sizeof g_entry) == sizeof g_entry; }

bool is_process(short type) { return type >= INIT_PROCESS && type <= DEAD_PROCESS; }

bool same_id(const utmpx &a, const utmpx &b) {
    if (a.ut_type == RUN_LVL || a.ut_type == BOOT_TIME || a.ut_type == NEW_TIME || a.ut_type == OLD_TIME)
        return a.ut_type == b.ut_type;
    return is_process(a.ut_type) && is_process(b.ut_type) && strncmp(a.ut_id, b.ut_id, sizeof a.ut_id) == 0;
}

// The next record that is `id`, from where the file stands.
bool find_id(const utmpx &id) {
    while (read_entry()) {
        if (same_id(id, g_entry))
            return true;
    }
    return false;
}

} // namespace

extern "C" {

void setutxent() {
    libc::LockGuard guard(g_lock);
    if (g_file >= 0)
        lseek(g_file, 0, SEEK_SET);
}

void endutxent() {
    libc::LockGuard guard(g_lock);
    if (g_file >= 0)
        close(g_file);
    g_file = -1;
}

utmpx *getutxent() {
    libc::LockGuard guard(g_lock);
    return open_file(false) && read_entry() ? &g_entry : nullptr;
}

utmpx *getutxid(const utmpx *id) {
    libc::LockGuard guard(g_lock);
    utmpx wanted = *id; // may be our own entry
    if (wanted.ut_type < RUN_LVL || wanted.ut_type > DEAD_PROCESS) {
        errno = EINVAL;
        return nullptr;
    }
    if (open_file(false) && find_id(wanted))
        return &g_entry;
    errno = ESRCH;
    return nullptr;
}

utmpx *getutxline(const utmpx *line) {
    libc::LockGuard guard(g_lock);
    utmpx wanted = *line;
    while (open_file(false) && read_entry()) {
        if ((g_entry.ut_type == USER_PROCESS || g_entry.ut_type == LOGIN_PROCESS) &&
            strncmp(g_entry.ut_line, wanted.ut_line, sizeof wanted.ut_line) == 0)
            return &g_entry;
    }
    errno = ESRCH;
    return nullptr;
}

utmpx *pututxline(const utmpx *entry) {
    libc::LockGuard guard(g_lock);
    utmpx written = *entry;
    if (!open_file(true))
        return nullptr;
    lock_file(g_file, F_WRLCK);
    lseek(g_file, 0, SEEK_SET);
    bool known = find_id(written);
    off_t position = lseek(g_file, known ? -static_cast<off_t>(sizeof written) : 0, known ? SEEK_CUR : SEEK_END);
    position -= position % static_cast<off_t>(sizeof written); // a torn record is written over
    ssize_t size = pwrite(g_file, &written, sizeof written, position);
    if (size >= 0 && size < static_cast<ssize_t>(sizeof written)) {
        if (!known)
            ftruncate(g_file, position);
        errno = ENOSPC;
    }
    int error = errno;
    lseek(g_file, position + static_cast<off_t>(sizeof written), SEEK_SET);
    lock_file(g_file, F_UNLCK);
    errno = error;
    if (size != static_cast<ssize_t>(sizeof written))
        return nullptr;
    g_entry = written;
    return &g_entry;
}

int utmpxname(const char *path) {
    libc::LockGuard guard(g_lock);
    if (strlen(path) >= sizeof g_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    if (g_file >= 0)
        close(g_file);
    g_file = -1;
    strcpy(g_path, path);
    return 0;
}

void updwtmpx(const char *path, const utmpx *entry) {
    int file = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (file < 0)
        return;
    lock_file(file, F_WRLCK);
    off_t end = lseek(file, 0, SEEK_END);
    if (end >= 0 && end % static_cast<off_t>(sizeof *entry) != 0)
        ftruncate(file, end -= end % static_cast<off_t>(sizeof *entry));
    if (write(file, entry, sizeof *entry) != sizeof *entry && end >= 0)
        ftruncate(file, end);
    close(file);
}

void setutent() { setutxent(); }
void endutent() { endutxent(); }
utmpx *getutent() { return getutxent(); }
utmpx *getutid(const utmpx *id) { return getutxid(id); }
utmpx *getutline(const utmpx *line) { return getutxline(line); }
utmpx *pututline(const utmpx *entry) { return pututxline(entry); }
int utmpname(const char *path) { return utmpxname(path); }
void updwtmp(const char *path, const utmpx *entry) { updwtmpx(path, entry); }
}
