// Pseudo-terminals (POSIX.1-2017 posix_openpt; openpty(3), login_tty(3)).
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

extern "C" {

int posix_openpt(int flags) { return open("/dev/ptmx", flags); }
int getpt() { return posix_openpt(O_RDWR); }

int grantpt(int fd) { // the file system of the terminals has set the owner
    unsigned number;
    return ioctl(fd, TIOCGPTN, &number);
}

int unlockpt(int fd) {
    int locked = 0;
    return ioctl(fd, TIOCSPTLCK, &locked);
}

int ptsname_r(int fd, char *name, size_t size) {
    unsigned number;
    if (ioctl(fd, TIOCGPTN, &number) < 0)
        return errno;
    int length = snprintf(name, size, "/dev/pts/%u", number);
    return static_cast<size_t>(length) >= size ? ERANGE : 0;
}

char *ptsname(int fd) {
    static char name[32];
    int error = ptsname_r(fd, name, sizeof name);
    if (!error)
        return name;
    errno = error;
    return nullptr;
}

int openpty(int *master, int *slave, char *name, const termios *settings, const winsize *size) {
    int fd = posix_openpt(O_RDWR | O_NOCTTY);
    if (fd < 0)
        return -1;
    char path[32];
    int other = -1;
    if (unlockpt(fd) == 0 && ptsname_r(fd, path, sizeof path) == 0)
        other = open(path, O_RDWR | O_NOCTTY);
    if (other < 0) {
        int saved = errno;
        close(fd);
        errno = saved;
        return -1;
    }
    if (settings)
        tcsetattr(other, TCSANOW, settings);
    if (size)
        tcsetwinsize(other, size);
    if (name)
        snprintf(name, sizeof path, "%s", path);
    *master = fd;
    *slave = other;
    return 0;
}

int login_tty(int fd) {
    setsid();
    if (ioctl(fd, TIOCSCTTY, 0) < 0)
        return -1;
    for (int standard = 0; standard < 3; standard++)
        dup2(fd, standard);
    if (fd > 2)
        close(fd);
    return 0;
}

int forkpty(int *master, char *name, const termios *settings, const winsize *size) {
    int ours, theirs;
    if (openpty(&ours, &theirs, name, settings, size) < 0)
        return -1;
    pid_t pid = fork();
    if (pid < 0) {
        int saved = errno;
        close(ours);
        close(theirs);
        errno = saved;
        return -1;
    }
    if (pid == 0) {
        close(ours);
        if (login_tty(theirs) < 0)
            _exit(127);
        return 0;
    }
    close(theirs);
    *master = ours;
    return pid;
}
}
