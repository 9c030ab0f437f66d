// posix_spawnattr (POSIX.1-2017).
#include <errno.h>
#include <spawn.h>

extern "C" {

int posix_spawnattr_init(posix_spawnattr_t *attributes) {
    *attributes = {};
    return 0;
}
int posix_spawnattr_destroy(posix_spawnattr_t *) { return 0; }

int posix_spawnattr_setflags(posix_spawnattr_t *attributes, short flags) {
    constexpr int kKnown = POSIX_SPAWN_RESETIDS | POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSCHEDPARAM | POSIX_SPAWN_SETSCHEDULER |
                           POSIX_SPAWN_USEVFORK | POSIX_SPAWN_SETSID;
    if (flags & ~kKnown)
        return EINVAL;
    attributes->__flags = flags;
    return 0;
}

int posix_spawnattr_getflags(const posix_spawnattr_t *__restrict attributes, short *__restrict flags) {
    *flags = static_cast<short>(attributes->__flags);
    return 0;
}

#define ATTRIBUTE(name, type, member)                                                                        \
    int posix_spawnattr_get##name(const posix_spawnattr_t *__restrict attributes, type *__restrict value) {  \
        *value = attributes->member;                                                                         \
        return 0;                                                                                            \
    }

ATTRIBUTE(pgroup, pid_t, __pgroup)
ATTRIBUTE(sigmask, sigset_t, __mask)
ATTRIBUTE(sigdefault, sigset_t, __default)
ATTRIBUTE(schedparam, struct sched_param, __param)
ATTRIBUTE(schedpolicy, int, __policy)

int posix_spawnattr_setpgroup(posix_spawnattr_t *attributes, pid_t group) {
    attributes->__pgroup = group;
    return 0;
}
int posix_spawnattr_setsigmask(posix_spawnattr_t *__restrict attributes, const sigset_t *__restrict mask) {
    attributes->__mask = *mask;
    return 0;
}
int posix_spawnattr_setsigdefault(posix_spawnattr_t *__restrict attributes, const sigset_t *__restrict set) {
    attributes->__default = *set;
    return 0;
}
int posix_spawnattr_setschedparam(posix_spawnattr_t *__restrict attributes,
                                  const struct sched_param *__restrict parameters) {
    attributes->__param = *parameters;
    return 0;
}
int posix_spawnattr_setschedpolicy(posix_spawnattr_t *attributes, int policy) {
    attributes->__policy = policy;
    return 0;
}
}
