// realpath (POSIX.1-2017): every component is looked at, links are followed up to SYMLOOP_MAX of them.
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

class Resolver {
public:
    // False with errno.
    bool resolve(const char *path) {
        if (!*path)
            return fail(ENOENT);
        size_t length = strlen(path);
        if (length >= PATH_MAX)
            return fail(ENAMETOOLONG);
        memcpy(rest_, path, length + 1);
        if (*path == '/') {
            restart();
        } else {
            if (!getcwd(result_, sizeof result_))
                return false;
            end_ = result_ + strlen(result_);
        }
        for (char *at = rest_; *at;) {
            size_t size = strcspn(at, "/");
            if (!step(at, size, at))
                return false;
        }
        return true;
    }
    const char *result() const { return result_; }

private:
    static bool fail(int error) {
        errno = error;
        return false;
    }

    void restart() {
        strcpy(result_, "/");
        end_ = result_ + 1;
    }

    // One component of `size` bytes; `next` becomes where to go on.
    bool step(char *name, size_t size, char *&next) {
        char *after = name + size;
        bool must_be_directory = *after == '/';
        if (size == 0 || (size == 1 && name[0] == '.')) {
            next = after + must_be_directory;
            return true;
        }
        if (size == 2 && name[0] == '.' && name[1] == '.') {
            while (end_ > result_ + 1 && *--end_ != '/') {
            }
            *end_ = 0;
            if (end_ == result_)
                restart();
            next = after + must_be_directory;
            return true;
        }
        char *mark = end_;
        if (size > NAME_MAX || end_ + size + 2 > result_ + sizeof result_)
            return fail(ENAMETOOLONG);
        if (end_[-1] != '/')
            *end_++ = '/';
        end_ = static_cast<char *>(mempcpy(end_, name, size));
        *end_ = 0;
        ssize_t link_length = readlink(result_, link_, sizeof link_);
        if (link_length < 0) {
            if (errno != EINVAL)
                return false;
            struct stat status;
            if (must_be_directory) {
                if (stat(result_, &status) < 0)
                    return false;
                if (!S_ISDIR(status.st_mode))
                    return fail(ENOTDIR);
            }
            next = after + must_be_directory;
            return true;
        }
        if (++links_ > SYMLOOP_MAX)
            return fail(ELOOP);
        if (link_length == 0)
            return fail(ENOENT);
        auto length = static_cast<size_t>(link_length);
        size_t left = strlen(after);
        if (length + left >= sizeof link_)
            return fail(ENAMETOOLONG);
        memmove(link_ + length, after, left + 1);
        memcpy(rest_, link_, length + left + 1);
        end_ = mark;
        *end_ = 0;
        if (*rest_ == '/')
            restart();
        next = rest_;
        return true;
    }

    char result_[PATH_MAX], rest_[PATH_MAX], link_[PATH_MAX];
    char *end_;
    int links_ = 0;
};

} // namespace

extern "C" char *realpath(const char *__restrict path, char *__restrict buffer) {
    if (!path) {
        errno = EINVAL;
        return nullptr;
    }
    auto *resolver = static_cast<Resolver *>(calloc(1, sizeof(Resolver)));
    if (!resolver)
        return nullptr;
    char *answer = nullptr;
    if (resolver->resolve(path))
        answer = buffer ? strcpy(buffer, resolver->result()) : strdup(resolver->result());
    int saved = errno;
    free(resolver);
    errno = saved;
    return answer;
}
