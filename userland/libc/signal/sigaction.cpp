// sigaction, signal (POSIX.1-2017). The kernel wants the address of the code that a handler returns to.
#include "sysdep/syscall.hpp"

#include <signal.h>
#include <string.h>

namespace {

// The kernel's struct sigaction for x86-64 (sigaction(2), "C library/kernel differences").
struct KernelAction {
    void (*handler)(int);
    unsigned long flags;
    void (*restorer)();
    unsigned long mask;
};

__attribute__((naked)) void return_from_signal() {
    asm("mov %0, %%eax\n\t"
        "syscall" ::"i"(SYS_rt_sigreturn));
}

sigset_t g_interrupting; // signals for which siginterrupt asked for EINTR

} // namespace

extern "C" {

int sigaction(int number, const struct sigaction *__restrict action, struct sigaction *__restrict old) {
    constexpr int kFirstInternal = 32, kLastInternal = 34; // the library's own, as in other C libraries
    if (number >= kFirstInternal && number < kLastInternal) {
        errno = EINVAL;
        return -1;
    }
    KernelAction wanted = {}, previous = {};
    if (action) {
        wanted.handler = action->sa_handler;
        wanted.flags = static_cast<unsigned>(action->sa_flags) | SA_RESTORER;
        wanted.restorer = return_from_signal;
        wanted.mask = action->sa_mask.__bits[0];
    }
    if (libc::checked(SYS_rt_sigaction, number, action ? &wanted : nullptr, old ? &previous : nullptr,
                      libc::kKernelSigsetBytes) < 0)
        return -1;
    if (old) {
        old->sa_handler = previous.handler;
        old->sa_flags = static_cast<int>(previous.flags & ~static_cast<unsigned long>(SA_RESTORER));
        old->sa_restorer = previous.restorer;
        memset(&old->sa_mask, 0, sizeof old->sa_mask);
        old->sa_mask.__bits[0] = previous.mask;
    }
    return 0;
}

void (*signal(int number, void (*handler)(int)))(int) {
    struct sigaction action = {}, old;
    action.sa_handler = handler;
    action.sa_flags = sigismember(&g_interrupting, number) == 1 ? 0 : SA_RESTART;
    return sigaction(number, &action, &old) < 0 ? SIG_ERR : old.sa_handler;
}

void (*bsd_signal(int number, void (*handler)(int)))(int) { return signal(number, handler); }

int siginterrupt(int number, int interrupts) {
    struct sigaction action;
    if (sigaction(number, nullptr, &action) < 0)
        return -1;
    if (interrupts) {
        sigaddset(&g_interrupting, number);
        action.sa_flags &= ~SA_RESTART;
    } else {
        sigdelset(&g_interrupting, number);
        action.sa_flags |= SA_RESTART;
    }
    return sigaction(number, &action, nullptr);
}

int __libc_current_sigrtmin() { return 34; }
int __libc_current_sigrtmax() { return 64; }
}
