// What the cases on fanotify(7) share: struct fanotify_event_metadata and the two calls.
#pragma once
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace selftest::fanotify {

struct Metadata {
    unsigned size;
    unsigned char version, reserved;
    unsigned short metadata_size;
    unsigned long long mask;
    int fd, process;
};

inline int init(unsigned flags, unsigned event_flags = O_RDONLY) {
    return static_cast<int>(syscall(SYS_fanotify_init, flags, event_flags));
}
inline int mark(int group, unsigned flags, unsigned long long mask, int directory, const char* path) {
    return static_cast<int>(syscall(SYS_fanotify_mark, group, flags, mask, directory, path));
}
inline int mark(int group, unsigned flags, unsigned long long mask, const char* path) {
    return mark(group, flags, mask, AT_FDCWD, path);
}

} // namespace selftest::fanotify
