// Signal sets (POSIX.1-2017 sigemptyset and the rest).
#include <errno.h>
#include <signal.h>

namespace {

bool valid(int number) {
    if (number >= 1 && number < NSIG)
        return true;
    errno = EINVAL;
    return false;
}

unsigned long bit(int number) { return 1ul << (number - 1); }

} // namespace

extern "C" {

int sigemptyset(sigset_t *set) {
    *set = {};
    return 0;
}

int sigfillset(sigset_t *set) {
    *set = {};
    set->__bits[0] = ~0x180000000ul; // all but the two of the library's own
    return 0;
}

int sigaddset(sigset_t *set, int number) {
    if (!valid(number))
        return -1;
    set->__bits[0] |= bit(number);
    return 0;
}

int sigdelset(sigset_t *set, int number) {
    if (!valid(number))
        return -1;
    set->__bits[0] &= ~bit(number);
    return 0;
}

int sigismember(const sigset_t *set, int number) { return valid(number) ? (set->__bits[0] & bit(number)) != 0 : -1; }
int sigisemptyset(const sigset_t *set) { return set->__bits[0] == 0; }

int sigorset(sigset_t *set, const sigset_t *left, const sigset_t *right) {
    *set = {};
    set->__bits[0] = left->__bits[0] | right->__bits[0];
    return 0;
}

int sigandset(sigset_t *set, const sigset_t *left, const sigset_t *right) {
    *set = {};
    set->__bits[0] = left->__bits[0] & right->__bits[0];
    return 0;
}
}
