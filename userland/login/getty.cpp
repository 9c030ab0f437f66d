// getty: asks for a name on the terminal that init has opened, and logs in. `--autologin USER` logs in
// without asking; the kernel's command line has the last word: `martlet.login=USER`, or `martlet.login=ask`.
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <termios.h>
#include <unistd.h>
#include <utmpx.h>

#include <string>

#include "messages.h"
#include "program.h"
#include "session.h"

namespace login {
namespace {

constexpr size_t kMaximumNameBytes = 64;

std::string boot_choice() {
    char line[4096];
    int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
    ssize_t size = fd < 0 ? 0 : read(fd, line, sizeof line - 1);
    if (fd >= 0) close(fd);
    line[size > 0 ? size : 0] = '\0';
    std::string choice;
    constexpr char kOption[] = "martlet.login=";
    for (char *rest = nullptr, *word = strtok_r(line, " \n", &rest); word != nullptr;
         word = strtok_r(nullptr, " \n", &rest))
        if (strncmp(word, kOption, sizeof kOption - 1) == 0) choice = word + sizeof kOption - 1;
    return choice;
}

/// A name that has been typed; empty at the end of input, or for what cannot be a name.
std::string read_name(const std::string& terminal) {
    utsname system;
    uname(&system);
    printf("%s %s %s\n\n%s login: ", system.sysname, system.release, terminal.c_str(), system.nodename);
    fflush(stdout);
    char line[kMaximumNameBytes + 2];
    ssize_t size = read(STDIN_FILENO, line, sizeof line);
    if (size <= 0) exit(0);
    std::string name(line, static_cast<size_t>(size));
    while (!name.empty() && isspace(static_cast<unsigned char>(name.back()))) name.pop_back();
    for (char each : name)
        if (!isalnum(static_cast<unsigned char>(each)) && strchr("-_.", each) == nullptr) return "";
    return name.starts_with('-') || name.size() > kMaximumNameBytes ? "" : name;
}

/// The descriptors that processes of the last session still hold become useless; this session opens its own.
void hang_up_others() {
    std::string path = ttyname(STDIN_FILENO) ? ttyname(STDIN_FILENO) : "";
    if (path.empty() || tcgetsid(STDIN_FILENO) != getpid()) return;
    signal(SIGHUP, SIG_IGN);
    bool done = vhangup() == 0;
    signal(SIGHUP, SIG_DFL);
    if (!done) return;
    int fd = open(path.c_str(), O_RDWR | O_NOCTTY);
    if (fd < 0) die("%s: %s", path.c_str(), strerror(errno));
    ioctl(fd, TIOCSCTTY, 1);
    for (int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(fd, stream);
    if (fd > STDERR_FILENO) close(fd);
}

} // namespace

int getty_main(int count, char** arguments) {
    if (getuid() != 0) die("only root can run it");
    std::string user, choice = boot_choice();
    if (count > 2 && strcmp(arguments[1], "--autologin") == 0)
        user = arguments[2];
    else if (count > 1 && arguments[1][0] == '-')
        die("usage: getty [--autologin USER] [TERMINAL]");
    if (!choice.empty()) user = choice == "ask" ? "" : choice;
    hang_up_others();
    std::string terminal = terminal_name();
    char login[] = "login", force[] = "-f";
    if (!user.empty()) {
        char* words[] = {login, force, user.data(), nullptr};
        return login_main(3, words);
    }
    // It may have been somebody's before.
    if (fchown(STDIN_FILENO, 0, kTerminalGroup) == 0) fchmod(STDIN_FILENO, 0620);
    record_session(LOGIN_PROCESS, terminal, "LOGIN");
    while (user.empty()) user = read_name(terminal);
    char* words[] = {login, user.data(), nullptr};
    return login_main(2, words);
}

} // namespace login
