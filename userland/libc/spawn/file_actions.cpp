// posix_spawn_file_actions (POSIX.1-2017; _np: close to other libraries).
#include "spawn/actions.hpp"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

namespace {

int append(posix_spawn_file_actions_t *actions, __spawn_action::Kind kind, int fd, int other_fd = 0,
           const char *path = "", int flags = 0, mode_t mode = 0) {
    if (fd < 0 || other_fd < 0)
        return EBADF;
    size_t size = strlen(path) + 1;
    auto *action = static_cast<__spawn_action *>(malloc(sizeof(__spawn_action) + size));
    if (!action)
        return ENOMEM;
    *action = {kind, fd, other_fd, flags, mode, nullptr};
    memcpy(action->path, path, size);
    (actions->__last ? actions->__last->next : actions->__first) = action;
    actions->__last = action;
    return 0;
}

} // namespace

extern "C" {

int posix_spawn_file_actions_init(posix_spawn_file_actions_t *actions) {
    *actions = {};
    return 0;
}

int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *actions) {
    for (auto *action = actions->__first; action;) {
        auto *next = action->next;
        free(action);
        action = next;
    }
    *actions = {};
    return 0;
}

int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *__restrict actions, int fd,
                                     const char *__restrict path, int flags, mode_t mode) {
    return append(actions, __spawn_action::Open, fd, 0, path, flags, mode);
}
int posix_spawn_file_actions_addclose(posix_spawn_file_actions_t *actions, int fd) {
    return append(actions, __spawn_action::Close, fd);
}
int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int from, int to) {
    return append(actions, __spawn_action::Duplicate, from, to);
}
int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *__restrict actions, const char *__restrict path) {
    return append(actions, __spawn_action::ChangeDirectory, 0, 0, path);
}
int posix_spawn_file_actions_addfchdir_np(posix_spawn_file_actions_t *actions, int fd) {
    return append(actions, __spawn_action::ChangeDirectoryTo, fd);
}
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int first) {
    return append(actions, __spawn_action::CloseFrom, first);
}
int posix_spawn_file_actions_addtcsetpgrp_np(posix_spawn_file_actions_t *actions, int fd) {
    return append(actions, __spawn_action::SetForeground, fd);
}
}
