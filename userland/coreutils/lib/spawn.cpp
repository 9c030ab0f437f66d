#include "lib/spawn.h"

#include "framework/diagnostics.h"
#include "framework/output.h"
#include "framework/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace coreutils {

int exec_failure_status(int error) { return error == ENOENT || error == ENOTDIR ? 127 : 126; }

void execute(char* const* command) {
    out.flush();
    execvp(command[0], command);
    int error = errno;
    warn_errno(command[0], error);
    _exit(exec_failure_status(error));
}

pid_t fork_or_die() {
    out.flush();
    signal(SIGCHLD, SIG_DFL); // where it is ignored, nothing is left to wait for
    pid_t child = fork();
    if (child < 0) die_errno(current_tool().failure_status, "cannot fork");
    return child;
}

int wait_for(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return -1;
    return status;
}

int exit_status_of(int wait_status) {
    return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

int run_and_wait(char* const* command) {
    pid_t child = fork_or_die();
    if (child == 0) execute(command);
    return wait_for(child);
}

PipedProgram start_piped(const char* const* command, PipeFlow flow, int other) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) die_errno(current_tool().failure_status, "pipe");
    bool writing = flow == PipeFlow::to_program;
    pid_t child = fork_or_die();
    if (child == 0) {
        // The pipe's end may be the very descriptor that `other` is to become, if that was closed.
        if (other >= 0 && other <= STDERR_FILENO) other = fcntl(other, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        dup2(writing ? ends[0] : ends[1], writing ? STDIN_FILENO : STDOUT_FILENO);
        if (flow == PipeFlow::errors_too) dup2(STDOUT_FILENO, STDERR_FILENO);
        if (other >= 0) dup2(other, writing ? STDOUT_FILENO : STDIN_FILENO);
        signal(SIGPIPE, SIG_DFL);
        execute(const_cast<char* const*>(command));
    }
    close(writing ? ends[0] : ends[1]);
    return {writing ? ends[1] : ends[0], child};
}

PipedProgram start_shell(const char* command, PipeFlow flow) {
    const char* const words[] = {"/bin/sh", "-c", command, nullptr};
    return start_piped(words, flow);
}

int PipedProgram::finish() {
    bool closed = fd < 0 || close(fd) == 0;
    fd = -1;
    int status = wait_for(child);
    return closed ? status : -1;
}

} // namespace coreutils
