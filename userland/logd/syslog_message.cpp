#include "syslog_message.h"

#include <array>

namespace logd {
namespace {

constexpr size_t kDateBytes = 15;         // "Mmm dd hh:mm:ss"
constexpr unsigned kDefaultPriority = 13; // user.notice

constexpr std::array<std::string_view, 24> kFacilities = {
    "kern",   "user",   "mail",     "daemon", "auth",   "syslog", "lpr",    "news",
    "uucp",   "cron",   "authpriv", "ftp",    "ntp",    "audit",  "alert",  "clock",
    "local0", "local1", "local2",   "local3", "local4", "local5", "local6", "local7"};
constexpr std::array<std::string_view, 8> kSeverities = {"emerg",   "alert",  "crit", "err",
                                                         "warning", "notice", "info", "debug"};

bool is_digit(char each) { return each >= '0' && each <= '9'; }

/// Takes "<N>" off the message.
unsigned take_priority(std::string_view& message) {
    unsigned priority = 0;
    size_t at = 1;
    if (message.empty() || message[0] != '<') return kDefaultPriority;
    while (at < message.size() && at < 4 && is_digit(message[at]))
        priority = priority * 10 + static_cast<unsigned>(message[at++] - '0');
    if (at == 1 || at >= message.size() || message[at] != '>' || priority >= kFacilities.size() * 8)
        return kDefaultPriority;
    message.remove_prefix(at + 1);
    return priority;
}

bool starts_with_date(std::string_view message) {
    constexpr std::string_view kShape = "Aaa 00 00:00:00 ";
    if (message.size() < kShape.size()) return false;
    for (size_t at = 0; at < kShape.size(); ++at) {
        char each = message[at];
        bool fits = kShape[at] == 'A'   ? each >= 'A' && each <= 'Z'
                    : kShape[at] == 'a' ? each >= 'a' && each <= 'z'
                    : kShape[at] == '0' ? is_digit(each) || (at == 4 && each == ' ')
                                        : each == kShape[at];
        if (!fits) return false;
    }
    return true;
}

} // namespace

std::string syslog_line(std::string_view message, std::string_view date, std::string_view host) {
    unsigned priority = take_priority(message);
    if (starts_with_date(message)) {
        date = message.substr(0, kDateBytes);
        message.remove_prefix(kDateBytes + 1);
    }
    while (!message.empty() && (message.back() == '\n' || message.back() == '\0')) message.remove_suffix(1);
    std::string line;
    line.reserve(date.size() + host.size() + message.size() + 24);
    line.append(date).append(" ").append(host).append(" ");
    line.append(kFacilities[priority / 8]).append(".").append(kSeverities[priority % 8]).append(" ");
    for (char each : message) line += static_cast<unsigned char>(each) < ' ' || each == '\x7f' ? ' ' : each;
    return line;
}

} // namespace logd
