#include "lib/deep_path.h"

#include "lib/path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

namespace coreutils::deep {
namespace {

// The path as *at() calls take it.
class PathAt {
public:
    explicit PathAt(const std::string& path) : name_(path.c_str()) {
        for (size_t start = 0; path.size() - start >= PATH_MAX;) {
            size_t slash = path.rfind('/', start + PATH_MAX - 1);
            if (slash == std::string::npos || slash <= start)
                return; // a component is too long: the call says so
            int next =
                openat(fd_, path.substr(start, slash - start).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
            if (next < 0) {
                if (errno == ENOENT) name_ = ""; // so that the call fails with it, too
                return;
            }
            forget();
            fd_ = next;
            start = path.find_first_not_of('/', slash);
            if (start == std::string::npos) start = path.size();
            name_ = start < path.size() ? path.c_str() + start : ".";
        }
    }
    ~PathAt() { forget(); }
    PathAt(const PathAt&) = delete;
    PathAt& operator=(const PathAt&) = delete;

    int fd() const { return fd_; }
    const char* name() const { return name_; }

private:
    void forget() {
        if (fd_ == AT_FDCWD) return;
        int error = errno;
        close(fd_);
        errno = error;
    }

    int fd_ = AT_FDCWD;
    const char* name_;
};

} // namespace

int stat(const std::string& path, struct stat* info, int flags) {
    PathAt at(path);
    return fstatat(at.fd(), at.name(), info, flags);
}

int open(const std::string& path, int flags, mode_t mode) {
    PathAt at(path);
    return openat(at.fd(), at.name(), flags, mode);
}

DIR* opendir(const std::string& path) {
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR* stream = fd < 0 ? nullptr : fdopendir(fd);
    if (!stream && fd >= 0) close(fd);
    return stream;
}

std::optional<std::string> read_link(const std::string& path) {
    PathAt at(path);
    return read_link_at(at.fd(), at.name());
}

int unlink(const std::string& path, int flags) {
    PathAt at(path);
    return unlinkat(at.fd(), at.name(), flags);
}

int mkdir(const std::string& path, mode_t mode) {
    PathAt at(path);
    return mkdirat(at.fd(), at.name(), mode);
}

int mknod(const std::string& path, mode_t mode, dev_t device) {
    PathAt at(path);
    return mknodat(at.fd(), at.name(), mode, device);
}

int symlink(const std::string& target, const std::string& path) {
    PathAt at(path);
    return symlinkat(target.c_str(), at.fd(), at.name());
}

int link(const std::string& from, const std::string& to, int flags) {
    PathAt old(from), made(to);
    return linkat(old.fd(), old.name(), made.fd(), made.name(), flags);
}

int lchown(const std::string& path, uid_t owner, gid_t group) {
    PathAt at(path);
    return fchownat(at.fd(), at.name(), owner, group, AT_SYMLINK_NOFOLLOW);
}

int chmod(const std::string& path, mode_t mode) {
    PathAt at(path);
    return fchmodat(at.fd(), at.name(), mode, 0);
}

int set_times(const std::string& path, const timespec times[2]) {
    PathAt at(path);
    return utimensat(at.fd(), at.name(), times, AT_SYMLINK_NOFOLLOW);
}

bool is_directory(const std::string& path) {
    struct stat info;
    return stat(path, &info, 0) == 0 && S_ISDIR(info.st_mode);
}

} // namespace coreutils::deep
