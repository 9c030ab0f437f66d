// sh: start-up. POSIX.1-2017 sh: options, where commands come from, which start-up files are read.
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

#include "base/stack_guard.hpp"
#include "base/text.hpp"
#include "directory.hpp"
#include "edit/history.hpp"
#include "edit/terminal_source.hpp"
#include "prompt.hpp"
#include "shell.hpp"
#include "syntax/input.hpp"

extern char** environ;

namespace sh {

namespace {

constexpr const char* kColouredPrompt = "\\[\\e[1;32m\\]\\u@\\h\\[\\e[0m\\]:\\[\\e[1;34m\\]\\w\\[\\e[0m\\]\\$ ";

struct Invocation {
    bool command_string = false;
    bool standard_input = false;
    bool interactive = false;
    bool login = false;
    const char* command = nullptr;
    const char* script = nullptr;
};

[[noreturn]] void fail(Shell& shell, std::initializer_list<std::string_view> text, int status) {
    shell.complain(text);
    _exit(status);
}

bool set_by_name(Shell& shell, const char* name, bool on) {
    auto option = name ? Options::by_name(name) : std::nullopt;
    if (!option)
        return false;
    shell.options.set(*option, on);
    return true;
}

Invocation parse_arguments(Shell& shell, int count, char** items) {
    Invocation invocation;
    if (count > 0) {
        shell.name = items[0];
        invocation.login = items[0][0] == '-';
    }
    int i = 1;
    for (; i < count; ++i) {
        std::string_view word = items[i];
        if (word == "--" || word == "-") {
            ++i;
            break;
        }
        if (word.size() < 2 || (word[0] != '-' && word[0] != '+'))
            break;
        bool on = word[0] == '-';
        if (word == "--login") {
            invocation.login = true;
            continue;
        }
        for (char letter : word.substr(1)) {
            if (letter == 'c' && on) {
                invocation.command_string = true;
            } else if (letter == 's' && on) {
                invocation.standard_input = true;
            } else if (letter == 'l') {
                invocation.login = on;
            } else if (letter == 'o') {
                ++i;
                if (!set_by_name(shell, i < count ? items[i] : nullptr, on))
                    fail(shell, {"Illegal option -o ", i < count ? items[i] : ""}, kStatusError);
            } else if (auto option = Options::by_letter(letter)) {
                shell.options.set(*option, on);
            } else {
                fail(shell, {"Illegal option -", std::string(1, letter)}, kStatusError);
            }
        }
    }
    if (invocation.command_string) {
        if (i >= count)
            fail(shell, {"-c requires an argument"}, kStatusError);
        invocation.command = items[i++];
        if (i < count)
            shell.name = items[i++];
    } else if (!invocation.standard_input && i < count) {
        invocation.script = items[i++];
    }
    shell.positional.assign(items + (i < count ? i : count), items + count);
    bool from_terminal = !invocation.command && !invocation.script && isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
    invocation.interactive = shell.options[Option::interactive] || from_terminal;
    return invocation;
}

void set_up_variables(Shell& shell, bool interactive) {
    shell.variables.import(environ);
    shell.variables.set(*shell.variables.ifs, " \t\n");
    shell.variables.set_exported(*shell.variables.ifs, false);
    shell.variables.set("OPTIND", "1");
    shell.variables.take_option_index_change();
    shell.variables.set("PPID", number_text(getppid()));
    const std::string* pwd = shell.variables.get("PWD");
    if (!pwd || !names_current_directory(*pwd))
        shell.variables.set("PWD", physical_directory());
    auto set_default = [&](const char* name, const char* value) {
        if (!shell.variables.get(name))
            shell.variables.set(name, value);
    };
    set_default("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    const std::string* terminal = shell.variables.get("TERM");
    bool in_colour = interactive && terminal && !terminal->empty() && *terminal != "dumb";
    set_default("PS1", in_colour ? kColouredPrompt : geteuid() == 0 ? "# " : "$ ");
    set_default("PS2", "> ");
    set_default("PS4", "+ ");
}

// A start-up file: silently skipped when it is not there.
void read_start_file(Shell& shell, const std::string& path) {
    int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return;
    shell.executor.run_file(descriptor, path);
    if (shell.flow == Flow::exit_shell)
        shell.exit_process(shell.status);
    shell.flow = Flow::next;
}

void read_start_files(Shell& shell, const Invocation& invocation) {
    if (invocation.login) {
        read_start_file(shell, "/etc/profile");
        if (const std::string* home = shell.variables.home->get())
            read_start_file(shell, *home + "/.profile");
    }
    if (!invocation.interactive)
        return;
    const std::string* file = shell.variables.get("ENV");
    if (file && !file->empty() && geteuid() == getuid() && getegid() == getgid())
        read_start_file(shell, render_prompt(shell, *file));
}

int open_script(Shell& shell, const char* name) {
    int descriptor = open(name, O_RDONLY | O_CLOEXEC);
    std::string found;
    if (descriptor < 0 && errno == ENOENT && !strchr(name, '/')) {
        const std::string* path = shell.variables.path->get();
        if (path && PathCache::search(name, *path, found))
            descriptor = open(found.c_str(), O_RDONLY | O_CLOEXEC);
        else
            errno = ENOENT;
    }
    struct stat status;
    if (descriptor >= 0 && fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode)) {
        errno = EISDIR;
        descriptor = -1;
    }
    if (descriptor < 0) {
        bool missing = errno == ENOENT || errno == ENOTDIR;
        shell.complain({"cannot open ", name, ": ", strerror(errno)});
        shell.exit_process(missing ? kStatusNotFound : kStatusCannotExecute);
    }
    char head[256];
    ssize_t count = pread(descriptor, head, sizeof(head), 0);
    const char* nul = count > 0 ? static_cast<const char*>(memchr(head, 0, static_cast<size_t>(count))) : nullptr;
    if (nul && !memchr(head, '\n', static_cast<size_t>(nul - head))) {
        shell.complain({name, ": cannot execute binary file"});
        shell.exit_process(kStatusCannotExecute);
    }
    // Out of the way of the script's own descriptors.
    int high = fcntl(descriptor, F_DUPFD_CLOEXEC, 40);
    if (high >= 0) {
        close(descriptor);
        descriptor = high;
    }
    shell.name = name;
    return descriptor;
}

[[noreturn]] void run(int count, char** items) {
    StackGuard::measure();
    // One shell per process; it lives until _exit, so nothing is spent on destroying it.
    Shell& shell = *new Shell;
    shell.process_id = getpid();
    shell.options.set(Option::brace_expand, true);
    Invocation invocation = parse_arguments(shell, count, items);
    set_up_variables(shell, invocation.interactive);
    shell.options.set(Option::interactive, invocation.interactive);
    shell.options.set(Option::standard_input, !invocation.command && !invocation.script);
    shell.options.set(Option::login, invocation.login);
    if (invocation.interactive) {
        shell.traps.set_interactive(true, false);
        if (!shell.options[Option::vi])
            shell.options.set(Option::emacs, true);
        shell.set_option(Option::monitor, true);
    } else if (shell.options[Option::monitor]) {
        shell.set_option(Option::monitor, true);
    }
    read_start_files(shell, invocation);

    std::unique_ptr<InputSource> source;
    AfterRun after = AfterRun::return_status;
    if (invocation.command) {
        source = std::make_unique<StringSource>(invocation.command);
        if (!invocation.interactive && !shell.options[Option::monitor])
            after = AfterRun::exit_process;
    } else if (invocation.script) {
        source = std::make_unique<FileSource>(open_script(shell, invocation.script));
    } else if (invocation.interactive) {
        source = make_terminal_source(shell);
    } else {
        source = std::make_unique<StandardInputSource>();
    }
    shell.executor.run_source(*source, SourceKind::top_level, 1, after);
    shell.exit_process(shell.status);
}

}  // namespace

}  // namespace sh

int main(int count, char** items) {
    sh::run(count, items);
}
