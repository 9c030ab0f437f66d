// Names of terminals and users (POSIX.1-2017 ttyname, ctermid, getlogin; getpass(3)).
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

extern "C" {

int ttyname_r(int fd, char *name, size_t size) {
    if (!isatty(fd))
        return errno;
    char link[32];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    char path[PATH_MAX];
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return errno;
    path[length] = 0;
    struct stat named, open;
    if (stat(path, &named) < 0 || fstat(fd, &open) < 0)
        return errno;
    if (named.st_dev != open.st_dev || named.st_ino != open.st_ino)
        return ENODEV;
    return strlcpy(name, path, size) >= size ? ERANGE : 0;
}

char *ttyname(int fd) {
    static char name[TTY_NAME_MAX];
    int error = ttyname_r(fd, name, sizeof name);
    if (!error)
        return name;
    errno = error;
    return nullptr;
}

char *ctermid(char *name) {
    static char own[L_ctermid];
    return strcpy(name ? name : own, "/dev/tty");
}

char *getlogin() { return getenv("LOGNAME"); }

int getlogin_r(char *name, size_t size) {
    const char *login = getlogin();
    if (!login)
        return ENXIO;
    return strlcpy(name, login, size) >= size ? ERANGE : 0;
}

char *getpass(const char *prompt) {
    static char password[128];
    int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return nullptr;
    termios before, silent;
    bool terminal = tcgetattr(fd, &before) == 0;
    if (terminal) {
        silent = before;
        silent.c_lflag = (silent.c_lflag & ~static_cast<tcflag_t>(ECHO)) | ICANON | ISIG;
        tcsetattr(fd, TCSAFLUSH, &silent);
    }
    dprintf(fd, "%s", prompt);
    ssize_t length = read(fd, password, sizeof password - 1);
    if (terminal)
        tcsetattr(fd, TCSAFLUSH, &before);
    dprintf(fd, "\n");
    close(fd);
    if (length < 0)
        return nullptr;
    password[length] = 0;
    password[strcspn(password, "\n")] = 0;
    return password;
}
}
