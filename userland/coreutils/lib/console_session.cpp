#include "lib/console_session.h"

#include "framework/diagnostics.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace coreutils {

void become_on_console(const ConsoleProgram& program) {
    std::string path = "/dev/tty" + std::to_string(program.number);
    setsid();
    int fd = open(path.c_str(), O_RDWR);
    if (fd < 0) die_errno(5, path);
    ioctl(fd, TIOCSCTTY, 1); // another's terminal stays theirs
    for (int target = 0; target <= 2; ++target) dup2(fd, target);
    if (fd > 2) close(fd);
    const char* file = program.command[0];
    std::string name = file;
    if (program.is_login) {
        if (const char* home = getenv("HOME"); home && chdir(home) != 0) warn_errno(home);
        name = "-" + name.substr(name.rfind('/') + 1);
        program.command[0] = name.data();
    }
    execvp(file, program.command);
    die_errno(errno == ENOENT ? 127 : 126, file);
}

} // namespace coreutils
