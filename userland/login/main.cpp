// getty, login, su and passwd. Anybody may start this program with root's rights: who it is, is asked of
// argv[0], and no program does more for a name that was made up than it does for its own.
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "messages.h"
#include "program.h"

namespace {

struct Program {
    const char* name;
    int (*run)(int, char**);
};

constexpr Program kPrograms[] = {
    {"login", login::login_main},
    {"getty", login::getty_main},
    {"su", login::su_main},
    {"passwd", login::passwd_main},
};

/// A closed standard stream must not become the next file that is opened.
void open_standard_streams() {
    int fd;
    do fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= 2);
    if (fd >= 0) close(fd);
}

} // namespace

int main(int count, char** arguments) {
    open_standard_streams();
    umask(022);
    const char* name = count > 0 ? strrchr(arguments[0], '/') : nullptr;
    name = name != nullptr ? name + 1 : count > 0 ? arguments[0] : "";
    if (*name == '-') ++name;
    for (const Program& program : kPrograms) {
        if (strcmp(program.name, name) != 0) continue;
        login::set_program_name(program.name);
        if (geteuid() != 0) login::die("must be installed set-user-ID root");
        return program.run(count, arguments);
    }
    login::die("must be called login, getty, su or passwd");
}
