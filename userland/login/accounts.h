// Users as /etc/passwd and /etc/shadow have them, and the one way to change a password.
#pragma once
#include <sys/types.h>

#include <optional>
#include <string>

namespace login {

/// What the fields of shadow(5) say of the password's age today.
struct PasswordAge {
    enum class State {
        Fine,
        MustChange, // its time is up, or root wants it changed
        TooOld,     // and the days after that are over too: nobody gets in with it
    };
    State state = State::Fine;
    long days_left = -1;       // to be warned of; -1: nothing to say
    long days_until_change = 0; // before then its owner may not change it again
};

struct Account {
    std::string name, home, shell, hash; // an empty hash: no password is asked for
    uid_t user_id = 0;
    gid_t group_id = 0;
    bool expired = false;
    PasswordAge age;
};

std::optional<Account> account_of(const char* name);
std::optional<Account> account_of(uid_t user_id);
/// The account's password as it is stored when `locked`: no input has this hash.
inline bool is_locked(const std::string& hash) { return hash.starts_with('!') || hash.starts_with('*'); }
bool is_listed_shell(const std::string& path); // in /etc/shells

/// Replaces the user's hash and the date of change in /etc/shadow: a new file under the lock, renamed over
/// the old one. False with errno.
bool store_hash(const std::string& name, const std::string& hash);

} // namespace login
