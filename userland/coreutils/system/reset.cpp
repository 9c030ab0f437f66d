// reset: a terminal that a program left in disorder becomes usable; resize: the system learns how large a terminal
// behind a serial line is (xterm's resize: it is asked where its last cell is).
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/write_all.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

namespace coreutils {
namespace {

int open_terminal(termios& modes) {
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (fd < 0 || tcgetattr(fd, &modes) != 0) die_errno(1, "/dev/tty");
    return fd;
}

int run_reset(Arguments& arguments) {
    while (arguments.next_option()) {}
    termios modes;
    int fd = open_terminal(modes);
    modes.c_iflag &= ~static_cast<tcflag_t>(IGNBRK | PARMRK | INPCK | ISTRIP | INLCR | IGNCR | IUCLC | IXANY | IXOFF);
    modes.c_iflag |= BRKINT | ICRNL | IXON | IMAXBEL;
    modes.c_oflag &= ~static_cast<tcflag_t>(OLCUC | OCRNL | ONOCR | ONLRET | OFILL | TABDLY);
    modes.c_oflag |= OPOST | ONLCR;
    modes.c_lflag &= ~static_cast<tcflag_t>(ECHONL | NOFLSH | TOSTOP | ECHOPRT);
    modes.c_lflag |= ISIG | ICANON | IEXTEN | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE;
    constexpr struct { int index; cc_t value; } kCharacters[] = {
        {VINTR, 3}, {VQUIT, 28}, {VERASE, 127}, {VKILL, 21}, {VEOF, 4}, {VSTART, 17}, {VSTOP, 19}, {VSUSP, 26},
        {VREPRINT, 18}, {VWERASE, 23}, {VLNEXT, 22}, {VDISCARD, 15}, {VMIN, 1}, {VTIME, 0}};
    for (auto each : kCharacters) modes.c_cc[each.index] = each.value;
    if (tcsetattr(fd, TCSADRAIN, &modes) != 0) die_errno(1, "/dev/tty");
    // A string that was begun ends; then RIS, and what it leaves alone elsewhere: character sets, pastes, the mouse.
    constexpr std::string_view kReset = "\030\033c\033(B\033)B\017\033[!p\033[?3;4;9;1000;1002;1003;1006;2004l\033[4l\033>";
    if (!write_all(fd, kReset)) die_errno(1, "/dev/tty");
    return 0;
}

// ESC [ row ; column R, or an empty text: nothing answers.
std::string ask_for_corner(int fd) {
    constexpr int kPatienceMs = 1000;
    std::string answer;
    if (!write_all(fd, "\0337\033[r\033[999;999H\033[6n\0338")) return answer;
    pollfd waiting = {fd, POLLIN, 0};
    while (!answer.ends_with('R') && answer.size() < 32 && poll(&waiting, 1, kPatienceMs) > 0) {
        char byte;
        if (read(fd, &byte, 1) != 1) break;
        answer.push_back(byte);
    }
    return answer;
}

int run_resize(Arguments& arguments) {
    while (arguments.next_option()) {}
    termios modes;
    int fd = open_terminal(modes);
    termios raw = modes;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    tcsetattr(fd, TCSAFLUSH, &raw);
    std::string answer = ask_for_corner(fd);
    tcsetattr(fd, TCSADRAIN, &modes);
    winsize size = {};
    size_t begin = answer.rfind('\033');
    if (begin == std::string::npos || sscanf(answer.c_str() + begin, "\033[%hu;%huR", &size.ws_row, &size.ws_col) != 2)
        die(1, "the terminal does not tell its size");
    if (ioctl(fd, TIOCSWINSZ, &size) != 0) die_errno(1, "/dev/tty");
    out.print("COLUMNS=%u; LINES=%u; export COLUMNS LINES;\n", size.ws_col, size.ws_row);
    return 0;
}

constexpr Tool kReset = {
    .name = "reset",
    .synopsis = "",
    .summary = "Make a terminal usable again that a program left in disorder.",
    .run = run_reset,
};
MARTLET_REGISTER_TOOL(kReset);

constexpr Tool kResize = {
    .name = "resize",
    .synopsis = "",
    .summary = "Ask the terminal for its size and tell the system.",
    .run = run_resize,
    .notes = "For terminals at serial lines, which do not tell when their window changes. `eval \"$(resize)\"` sets COLUMNS\n"
             "and LINES too.",
};
MARTLET_REGISTER_TOOL(kResize);

} // namespace
} // namespace coreutils
