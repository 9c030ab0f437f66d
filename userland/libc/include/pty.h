#pragma once
#include <sys/ioctl.h>
#include <termios.h>
__BEGIN_DECLS
int openpty(int *, int *, char *, const struct termios *, const struct winsize *);
int forkpty(int *, char *, const struct termios *, const struct winsize *);
int login_tty(int);
__END_DECLS
