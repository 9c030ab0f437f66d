// System calls for paths of any length. The kernel takes PATH_MAX bytes at once: a longer path is opened
// piece by piece, and the call made relative to the last directory on the way. Each function is the system
// call of its name (lstat and stat are one, with AT_SYMLINK_NOFOLLOW or 0), with its result and errno.
#pragma once

#include <dirent.h>
#include <optional>
#include <string>
#include <sys/stat.h>

namespace coreutils::deep {

int stat(const std::string& path, struct stat* info, int flags);
int open(const std::string& path, int flags, mode_t mode = 0);
DIR* opendir(const std::string& path);
std::optional<std::string> read_link(const std::string& path);
int unlink(const std::string& path, int flags = 0);
int mkdir(const std::string& path, mode_t mode);
int mknod(const std::string& path, mode_t mode, dev_t device);
int symlink(const std::string& target, const std::string& path);
int link(const std::string& from, const std::string& to, int flags = 0);
int lchown(const std::string& path, uid_t owner, gid_t group);
int chmod(const std::string& path, mode_t mode);
// The times of the path itself, also of a symbolic link.
int set_times(const std::string& path, const timespec times[2]);

bool is_directory(const std::string& path);

} // namespace coreutils::deep
