#include "lib/raw_terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>

namespace coreutils {
namespace {

RawTerminal* active = nullptr;
volatile sig_atomic_t end_signal = 0;

void on_signal(int number) {
    if (active) active->leave();
    signal(number, SIG_DFL);
    raise(number);
}
void on_resize(int) {} // only to end a wait
void on_end(int number) { end_signal = number; }

void put(int fd, const char* text) {
    ssize_t ignored = write(fd, text, strlen(text));
    static_cast<void>(ignored);
}

// What follows ESC [ or ESC O, up to its last letter.
int key_of(const char* sequence) {
    struct Sequence {
        const char* text;
        int key;
    };
    static constexpr Sequence kSequences[] = {
        {"A", kKeyUp},      {"B", kKeyDown},    {"C", kKeyRight},   {"D", kKeyLeft},      {"H", kKeyHome},
        {"F", kKeyEnd},     {"1~", kKeyHome},   {"7~", kKeyHome},   {"4~", kKeyEnd},      {"8~", kKeyEnd},
        {"2~", kKeyInsert}, {"3~", kKeyDelete}, {"5~", kKeyPageUp}, {"6~", kKeyPageDown},
    };
    for (const Sequence& each : kSequences)
        if (strcmp(each.text, sequence) == 0) return each.key;
    return kKeyNone;
}

} // namespace

RawTerminal::RawTerminal(Screen screen) : alternate_(screen == Screen::alternate) {
    if (screen == Screen::none) return;
    fd_ = open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (fd_ < 0 || tcgetattr(fd_, &saved_) != 0) return;
    usable_ = true;
    active = this;
    for (int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) signal(number, on_signal);
    struct sigaction action = {};
    action.sa_handler = on_resize;
    sigaction(SIGWINCH, &action, nullptr);
    enter();
}

RawTerminal::~RawTerminal() {
    leave();
    active = nullptr;
    if (fd_ >= 0) close(fd_);
}

void RawTerminal::handle_everything() {
    signal_keys_ = false;
    struct sigaction action = {};
    action.sa_handler = on_end;
    for (int number : {SIGHUP, SIGTERM}) sigaction(number, &action, nullptr);
    enter();
}

int RawTerminal::ended_by() const { return end_signal; }

void RawTerminal::enter() {
    if (!usable_) return;
    termios raw = saved_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | (signal_keys_ ? 0 : ISIG));
    raw.c_iflag &= ~static_cast<tcflag_t>(ICRNL | IXON);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    tcsetattr(fd_, TCSADRAIN, &raw);
    if (alternate_) put(fd_, "\033[?1049h\033[H\033[2J");
}

void RawTerminal::leave() {
    if (!usable_) return;
    if (alternate_) put(fd_, "\033[?1049l");
    tcsetattr(fd_, TCSADRAIN, &saved_);
}

void RawTerminal::size(size_t& rows, size_t& columns) const {
    winsize window = {};
    bool known = fd_ >= 0 && ioctl(fd_, TIOCGWINSZ, &window) == 0 && window.ws_row > 0 && window.ws_col > 0;
    rows = known ? window.ws_row : 24;
    columns = known ? window.ws_col : 80;
}

bool RawTerminal::is_waiting() const {
    pollfd waiting = {fd_, POLLIN, 0};
    return unread_ >= 0 || poll(&waiting, 1, 0) > 0;
}

int RawTerminal::byte(int timeout_ms) {
    if (unread_ >= 0) return std::exchange(unread_, -1);
    pollfd waiting = {fd_, POLLIN, 0};
    if (poll(&waiting, 1, timeout_ms) <= 0) return -1;
    unsigned char value;
    ssize_t count = read(fd_, &value, 1);
    if (count == 0 || (count < 0 && errno == EIO)) end_signal = SIGHUP; // hung up
    return count == 1 ? value : -1;
}

int RawTerminal::key(int timeout_ms) {
    constexpr int kSequenceMs = 50; // the rest of a sequence comes at once
    int first = byte(timeout_ms);
    if (first < 0x80 && first != 0x1b) return first;
    if (first == 0x1b) {
        int second = byte(kSequenceMs);
        if (second != '[' && second != 'O') {
            unread_ = second;
            return 0x1b;
        }
        char sequence[8] = {};
        for (size_t length = 0; length + 1 < sizeof(sequence);) {
            int next = byte(kSequenceMs);
            if (next < 0) return 0x1b;
            sequence[length++] = static_cast<char>(next);
            if (next >= '@' && next <= '~') return key_of(sequence);
        }
        return kKeyNone;
    }
    int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
    int value = first & (0x3f >> more);
    for (; more > 0; --more) {
        int next = byte(kSequenceMs);
        if (next < 0) return kKeyNone;
        value = value << 6 | (next & 0x3f);
    }
    return value;
}

} // namespace coreutils
