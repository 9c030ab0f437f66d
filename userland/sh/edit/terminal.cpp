#include "edit/terminal.hpp"

#include <cerrno>
#include <csignal>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "state/traps.hpp"

namespace sh {

namespace {

// A lone Escape is told from a sequence by what follows within this time.
constexpr int kEscapeTimeoutMs = 100;
constexpr int kPasteTimeoutMs = 1000;
constexpr int kInterrupted = -2;
constexpr int kClosed = -1;

constexpr std::string_view kPasteEnd = "\033[201~";

volatile sig_atomic_t resized = 0;
volatile sig_atomic_t children_changed = 0;
struct sigaction window_action_before;
struct sigaction child_action_before;

void on_resize(int) {
    resized = 1;
}

void on_child(int) {
    children_changed = 1;
}

}  // namespace

// Only the interrupt key sends its signal, so that one typed before a command starts is not lost; the others are
// keys as all.
bool Terminal::enter_raw_mode(Interrupts interrupts) {
    if (tcgetattr(STDIN_FILENO, &before_) != 0)
        return false;
    struct termios modes = before_;
    // Enter stays a newline, so that lines typed ahead are whole for the command that reads them.
    modes.c_iflag &= ~static_cast<tcflag_t>(INLCR | IGNCR | IXON | ISTRIP);
    modes.c_iflag |= ICRNL;
    modes.c_oflag &= ~static_cast<tcflag_t>(OPOST);
    modes.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | IEXTEN);
    modes.c_cc[VQUIT] = modes.c_cc[VSUSP] = _POSIX_VDISABLE;
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

// One byte, so that what was typed ahead is left for the command. A timeout gives kInterrupted, and so does, without a
// timeout, a signal, also one that came just before: it is looked for and waited for with all of them blocked. Inside
// a key's sequence they wait.
int Terminal::read_byte(int timeout_ms) {
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    struct pollfd waiting = {STDIN_FILENO, POLLIN, 0};
    struct timespec time = {timeout_ms / 1000, timeout_ms % 1000 * 1'000'000L};
    bool waits = timeout_ms < 0;
    bool came = waits && (Traps::interrupted() || Traps::any_pending() || resized || children_changed);
    int ready = came ? 0 : ppoll(&waiting, 1, waits ? nullptr : &time, waits ? &before : &all);
    if (waits)
        children_changed = 0;
    sigprocmask(SIG_SETMASK, &before, nullptr);
    if (ready <= 0)
        return kInterrupted;
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
        if (parameters == "200")
            return read_paste();
        return {};
    default: return {};
    }
}

// Everything up to the closing bracket, or until nothing comes any more. An interrupt gives it up.
Key Terminal::read_paste() {
    Key key{KeyKind::paste};
    while (!key.bytes.ends_with(kPasteEnd)) {
        int c = read_byte(kPasteTimeoutMs);
        if (Traps::take_interrupt())
            return {KeyKind::control, 'c'};
        if (c < 0)
            return key;
        key.bytes += static_cast<char>(c);
    }
    key.bytes.resize(key.bytes.size() - kPasteEnd.size());
    return key;
}

void Terminal::set_keyboard_signals(bool on) {
    struct termios modes;
    if (tcgetattr(STDIN_FILENO, &modes) != 0)
        return;
    modes.c_lflag &= ~static_cast<tcflag_t>(ISIG);
    if (on)
        modes.c_lflag |= before_.c_lflag & ISIG;
    tcsetattr(STDIN_FILENO, TCSANOW, &modes);
}

void Terminal::read_rest_of_character(Key& key, int first) {
    key.bytes.assign(1, static_cast<char>(first));
    int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc2 ? 1 : 0;
    while (more-- > 0) {
        int next = read_byte(kEscapeTimeoutMs);
        if (next < 0)
            break;
        key.bytes += static_cast<char>(next);
    }
}

Key Terminal::read_literal_key() {
    set_keyboard_signals(false);
    int c = read_byte(-1);
    Key key{c == kClosed ? KeyKind::closed : c == kInterrupted ? KeyKind::interrupted : KeyKind::text};
    if (c >= 0)
        read_rest_of_character(key, c);
    set_keyboard_signals(true);
    return key;
}

Key Terminal::read_key() {
    int c = read_byte(-1);
    if (c == kInterrupted)
        return Traps::take_interrupt() ? Key{KeyKind::control, 'c'} : Key{KeyKind::interrupted};
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
    Key key{KeyKind::text};
    read_rest_of_character(key, c);
    return key;
}

}  // namespace sh
