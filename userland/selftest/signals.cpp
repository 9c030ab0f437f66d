// sigaction(2), sigprocmask(2), kill(2), sigqueue(3), sigsuspend(2), sigaltstack(2), restart rules of signal(7).
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "selftest.h"

namespace {

volatile sig_atomic_t g_count;
volatile int g_last_signal;
siginfo_t g_info;

void count(int number) {
    g_count = g_count + 1;
    g_last_signal = number;
}
void remember(int number, siginfo_t* info, void*) {
    count(number);
    g_info = *info;
}

void handle(int number, int flags) {
    struct sigaction action = {};
    if (flags & SA_SIGINFO) action.sa_sigaction = remember;
    else action.sa_handler = count;
    action.sa_flags = flags;
    CHECK_EQUAL(sigaction(number, &action, nullptr), 0);
}

sigset_t set_of(int number) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    return set;
}

} // namespace

CASE(signals, a_handler_runs_and_execution_goes_on) {
    handle(SIGUSR1, 0);
    double before = 1.5;
    volatile long long value = 0x123456789abcdef;
    raise(SIGUSR1);
    CHECK_EQUAL(g_count, 1);
    CHECK(before * 2 == 3.0);
    CHECK_EQUAL(value, 0x123456789abcdef);
}

CASE(signals, sigaction_errors) {
    struct sigaction action = {};
    action.sa_handler = count;
    CHECK_ERROR(sigaction(SIGKILL, &action, nullptr), EINVAL);
    CHECK_ERROR(sigaction(SIGSTOP, &action, nullptr), EINVAL);
    CHECK_ERROR(sigaction(0, &action, nullptr), EINVAL);
    CHECK_ERROR(sigaction(65, &action, nullptr), EINVAL);
}

