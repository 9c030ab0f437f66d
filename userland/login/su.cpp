// su: runs a shell, or one command, as another user.
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>
#include <unistd.h>

#include "messages.h"
#include "password.h"
#include "program.h"
#include "session.h"

namespace login {
namespace {

constexpr char kHelp[] = "usage: su [-|-l] [-m] [-c COMMAND] [-s SHELL] [USER [ARGUMENT...]]\n"
                         "Run a shell as USER (root).\n\n"
                         "  -, -l, --login         a login shell: a fresh environment, in the user's home\n"
                         "  -c, --command=COMMAND  run one command instead of an interactive shell\n"
                         "  -m, -p, --preserve-environment\n"
                         "                         leave HOME, SHELL, USER and LOGNAME as they are\n"
                         "  -s, --shell=SHELL      run SHELL, if the user's own is one of /etc/shells\n";

struct Request {
    bool login = false, keep_environment = false;
    std::string user = "root", shell;
    std::vector<std::string> arguments; // of the shell
};

/// Options may stand anywhere up to `--`; the first other word is the user, the rest belongs to the shell.
Request parse(int count, char** arguments) {
    Request request;
    std::vector<std::string> words;
    int at = 1;
    for (; at < count; ++at) {
        std::string word = arguments[at];
        auto value = [&](std::string_view long_name) -> std::string {
            if (word.starts_with(std::string(long_name) + "=")) return word.substr(long_name.size() + 1);
            if (!word.starts_with("--") && word.size() > 2) return word.substr(2);
            if (++at == count) die("option %s needs a value", word.c_str());
            return arguments[at];
        };
        if (word == "--") break;
        if (word[0] != '-')
            words.push_back(word);
        else if (word == "-" || word == "-l" || word == "--login")
            request.login = true;
        else if (word == "-m" || word == "-p" || word == "--preserve-environment")
            request.keep_environment = true;
        else if (word.starts_with("-c") || word.starts_with("--command"))
            request.arguments = {"-c", value("--command")};
        else if (word.starts_with("-s") || word.starts_with("--shell"))
            request.shell = value("--shell");
        else if (word == "--help") {
            fputs(kHelp, stdout);
            exit(0);
        } else
            die("unknown option %s (su --help tells them)", word.c_str());
    }
    for (++at; at < count; ++at) words.push_back(arguments[at]);
    if (!words.empty()) {
        request.user = words[0];
        request.arguments.insert(request.arguments.end(), words.begin() + 1, words.end());
    }
    return request;
}

void check_rights(const std::optional<Account>& account, const Request& request) {
    std::optional<Account> caller = account_of(getuid());
    std::string from = (caller ? caller->name : std::to_string(getuid())) + " on " + terminal_name();
    openlog("su", LOG_PID, LOG_AUTHPRIV);
    std::string failure = "failed su of " + from + " to";
    if (getuid() != 0 && !authenticate(account ? &*account : nullptr, request.user.c_str(), failure.c_str()))
        die("authentication failed");
    if (!account) die("there is no user %s", request.user.c_str());
    syslog(LOG_AUTHPRIV | LOG_NOTICE, "%s to %s", from.c_str(), request.user.c_str());
    closelog();
}

} // namespace

int su_main(int count, char** arguments) {
    Request request = parse(count, arguments);
    std::optional<Account> account = account_of(request.user.c_str());
    check_rights(account, request);
    // A shell that is not listed restricts its user: only root may choose another for it.
    if (!request.shell.empty() && getuid() != 0 && !is_listed_shell(account->shell)) {
        complain("using the restricted shell %s", account->shell.c_str());
        request.shell.clear();
    }
    if (!request.shell.empty()) account->shell = request.shell;
    if (!request.keep_environment || request.login)
        set_environment(*account, request.login ? Environment::Fresh : Environment::Kept);
    become(*account);
    if (request.login) go_home(*account);
    std::string name = account->shell.substr(account->shell.rfind('/') + 1);
    run_shell(account->shell, (request.login ? "-" : "") + name, request.arguments);
}

} // namespace login
