#include "password.h"

#include <crypt.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/random.h>
#include <syslog.h>
#include <termios.h>
#include <unistd.h>

#include "messages.h"

namespace login {
namespace {

constexpr size_t kMaximumPasswordBytes = 256;
constexpr unsigned kPenaltySeconds = 2;
constexpr char kNobodysHash[] = "$6$nobody$"; // only for its time
constexpr size_t kSaltBytes = 16;

volatile sig_atomic_t g_signal;

void note_signal(int number) { g_signal = number; }

/// Silences the terminal; signals end the reading, so that the echo comes back in any case.
class SilentTerminal {
public:
    SilentTerminal() : is_terminal_(tcgetattr(STDIN_FILENO, &before_) == 0) {
        if (!is_terminal_) return;
        g_signal = 0;
        struct sigaction action = {};
        action.sa_handler = note_signal;
        for (size_t i = 0; i < kCount; ++i) sigaction(kSignals[i], &action, &old_[i]);
        termios silent = before_;
        silent.c_lflag =
            (silent.c_lflag & ~static_cast<tcflag_t>(ECHO | ECHOE | ECHOK | ECHONL)) | ICANON | ISIG;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    ~SilentTerminal() {
        if (!is_terminal_) return;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
        [[maybe_unused]] ssize_t written = write(STDERR_FILENO, "\n", 1);
        for (size_t i = 0; i < kCount; ++i) sigaction(kSignals[i], &old_[i], nullptr);
        if (g_signal != 0) raise(g_signal);
    }
    bool is_terminal() const { return is_terminal_; }

private:
    static constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGTSTP};
    static constexpr size_t kCount = sizeof kSignals / sizeof kSignals[0];
    termios before_;
    bool is_terminal_;
    struct sigaction old_[kCount];
};

} // namespace

std::optional<std::string> ask_password(const char* prompt) {
    SilentTerminal terminal;
    if (terminal.is_terminal()) {
        [[maybe_unused]] ssize_t written = write(STDERR_FILENO, prompt, strlen(prompt));
    }
    std::string text;
    text.reserve(kMaximumPasswordBytes);
    char each;
    while (true) {
        ssize_t size = read(STDIN_FILENO, &each, 1); // no byte of the next line is taken
        if (size <= 0) {
            forget(text);
            return std::nullopt;
        }
        if (each == '\n') return text;
        if (text.size() < kMaximumPasswordBytes) text += each;
    }
}

bool is_password(const Account* account, const std::string& password) {
    const char* hash = account != nullptr ? account->hash.c_str() : kNobodysHash;
    const char* made = crypt(password.c_str(), is_locked(hash) ? kNobodysHash : hash);
    return account != nullptr && made != nullptr && made[0] != '*' && account->hash == made;
}

bool authenticate(const Account* account, const char* name, const char* what) {
    if (account != nullptr && account->hash.empty()) return !account->expired;
    std::optional<std::string> password = ask_password("Password: ");
    if (!password) return false;
    bool right = is_password(account, *password);
    forget(*password);
    if (right && account->expired) complain("the account %s has expired", name);
    if (right) return !account->expired;
    syslog(LOG_AUTHPRIV | LOG_NOTICE, "%s %s", what, name);
    sleep(kPenaltySeconds);
    return false;
}

std::string hash_of(const std::string& password) {
    constexpr char kDigits[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    unsigned char random[kSaltBytes];
    if (getrandom(random, sizeof random, 0) != sizeof random) die("no random numbers: %s", strerror(errno));
    std::string setting = "$6$";
    for (unsigned char each : random) setting += kDigits[each % 64];
    const char* hash = crypt(password.c_str(), setting.c_str());
    if (hash == nullptr || hash[0] == '*') die("this password cannot be stored");
    return hash;
}

void forget(std::string& password) {
    explicit_bzero(password.data(), password.size());
    password.clear();
}

} // namespace login
