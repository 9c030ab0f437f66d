#include "launch.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "sessions.h"
#include "values.h"

namespace init {
namespace {

rlimit g_descriptor_limit = {1024, 4096};

/// The child: everything here runs between fork and exec, and ends by exec or by fail().
class Child {
public:
    Child(const Unit& unit, int log_fd, int status_fd)
        : unit_(unit), log_fd_(log_fd), status_fd_(status_fd) {}

    [[noreturn]] void run() {
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, nullptr);
        setsid();
        open_streams();
        set_limits();
        become_user();
        enter_directory();
        std::string mark = service_mark(unit_.name);
        if (unit_.terminal.empty()) putenv(mark.data());
        for (const std::string& setting : unit_.environment) putenv(const_cast<char*>(setting.c_str()));
        std::vector<char*> arguments;
        for (const std::string& word : unit_.command) arguments.push_back(const_cast<char*>(word.c_str()));
        arguments.push_back(nullptr);
        execvp(arguments[0], arguments.data());
        fail("cannot run " + unit_.command[0]);
    }

private:
    /// "<what>: <error>" to init, and the end.
    [[noreturn]] void fail(const std::string& what) { give_up(what + ": " + strerror(errno)); }

    [[noreturn]] void give_up(const std::string& message) {
        ssize_t written = write(status_fd_, message.data(), message.size());
        (void)written; // the status says it too
        _exit(127);
    }

    void open_streams() {
        std::string path = unit_.terminal.empty() ? "/dev/null" : "/dev/" + unit_.terminal;
        int input = open(path.c_str(), O_RDWR | O_NOCTTY);
        if (input < 0) fail(path);
        if (!unit_.terminal.empty())
            ioctl(input, TIOCSCTTY, 0); // /dev/console may have none: it stays without
        int output = unit_.terminal.empty() ? log_fd_ : input;
        if (dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0) fail("standard streams");
        if (input > 2) close(input);
    }

    void set_limits() {
        setrlimit(RLIMIT_NOFILE, &g_descriptor_limit);
        for (const Limit& limit : unit_.limits)
            if (setrlimit(limit.resource, &limit.value) != 0) fail("limit");
    }

    void become_user() {
        if (unit_.user.empty() && unit_.group.empty()) return;
        passwd* user = find_user(unit_.user.empty() ? "root" : unit_.user);
        if (user == nullptr) give_up("there is no user " + unit_.user);
        gid_t group_id = unit_.group.empty() ? user->pw_gid : group_of(unit_.group);
        if (initgroups(user->pw_name, group_id) != 0 || setgid(group_id) != 0) fail("group");
        if (unit_.user.empty()) return;
        setenv("HOME", user->pw_dir, 1);
        setenv("USER", user->pw_name, 1);
        setenv("LOGNAME", user->pw_name, 1);
        setenv("SHELL", *user->pw_shell ? user->pw_shell : "/bin/sh", 1);
        if (setuid(user->pw_uid) != 0) fail("user " + unit_.user);
    }

    static passwd* find_user(const std::string& name) {
        std::optional<uint64_t> number = parse_number(name);
        return number ? getpwuid(static_cast<uid_t>(*number)) : getpwnam(name.c_str());
    }

    gid_t group_of(const std::string& name) {
        if (std::optional<uint64_t> number = parse_number(name)) return static_cast<gid_t>(*number);
        group* found = getgrnam(name.c_str());
        if (found == nullptr) give_up("there is no group " + name);
        return found->gr_gid;
    }

    void enter_directory() {
        const char* directory = unit_.working_directory.empty() ? "/" : unit_.working_directory.c_str();
        if (chdir(directory) != 0) fail(directory);
    }

    const Unit& unit_;
    int log_fd_, status_fd_;
};

} // namespace

pid_t launch(const Unit& unit, int log_fd, int status_fd) {
    pid_t pid = fork();
    if (pid == 0) Child(unit, log_fd, status_fd).run();
    return pid;
}

void raise_own_descriptor_limit() {
    if (getrlimit(RLIMIT_NOFILE, &g_descriptor_limit) != 0) return;
    rlimit own = {g_descriptor_limit.rlim_max, g_descriptor_limit.rlim_max};
    setrlimit(RLIMIT_NOFILE, &own);
}

} // namespace init
