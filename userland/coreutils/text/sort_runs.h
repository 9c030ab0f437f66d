// The temporary files of sort. They lose their names as soon as they are open, so nothing is left behind
// however the tool ends; with --compress-program their text goes through that program.
#pragma once

#include "framework/output.h"
#include "text/sort_line.h"

#include <sys/types.h>
#include <unistd.h>
#include <utility>

namespace coreutils::sort {

class TemporaryRun {
public:
    explicit TemporaryRun(const Settings& settings);
    TemporaryRun(TemporaryRun&& other)
        : fd_(std::exchange(other.fd_, -1)), child_(std::exchange(other.child_, 0)) {}
    TemporaryRun& operator=(TemporaryRun&& other) {
        std::swap(fd_, other.fd_);
        std::swap(child_, other.child_);
        return *this;
    }
    ~TemporaryRun();

    // Descriptors for who writes the run first and reads it then; the caller closes them and calls finish().
    int create(const Settings& settings);
    int open(const Settings& settings);
    // Waits for the compressor, if there is one; its failure ends the tool.
    void finish();

private:
    int fd_ = -1;
    pid_t child_ = 0;
};

// A run of what `write(output)` writes.
TemporaryRun write_run(const Settings& settings, auto write) {
    TemporaryRun run(settings);
    {
        Output file(run.create(settings));
        write(file);
        file.flush();
        ::close(file.fd());
    }
    run.finish();
    return run;
}

} // namespace coreutils::sort
