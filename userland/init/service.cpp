#include "service.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

namespace init {
namespace {

/// Shell syntax in a command means that /bin/sh runs it; otherwise it is split at spaces.
bool needs_shell(std::string_view command) { return command.find_first_of("~`!$^&*()=|\\{}[];\"'<>?") != command.npos; }

std::vector<std::string> split_words(std::string_view command) {
    std::vector<std::string> words;
    while (true) {
        size_t begin = command.find_first_not_of(" \t");
        if (begin == command.npos) return words;
        size_t end = std::min(command.find_first_of(" \t", begin), command.size());
        words.emplace_back(command.substr(begin, end - begin));
        command.remove_prefix(end);
    }
}

void open_terminal(const std::string& name) {
    std::string path = "/dev/" + (name.empty() ? std::string("console") : name);
    int fd = open(path.c_str(), O_RDWR | O_NOCTTY);
    if (fd < 0) {
        report(path + ": " + strerror(errno));
        _exit(1);
    }
    ioctl(fd, TIOCSCTTY, 0); // /dev/console with no terminal of its own: stays without
    for (int target = 0; target <= 2; ++target) dup2(fd, target);
    if (fd > 2) close(fd);
}

void show_file(const char* path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char buffer[1024];
    ssize_t size;
    while (fd >= 0 && (size = read(fd, buffer, sizeof buffer)) > 0)
        if (write(STDOUT_FILENO, buffer, static_cast<size_t>(size)) < 0) break;
    if (fd >= 0) close(fd);
}

/// Only in the child: becomes the command, or says why not.
[[noreturn]] void become(const Entry& entry) {
    setsid();
    open_terminal(entry.terminal);
    std::string command = entry.command;
    bool is_login = command[0] == '-';
    if (is_login) command.erase(0, 1);
    std::vector<std::string> words =
        needs_shell(command) ? std::vector<std::string>{"/bin/sh", "-c", "exec " + command} : split_words(command);
    std::string program = words.empty() ? "" : words[0];
    if (is_login) {
        show_file("/etc/motd");
        words[0] = "-" + program.substr(program.rfind('/') + 1);
        if (chdir("/root") != 0) report(std::string("/root: ") + strerror(errno));
    }
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    execvp(program.c_str(), arguments.data());
    report(program + ": " + strerror(errno));
    _exit(127);
}

} // namespace

void report(const std::string& message) {
    std::string line = "init: " + message + "\n";
    int fd = open("/dev/console", O_WRONLY | O_NOCTTY | O_CLOEXEC);
    ssize_t written = write(fd >= 0 ? fd : STDERR_FILENO, line.data(), line.size());
    (void)written; // nobody is left to tell
    if (fd >= 0) close(fd);
}

std::string read_file(const char* path) {
    std::string text;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char buffer[1024];
    ssize_t size;
    while (fd >= 0 && (size = read(fd, buffer, sizeof buffer)) > 0) text.append(buffer, static_cast<size_t>(size));
    if (fd >= 0) close(fd);
    return text;
}

time_t monotonic_seconds() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

pid_t start(const Entry& entry) {
    pid_t pid = fork();
    if (pid == 0) {
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, nullptr);
        become(entry);
    }
    if (pid < 0) report("cannot fork for " + entry.command + ": " + strerror(errno));
    return pid;
}

void run_and_wait(const Entry& entry) {
    pid_t pid = start(entry);
    while (pid > 0) {
        pid_t ended = waitpid(-1, nullptr, 0);
        if (ended == pid || (ended < 0 && errno != EINTR)) return;
    }
}

void note_exit(Service& service) {
    service.pid = -1;
    time_t now = monotonic_seconds();
    if (now - service.started.tv_sec >= kQuickDeathSeconds) {
        service.quick_deaths = 0;
        service.not_before = 0;
        return;
    }
    // A few ends in a row are a person who types ^D; more are a program that cannot run.
    if (++service.quick_deaths <= 5) return;
    time_t delay = std::min<time_t>(60, 1 << std::min(service.quick_deaths - 5, 6));
    service.not_before = now + delay;
    report(service.entry.command + " on " + service.entry.terminal + " keeps ending; next try in " +
           std::to_string(delay) + " s");
}

} // namespace init
