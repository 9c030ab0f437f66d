// /proc/self/mounts, /etc/fstab: the lines of fstab(5).
#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

namespace coreutils {

struct Mount {
    std::string device, directory, type, options;
    dev_t number = 0; // st_dev of what is mounted, filled in by whoever needs it
};

// The mounted file systems in the order of mounting; empty with errno when the kernel does not tell.
std::vector<Mount> read_mounts(const char* file = "/proc/self/mounts");

// The last mount on or above `path`, by device number; nullptr when none is found.
const Mount* mount_of(std::vector<Mount>& mounts, const char* path);

} // namespace coreutils
