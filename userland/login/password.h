// Asking for passwords and comparing them with what is stored.
#pragma once
#include <optional>
#include <string>

#include "accounts.h"

namespace login {

/// A line from the standard input, without echo if that is a terminal; nothing at its end. Without a terminal
/// there is no prompt.
std::optional<std::string> ask_password(const char* prompt);
/// Whether the password is the account's. Takes as long for an account that does not exist.
bool is_password(const Account* account, const std::string& password);
/// Asks for it where one is needed. A wrong one costs two seconds and is logged as "`what` USER".
bool authenticate(const Account* account, const char* name, const char* what);
/// Asks for a new password twice and stores its hash; `strict`: it must be no bad one. Ends the program otherwise.
enum class Rules { None, Strict };
void change_password(const Account& account, Rules rules);
/// A $6$ hash with a fresh salt.
std::string hash_of(const std::string& password);
void forget(std::string& password);

} // namespace login
