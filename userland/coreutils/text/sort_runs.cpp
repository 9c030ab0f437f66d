#include "text/sort_runs.h"

#include "framework/diagnostics.h"
#include "lib/spawn.h"
#include "lib/unfinished.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string>
#include <unistd.h>

namespace coreutils::sort {

TemporaryRun::TemporaryRun(const Settings& settings) {
    static size_t turn = 0;
    const char* directory = getenv("TMPDIR");
    if (!directory || !*directory) directory = "/tmp";
    if (auto& given = settings.temporary_directories; !given.empty())
        directory = given[turn++ % given.size()];
    std::string name = std::string(directory) + "/sortXXXXXX";
    Unfinished named(name, [&] { return (fd_ = mkostemp(name.data(), O_CLOEXEC)) >= 0; });
    if (fd_ < 0) die(2, "cannot create temporary file in '%s': %m", directory);
    unlink(name.c_str());
}

TemporaryRun::~TemporaryRun() {
    if (fd_ >= 0) close(fd_);
}

int TemporaryRun::create(const Settings& settings) {
    if (!settings.compressor) return fcntl(fd_, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    const char* const command[] = {settings.compressor, nullptr};
    PipedProgram program = start_piped(command, PipeFlow::to_program, fd_);
    child_ = program.child;
    return program.fd;
}

int TemporaryRun::open(const Settings& settings) {
    if (lseek(fd_, 0, SEEK_SET) < 0) die_errno(2, "temporary file");
    if (!settings.compressor) return fcntl(fd_, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    const char* const command[] = {settings.compressor, "-d", nullptr};
    PipedProgram program = start_piped(command, PipeFlow::from_program, fd_);
    child_ = program.child;
    return program.fd;
}

void TemporaryRun::finish() {
    if (pid_t child = std::exchange(child_, 0); child && wait_for(child) != 0)
        die(2, "the compressor of temporary files failed");
}

} // namespace coreutils::sort
