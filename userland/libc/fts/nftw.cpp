// ftw, nftw (POSIX.1-2017). Descriptors are bounded by the caller's limit: a directory deeper than that is read
// whole and closed before its children are visited.
#include "internal/array.hpp"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

typedef int (*Visit)(const char *, const struct stat *, int, FTW *);

struct Directory {
    dev_t device;
    ino_t inode;
    Directory *parent;
};

class Walker {
public:
    Walker(Visit visit, int descriptors, int flags, int home)
        : visit_(visit), descriptors_(descriptors), flags_(flags), home_(home) {}

    int start(const char *path) {
        size_t length = strlen(path);
        if (length >= PATH_MAX) {
            errno = ENAMETOOLONG;
            return -1;
        }
        memcpy(path_, path, length + 1);
        while (length > 1 && path_[length - 1] == '/')
            path_[--length] = 0;
        int result = walk(length, 0, nullptr);
        return result == FTW_SKIP_SUBTREE || result == FTW_SKIP_SIBLINGS
                   ? (flags_ & FTW_ACTIONRETVAL ? 0 : result)
                   : result;
    }

private:
    int call(const struct stat &status, int type, int level) {
        const char *slash = strrchr(path_, '/');
        FTW where = {slash && slash[1] ? static_cast<int>(slash + 1 - path_) : 0, level};
        if (home_ < 0)
            return visit_(path_, &status, type, &where);
        // The visitor runs in the directory that holds what it visits.
        if (where.base > 0) {
            char kept = path_[where.base];
            path_[where.base] = 0;
            int result = chdir(path_);
            path_[where.base] = kept;
            if (result < 0)
                return -1;
        }
        int result = visit_(path_, &status, type, &where);
        int saved = errno;
        if (fchdir(home_) < 0)
            return -1;
        errno = saved;
        return result;
    }

    int walk(size_t length, int level, Directory *parent) {
        struct stat status = {};
        int type;
        if ((flags_ & FTW_PHYS ? lstat(path_, &status) : stat(path_, &status)) < 0) {
            if (!(flags_ & FTW_PHYS) && errno == ENOENT && lstat(path_, &status) == 0)
                type = FTW_SLN;
            else if (errno != EACCES)
                return -1;
            else
                type = FTW_NS;
        } else {
            type = S_ISDIR(status.st_mode) ? (flags_ & FTW_DEPTH ? FTW_DP : FTW_D)
                   : S_ISLNK(status.st_mode) ? (flags_ & FTW_PHYS ? FTW_SL : FTW_SLN)
                                             : FTW_F;
        }
        if (level == 0)
            device_ = status.st_dev;
        if ((flags_ & FTW_MOUNT) && type != FTW_NS && status.st_dev != device_)
            return 0;
        if (type != FTW_D && type != FTW_DP)
            return call(status, type, level);
        for (Directory *above = parent; above; above = above->parent) {
            if (above->device == status.st_dev && above->inode == status.st_ino)
                return 0; // a cycle through a link
        }
        Directory self = {status.st_dev, status.st_ino, parent};
        int fd = open(path_, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0) {
            if (errno != EACCES)
                return -1;
            return call(status, FTW_DNR, level);
        }
        if (!(flags_ & FTW_DEPTH)) {
            if (int result = call(status, type, level)) {
                close(fd);
                return (flags_ & FTW_ACTIONRETVAL) && result == FTW_SKIP_SUBTREE ? 0 : result;
            }
        }
        int result = children(fd, length, level, self);
        if (result)
            return result;
        path_[length] = 0;
        return flags_ & FTW_DEPTH ? call(status, FTW_DP, level) : 0;
    }

    int children(int fd, size_t length, int level, Directory &self) {
        DIR *stream = fdopendir(fd);
        if (!stream) {
            close(fd);
            return -1;
        }
        libc::Array<char> names; // when this directory may not stay open
        bool keep_open = level + 1 < descriptors_;
        int result = 0;
        for (;;) {
            errno = 0;
            dirent *entry = readdir(stream);
            if (!entry) {
                result = errno ? -1 : 0;
                break;
            }
            if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
                continue;
            size_t size = strlen(entry->d_name) + 1;
            if (!keep_open) {
                size_t old = names.size();
                if (!names.resize(old + size)) {
                    result = -1;
                    break;
                }
                memcpy(names.data() + old, entry->d_name, size);
                continue;
            }
            result = child(entry->d_name, size, length, level, self);
            if (result)
                break;
        }
        int saved = errno;
        closedir(stream);
        errno = saved;
        for (size_t at = 0; !result && at < names.size();) {
            size_t size = strlen(names.data() + at) + 1;
            result = child(names.data() + at, size, length, level, self);
            at += size;
        }
        return (flags_ & FTW_ACTIONRETVAL) && result == FTW_SKIP_SIBLINGS ? 0 : result;
    }

    int child(const char *name, size_t size, size_t length, int level, Directory &self) {
        if (length + 1 + size > PATH_MAX) {
            errno = ENAMETOOLONG;
            return -1;
        }
        size_t at = length;
        if (path_[at - 1] != '/')
            path_[at++] = '/';
        memcpy(path_ + at, name, size);
        int result = walk(at + size - 1, level + 1, &self);
        path_[length] = 0;
        return result;
    }

    Visit visit_;
    int descriptors_, flags_, home_;
    dev_t device_ = 0;
    char path_[PATH_MAX];
};

thread_local int (*g_ftw_visit)(const char *, const struct stat *, int);

} // namespace

extern "C" {

int nftw(const char *path, Visit visit, int descriptors, int flags) {
    int home = -1;
    if (flags & FTW_CHDIR) {
        home = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (home < 0)
            return -1;
    }
    Walker walker(visit, descriptors, flags, home);
    int result = walker.start(path);
    if (home >= 0) {
        int saved = errno;
        close(home);
        errno = saved;
    }
    return result;
}

int ftw(const char *path, int (*visit)(const char *, const struct stat *, int), int descriptors) {
    g_ftw_visit = visit;
    return nftw(
        path, [](const char *name, const struct stat *status, int type, FTW *) {
            return g_ftw_visit(name, status, type == FTW_SLN ? FTW_NS : type);
        },
        descriptors, 0);
}
}
