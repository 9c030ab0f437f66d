// popen, pclose (POSIX.1-2017): the child closes the other popen streams' descriptors, which are all close-on-exec.
#include "internal/file.hpp"

#include <errno.h>
#include <fcntl.h>
#include <paths.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern "C" {

FILE *popen(const char *command, const char *mode) {
    bool reading = *mode == 'r';
    if ((!reading && *mode != 'w') || strspn(mode + 1, "e") != strlen(mode + 1)) {
        errno = EINVAL;
        return nullptr;
    }
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return nullptr;
    int ours = ends[reading ? 0 : 1], theirs = ends[reading ? 1 : 0], wanted = reading ? STDOUT_FILENO : STDIN_FILENO;
    FILE *file = fdopen(ours, reading ? "r" : "w");
    if (!file) {
        close(ends[0]);
        close(ends[1]);
        return nullptr;
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    int error = posix_spawn_file_actions_adddup2(&actions, theirs, wanted);
    // The streams of earlier calls are not the child's, even if their close-on-exec was taken away.
    for (FILE *other = libc::first_listed_file(); other && !error; other = other->next) {
        if (other->child && other->fd != wanted)
            error = posix_spawn_file_actions_addclose(&actions, other->fd);
    }
    char *const arguments[] = {const_cast<char *>("sh"), const_cast<char *>("-c"), const_cast<char *>("--"),
                               const_cast<char *>(command), nullptr};
    if (!error)
        error = posix_spawn(&file->child, _PATH_BSHELL, &actions, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(theirs);
    if (error) {
        fclose(file);
        errno = error;
        return nullptr;
    }
    if (!strchr(mode, 'e'))
        fcntl(ours, F_SETFD, 0);
    return file;
}

int pclose(FILE *file) {
    pid_t child = file->child;
    fclose(file);
    int status;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR)
            return -1;
    }
    return status;
}
}
