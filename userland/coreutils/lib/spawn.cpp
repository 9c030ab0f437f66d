#include "lib/spawn.h"

#include "framework/diagnostics.h"
#include "framework/output.h"
#include "framework/tool.h"

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

namespace coreutils {

int exec_failure_status(int error) { return error == ENOENT || error == ENOTDIR ? 127 : 126; }

void execute(char** command) {
    out.flush();
    execvp(command[0], command);
    int error = errno;
    warn_errno(command[0], error);
    _exit(exec_failure_status(error));
}

int run_and_wait(char** command) {
    out.flush();
    pid_t child = fork();
    if (child < 0) die_errno(current_tool().failure_status, "cannot fork");
    if (child == 0) execute(command);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

} // namespace coreutils
