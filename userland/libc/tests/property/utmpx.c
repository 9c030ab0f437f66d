// The records of utmpx.h: written in place by their id, found by id and by line, torn records written over.
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utmp.h>
#include <utmpx.h>

static struct utmpx record(short type, const char *id, const char *line, const char *user) {
    struct utmpx entry;
    memset(&entry, 0, sizeof entry);
    entry.ut_type = type;
    strncpy(entry.ut_id, id, sizeof entry.ut_id);
    strncpy(entry.ut_line, line, sizeof entry.ut_line);
    strncpy(entry.ut_user, user, sizeof entry.ut_user);
    return entry;
}

static long size_of(const char *path) {
    struct stat status;
    assert(stat(path, &status) == 0);
    return (long)status.st_size;
}

int main(void) {
    const char *path = "utmp-test";
    unlink(path);
    assert(sizeof(struct utmpx) == 384);
    assert(utmpxname(path) == 0);
    struct utmpx boot = record(BOOT_TIME, "~~", "~", "reboot"), one = record(LOGIN_PROCESS, "S0", "ttyS0", "LOGIN");
    assert(!pututxline(&boot) && errno == ENOENT);
    close(open(path, O_CREAT | O_RDWR, 0600));
    assert(pututxline(&boot) && pututxline(&one));
    // The same id again replaces the record; another one is appended.
    one = record(USER_PROCESS, "S0", "ttyS0", "ada");
    struct utmpx two = record(USER_PROCESS, "1", "tty1", "grace");
    assert(pututxline(&one) && pututxline(&two) && size_of(path) == 3 * 384);
    setutxent();
    struct utmpx wanted = record(0, "", "tty1", "");
    struct utmpx *found = getutxline(&wanted);
    assert(found && strcmp(found->ut_user, "grace") == 0);
    assert(!getutxline(&wanted) && errno == ESRCH);
    setutxent();
    wanted = record(DEAD_PROCESS, "S0", "", "");
    found = getutxid(&wanted);
    assert(found && strcmp(found->ut_user, "ada") == 0);
    wanted.ut_type = EMPTY;
    assert(!getutxid(&wanted) && errno == EINVAL);
    setutxent();
    assert(getutxent()->ut_type == BOOT_TIME && getutxent() && getutxent() && !getutxent());
    endutxent();
    // A record that was cut off is no record.
    assert(truncate(path, 2 * 384 + 100) == 0);
    assert(pututxline(&two) && size_of(path) == 3 * 384);
    updwtmpx(path, &boot);
    assert(size_of(path) == 4 * 384);
    assert(truncate(path, 4 * 384 - 1) == 0);
    updwtmpx(path, &boot);
    assert(size_of(path) == 4 * 384);
    updwtmpx("no-such-file", &boot);
    unlink(path);
    puts("ok");
    return 0;
}
