#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <paths.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>
#include <utmpx.h>

#include "messages.h"

namespace login {
namespace {

constexpr char kUserPath[] = "/usr/local/bin:/bin:/usr/bin:/sbin:/usr/sbin";

} // namespace

void set_environment(const Account& account, Environment environment) {
    if (environment == Environment::Fresh) {
        const char* terminal = getenv("TERM");
        std::string kept = terminal != nullptr ? terminal : "";
        clearenv();
        if (!kept.empty()) setenv("TERM", kept.c_str(), 1);
        setenv("PATH", kUserPath, 1);
    }
    setenv("HOME", account.home.c_str(), 1);
    setenv("SHELL", account.shell.c_str(), 1);
    setenv("USER", account.name.c_str(), 1);
    setenv("LOGNAME", account.name.c_str(), 1);
}

void become(const Account& account) {
    if (initgroups(account.name.c_str(), account.group_id) != 0) die("groups: %s", strerror(errno));
    if (setgid(account.group_id) != 0) die("group: %s", strerror(errno));
    if (setuid(account.user_id) != 0) die("user: %s", strerror(errno));
}

void go_home(const Account& account) {
    if (chdir(account.home.c_str()) == 0) return;
    complain("%s: %s", account.home.c_str(), strerror(errno));
    if (chdir("/") != 0) die("/: %s", strerror(errno));
}

void run_shell(const std::string& shell, const std::string& name, const std::vector<std::string>& arguments) {
    std::vector<char*> words = {const_cast<char*>(name.c_str())};
    for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
    words.push_back(nullptr);
    execv(shell.c_str(), words.data());
    int error = errno;
    complain("%s: %s", shell.c_str(), strerror(error));
    _exit(error == ENOENT ? 127 : 126);
}

std::string terminal_name() {
    const char* path = ttyname(STDIN_FILENO);
    std::string name = path != nullptr ? path : "";
    return name.starts_with("/dev/") ? name.substr(5) : name;
}

void record_session(short type, const std::string& terminal, const std::string& user) {
    utmpx entry = {};
    entry.ut_type = type;
    entry.ut_pid = getpid();
    entry.ut_session = getsid(0);
    strlcpy(entry.ut_line, terminal.c_str(), sizeof entry.ut_line);
    std::string id = terminal.starts_with("tty") ? terminal.substr(3) : terminal;
    memcpy(entry.ut_id, id.data(), id.size() < sizeof entry.ut_id ? id.size() : sizeof entry.ut_id);
    strlcpy(entry.ut_user, user.c_str(), sizeof entry.ut_user);
    timeval now;
    gettimeofday(&now, nullptr);
    entry.ut_tv.tv_sec = static_cast<int>(now.tv_sec);
    entry.ut_tv.tv_usec = static_cast<int>(now.tv_usec);
    setutxent();
    pututxline(&entry);
    endutxent();
    if (type == USER_PROCESS) updwtmpx(_PATH_WTMP, &entry);
}

void show_file(const char* path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char buffer[4096];
    ssize_t size;
    while (fd >= 0 && (size = read(fd, buffer, sizeof buffer)) > 0)
        if (write(STDOUT_FILENO, buffer, static_cast<size_t>(size)) < 0) break;
    if (fd >= 0) close(fd);
}

} // namespace login
