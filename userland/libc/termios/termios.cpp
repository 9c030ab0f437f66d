// Terminals (POSIX.1-2017 <termios.h>, ioctl_tty(2)). The kernel's structure has 19 control characters and no
// speeds of its own: the speed is in c_cflag.
#include "sysdep/syscall.hpp"

#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

namespace {

constexpr int kKernelControlCharacters = 19;

struct KernelTermios {
    tcflag_t input, output, control, local;
    cc_t line;
    cc_t characters[kKernelControlCharacters];
};

} // namespace

extern "C" {

int tcgetattr(int fd, termios *settings) {
    KernelTermios kernel;
    if (ioctl(fd, TCGETS, &kernel) < 0)
        return -1;
    *settings = {};
    settings->c_iflag = kernel.input;
    settings->c_oflag = kernel.output;
    settings->c_cflag = kernel.control;
    settings->c_lflag = kernel.local;
    settings->c_line = kernel.line;
    memcpy(settings->c_cc, kernel.characters, sizeof kernel.characters);
    settings->c_ispeed = settings->c_ospeed = kernel.control & CBAUD;
    return 0;
}

int tcsetattr(int fd, int when, const termios *settings) {
    if (when < TCSANOW || when > TCSAFLUSH) {
        errno = EINVAL;
        return -1;
    }
    KernelTermios kernel = {settings->c_iflag, settings->c_oflag, settings->c_cflag, settings->c_lflag,
                            settings->c_line,  {}};
    memcpy(kernel.characters, settings->c_cc, sizeof kernel.characters);
    return ioctl(fd, TCSETS + static_cast<unsigned>(when), &kernel);
}

speed_t cfgetospeed(const termios *settings) { return settings->c_cflag & CBAUD; }
speed_t cfgetispeed(const termios *settings) { return settings->c_cflag & CBAUD; }

int cfsetospeed(termios *settings, speed_t speed) {
    if (speed & ~static_cast<speed_t>(CBAUD)) {
        errno = EINVAL;
        return -1;
    }
    settings->c_cflag = (settings->c_cflag & ~static_cast<tcflag_t>(CBAUD)) | speed;
    settings->c_ospeed = speed;
    return 0;
}

int cfsetispeed(termios *settings, speed_t speed) {
    settings->c_ispeed = speed;
    return speed == 0 ? 0 : cfsetospeed(settings, speed);
}

int cfsetspeed(termios *settings, speed_t speed) {
    return cfsetospeed(settings, speed) < 0 ? -1 : cfsetispeed(settings, speed);
}

void cfmakeraw(termios *settings) {
    settings->c_iflag &=
        ~static_cast<tcflag_t>(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
    settings->c_oflag &= ~static_cast<tcflag_t>(OPOST);
    settings->c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
    settings->c_cflag = (settings->c_cflag & ~static_cast<tcflag_t>(CSIZE | PARENB)) | CS8;
    settings->c_cc[VMIN] = 1;
    settings->c_cc[VTIME] = 0;
}

int tcsendbreak(int fd, int) { return ioctl(fd, TCSBRK, 0); }
int tcdrain(int fd) { return ioctl(fd, TCSBRK, 1); }
int tcflush(int fd, int queue) { return ioctl(fd, TCFLSH, queue); }
int tcflow(int fd, int action) { return ioctl(fd, TCXONC, action); }
int tcgetwinsize(int fd, winsize *size) { return ioctl(fd, TIOCGWINSZ, size); }
int tcsetwinsize(int fd, const winsize *size) { return ioctl(fd, TIOCSWINSZ, size); }

pid_t tcgetsid(int fd) {
    pid_t session;
    return ioctl(fd, TIOCGSID, &session) < 0 ? -1 : session;
}

pid_t tcgetpgrp(int fd) {
    pid_t group;
    return ioctl(fd, TIOCGPGRP, &group) < 0 ? -1 : group;
}

int tcsetpgrp(int fd, pid_t group) { return ioctl(fd, TIOCSPGRP, &group); }

int isatty(int fd) {
    KernelTermios kernel;
    long result = libc::call(SYS_ioctl, fd, TCGETS, &kernel);
    if (result == 0)
        return 1;
    errno = static_cast<int>(-result);
    return 0;
}
}
