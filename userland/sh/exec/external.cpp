// Programs: finding, starting, and the ways starting fails (POSIX.1-2017 2.9.1.1).
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exec/executor.hpp"
#include "shell.hpp"
#include "syntax/input.hpp"

namespace sh {

namespace {

// vfork lends this process's memory to the child until it has become the program; what the child does in between
// is system calls only, with every signal blocked so that no handler runs in it.
[[gnu::noinline]] pid_t start_program(const Shell& shell, const char* path, char** arguments, char** environment,
                                      pid_t group, volatile int* error) {
    const bool guard_signals = shell.traps.has_handlers();
    sigset_t all, before;
    sigfillset(&all);
    if (guard_signals)
        sigprocmask(SIG_BLOCK, &all, &before);
    *error = 0;
    pid_t pid = vfork();
    if (pid == 0) {
        shell.jobs.enter_child_by_system_calls(group, Place::foreground);
        if (guard_signals) {
            shell.traps.reset_dispositions();
            sigprocmask(SIG_SETMASK, &before, nullptr);
        }
        execve(path, arguments, environment);
        *error = errno;
        _exit(kStatusNotFound);
    }
    int fork_error = errno;
    if (guard_signals)
        sigprocmask(SIG_SETMASK, &before, nullptr);
    errno = fork_error;
    return pid;
}

// A file that is no program may be a script, unless its first line is binary.
bool is_binary(int descriptor) {
    char head[256];
    ssize_t count = pread(descriptor, head, sizeof(head), 0);
    for (ssize_t i = 0; i < count && head[i] != '\n'; ++i)
        if (head[i] == '\0')
            return true;
    return false;
}

}  // namespace

bool Executor::may_replace_process(AfterRun after) const {
    return after == AfterRun::exit_process && (!shell_.traps.has_actions() || shell_.traps.lists_parent_actions());
}

int Executor::complain_about_command(std::string_view name, int error) {
    if (error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG || error == ELOOP) {
        bool path = name.find('/') != std::string_view::npos;
        shell_.complain({name, path ? ": " : ": not found", path ? strerror(error) : ""});
        return kStatusNotFound;
    }
    shell_.complain({name, ": ", error == ENOEXEC ? "cannot execute: not a program or script" : strerror(error)});
    return kStatusCannotExecute;
}

int Executor::run_external(ArgumentList& arguments, std::string_view path_list, AfterRun after) {
    const std::string_view name = arguments.pointers[0];
    std::string path;
    if (name.find('/') != std::string_view::npos) {
        path = name;
        struct stat status;
        if (stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode))
            return complain_about_command(name, EISDIR);
    } else {
        const std::string* variable = shell_.variables.path->get();
        bool usual = variable && path_list.data() == variable->data();
        if (name.empty()) {
            return complain_about_command(name, ENOENT);
        } else if (usual) {
            const std::string* found = shell_.path_cache.find(name, path_list, shell_.variables.path_generation());
            if (!found)
                return complain_about_command(name, errno);
            path = *found;
        } else if (!PathCache::search(name, path_list, path)) {
            return complain_about_command(name, errno);
        }
    }
    if (may_replace_process(after))
        replace_process(path, arguments);
    return launch(path, arguments);
}

int Executor::launch(const std::string& path, ArgumentList& arguments) {
    volatile int error = 0;
    pid_t pid = start_program(shell_, path.c_str(), arguments.terminated(), shell_.variables.environment(), 0, &error);
    if (pid < 0) {
        shell_.complain({"Cannot fork: ", strerror(errno)});
        shell_.flow = Flow::abort_command;
        return shell_.status = kStatusError;
    }
    if (error) {
        shell_.jobs.wait_helper(pid);
        shell_.jobs.take_terminal_back();
        if (error != ENOEXEC)
            return complain_about_command(arguments.pointers[0], error);
    }
    Job& job = shell_.jobs.create(command_, arena_, Place::foreground);
    if (error) {
        pid_t child = shell_.jobs.fork_into(job);
        if (child == 0)
            run_as_script(path, arguments);
        if (child < 0) {
            shell_.jobs.remove(job);
            return kStatusError;
        }
    } else {
        shell_.jobs.add_process(job, pid);
    }
    return shell_.jobs.wait_foreground(job);
}

void Executor::replace_process(const std::string& path, ArgumentList& arguments) {
    shell_.out.finish();
    shell_.traps.reset_dispositions();
    execve(path.c_str(), arguments.terminated(), shell_.variables.environment());
    int error = errno;
    if (error == ENOEXEC)
        run_as_script(path, arguments);
    shell_.exit_process(complain_about_command(arguments.pointers[0], error));
}

void Executor::run_as_script(const std::string& path, ArgumentList& arguments) {
    int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        shell_.exit_process(complain_about_command(arguments.pointers[0], errno));
    if (is_binary(descriptor))
        shell_.exit_process(complain_about_command(arguments.pointers[0], ENOEXEC));
    shell_.become_script(path, arguments);
    FileSource source(descriptor);
    loop_depth_ = function_depth_ = dot_depth_ = 0;
    tested_ = false;
    run_source(source, SourceKind::top_level);
    shell_.exit_process(shell_.status);
}

void Executor::exec_program(ArgumentList& arguments, std::string_view path_list) {
    const std::string_view name = arguments.pointers[0];
    std::string path(name);
    if (name.find('/') == std::string_view::npos && !PathCache::search(name, path_list, path))
        shell_.exit_process(complain_about_command(name, errno));
    replace_process(path, arguments);
}

}  // namespace sh
