// Home directories; POSIX.1-2017 2.6.1.
#include <pwd.h>

#include "expand/expander.hpp"
#include "shell.hpp"

namespace sh {

bool home_directory(Shell& shell, std::string_view user, std::string& path) {
    if (user.empty()) {
        if (const std::string* home = shell.variables.home->get()) {
            path = *home;
            return true;
        }
        return false;
    }
    const struct passwd* entry = getpwnam(std::string(user).c_str());
    if (!entry)
        return false;
    path = entry->pw_dir;
    return true;
}

}  // namespace sh
