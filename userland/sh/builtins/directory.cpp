// cd and pwd; POSIX.1-2017 cd, with its steps for logical paths.
#include <cerrno>
#include <climits>
#include <cstring>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "builtins/builtin.hpp"
#include "directory.hpp"
#include "shell.hpp"

namespace sh {

std::string physical_directory() {
    std::string path(256, '\0');
    while (!getcwd(path.data(), path.size())) {
        if (errno != ERANGE || path.size() > 1 << 20)
            return {};
        path.resize(path.size() * 2);
    }
    path.resize(strlen(path.c_str()));
    return path;
}

bool names_current_directory(const std::string& path) {
    struct stat named, here;
    return path.starts_with('/') && stat(path.c_str(), &named) == 0 && stat(".", &here) == 0 &&
           named.st_dev == here.st_dev && named.st_ino == here.st_ino;
}

namespace {

// Removes `.` and resolves `..` by text; step 8 of cd. False when a component before `..` does not exist.
bool canonical(const std::string& path, std::string& result) {
    std::vector<std::string_view> components;
    std::string_view rest = path;
    auto join = [&] {
        result.clear();
        for (std::string_view component : components) {
            result += '/';
            result += component;
        }
        if (result.empty())
            result = "/";
    };
    while (!rest.empty()) {
        size_t slash = rest.find('/');
        std::string_view component = rest.substr(0, slash);
        rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
        if (component.empty() || component == ".")
            continue;
        if (component != "..") {
            components.push_back(component);
            continue;
        }
        if (components.empty())
            continue;
        join();
        struct stat status;
        if (stat(result.c_str(), &status) != 0)
            return false;
        if (!S_ISDIR(status.st_mode)) {
            errno = ENOTDIR;
            return false;
        }
        components.pop_back();
    }
    join();
    return true;
}

bool change_logical(Shell& shell, const std::string& directory, std::string& now) {
    std::string path = directory;
    if (!path.starts_with('/')) {
        const std::string* pwd = shell.variables.get("PWD");
        std::string base = pwd && names_current_directory(*pwd) ? *pwd : physical_directory();
        path = base + "/" + directory;
    }
    if (!canonical(path, now))
        return false;
    if (chdir(now.c_str()) == 0)
        return true;
    // A path too long for one call may still be reachable relatively.
    return errno == ENAMETOOLONG && chdir(directory.c_str()) == 0;
}

bool change(Shell& shell, const std::string& directory, bool physical, std::string& now) {
    if (!physical)
        return change_logical(shell, directory, now);
    if (chdir(directory.c_str()) != 0)
        return false;
    now = physical_directory();
    return true;
}

}  // namespace

int run_cd(Shell& shell, Arguments arguments) {
    OptionScanner options(shell, arguments, "LPe");
    bool physical = false;
    while (char letter = options.next()) {
        if (letter == '?')
            return kStatusError;
        if (letter != 'e')
            physical = letter == 'P';
    }
    int first = options.operands();
    if (arguments.count > first + 1)
        return usage_error(shell, arguments, "too many arguments");
    std::string directory;
    bool announce = false;
    if (first >= arguments.count) {
        const std::string* home = shell.variables.home->get();
        if (!home || home->empty())
            return usage_error(shell, arguments, "HOME not set");
        directory = *home;
    } else if (arguments[first] == "-") {
        const std::string* old = shell.variables.get("OLDPWD");
        if (!old)
            return usage_error(shell, arguments, "OLDPWD not set");
        directory = *old;
        announce = true;
    } else {
        directory = arguments[first];
    }
    if (directory.empty())
        directory = ".";

    std::string now;
    bool changed = false;
    bool relative = directory[0] != '/' && directory != "." && directory != ".." && !directory.starts_with("./") &&
                    !directory.starts_with("../");
    const std::string* search = relative ? shell.variables.get("CDPATH") : nullptr;
    if (search) {
        std::string list = *search;
        std::string_view rest = list;
        for (bool more = true; more && !changed;) {
            size_t colon = rest.find(':');
            std::string prefix(rest.substr(0, colon));
            more = colon != std::string_view::npos;
            if (more)
                rest.remove_prefix(colon + 1);
            std::string candidate = prefix.empty() ? directory : prefix + "/" + directory;
            struct stat status;
            if (stat(candidate.c_str(), &status) != 0 || !S_ISDIR(status.st_mode))
                continue;
            changed = change(shell, candidate, physical, now);
            announce |= changed && !prefix.empty();
        }
    }
    if (!changed && !change(shell, directory, physical, now)) {
        shell.complain({"cd: can't cd to ", directory, ": ", strerror(errno)});
        return kStatusError;
    }
    const std::string* pwd = shell.variables.get("PWD");
    std::string old = pwd ? *pwd : std::string();
    bool assigned = shell.assign("OLDPWD", old);
    assigned = shell.assign("PWD", now) && assigned;
    if (announce)
        shell.out.put(now + "\n");
    return assigned ? 0 : 1;
}

int run_pwd(Shell& shell, Arguments arguments) {
    OptionScanner options(shell, arguments, "LP");
    bool physical = false;
    while (char letter = options.next()) {
        if (letter == '?')
            return kStatusError;
        physical = letter == 'P';
    }
    const std::string* pwd = shell.variables.get("PWD");
    std::string path = !physical && pwd && names_current_directory(*pwd) ? *pwd : physical_directory();
    if (path.empty()) {
        shell.complain({"pwd: ", strerror(errno)});
        return 1;
    }
    shell.out.put(path + "\n");
    return 0;
}

}  // namespace sh
