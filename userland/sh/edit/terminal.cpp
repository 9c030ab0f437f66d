#include "edit/terminal.hpp"

#include <cerrno>
#include <csignal>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace sh {

namespace {

// A lone Escape is told from a sequence by what follows within this time.
constexpr int kEscapeTimeoutMs = 100;
constexpr int kInterrupted = -2;
constexpr int kClosed = -1;

volatile sig_atomic_t resized = 0;
struct sigaction window_action_before;
struct sigaction child_action_before;

void on_resize(int) {
    resized = 1;
}

void on_child(int) {}

}  // namespace

bool Terminal::enter_raw_mode(Interrupts interrupts) {
    if (tcgetattr(STDIN_FILENO, &before_) != 0)
        return false;
    struct termios modes = before_;
    // Enter stays a newline, so that lines typed ahead are whole for the command that reads them.
    modes.c_iflag &= ~static_cast<tcflag_t>(INLCR | IGNCR | IXON | ISTRIP);
    modes.c_iflag |= ICRNL;
    modes.c_oflag &= ~static_cast<tcflag_t>(OPOST);
    modes.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG | IEXTEN);
    modes.c_cc[VMIN] = 1;
    modes.c_cc[VTIME] = 0;
    if (tcsetattr(STDIN_FILENO, TCSADRAIN, &modes) != 0)
        return false;
    raw_ = true;
    struct sigaction action{};
    action.sa_handler = on_resize;
    sigemptyset(&action.sa_mask);
    sigaction(SIGWINCH, &action, &window_action_before);
    catches_children_ = interrupts == Interrupts::window_and_children;
    if (catches_children_) {
        action.sa_handler = on_child;
        sigaction(SIGCHLD, &action, &child_action_before);
    }
    measure();
    return true;
}

void Terminal::leave_raw_mode() {
    if (!raw_)
        return;
    raw_ = false;
    sigaction(SIGWINCH, &window_action_before, nullptr);
    if (catches_children_)
        sigaction(SIGCHLD, &child_action_before, nullptr);
    tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
}

void Terminal::measure() {
    struct winsize size{};
    columns_ = 80;
    rows_ = 24;
    if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0) {
        if (size.ws_col > 1)
            columns_ = size.ws_col;
        if (size.ws_row > 1)
            rows_ = size.ws_row;
    }
}

bool Terminal::take_resize() {
    if (!resized)
        return false;
    resized = 0;
    measure();
    return true;
}

// One byte, so that what was typed ahead is left for the command. A timeout gives kInterrupted.
int Terminal::read_byte(int timeout_ms) {
    if (timeout_ms >= 0) {
        struct pollfd waiting = {STDIN_FILENO, POLLIN, 0};
        if (poll(&waiting, 1, timeout_ms) <= 0)
            return kInterrupted;
    }
    unsigned char byte;
    ssize_t count = read(STDIN_FILENO, &byte, 1);
    if (count == 1)
        return byte;
    return count < 0 && errno == EINTR ? kInterrupted : kClosed;
}

Key Terminal::read_escape() {
    int c = read_byte(kEscapeTimeoutMs);
    if (c < 0)
        return {KeyKind::escape};
    if (c == 0x7f || c == 0x08)
        return {KeyKind::meta_backspace};
    if (c != '[' && c != 'O')
        return {KeyKind::meta, static_cast<char>(c)};
    std::string parameters;
    int final = read_byte(kEscapeTimeoutMs);
    while (final >= 0x20 && final < 0x40 && parameters.size() < 32) {
        parameters += static_cast<char>(final);
        final = read_byte(kEscapeTimeoutMs);
    }
    // ";5" and ";3" are Ctrl and Alt.
    bool modified = parameters.ends_with(";5") || parameters.ends_with(";3");
    switch (final) {
    case 'A': return {KeyKind::up};
    case 'B': return {KeyKind::down};
    case 'C': return {modified ? KeyKind::word_right : KeyKind::right};
    case 'D': return {modified ? KeyKind::word_left : KeyKind::left};
    case 'H': return {KeyKind::home};
    case 'F': return {KeyKind::end};
    case '~':
        if (parameters == "1" || parameters == "7")
            return {KeyKind::home};
        if (parameters == "4" || parameters == "8")
            return {KeyKind::end};
        if (parameters == "3")
            return {KeyKind::remove};
        return {};
    default: return {};
    }
}

Key Terminal::read_key() {
    int c = read_byte(-1);
    if (c == kInterrupted)
        return {KeyKind::interrupted};
    if (c == kClosed)
        return {KeyKind::closed};
    switch (c) {
    case '\r':
    case '\n': return {KeyKind::enter};
    case '\t': return {KeyKind::tab};
    case 0x7f:
    case 0x08: return {KeyKind::backspace};
    case 0x1b: return read_escape();
    default: break;
    }
    if (c < 0x20)
        return {KeyKind::control, static_cast<char>(c == 0 ? '@' : c < 27 ? 'a' + c - 1 : '@' + c)};
    Key key{KeyKind::text, 0, std::string(1, static_cast<char>(c))};
    int more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc2 ? 1 : 0;
    while (more-- > 0) {
        int next = read_byte(kEscapeTimeoutMs);
        if (next < 0)
            break;
        key.bytes += static_cast<char>(next);
    }
    return key;
}

}  // namespace sh
