#pragma once
#include <sys/ioctl.h>
#include <termios.h>
