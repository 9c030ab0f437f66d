#include "accounts.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <shadow.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

namespace login {
namespace {

constexpr char kNewShadow[] = "/etc/shadow.new";
constexpr time_t kSecondsPerDay = 86400;
constexpr long kNeverDays = 10'000; // a password that lasts longer does not age

PasswordAge age_of(const spwd& shadow) {
    PasswordAge age;
    if (shadow.sp_lstchg == 0) age.state = PasswordAge::State::MustChange;
    if (shadow.sp_lstchg <= 0) return age;
    long today = time(nullptr) / kSecondsPerDay, days = today - shadow.sp_lstchg;
    if (days < 0) return age; // the clock was wrong then, or is now
    if (shadow.sp_min > days) age.days_until_change = shadow.sp_min - days;
    if (shadow.sp_max < 0 || shadow.sp_max >= kNeverDays) return age;
    if (days > shadow.sp_max) {
        bool over = shadow.sp_inact >= 0 && days > shadow.sp_max + shadow.sp_inact;
        age.state = over ? PasswordAge::State::TooOld : PasswordAge::State::MustChange;
    } else if (shadow.sp_warn >= 0 && shadow.sp_max - days < shadow.sp_warn) {
        age.days_left = shadow.sp_max - days;
    }
    return age;
}

std::optional<Account> complete(const passwd* entry) {
    if (entry == nullptr) return std::nullopt;
    Account account{entry->pw_name,   entry->pw_dir, *entry->pw_shell ? entry->pw_shell : "/bin/sh",
                    entry->pw_passwd, entry->pw_uid, entry->pw_gid, false, {}};
    if (account.hash != "x") return account;
    spwd* shadow = getspnam(account.name.c_str());
    account.hash = shadow != nullptr ? shadow->sp_pwdp : "*";
    if (shadow != nullptr) account.age = age_of(*shadow);
    account.expired =
        shadow != nullptr && shadow->sp_expire >= 0 && time(nullptr) / kSecondsPerDay >= shadow->sp_expire;
    return account;
}

/// The user's line, with the new hash; ages and dates stay as they are.
bool put_changed(const char* line, const std::string& name, const std::string& hash, FILE* to) {
    spwd* entry = line != nullptr ? sgetspent(line) : nullptr;
    spwd fresh = {const_cast<char*>(name.c_str()), nullptr, -1, 0, 99999, 7, -1, -1,
                  static_cast<unsigned long>(-1)};
    if (entry == nullptr) entry = &fresh;
    entry->sp_pwdp = const_cast<char*>(hash.c_str());
    entry->sp_lstchg = time(nullptr) / kSecondsPerDay;
    return putspent(entry, to) == 0;
}

bool copy_changed(FILE* from, FILE* to, const std::string& name, const std::string& hash) {
    char* line = nullptr;
    size_t size = 0;
    bool fine = true, found = false;
    while (fine && getline(&line, &size, from) >= 0) {
        bool its = strncmp(line, name.c_str(), name.size()) == 0 && line[name.size()] == ':';
        if (its && found) continue;
        found |= its;
        fine = its ? put_changed(line, name, hash, to) : fputs(line, to) >= 0;
    }
    free(line);
    if (fine && !found) fine = put_changed(nullptr, name, hash, to);
    return fine && !ferror(from);
}

bool write_new_shadow(const std::string& name, const std::string& hash) {
    unlink(kNewShadow); // of one that was killed; the lock is ours
    int fd = open(kNewShadow, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return false;
    FILE* to = fdopen(fd, "w");
    FILE* from = fopen(SHADOW, "re");
    struct stat old;
    bool fine = to != nullptr && from != nullptr && fstat(fileno(from), &old) == 0 &&
                fchown(fd, old.st_uid, old.st_gid) == 0 && fchmod(fd, old.st_mode & 0777) == 0 &&
                copy_changed(from, to, name, hash) && fflush(to) == 0 && fsync(fd) == 0;
    int error = errno;
    if (from != nullptr) fclose(from);
    if (to != nullptr && fclose(to) != 0) fine = false;
    fine = fine && rename(kNewShadow, SHADOW) == 0;
    if (!fine) {
        if (error == 0) error = errno;
        unlink(kNewShadow);
        errno = error;
    }
    return fine;
}

} // namespace

std::optional<Account> account_of(const char* name) { return complete(getpwnam(name)); }
std::optional<Account> account_of(uid_t user_id) { return complete(getpwuid(user_id)); }

bool is_listed_shell(const std::string& path) {
    FILE* file = fopen("/etc/shells", "re");
    if (file == nullptr) return false;
    char line[256];
    bool found = false;
    while (!found && fgets(line, sizeof line, file) != nullptr) {
        line[strcspn(line, "\n")] = '\0';
        found = path == line;
    }
    fclose(file);
    return found;
}

bool store_hash(const std::string& name, const std::string& hash) {
    // The caller's limits and signals are not those of the file's update.
    rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &unlimited);
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    errno = 0;
    bool fine = lckpwdf() == 0;
    if (fine) {
        fine = write_new_shadow(name, hash);
        int error = errno;
        ulckpwdf();
        errno = error;
    }
    sigprocmask(SIG_SETMASK, &before, nullptr);
    return fine;
}

} // namespace login
