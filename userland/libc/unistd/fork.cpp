// fork, vfork (fork(2), vfork(2)). The child of fork has one thread, so the library's locks are free again for
// it: only a single-threaded process's locks could have been held by the caller itself.
#include "internal/fork.hpp"
#include "internal/thread.hpp"
#include "sysdep/syscall.hpp"

#include <unistd.h>

namespace libc {

void (*g_fork_hook)(ForkPhase);

} // namespace libc

extern "C" {

pid_t _Fork() {
    long pid = libc::call(SYS_fork);
    if (pid == 0) {
        libc::ThreadBlock *self = libc::current_thread();
        self->tid = static_cast<int>(libc::call(SYS_set_tid_address, &self->exit_futex));
    }
    return static_cast<pid_t>(libc::to_errno(pid));
}

pid_t fork() {
    using libc::ForkPhase;
    if (libc::g_fork_hook)
        libc::g_fork_hook(ForkPhase::Before);
    pid_t pid = _Fork();
    if (libc::g_fork_hook)
        libc::g_fork_hook(pid == 0 ? ForkPhase::Child : ForkPhase::Parent);
    return pid;
}

// The child runs on the parent's stack, which is why the return address must be kept in a register: the child
// overwrites its place on the stack when it calls anything after the return.
__attribute__((naked)) pid_t vfork() {
    asm("pop %%rdx\n\t"
        "mov %0, %%eax\n\t"
        "syscall\n\t"
        "push %%rdx\n\t"
        "cmp $-4095, %%rax\n\t"
        "jae 1f\n\t"
        "ret\n"
        "1:\n\t"
        "mov %%rax, %%rdi\n\t"
        "sub $8, %%rsp\n\t"
        "call __vfork_failed\n\t"
        "add $8, %%rsp\n\t"
        "ret"
        :
        : "i"(SYS_vfork));
}

long __vfork_failed(long negative_errno) { return libc::set_errno_from(negative_errno); }
}
