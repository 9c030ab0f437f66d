// The compressor beside tar.
#include "archive/tar_settings.h"
#include "framework/diagnostics.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace coreutils {
namespace {

TarPipe start(int archive, const char* program, bool compress) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) die_errno(2, "pipe");
    pid_t child = fork();
    if (child < 0) die_errno(2, "fork");
    if (child == 0) {
        dup2(compress ? ends[0] : archive, STDIN_FILENO);
        dup2(compress ? archive : ends[1], STDOUT_FILENO);
        execlp(program, program, compress ? "-c" : "-dc", static_cast<char*>(nullptr));
        die_errno(127, program);
    }
    close(compress ? ends[0] : ends[1]);
    close(archive);
    return {compress ? ends[1] : ends[0], child};
}

} // namespace

TarPipe open_compressor(int archive, const char* program) { return start(archive, program, true); }
TarPipe open_decompressor(int archive, const char* program) { return start(archive, program, false); }

bool TarPipe::finish() {
    if (fd >= 0 && close(fd) != 0) return false;
    fd = -1;
    if (child == 0) return true;
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return false;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

} // namespace coreutils
