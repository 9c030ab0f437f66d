// posix_spawn, posix_spawnp (POSIX.1-2017). The child shares the parent's memory until it has executed the program
// (vfork), on a stack of its own so that the parent's frame stays whole. All signals are blocked meanwhile: a handler
// must not run in the child. The child's error comes back in shared memory, so no pipe is needed.
#include "spawn/actions.hpp"
#include "sysdep/syscall.hpp"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

using libc::call;

namespace {

constexpr size_t kStackBytes = 20 * 1024; // execvpe has a path buffer of 4.3 kB

struct Request {
    const char *program;
    char *const *arguments;
    char *const *environment;
    const posix_spawn_file_actions_t *actions;
    const posix_spawnattr_t *attributes;
    bool search;
    sigset_t old_mask;
    int error;
};

int run_action(const __spawn_action &action) {
    switch (action.kind) {
    case __spawn_action::Open: {
        long fd = call(SYS_open, action.path, action.flags, action.mode);
        if (fd < 0 || fd == action.fd)
            return fd < 0 ? static_cast<int>(-fd) : 0;
        long result = call(SYS_dup2, fd, action.fd);
        call(SYS_close, fd);
        return result < 0 ? static_cast<int>(-result) : 0;
    }
    case __spawn_action::Close: call(SYS_close, action.fd); return 0;
    case __spawn_action::Duplicate: {
        if (action.fd == action.other_fd) { // it must stay open over exec
            long flags = call(SYS_fcntl, action.fd, F_GETFD, 0);
            if (flags >= 0)
                flags = call(SYS_fcntl, action.fd, F_SETFD, flags & ~FD_CLOEXEC);
            return flags < 0 ? static_cast<int>(-flags) : 0;
        }
        long result = call(SYS_dup2, action.fd, action.other_fd);
        return result < 0 ? static_cast<int>(-result) : 0;
    }
    case __spawn_action::ChangeDirectory: return static_cast<int>(-call(SYS_chdir, action.path));
    case __spawn_action::ChangeDirectoryTo: return static_cast<int>(-call(SYS_fchdir, action.fd));
    case __spawn_action::CloseFrom: call(SYS_close_range, action.fd, ~0u, 0); return 0;
    case __spawn_action::SetForeground: {
        int group = static_cast<int>(call(SYS_getpgrp));
        return static_cast<int>(-call(SYS_ioctl, action.fd, TIOCSPGRP, &group));
    }
    }
    return EINVAL;
}

// Handlers would run in the parent's memory; POSIX makes them default in the new program anyway.
void reset_handlers(const posix_spawnattr_t *attributes) {
    struct sigaction action;
    bool chosen = attributes && (attributes->__flags & POSIX_SPAWN_SETSIGDEF);
    for (int number = 1; number < NSIG; number++) {
        bool to_default = chosen && sigismember(&attributes->__default, number) == 1;
        if (!to_default) {
            if (sigaction(number, nullptr, &action) < 0 || action.sa_handler == SIG_DFL || action.sa_handler == SIG_IGN)
                continue;
        }
        action = {};
        sigaction(number, &action, nullptr);
    }
}

int apply_attributes(const posix_spawnattr_t &attributes) {
    long result = 0;
    if (attributes.__flags & POSIX_SPAWN_SETSID)
        result = call(SYS_setsid);
    if (result >= 0 && (attributes.__flags & POSIX_SPAWN_SETPGROUP))
        result = call(SYS_setpgid, 0, attributes.__pgroup);
    if (result >= 0 && (attributes.__flags & POSIX_SPAWN_SETSCHEDULER))
        result = call(SYS_sched_setscheduler, 0, attributes.__policy, &attributes.__param);
    else if (result >= 0 && (attributes.__flags & POSIX_SPAWN_SETSCHEDPARAM))
        result = call(SYS_sched_setparam, 0, &attributes.__param);
    if (result >= 0 && (attributes.__flags & POSIX_SPAWN_RESETIDS)) {
        result = call(SYS_setgid, call(SYS_getgid));
        if (result >= 0)
            result = call(SYS_setuid, call(SYS_getuid));
    }
    return result < 0 ? static_cast<int>(-result) : 0;
}

int child(void *argument) {
    auto &request = *static_cast<Request *>(argument);
    const posix_spawnattr_t *attributes = request.attributes;
    reset_handlers(attributes);
    int error = attributes ? apply_attributes(*attributes) : 0;
    if (request.actions) {
        for (auto *action = request.actions->__first; action && !error; action = action->next)
            error = run_action(*action);
    }
    if (!error) {
        bool masked = attributes && (attributes->__flags & POSIX_SPAWN_SETSIGMASK);
        sigprocmask(SIG_SETMASK, masked ? &attributes->__mask : &request.old_mask, nullptr);
        if (request.search)
            execvpe(request.program, request.arguments, request.environment);
        else
            execve(request.program, request.arguments, request.environment);
        error = errno;
    }
    request.error = error;
    return 127;
}

int spawn(pid_t *result, const char *program, const posix_spawn_file_actions_t *actions,
          const posix_spawnattr_t *attributes, char *const *arguments, char *const *environment, bool search) {
    Request request = {program, arguments, environment, actions, attributes, search, {}, 0};
    // execvpe copies the argument list for a script; its size is the caller's.
    size_t words = 0;
    while (arguments[words])
        words++;
    alignas(16) [[clang::uninitialized]] char stack[kStackBytes];
    sigset_t all;
    sigfillset(&all);
    all.__bits[0] = ~0ul;
    int saved = errno;
    char *stack_top = stack + sizeof stack;
    void *large_stack = nullptr;
    size_t large_bytes = 0;
    if (words > 256) {
        large_bytes = (kStackBytes + words * 2 * sizeof(char *) + 4095) & ~4095ul;
        long mapping = call(SYS_mmap, nullptr, large_bytes, 3, 0x22, -1, 0);
        if (mapping < 0 && mapping > -4096)
            return ENOMEM;
        large_stack = reinterpret_cast<void *>(mapping);
        stack_top = static_cast<char *>(large_stack) + large_bytes;
    }
    sigprocmask(SIG_BLOCK, &all, &request.old_mask);
    int pid = clone(child, stack_top, CLONE_VM | CLONE_VFORK | SIGCHLD, &request);
    if (pid < 0) {
        request.error = errno;
    } else if (request.error) {
        call(SYS_wait4, pid, nullptr, 0, nullptr);
    } else if (result) {
        *result = pid;
    }
    sigprocmask(SIG_SETMASK, &request.old_mask, nullptr);
    if (large_stack)
        call(SYS_munmap, large_stack, large_bytes);
    errno = saved;
    return request.error;
}

} // namespace

extern "C" {

int posix_spawn(pid_t *__restrict pid, const char *__restrict path, const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *__restrict attributes, char *const *__restrict arguments,
                char *const *__restrict environment) {
    return spawn(pid, path, actions, attributes, arguments, environment, false);
}

int posix_spawnp(pid_t *__restrict pid, const char *__restrict file, const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *__restrict attributes, char *const *__restrict arguments,
                 char *const *__restrict environment) {
    return spawn(pid, file, actions, attributes, arguments, environment, true);
}
}
