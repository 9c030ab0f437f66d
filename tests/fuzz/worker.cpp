#include "worker.h"

#include <cstring>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

#include "calls.inc"

constexpr unsigned kCallCount = sizeof(kCalls) / sizeof(kCalls[0]);

/// What a privileged worker must not do: it reaches others, the clock, the mounts of all, or takes the processor for itself.
constexpr int kUnprivilegedOnly[] = {
    SYS_kill, SYS_tkill, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_settimeofday, SYS_clock_settime, SYS_sethostname,
    SYS_setdomainname, SYS_sched_setscheduler, SYS_sched_setparam, SYS_sched_setattr, SYS_syslog, SYS_ptrace, SYS_acct, SYS_quotactl,
    SYS_adjtimex, SYS_clock_adjtime, SYS_rt_sigqueueinfo, SYS_prlimit64, SYS_mlockall, SYS_process_vm_writev, SYS_move_mount,
    SYS_pidfd_send_signal, SYS_setns, SYS_unshare, SYS_mount_setattr, SYS_setpriority, SYS_ioctl,
    SYS_fanotify_mark,
};
/// Calls that usually end or block the caller: made now and then.
constexpr int kRare[] = {SYS_exit, SYS_exit_group, SYS_rt_sigreturn, SYS_pause, SYS_rt_sigsuspend, SYS_execve, SYS_execveat,
                         SYS_vfork, SYS_clone, SYS_clone3, SYS_fork, SYS_munmap, SYS_mprotect, SYS_close_range, SYS_brk, SYS_mremap,
                         SYS_rt_sigtimedwait, SYS_wait4, SYS_waitid, SYS_arch_prctl, SYS_setrlimit, SYS_seccomp, SYS_prctl,
                         SYS_restart_syscall, SYS_ptrace, SYS_set_robust_list, SYS_futex, SYS_rt_sigprocmask, SYS_prlimit64};

template <unsigned long N> bool contains(const int (&numbers)[N], int number) {
    for (int each : numbers)
        if (each == number) return true;
    return false;
}

long call(long number, const unsigned long* arguments) {
    register long r10 asm("r10") = static_cast<long>(arguments[3]);
    register long r8 asm("r8") = static_cast<long>(arguments[4]);
    register long r9 asm("r9") = static_cast<long>(arguments[5]);
    long result;
    asm volatile("syscall"
                 : "=a"(result)
                 : "a"(number), "D"(arguments[0]), "S"(arguments[1]), "d"(arguments[2]), "r"(r10), "r"(r8), "r"(r9)
                 : "rcx", "r11", "memory");
    return result;
}

void nothing(int) {}

/// Blocking calls come back, and most signals do not end the worker.
void prepare_signals() {
    struct sigaction action = {};
    action.sa_handler = nothing;
    for (int signal = 1; signal < 65; ++signal)
        if (signal != SIGKILL && signal != SIGSTOP && signal != SIGSEGV && signal != SIGBUS && signal != SIGILL && signal != SIGFPE)
            sigaction(signal, &action, nullptr);
    sigset_t none;
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, nullptr);
    itimerval every = {{0, 5000}, {0, 5000}};
    setitimer(ITIMER_REAL, &every, nullptr);
}

void limit(__rlimit_resource resource, rlim_t value) {
    rlimit both = {value, value};
    setrlimit(resource, &both);
}

/// One descriptor of each kind and a few names; what a kernel does not have is left out.
void prepare_descriptors() {
    int ends[2];
    mkdir("d", 0755), mkdir("d/e", 0755), mkfifo("fifo", 0666), symlink("a", "link"), symlink("loop", "loop");
    int file = open("a", O_RDWR | O_CREAT, 0666);
    if (file >= 0 && ftruncate(file, 20000) != 0) _exit(1);
    open("d", O_RDONLY | O_DIRECTORY), open("/dev/null", O_RDWR), open("/dev/zero", O_RDWR), open("/proc/self/maps", O_RDONLY);
    open("d", O_PATH), open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK), open("fifo", O_RDWR | O_NONBLOCK);
    (void)!pipe2(ends, O_NONBLOCK), (void)!pipe(ends);
    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends);
    eventfd(1, EFD_NONBLOCK), epoll_create1(0), inotify_init1(IN_NONBLOCK), timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    memfd_create("m", 0);
    syscall(SYS_pidfd_open, getpid(), 0);
}

