// The System V forms sighold, sigrelse, sigignore, sigset, sigpause (POSIX.1-2017, obsolescent).
#include <errno.h>
#include <signal.h>

namespace {

int change(int how, int number, sigset_t *old) {
    sigset_t set;
    sigemptyset(&set);
    return sigaddset(&set, number) < 0 ? -1 : sigprocmask(how, &set, old);
}

} // namespace

extern "C" {

int sighold(int number) { return change(SIG_BLOCK, number, nullptr); }
int sigrelse(int number) { return change(SIG_UNBLOCK, number, nullptr); }

int sigignore(int number) {
    struct sigaction action = {};
    action.sa_handler = SIG_IGN;
    return sigaction(number, &action, nullptr);
}

int sigpause(int number) {
    sigset_t mask;
    if (sigprocmask(SIG_BLOCK, nullptr, &mask) < 0 || sigdelset(&mask, number) < 0)
        return -1;
    return sigsuspend(&mask);
}

void (*sigset(int number, void (*handler)(int)))(int) {
    sigset_t old_mask;
    struct sigaction old;
    if (handler == SIG_HOLD) {
        if (change(SIG_BLOCK, number, &old_mask) < 0 || sigaction(number, nullptr, &old) < 0)
            return SIG_ERR;
    } else {
        struct sigaction action = {};
        action.sa_handler = handler;
        if (sigaction(number, &action, &old) < 0 || change(SIG_UNBLOCK, number, &old_mask) < 0)
            return SIG_ERR;
    }
    return sigismember(&old_mask, number) == 1 ? SIG_HOLD : old.sa_handler;
}
}
