// Running another program: what env, nice, nohup, xargs, find -exec, tar and awk share.
#pragma once

#include <sys/types.h>

namespace coreutils {

// execvp(3); when it fails, the message `operand: reason` and exit status 127 (not found) or 126 (found but
// not executable), as POSIX has it for every utility that invokes another.
[[noreturn]] void execute(char* const* command);
// The same two statuses for an errno of exec.
int exec_failure_status(int error);
// fork(2) after what is buffered has been written; a failure ends the tool.
pid_t fork_or_die();
// waitpid(2) until the child has ended; its wait status, or -1.
int wait_for(pid_t child);
// What a shell makes of a wait status: the exit status, or 128 and the number of the signal.
int exit_status_of(int wait_status);
// Forks, executes and waits; returns the wait status. A failure to fork ends the tool.
int run_and_wait(char* const* command);

// Which of the program's standard streams the pipe is.
enum class PipeFlow { to_program, from_program, errors_too };

// A program at the other end of a pipe.
struct PipedProgram {
    int fd = -1; // our end
    pid_t child = 0;
    // Closes our end, unless somebody else has it (fd is -1), and waits: the wait status, or -1.
    int finish();
};
// `other` becomes the stream that the pipe is not, if it is a descriptor. A failure ends the tool.
PipedProgram start_piped(const char* const* command, PipeFlow flow, int other = -1);
PipedProgram start_shell(const char* command, PipeFlow flow);

} // namespace coreutils
