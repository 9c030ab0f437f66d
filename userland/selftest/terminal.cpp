// Terminals: the controlling terminal and termios on the console this runs on, where there is one.
#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "selftest.h"

CASE(terminal, what_is_no_terminal_is_enotty) {
    int fd = open("/dev/null", O_RDWR);
    termios settings;
    CHECK_ERROR(tcgetattr(fd, &settings), ENOTTY);
    CHECK_EQUAL(isatty(fd), 0);
    CHECK_EQUAL(errno, ENOTTY);
    winsize size;
    CHECK_ERROR(ioctl(fd, TIOCGWINSZ, &size), ENOTTY);
}

CASE(terminal, settings_read_back) {
    int fd = open("/dev/tty", O_RDWR);
    if (fd < 0) {
        CHECK(errno == ENXIO || errno == ENOENT); // no controlling terminal: nothing to look at
        return;
    }
    termios before, after;
    CHECK_EQUAL(tcgetattr(fd, &before), 0);
    CHECK_EQUAL(isatty(fd), 1);
    winsize size;
    CHECK_EQUAL(ioctl(fd, TIOCGWINSZ, &size), 0);
    pid_t group = tcgetpgrp(fd);
    CHECK(group > 0);
    CHECK_EQUAL(before.c_cc[VINTR] == 3 || before.c_cc[VINTR] != 0, 1);
    after = before;
    CHECK_ERROR(tcsetattr(fd, 77, &after), EINVAL);
}

CASE(terminal, a_process_without_one_has_none) {
    int status = selftest::in_child([] {
        CHECK(setsid() > 0);
        CHECK_ERROR(open("/dev/tty", O_RDWR), ENXIO);
    });
    CHECK_EQUAL(status, 0);
}
