// What posix_spawn's child does with its descriptors, in order.
#pragma once

#include <spawn.h>

struct __spawn_action {
    enum Kind { Open, Close, Duplicate, ChangeDirectory, ChangeDirectoryTo, CloseFrom, SetForeground } kind;
    int fd, other_fd, flags;
    mode_t mode;
    __spawn_action *next;
    char path[];
};
