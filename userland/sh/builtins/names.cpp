// Utilities about command names: alias unalias hash type command
#include <cerrno>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.hpp"
#include "builtins/builtin.hpp"
#include "shell.hpp"
#include "syntax/keywords.hpp"

namespace sh {

namespace {

constexpr std::string_view kStandardPath = "/usr/sbin:/usr/bin:/sbin:/bin";

enum class Detail : uint8_t { brief, verbose };

std::string_view path_of(Shell& shell) {
    const std::string* path = shell.variables.path->get();
    return path ? std::string_view(*path) : std::string_view();
}

// What `name` would run, as `command -v` (brief) or `type` (verbose) says it; false when nothing.
bool describe_name(Shell& shell, std::string_view name, std::string_view path_list, Detail detail, std::string& text) {
    bool brief = detail == Detail::brief;
    std::string quoted(name);
    if (is_reserved_word(name)) {
        text += brief ? quoted : quoted + " is a shell keyword";
    } else if (const Alias* alias = shell.aliases.find(name)) {
        text += brief ? "alias " + quoted + "=" + shell_quoted(alias->value)
                      : quoted + " is an alias for " + alias->value;
    } else if (const Builtin* builtin = find_builtin(name); builtin && builtin->is_special()) {
        text += brief ? quoted : quoted + " is a special shell builtin";
    } else if (shell.functions.contains(name)) {
        text += brief ? quoted : quoted + " is a shell function";
    } else if (builtin) {
        text += brief ? quoted : quoted + " is a shell builtin";
    } else {
        std::string path = quoted;
        if (name.find('/') != std::string_view::npos) {
            struct stat status;
            if (stat(path.c_str(), &status) != 0 || S_ISDIR(status.st_mode) || access(path.c_str(), X_OK) != 0)
                return false;
        } else if (name.empty() || !PathCache::search(name, path_list, path)) {
            return false;
        }
        text += brief ? path : quoted + " is " + path;
    }
    text += '\n';
    return true;
}

}  // namespace

int run_alias(Shell& shell, Arguments arguments) {
    auto put = [&](const Alias& alias) {
        shell.out.put(alias.name + "=" + shell_quoted(alias.value) + "\n");
    };
    int first = arguments.count > 1 && arguments[1] == "--" ? 2 : 1;
    if (arguments.count <= first)
        for (const Alias* alias : shell.aliases.sorted())
            put(*alias);
    int status = 0;
    for (int i = first; i < arguments.count; ++i) {
        std::string_view word = arguments[i];
        size_t equals = word.find('=', 1);
        if (!word.empty() && equals != std::string_view::npos) {
            shell.aliases.set(word.substr(0, equals), word.substr(equals + 1));
        } else if (const Alias* alias = shell.aliases.find(word)) {
            put(*alias);
        } else {
            shell.complain({"alias: ", word, " not found"});
            status = 1;
        }
    }
    return status;
}

int run_unalias(Shell& shell, Arguments arguments) {
    OptionScanner options(shell, arguments, "a");
    while (char letter = options.next()) {
        if (letter == '?')
            return kStatusError;
        shell.aliases.remove_all();
        return 0;
    }
    if (options.operands() >= arguments.count)
        return usage_error(shell, arguments, "usage: unalias name... | -a");
    int status = 0;
    for (int i = options.operands(); i < arguments.count; ++i) {
        if (!shell.aliases.remove(arguments[i])) {
            shell.complain({"unalias: ", arguments[i], " not found"});
            status = 1;
        }
    }
    return status;
}

int run_hash(Shell& shell, Arguments arguments) {
    OptionScanner options(shell, arguments, "rv");
    while (char letter = options.next()) {
        if (letter == '?')
            return kStatusError;
        if (letter == 'r')
            shell.path_cache.clear();
    }
    shell.path_cache.keep_only(shell.variables.path_generation());
    if (options.operands() >= arguments.count && arguments.count == 1)
        for (const PathCache::Entry& entry : shell.path_cache.entries())
            shell.out.put(entry.path + "\n");
    int status = 0;
    for (int i = options.operands(); i < arguments.count; ++i) {
        std::string_view name = arguments[i];
        if (name.find('/') != std::string_view::npos || find_builtin(name) || shell.functions.contains(name))
            continue;
        if (!shell.path_cache.find(name, path_of(shell), shell.variables.path_generation())) {
            shell.complain({"hash: ", name, ": not found"});
            status = 1;
        }
    }
    return status;
}

int run_type(Shell& shell, Arguments arguments) {
    int first = arguments.count > 1 && arguments[1] == "--" ? 2 : 1;
    int status = 0;
    for (int i = first; i < arguments.count; ++i) {
        std::string text;
        if (describe_name(shell, arguments[i], path_of(shell), Detail::verbose, text)) {
            shell.out.put(text);
        } else {
            shell.complain({arguments[i], ": not found"});
            status = kStatusNotFound;
        }
    }
    return status;
}

int run_command_builtin(Shell& shell, Arguments arguments) {
    OptionScanner options(shell, arguments, "pvV");
    bool standard_path = false;
    char describe = 0;
    while (char letter = options.next()) {
        if (letter == '?')
            return kStatusError;
        if (letter == 'p')
            standard_path = true;
        else
            describe = letter;
    }
    int first = options.operands();
    if (first >= arguments.count)
        return 0;
    std::string_view path_list = standard_path ? kStandardPath : path_of(shell);
    if (describe) {
        int status = 0;
        for (int i = first; i < arguments.count; ++i) {
            std::string text;
            if (describe_name(shell, arguments[i], path_list,
                              describe == 'v' ? Detail::brief : Detail::verbose, text)) {
                shell.out.put(text);
                continue;
            }
            if (describe == 'V')
                shell.complain({arguments[i], ": not found"});
            status = kStatusNotFound;
        }
        return status;
    }
    ArgumentList rest;
    for (int i = first; i < arguments.count; ++i)
        rest.add(arguments.items[i]);
    const Builtin* builtin = find_builtin(rest.pointers[0]);
    int status = shell.executor.run_command(rest, Executor::Lookup::no_functions, path_list, AfterRun::return_status);
    // Errors of a special built-in do not end the shell here (POSIX.1-2017 command).
    if (builtin && builtin->is_special() && shell.flow == Flow::abort_command && !Traps::interrupted()) {
        shell.flow = Flow::next;
        status = shell.status;
    }
    return status;
}

}  // namespace sh
