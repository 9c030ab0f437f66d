// Names in the file system: access, links, directories, owners (POSIX.1-2017 <unistd.h>, <stdio.h>).
#include "sysdep/syscall.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

using libc::checked;

namespace {

template <typename... Arguments> int answer(long number, Arguments... arguments) {
    return static_cast<int>(checked(number, arguments...));
}

} // namespace

extern "C" {

int access(const char *path, int mode) { return answer(SYS_access, path, mode); }

// faccessat(2) has no flags; faccessat2 has.
int faccessat(int directory, const char *path, int mode, int flags) {
    if (flags == 0)
        return answer(SYS_faccessat, directory, path, mode);
    return answer(SYS_faccessat2, directory, path, mode, flags);
}

int eaccess(const char *path, int mode) { return faccessat(AT_FDCWD, path, mode, AT_EACCESS); }
int euidaccess(const char *path, int mode) { return eaccess(path, mode); }
int chdir(const char *path) { return answer(SYS_chdir, path); }
int fchdir(int fd) { return answer(SYS_fchdir, fd); }
int chroot(const char *path) { return answer(SYS_chroot, path); }
int pivot_root(const char *root, const char *old_root) { return answer(SYS_pivot_root, root, old_root); }
int chown(const char *path, uid_t uid, gid_t gid) { return answer(SYS_chown, path, uid, gid); }
int fchown(int fd, uid_t uid, gid_t gid) { return answer(SYS_fchown, fd, uid, gid); }
int lchown(const char *path, uid_t uid, gid_t gid) { return answer(SYS_lchown, path, uid, gid); }
int fchownat(int directory, const char *path, uid_t uid, gid_t gid, int flags) {
    return answer(SYS_fchownat, directory, path, uid, gid, flags);
}
int link(const char *from, const char *to) { return answer(SYS_link, from, to); }
int linkat(int from_directory, const char *from, int to_directory, const char *to, int flags) {
    return answer(SYS_linkat, from_directory, from, to_directory, to, flags);
}
int symlink(const char *target, const char *path) { return answer(SYS_symlink, target, path); }
int symlinkat(const char *target, int directory, const char *path) {
    return answer(SYS_symlinkat, target, directory, path);
}
ssize_t readlink(const char *__restrict path, char *__restrict buffer, size_t size) {
    return checked(SYS_readlink, path, buffer, size);
}
ssize_t readlinkat(int directory, const char *__restrict path, char *__restrict buffer, size_t size) {
    return checked(SYS_readlinkat, directory, path, buffer, size);
}
int unlink(const char *path) { return answer(SYS_unlink, path); }
int unlinkat(int directory, const char *path, int flags) { return answer(SYS_unlinkat, directory, path, flags); }
int rmdir(const char *path) { return answer(SYS_rmdir, path); }
int rename(const char *from, const char *to) { return answer(SYS_rename, from, to); }
int renameat(int from_directory, const char *from, int to_directory, const char *to) {
    return answer(SYS_renameat, from_directory, from, to_directory, to);
}
int renameat2(int from_directory, const char *from, int to_directory, const char *to, unsigned flags) {
    return answer(SYS_renameat2, from_directory, from, to_directory, to, flags);
}

int remove(const char *path) {
    long result = libc::call(SYS_unlink, path);
    return result == -EISDIR ? rmdir(path) : static_cast<int>(libc::to_errno(result));
}
}
