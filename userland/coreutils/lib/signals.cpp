#include "lib/signals.h"

#include "lib/numbers.h"

#include <signal.h>
#include <strings.h>

namespace coreutils {
namespace {

struct Name {
    const char* name;
    int number;
};

constexpr Name kNames[] = {
    {"EXIT", 0},       {"HUP", SIGHUP},       {"INT", SIGINT},   {"QUIT", SIGQUIT},   {"ILL", SIGILL},
    {"TRAP", SIGTRAP}, {"ABRT", SIGABRT},     {"BUS", SIGBUS},   {"FPE", SIGFPE},     {"KILL", SIGKILL},
    {"USR1", SIGUSR1}, {"SEGV", SIGSEGV},     {"USR2", SIGUSR2}, {"PIPE", SIGPIPE},   {"ALRM", SIGALRM},
    {"TERM", SIGTERM}, {"STKFLT", SIGSTKFLT}, {"CHLD", SIGCHLD}, {"CONT", SIGCONT},   {"STOP", SIGSTOP},
    {"TSTP", SIGTSTP}, {"TTIN", SIGTTIN},     {"TTOU", SIGTTOU}, {"URG", SIGURG},     {"XCPU", SIGXCPU},
    {"XFSZ", SIGXFSZ}, {"VTALRM", SIGVTALRM}, {"PROF", SIGPROF}, {"WINCH", SIGWINCH}, {"POLL", SIGPOLL},
    {"PWR", SIGPWR},   {"SYS", SIGSYS},       {"IOT", SIGABRT},  {"IO", SIGPOLL},     {"CLD", SIGCHLD},
};

bool equal_without_case(std::string_view left, std::string_view right) {
    return left.size() == right.size() && strncasecmp(left.data(), right.data(), left.size()) == 0;
}

} // namespace

int last_signal() { return SIGRTMAX; }

std::optional<int> parse_signal(std::string_view text) {
    if (auto number = parse_unsigned(text)) {
        if (*number > static_cast<uint64_t>(last_signal())) return std::nullopt;
        return static_cast<int>(*number);
    }
    if (text.size() > 3 && equal_without_case(text.substr(0, 3), "SIG")) text.remove_prefix(3);
    for (const Name& entry : kNames)
        if (equal_without_case(text, entry.name)) return entry.number;
    if (text.size() < 5) return std::nullopt;
    bool from_least = equal_without_case(text.substr(0, 5), "RTMIN");
    if (!from_least && !equal_without_case(text.substr(0, 5), "RTMAX")) return std::nullopt;
    int64_t offset = 0;
    if (text.size() > 5) {
        auto parsed = parse_signed(text.substr(5));
        if (!parsed || (text[5] != '+' && text[5] != '-')) return std::nullopt;
        offset = *parsed;
    }
    int64_t number = (from_least ? SIGRTMIN : SIGRTMAX) + offset;
    if (number < SIGRTMIN || number > SIGRTMAX) return std::nullopt;
    return static_cast<int>(number);
}

std::string signal_name(int number) {
    for (const Name& entry : kNames)
        if (entry.number == number) return entry.name;
    if (number >= SIGRTMIN && number <= SIGRTMAX) {
        int up = number - SIGRTMIN, down = SIGRTMAX - number;
        if (up == 0) return "RTMIN";
        if (down == 0) return "RTMAX";
        return up <= down ? "RTMIN+" + std::to_string(up) : "RTMAX-" + std::to_string(down);
    }
    return std::to_string(number);
}

} // namespace coreutils
