// login: begins a session of a user on this terminal. `-f USER` asks for no password; only root may say so.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>
#include <utmpx.h>

#include "messages.h"
#include "password.h"
#include "program.h"
#include "session.h"

namespace login {
namespace {

constexpr unsigned kTimeLimitSeconds = 60;

std::string ask_name() {
    char line[128];
    fputs("login: ", stdout);
    fflush(stdout);
    if (fgets(line, sizeof line, stdin) == nullptr) exit(1);
    line[strcspn(line, "\n")] = '\0';
    return line;
}

bool is_closed(const Account& account) {
    if (account.user_id == 0 || access("/etc/nologin", F_OK) != 0) return false;
    show_file("/etc/nologin");
    return true;
}

/// Of a password that was typed: it may have to be changed first (shadow(5)).
void check_age(const Account& account) {
    switch (account.age.state) {
    case PasswordAge::State::TooOld:
        die("the password is too old; root must set a new one");
    case PasswordAge::State::MustChange:
        puts("The password has to be changed now.");
        change_password(account, Rules::Strict);
        break;
    case PasswordAge::State::Fine:
        if (account.age.days_left >= 0) printf("The password has to be changed within %ld days.\n", account.age.days_left);
    }
}

[[noreturn]] void begin_session(const Account& account) {
    std::string terminal = terminal_name();
    record_session(USER_PROCESS, terminal, account.name);
    if (fchown(STDIN_FILENO, account.user_id, kTerminalGroup) == 0) fchmod(STDIN_FILENO, 0620);
    set_environment(account, Environment::Fresh);
    become(account);
    go_home(account);
    if (access(".hushlogin", F_OK) != 0) show_file("/etc/motd");
    run_shell(account.shell, "-" + account.shell.substr(account.shell.rfind('/') + 1), {});
}

} // namespace

int login_main(int count, char** arguments) {
    bool forced = count == 3 && strcmp(arguments[1], "-f") == 0;
    if (!forced && (count > 2 || (count == 2 && arguments[1][0] == '-'))) die("usage: login [-f] [USER]");
    if (forced && getuid() != 0) die("only root may use -f");
    if (!isatty(STDIN_FILENO)) die("the standard input is not a terminal");
    if (getuid() != 0 && getsid(0) != getpid())
        die("must be the first program of the session: type `exec login`");
    std::string name = forced ? arguments[2] : count == 2 ? arguments[1] : ask_name();
    std::optional<Account> account = account_of(name.c_str());
    if (forced && !account) die("no user %s", name.c_str());
    if (!forced) {
        alarm(kTimeLimitSeconds);
        openlog("login", LOG_PID, LOG_AUTHPRIV);
        if (!authenticate(account ? &*account : nullptr, name.c_str(), "failed login of"))
            die("login incorrect");
        alarm(0);
    }
    if (is_closed(*account)) return 1;
    if (!forced && !account->hash.empty()) check_age(*account);
    begin_session(*account);
}

} // namespace login
