// system (POSIX.1-2017): the caller ignores SIGINT and SIGQUIT and blocks SIGCHLD while the shell runs.
#include <errno.h>
#include <paths.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern "C" int system(const char *command) {
    if (!command)
        return access(_PATH_BSHELL, X_OK) == 0;
    struct sigaction ignore = {}, old_interrupt, old_quit;
    ignore.sa_handler = SIG_IGN;
    sigset_t child, old_mask, defaults;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigaction(SIGINT, &ignore, &old_interrupt);
    sigaction(SIGQUIT, &ignore, &old_quit);
    sigprocmask(SIG_BLOCK, &child, &old_mask);

    sigemptyset(&defaults);
    if (old_interrupt.sa_handler != SIG_IGN)
        sigaddset(&defaults, SIGINT);
    if (old_quit.sa_handler != SIG_IGN)
        sigaddset(&defaults, SIGQUIT);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &old_mask);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    char *const arguments[] = {const_cast<char *>("sh"), const_cast<char *>("-c"), const_cast<char *>("--"),
                               const_cast<char *>(command), nullptr};
    pid_t pid;
    int status = -1;
    int error = posix_spawn(&pid, _PATH_BSHELL, nullptr, &attributes, arguments, environ);
    if (error == 0) {
        while (waitpid(pid, &status, 0) < 0) {
            if (errno != EINTR) {
                error = errno;
                status = -1;
                break;
            }
        }
    }
    posix_spawnattr_destroy(&attributes);
    sigaction(SIGINT, &old_interrupt, nullptr);
    sigaction(SIGQUIT, &old_quit, nullptr);
    sigprocmask(SIG_SETMASK, &old_mask, nullptr);
    if (error)
        errno = error;
    return status;
}
