// News in mailboxes, told before a prompt. POSIX.1-2017 sh: MAIL, MAILPATH, MAILCHECK.
#pragma once

#include <ctime>
#include <string>
#include <string_view>
#include <vector>

namespace sh {

class Shell;

class MailCheck {
public:
    explicit MailCheck(Shell& shell) : shell_(shell) {}

    // The messages that are due now.
    std::string news();

private:
    struct Box {
        std::string path;
        timespec changed{};
    };

    void look_at(std::string_view path, std::string_view message, std::string& text);

    Shell& shell_;
    std::vector<Box> boxes_;
    time_t checked_at_ = 0;
};

}  // namespace sh
