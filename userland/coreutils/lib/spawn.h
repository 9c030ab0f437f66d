// Running another program: what env, nice, nohup, xargs and find -exec share.
#pragma once

namespace coreutils {

// execvp(3); when it fails, the message `operand: reason` and exit status 127 (not found) or 126 (found but
// not executable), as POSIX has it for every utility that invokes another.
[[noreturn]] void execute(char** command);
// The same two statuses for an errno of exec.
int exec_failure_status(int error);
// Forks, executes and waits; returns the wait status. A failure to fork ends the tool.
int run_and_wait(char** command);

} // namespace coreutils
