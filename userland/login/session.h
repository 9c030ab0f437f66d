// Becoming a user and running the shell.
#pragma once
#include <string>
#include <vector>

#include "accounts.h"

namespace login {

inline constexpr gid_t kTerminalGroup = 5; // tty, whose members may write to terminals

enum class Environment { Fresh, Kept };

/// What a login shell starts with: HOME, SHELL, USER, LOGNAME and PATH; Fresh keeps only TERM of what was
/// there.
void set_environment(const Account& account, Environment environment);
/// Groups, group and user, for good. Ends the program if that fails.
void become(const Account& account);
/// Goes home, or to / if there is no home.
void go_home(const Account& account);
/// Runs `shell` with the arguments; `name` is its argv[0]. Does not come back: 126 or 127 as the shell does.
[[noreturn]] void run_shell(const std::string& shell, const std::string& name,
                            const std::vector<std::string>& arguments);
/// The name of the standard input's terminal without /dev/, or empty.
std::string terminal_name();
/// Writes utmp(5) and wtmp: LOGIN_PROCESS while a name is asked for, USER_PROCESS when the user is in.
void record_session(short type, const std::string& terminal, const std::string& user);
void show_file(const char* path);

} // namespace login
