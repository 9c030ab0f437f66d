// Sending, blocking and awaiting signals (POSIX.1-2017 <signal.h>).
#include "internal/thread.hpp"
#include "sysdep/syscall.hpp"

#include <signal.h>
#include <unistd.h>

using libc::call;
using libc::checked;
using libc::kKernelSigsetBytes;

namespace {

template <typename... Arguments> int answer(long number, Arguments... arguments) {
    return static_cast<int>(checked(number, arguments...));
}

} // namespace

extern "C" {

int kill(pid_t pid, int number) { return answer(SYS_kill, pid, number); }

int killpg(pid_t group, int number) {
    if (group < 0) {
        errno = EINVAL;
        return -1;
    }
    return kill(-group, number);
}

int tgkill(pid_t process, pid_t thread, int number) { return answer(SYS_tgkill, process, thread, number); }
int raise(int number) { return answer(SYS_tgkill, getpid(), call(SYS_gettid), number); }

int pthread_sigmask(int how, const sigset_t *__restrict set, sigset_t *__restrict old) {
    if (old)
        *old = {};
    return static_cast<int>(-call(SYS_rt_sigprocmask, how, set, old, kKernelSigsetBytes));
}

int sigprocmask(int how, const sigset_t *__restrict set, sigset_t *__restrict old) {
    if (old)
        *old = {};
    return answer(SYS_rt_sigprocmask, how, set, old, kKernelSigsetBytes);
}

int sigpending(sigset_t *set) {
    *set = {};
    return answer(SYS_rt_sigpending, set, kKernelSigsetBytes);
}

int sigsuspend(const sigset_t *mask) { return answer(SYS_rt_sigsuspend, mask, kKernelSigsetBytes); }
int pause() { return answer(SYS_pause); }

int sigtimedwait(const sigset_t *__restrict set, siginfo_t *__restrict info, const timespec *__restrict timeout) {
    long result;
    do
        result = call(SYS_rt_sigtimedwait, set, info, timeout, kKernelSigsetBytes);
    while (result == -EINTR && !timeout);
    return static_cast<int>(libc::to_errno(result));
}

int sigwaitinfo(const sigset_t *__restrict set, siginfo_t *__restrict info) {
    return answer(SYS_rt_sigtimedwait, set, info, nullptr, kKernelSigsetBytes);
}

int sigwait(const sigset_t *__restrict set, int *__restrict number) {
    int result = sigtimedwait(set, nullptr, nullptr);
    if (result < 0)
        return errno;
    *number = result;
    return 0;
}

int sigqueue(pid_t pid, int number, union sigval value) {
    siginfo_t info = {};
    info.si_signo = number;
    info.si_code = SI_QUEUE;
    info.si_pid = getpid();
    info.si_uid = getuid();
    info.si_value = value;
    return answer(SYS_rt_sigqueueinfo, pid, number, &info);
}

int sigaltstack(const stack_t *__restrict stack, stack_t *__restrict old) {
    return answer(SYS_sigaltstack, stack, old);
}
}
