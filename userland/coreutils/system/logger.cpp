// logger (POSIX.1-2017, with util-linux's -t, -p, -i, -s, -f): puts messages into the system log by /dev/log.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"

#include <algorithm>
#include <array>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'f', "file", "FILE", "log the lines of FILE"},
    {'i', nullptr, nullptr, "log the process number"},
    {'p', "priority", "PRIORITY", "FACILITY.LEVEL or LEVEL (user.notice)"},
    {'s', "stderr", nullptr, "write the message to standard error too"},
    {'t', "tag", "TAG", "mark lines with TAG (your name)"},
};
constexpr size_t kLongestText = 1024;

struct Named {
    std::string_view name;
    int value;
};
constexpr std::array<Named, 12> kLevels = {{{"emerg", 0},
                                            {"panic", 0},
                                            {"alert", 1},
                                            {"crit", 2},
                                            {"err", 3},
                                            {"error", 3},
                                            {"warning", 4},
                                            {"warn", 4},
                                            {"notice", 5},
                                            {"info", 6},
                                            {"debug", 7},
                                            {"", 5}}};
constexpr std::array<std::string_view, 12> kFacilities = {
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp"};

int parse_facility(std::string_view name) {
    if (name == "security") return LOG_AUTH;
    if (name.size() == 6 && name.starts_with("local") && name[5] >= '0' && name[5] <= '7')
        return LOG_LOCAL0 + (name[5] - '0') * 8;
    auto found = std::find(kFacilities.begin(), kFacilities.end(), name);
    if (found == kFacilities.end()) die(1, "unknown facility name: %s", std::string(name).c_str());
    auto facility = static_cast<int>(found - kFacilities.begin()) * 8;
    return facility == LOG_KERN ? LOG_USER : facility; // the kernel's own is not for programs
}

int parse_priority(std::string_view text) {
    size_t dot = text.find('.');
    std::string_view level = dot == text.npos ? text : text.substr(dot + 1);
    for (const Named& each : kLevels)
        if (each.name == level && !level.empty())
            return each.value | (dot == text.npos ? LOG_USER : parse_facility(text.substr(0, dot)));
    die(1, "unknown priority name: %s", std::string(level).c_str());
}

class Log {
public:
    Log(std::string tag, int priority, bool echo) : tag_(std::move(tag)), priority_(priority), echo_(echo) {
        socket_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        sockaddr_un address = {AF_UNIX, "/dev/log"};
        if (socket_ < 0 || connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
            die_errno(1, "/dev/log");
    }

    /// One message, a long one in pieces.
    void write(std::string_view text) {
        do {
            std::string_view piece = text.substr(0, kLongestText);
            text.remove_prefix(piece.size());
            time_t now = time(nullptr);
            tm broken;
            char date[32];
            localtime_r(&now, &broken);
            strftime(date, sizeof date, "%b %e %H:%M:%S ", &broken);
            std::string line = tag_ + ": " + std::string(piece);
            std::string message = "<" + std::to_string(priority_) + ">" + date + line;
            if (send(socket_, message.data(), message.size(), MSG_NOSIGNAL) < 0) die_errno(1, "/dev/log");
            line += '\n';
            if (echo_ && ::write(STDERR_FILENO, line.data(), line.size()) < 0) die_errno(1, "standard error");
        } while (!text.empty());
    }

private:
    std::string tag_;
    int priority_, socket_;
    bool echo_;
};

int run(Arguments& arguments) {
    const char *file = nullptr, *name = getlogin();
    std::string tag = name ? name : "root";
    int priority = LOG_USER | LOG_NOTICE;
    bool number = false, echo = false;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'f':
            file = arguments.value();
            break;
        case 'i':
            number = true;
            break;
        case 'p':
            priority = parse_priority(arguments.value());
            break;
        case 's':
            echo = true;
            break;
        case 't':
            tag = arguments.value();
            break;
        }
    }
    if (number) tag += "[" + std::to_string(getpid()) + "]";
    Log log(std::move(tag), priority, echo);
    auto operands = arguments.operands();
    if (!operands.empty()) {
        std::string text;
        for (char* word : operands) text.append(text.empty() ? "" : " ").append(word);
        log.write(text);
        return 0;
    }
    Input input;
    if (!input.open(file ? file : "-")) die_errno(1, file ? file : "standard input");
    while (auto line = input.next_line())
        if (!line->empty()) log.write(*line);
    return 0;
}

constexpr Tool kTool = {
    .name = "logger",
    .synopsis = "[OPTION]... [MESSAGE]...",
    .summary = "Put MESSAGE, or each line of the input, into the system log (/var/log/messages).",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