CASE(signals, kill_errors) {
    CHECK_ERROR(kill(getpid(), 65), EINVAL);
    CHECK_ERROR(kill(getpid(), -1), EINVAL);
    CHECK_ERROR(kill(999'999, 0), ESRCH);
    CHECK_ERROR(kill(-999'999, SIGTERM), ESRCH);
    CHECK_EQUAL(kill(getpid(), 0), 0);
    int status = selftest::in_child([] {
        CHECK_EQUAL(setuid(12345), 0);
        CHECK_ERROR(kill(1, SIGTERM), EPERM);
    });
    CHECK_EQUAL(status, 0);
}

CASE(signals, blocked_signals_wait_and_merge) {
    handle(SIGUSR1, 0);
    sigset_t set = set_of(SIGUSR1), pending;
    sigprocmask(SIG_BLOCK, &set, nullptr);
    raise(SIGUSR1);
    raise(SIGUSR1);
    CHECK_EQUAL(g_count, 0);
    CHECK_EQUAL(sigpending(&pending), 0);
    CHECK_EQUAL(sigismember(&pending, SIGUSR1), 1);
    sigprocmask(SIG_UNBLOCK, &set, nullptr);
    CHECK_EQUAL(g_count, 1); // standard signals do not queue
}

CASE(signals, real_time_signals_queue_in_order_with_values) {
    int first = SIGRTMIN + 1;
    handle(first, SA_SIGINFO);
    sigset_t set = set_of(first);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    for (int value = 1; value <= 3; ++value) {
        union sigval payload;
        payload.sival_int = value;
        CHECK_EQUAL(sigqueue(getpid(), first, payload), 0);
    }
    siginfo_t info;
    CHECK_EQUAL(sigwaitinfo(&set, &info), first);
    CHECK_EQUAL(info.si_value.sival_int, 1);
    CHECK_EQUAL(info.si_code, SI_QUEUE);
    sigprocmask(SIG_UNBLOCK, &set, nullptr);
    CHECK_EQUAL(g_count, 2);
    CHECK_EQUAL(g_info.si_value.sival_int, 3);
}

CASE(signals, siginfo_tells_who_sent_it) {
    handle(SIGUSR2, SA_SIGINFO);
    kill(getpid(), SIGUSR2);
    CHECK_EQUAL(g_info.si_signo, SIGUSR2);
    CHECK_EQUAL(g_info.si_code, SI_USER);
    CHECK_EQUAL(g_info.si_pid, getpid());
    CHECK_EQUAL(g_info.si_uid, getuid());
}

CASE(signals, a_signal_is_blocked_in_its_own_handler_unless_nodefer) {
    struct sigaction action = {};
    action.sa_handler = [](int) {
        g_count = g_count + 1;
        if (g_count == 1) {
            raise(SIGUSR1);
            g_last_signal = g_count; // 1 if the second is deferred
        }
    };
    sigaction(SIGUSR1, &action, nullptr);
    raise(SIGUSR1);
    CHECK_EQUAL(g_last_signal, 1);
    CHECK_EQUAL(g_count, 2);
    g_count = 0;
    action.sa_flags = SA_NODEFER;
    sigaction(SIGUSR1, &action, nullptr);
    raise(SIGUSR1);
    CHECK_EQUAL(g_last_signal, 2);
}

CASE(signals, resethand_is_for_one_signal) {
    handle(SIGUSR1, static_cast<int>(SA_RESETHAND));
    raise(SIGUSR1);
    struct sigaction action;
    sigaction(SIGUSR1, nullptr, &action);
    CHECK(action.sa_handler == SIG_DFL);
}

static int read_under_signal(int flags) {
    handle(SIGALRM, flags);
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        usleep(300'000);
        _exit(write(ends[1], "x", 1) == 1 ? 0 : 1);
    }
    itimerval timer = {{0, 0}, {0, 100'000}};
    setitimer(ITIMER_REAL, &timer, nullptr);
    char byte;
    int result = static_cast<int>(read(ends[0], &byte, 1));
    int error = errno;
    waitpid(child, nullptr, 0);
    errno = error;
    return result;
}

CASE(signals, read_restarts_with_sa_restart) { CHECK_EQUAL(read_under_signal(SA_RESTART), 1); CHECK_EQUAL(g_count, 1); }
CASE(signals, read_is_interrupted_without_sa_restart) { CHECK_ERROR(read_under_signal(0), EINTR); }

CASE(signals, nanosleep_is_interrupted_and_tells_what_remains) {
    handle(SIGALRM, SA_RESTART);
    itimerval timer = {{0, 0}, {0, 50'000}};
    setitimer(ITIMER_REAL, &timer, nullptr);
    timespec wanted = {5, 0}, left = {};
    CHECK_ERROR(nanosleep(&wanted, &left), EINTR);
    CHECK(left.tv_sec == 4 && left.tv_nsec > 0);
}

CASE(signals, sigsuspend_waits_with_another_mask) {
    handle(SIGUSR1, 0);
    sigset_t set = set_of(SIGUSR1), none, now;
    sigemptyset(&none);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    raise(SIGUSR1);
    CHECK_ERROR(sigsuspend(&none), EINTR);
    CHECK_EQUAL(g_count, 1);
    sigprocmask(SIG_BLOCK, nullptr, &now);
    CHECK_EQUAL(sigismember(&now, SIGUSR1), 1);
}

CASE(signals, sigtimedwait_times_out) {
    sigset_t set = set_of(SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    timespec timeout = {0, 20'000'000};
    CHECK_ERROR(sigtimedwait(&set, nullptr, &timeout), EAGAIN);
}

static char* g_stack_address;
CASE(signals, the_alternate_stack_is_used) {
    static char stack[65536];
    stack_t description = {};
    description.ss_sp = stack;
    description.ss_size = sizeof stack;
    CHECK_EQUAL(sigaltstack(&description, nullptr), 0);
    struct sigaction action = {};
    action.sa_handler = [](int) {
        char here;
        g_stack_address = &here;
        stack_t now;
        sigaltstack(nullptr, &now);
        g_count = now.ss_flags;
    };
    action.sa_flags = SA_ONSTACK;
    sigaction(SIGUSR1, &action, nullptr);
    raise(SIGUSR1);
    CHECK(g_stack_address > stack && g_stack_address < stack + sizeof stack);
    CHECK_EQUAL(g_count, SS_ONSTACK);
    description.ss_size = 100;
    CHECK_ERROR(sigaltstack(&description, nullptr), ENOMEM);
}

CASE(signals, ignored_children_leave_no_zombies) {
    signal(SIGCHLD, SIG_IGN);
    pid_t child = fork();
    if (child == 0) _exit(0);
    CHECK_ERROR(waitpid(child, nullptr, 0), ECHILD);
}

CASE(signals, sigchld_tells_how_the_child_ended) {
    handle(SIGCHLD, SA_SIGINFO);
    pid_t child = fork();
    if (child == 0) _exit(5);
    while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {}
    CHECK_EQUAL(g_info.si_code, CLD_EXITED);
    CHECK_EQUAL(g_info.si_status, 5);
    CHECK_EQUAL(g_info.si_pid, child);
}

CASE(signals, kill_reaches_every_member_of_a_group) {
    pid_t children[3];
    for (pid_t& child : children) {
        child = fork();
        if (child == 0) {
            pause();
            _exit(0);
        }
        setpgid(child, children[0]);
    }
    CHECK_EQUAL(kill(-children[0], SIGTERM), 0);
    for (pid_t child : children) {
        int status;
        CHECK_EQUAL(waitpid(child, &status, 0), child);
        CHECK_EQUAL(WTERMSIG(status), SIGTERM);
    }
}

CASE(signals, a_hostile_signal_frame_ends_only_its_process) {
    // rt_sigreturn with a stack pointer that holds no frame.
    int status = selftest::in_child([] {
        asm volatile("mov $0x10000, %%rsp; mov $15, %%eax; syscall" : : : "memory");
    });
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    // A handler that asks for a kernel code segment and I/O privilege: it must not get them.
    status = selftest::in_child([] {
        struct sigaction action = {};
        action.sa_sigaction = [](int, siginfo_t*, void* context) {
            auto* registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
            registers[REG_EFL] |= 0x3000; // IOPL 3
            registers[REG_CSGSFS] = 0x8;  // kernel code
        };
        action.sa_flags = SA_SIGINFO;
        sigaction(SIGUSR1, &action, nullptr);
        raise(SIGUSR1);
        unsigned long flags;
        asm volatile("pushf; pop %0" : "=r"(flags));
        _exit((flags & 0x3000) == 0 ? 42 : 43);
    });
    CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 42) || (WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV));
}

CASE(signals, the_processor_s_flags_and_vector_registers_survive_a_handler) {
    handle(SIGUSR1, 0);
    long long in[2] = {0x1111222233334444, 0x5555666677778888}, out[2];
    long pid = getpid();
    asm volatile("movdqu (%[in]), %%xmm7\n mov %[pid], %%rdi\n mov $10, %%esi\n mov $62, %%eax\n syscall\n "
                 "movdqu %%xmm7, (%[out])"
                 :
                 : [in] "r"(in), [out] "r"(out), [pid] "r"(pid)
                 : "rax", "rcx", "r11", "rdi", "rsi", "xmm7", "memory");
    CHECK_EQUAL(g_count, 1);
    CHECK_EQUAL(out[0], in[0]);
    CHECK_EQUAL(out[1], in[1]);
}

CASE(signals, a_sigcont_that_does_nothing_interrupts_nothing) {
    pid_t child = fork();
    if (child == 0) {
        pollfd none = {-1, 0, 0};
        _exit(poll(&none, 1, 120) == 0 ? 0 : 1);
    }
    usleep(40'000);
    CHECK_EQUAL(kill(child, SIGCONT), 0);
    int status;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
