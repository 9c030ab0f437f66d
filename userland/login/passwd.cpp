// passwd: changes a password. Users change their own; root anybody's, and locks, unlocks and removes them.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "messages.h"
#include "password.h"
#include "program.h"

namespace login {
namespace {

constexpr size_t kShortestPassword = 6; // for users; root may choose any
constexpr char kHelp[] = "usage: passwd [-d|-l|-u|-S] [USER]\n"
                         "Change the password of USER (you).\n\n"
                         "  -d, --delete  remove it: USER logs in without one\n"
                         "  -l, --lock    let no password be right\n"
                         "  -u, --unlock  undo -l\n"
                         "  -S, --status  print whether it is set (P), missing (NP) or locked (L)\n";

char parse_action(const char* word) {
    static constexpr struct {
        const char *brief, *full;
        char action;
    } kActions[] = {
        {"-d", "--delete", 'd'}, {"-l", "--lock", 'l'}, {"-u", "--unlock", 'u'}, {"-S", "--status", 'S'}};
    for (auto& each : kActions)
        if (strcmp(word, each.brief) == 0 || strcmp(word, each.full) == 0) return each.action;
    if (strcmp(word, "--help") == 0) {
        fputs(kHelp, stdout);
        exit(0);
    }
    die("unknown option %s (passwd --help tells them)", word);
}

std::string ask_new(const Account& account, Rules rules) {
    bool strict = rules == Rules::Strict;
    std::optional<std::string> password = ask_password("New password: ");
    if (!password || password->empty()) die("nothing is changed");
    if (strict && password->size() < kShortestPassword)
        die("too short: at least %zu characters", kShortestPassword);
    if (strict && *password == account.name) die("the same as the name");
    if (strict && is_password(&account, *password)) die("the same as before");
    std::optional<std::string> again = ask_password("Again: ");
    if (!again || *again != *password) die("they differ; nothing is changed");
    std::string hash = hash_of(*password);
    forget(*password);
    forget(*again);
    return hash;
}

std::string changed_hash(const Account& account, char action) {
    switch (action) {
    case 'd':
        return "";
    case 'l':
        return account.hash.starts_with('!') ? account.hash : "!" + account.hash;
    case 'u':
        if (account.hash == "!") die("%s has no password to unlock", account.name.c_str());
        return account.hash.starts_with('!') ? account.hash.substr(1) : account.hash;
    default:
        return ask_new(account, getuid() == 0 ? Rules::None : Rules::Strict);
    }
}

} // namespace

void change_password(const Account& account, Rules rules) {
    if (!store_hash(account.name, ask_new(account, rules))) die("/etc/shadow: %s", strerror(errno));
    syslog(LOG_AUTHPRIV | LOG_NOTICE, "password of %s changed", account.name.c_str());
}

int passwd_main(int count, char** arguments) {
    char action = '\0';
    int at = 1;
    for (; at < count && arguments[at][0] == '-'; ++at) action = parse_action(arguments[at]);
    if (count > at + 1) die("only one user at a time");
    std::optional<Account> account = at < count ? account_of(arguments[at]) : account_of(getuid());
    if (!account) die("there is no such user");
    if (getuid() != 0 && (account->user_id != getuid() || (action != '\0' && action != 'S')))
        die("only root may do that");
    if (action == 'S') {
        printf("%s %s\n", account->name.c_str(),
               is_locked(account->hash) ? "L"
               : account->hash.empty()  ? "NP"
                                        : "P");
        return 0;
    }
    openlog("passwd", LOG_PID, LOG_AUTHPRIV);
    if (getuid() != 0 && account->age.days_until_change > 0)
        die("it was changed a short time ago; the next change is allowed in %ld days", account->age.days_until_change);
    if (getuid() != 0 && !account->hash.empty()) {
        std::optional<std::string> current = ask_password("Current password: ");
        if (!current || !is_password(&*account, *current)) {
            sleep(2);
            die("wrong password; nothing is changed");
        }
        forget(*current);
    }
    if (!store_hash(account->name, changed_hash(*account, action))) die("/etc/shadow: %s", strerror(errno));
    syslog(LOG_AUTHPRIV | LOG_NOTICE, "password of %s changed", account->name.c_str());
    if (isatty(STDIN_FILENO)) printf("The password of %s is changed.\n", account->name.c_str());
    return 0;
}

} // namespace login
