#include "lib/console_device.h"

#include "framework/diagnostics.h"

#include <fcntl.h>
#include <linux/kd.h>
#include <linux/vt.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace coreutils {
namespace {

bool is_console(int fd) {
    char type;
    return ioctl(fd, KDGKBTYPE, &type) == 0;
}

} // namespace

int open_console(const char* device) {
    if (device) {
        int fd = open(device, O_RDWR | O_NOCTTY | O_CLOEXEC);
        if (fd < 0) die_errno(1, device);
        if (!is_console(fd)) die(1, "%s: not a console", device);
        return fd;
    }
    for (int fd = 0; fd <= 2; ++fd)
        if (is_console(fd)) return fd;
    for (const char* path : {"/dev/tty", "/dev/tty0", "/dev/console"}) {
        for (int mode : {O_RDWR, O_RDONLY, O_WRONLY}) {
            int fd = open(path, mode | O_NOCTTY | O_CLOEXEC);
            if (fd < 0) continue;
            if (is_console(fd)) return fd;
            close(fd);
        }
    }
    die(1, "cannot open a console");
}

unsigned parse_console_number(const char* text) {
    char* end;
    unsigned long number = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || number == 0 || number > MAX_NR_CONSOLES)
        die(1, "%s: not the number of a terminal", text);
    return static_cast<unsigned>(number);
}

} // namespace coreutils
