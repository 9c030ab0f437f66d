#include "login_records.h"

#include <fcntl.h>
#include <paths.h>
#include <string.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <utmpx.h>

namespace init {
namespace {

void stamp(utmpx& entry) {
    timeval now;
    gettimeofday(&now, nullptr);
    entry.ut_tv.tv_sec = static_cast<int>(now.tv_sec);
    entry.ut_tv.tv_usec = static_cast<int>(now.tv_usec);
}

utmpx system_record(short type, const char* user) {
    utmpx entry = {};
    entry.ut_type = type;
    memcpy(entry.ut_line, "~", 2);
    memcpy(entry.ut_id, "~~", 3);
    strlcpy(entry.ut_user, user, sizeof entry.ut_user);
    utsname name;
    if (uname(&name) == 0) strlcpy(entry.ut_host, name.release, sizeof entry.ut_host);
    stamp(entry);
    return entry;
}

} // namespace

void record_boot() {
    for (const char* path : {_PATH_UTMP, _PATH_WTMP}) close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
    utmpx entry = system_record(BOOT_TIME, "reboot");
    pututxline(&entry);
    updwtmpx(_PATH_WTMP, &entry);
}

void record_shutdown() {
    utmpx entry = system_record(RUN_LVL, "shutdown");
    updwtmpx(_PATH_WTMP, &entry);
}

void record_session_end(pid_t pid, const std::string& terminal) {
    utmpx wanted = {};
    strlcpy(wanted.ut_line, terminal.c_str(), sizeof wanted.ut_line);
    setutxent();
    utmpx* found = getutxline(&wanted);
    if (found != nullptr && found->ut_pid == pid) {
        utmpx entry = *found;
        entry.ut_type = DEAD_PROCESS;
        memset(entry.ut_user, 0, sizeof entry.ut_user);
        memset(entry.ut_host, 0, sizeof entry.ut_host);
        stamp(entry);
        pututxline(&entry);
        updwtmpx(_PATH_WTMP, &entry);
    }
    endutxent();
}

} // namespace init