/// For what a fork-like call answers 0 to: the child lives on for a few calls.
void live_shortly(const WorkerPlan& plan, Arguments& memory, Random& random) {
    unsigned long arguments[6];
    for (int i = 0; i < 8; ++i) {
        const Call& row = kCalls[random.below(kCallCount)];
        if (contains(kRare, row.number) || (plan.is_privileged && contains(kUnprivilegedOnly, row.number))) continue;
        for (int k = 0; k < 6; ++k) arguments[k] = memory.make(row.kinds[k]);
        call(row.number, arguments);
    }
    _exit(0);
}

void make_one(const WorkerPlan& plan, Progress& progress, Arguments& memory, Random& random) {
    const Call& row = kCalls[random.below(kCallCount)];
    if (plan.only >= 0 && row.number != plan.only) return;
    if (plan.is_privileged && contains(kUnprivilegedOnly, row.number)) return;
    if (plan.only < 0 && contains(kRare, row.number) && !random.chance(4)) return;
    unsigned long arguments[6];
    for (int i = 0; i < 6; ++i) arguments[i] = memory.make(row.kinds[i]);
    if (row.number == SYS_clone) { // a child with its own memory or one that shares everything but the stack
        arguments[0] &= ~static_cast<unsigned long>(CLONE_VM | CLONE_VFORK | CLONE_THREAD);
        arguments[1] = 0;
    }
    progress.last_call.store(row.number, std::memory_order_relaxed);
    for (int i = 0; i < 6; ++i) progress.arguments[i].store(arguments[i], std::memory_order_relaxed);
    if (row.number == SYS_vfork || row.number == SYS_clone3) {
        pid_t child = fork();
        if (child == 0) {
            if (row.number == SYS_clone3) call(SYS_clone3, arguments);
            live_shortly(plan, memory, random);
        }
    } else {
        pid_t self = getpid();
        long result = call(row.number, arguments);
        if (result == 0 && (row.number == SYS_fork || row.number == SYS_clone) && getpid() != self) live_shortly(plan, memory, random);
    }
    progress.calls.fetch_add(1, std::memory_order_relaxed);
}

struct ThreadPlan {
    const WorkerPlan* plan;
    Progress* progress;
    unsigned index;
};

void* run_thread(void* argument) {
    auto [plan, progress, index] = *static_cast<ThreadPlan*>(argument);
    Random random(plan->seed * 64 + index);
    Arguments memory(random, plan->is_privileged);
    for (unsigned long i = 0; i < plan->calls; ++i) {
        if (random.chance(25)) memory.scramble();
        make_one(*plan, *progress, memory, random);
        if (i % 64 == 0) {
            while (waitpid(-1, nullptr, WNOHANG) > 0) {}
            prepare_signals();
        }
    }
    return nullptr;
}

} // namespace

void work(const WorkerPlan& plan, Progress& progress) {
    limit(RLIMIT_AS, 512ul << 20);
    limit(RLIMIT_FSIZE, 8 << 20);
    limit(RLIMIT_CORE, 0);
    if (!plan.is_privileged) {
        limit(RLIMIT_NPROC, 200);
        if (setgid(1000) != 0 || setuid(1000) != 0) _exit(1);
    }
    prepare_signals();
    prepare_descriptors();
    static ThreadPlan plans[16];
    for (unsigned i = 0; i < plan.threads; ++i) {
        plans[i] = {&plan, &progress, i};
        pthread_t thread;
        if (i + 1 < plan.threads) pthread_create(&thread, nullptr, run_thread, &plans[i]);
        else run_thread(&plans[i]);
    }
    syscall(SYS_exit_group, 0);
    __builtin_unreachable();
}
