// sync: everything, or with operands those files (GNU's -d and -f).
#include "framework/arguments.h"
#include "framework/diagnostics.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'d', "data", nullptr, "sync only file data, no unneeded metadata"},
    {'f', "file-system", nullptr, "sync the file systems that contain the files"},
};

bool sync_file(const char* path, int mode) {
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 && errno == EACCES) fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        warn_errno(path);
        return false;
    }
    int result = mode == 'd' ? fdatasync(fd) : mode == 'f' ? syncfs(fd) : fsync(fd);
    if (result != 0) warn_errno(path);
    close(fd);
    return result == 0;
}

int run(Arguments& arguments) {
    int mode = 0;
    while (auto option = arguments.next_option()) {
        if (mode && mode != *option) usage_error("cannot specify both --data and --file-system");
        mode = *option;
    }
    if (arguments.operands().empty()) {
        if (mode == 'd') usage_error("--data needs at least one argument");
        sync();
        return 0;
    }
    bool good = true;
    for (const char* path : arguments.operands()) good = sync_file(path, mode) && good;
    return good ? 0 : 1;
}

constexpr Tool kTool = {
    .name = "sync",
    .synopsis = "[OPTION] [FILE]...",
    .summary = "Write cached data to permanent storage.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
