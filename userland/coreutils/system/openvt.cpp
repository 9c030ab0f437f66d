// openvt: runs a program on a virtual terminal.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/console_device.h"
#include "lib/spawn.h"

#include <linux/vt.h>
#include <sys/ioctl.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'c', "console", "NUMBER", "the terminal to use instead of the first free one"},
    {'f', "force", nullptr, "use the terminal even if somebody has it open"},
    {'l', "login", nullptr, "run the program as a login shell"},
    {'s', "switch", nullptr, "switch to the terminal"},
    {'w', "wait", nullptr, "wait for the program; with -s, switch back then"},
};

struct Wishes {
    unsigned number = 0;
    bool force = false, login = false, show = false, wait = false;
};

Wishes parse(Arguments& arguments) {
    Wishes wishes;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'c': wishes.number = parse_console_number(arguments.value()); break;
        case 'f': wishes.force = true; break;
        case 'l': wishes.login = true; break;
        case 's': wishes.show = true; break;
        case 'w': wishes.wait = true; break;
        }
    }
    return wishes;
}

void show(int console, unsigned number) {
    if (ioctl(console, VT_ACTIVATE, number) != 0 || ioctl(console, VT_WAITACTIVE, number) != 0)
        die_errno(1, "VT_ACTIVATE");
}

unsigned choose_number(int console, const Wishes& wishes, unsigned open_mask) {
    if (wishes.number != 0) {
        if (!wishes.force && wishes.number < 16 && (open_mask >> wishes.number & 1))
            die(1, "tty%u is in use", wishes.number);
        return wishes.number;
    }
    int free = -1;
    if (ioctl(console, VT_OPENQRY, &free) != 0) die_errno(1, "VT_OPENQRY");
    if (free < 0) die(1, "no terminal is free");
    return static_cast<unsigned>(free);
}

// Only in the child: becomes the program, with the terminal as its controlling terminal and its standard
// files.
[[noreturn]] void become(unsigned number, char** command, bool is_login) {
    std::string path = "/dev/tty" + std::to_string(number);
    setsid();
    int fd = open(path.c_str(), O_RDWR);
    if (fd < 0) die_errno(5, path);
    ioctl(fd, TIOCSCTTY, 1); // another's terminal stays theirs
    for (int target = 0; target <= 2; ++target) dup2(fd, target);
    if (fd > 2) close(fd);
    const char* file = command[0];
    std::string name = file;
    if (is_login) {
        if (const char* home = getenv("HOME"); home && chdir(home) != 0) warn_errno(home);
        name = "-" + name.substr(name.rfind('/') + 1);
        command[0] = name.data();
    }
    execvp(file, command);
    die_errno(errno == ENOENT ? 127 : 126, file);
}

int run(Arguments& arguments) {
    Wishes wishes = parse(arguments);
    static char shell[] = "/bin/sh", *shell_command[] = {shell, nullptr};
    char** command = arguments.operands().empty() ? shell_command : arguments.operand_vector();
    int console = open_console();
    vt_stat state;
    if (ioctl(console, VT_GETSTATE, &state) != 0) die_errno(1, "VT_GETSTATE");
    unsigned number = choose_number(console, wishes, state.v_state);
    pid_t child = fork_or_die();
    if (child == 0) become(number, command, wishes.login);
    if (wishes.show) show(console, number);
    if (!wishes.wait) return 0;
    int status = wait_for(child);
    if (wishes.show) {
        show(console, state.v_active);
        ioctl(console, VT_DISALLOCATE, number); // unless somebody uses it meanwhile
    }
    return exit_status_of(status);
}

constexpr Tool kTool = {
    .name = "openvt",
    .synopsis = "[OPTION]... [COMMAND [ARGUMENT]...]",
    .summary = "Run COMMAND, or a shell, on a virtual terminal.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
