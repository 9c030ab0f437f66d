// abort (C17 7.22.4.1): SIGABRT, first to a handler, then with the default action, which cannot be blocked.
#include "sysdep/syscall.hpp"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

extern "C" void abort() noexcept {
    sigset_t only_abort = {};
    sigaddset(&only_abort, SIGABRT);
    raise(SIGABRT);
    struct sigaction action = {};
    sigaction(SIGABRT, &action, nullptr);
    sigprocmask(SIG_UNBLOCK, &only_abort, nullptr);
    raise(SIGABRT);
    for (;;)
        _exit(127);
}
