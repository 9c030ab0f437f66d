// Signals to the letter of signal(7), sigaltstack(2), rt_sigqueueinfo(2): codes, frames, limits, job control.
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "selftest.h"

namespace {

volatile sig_atomic_t g_count;
volatile siginfo_t g_info;
sigjmp_buf g_back;

void on_fault(int, siginfo_t* info, void*) {
    memcpy(const_cast<siginfo_t*>(&g_info), info, sizeof *info);
    siglongjmp(g_back, 1);
}
void count(int) { g_count = g_count + 1; }

void handle(int number, void (*handler)(int, siginfo_t*, void*), int flags = 0) {
    struct sigaction action = {};
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO | flags;
    CHECK_EQUAL(sigaction(number, &action, nullptr), 0);
}

sigset_t set_of(int number) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    return set;
}

/// What the handler is told about the fault in `body`.
template <typename Body> void expect_fault(Body body, int number, int code, const void* address) {
    handle(number, on_fault);
    if (sigsetjmp(g_back, 1) == 0) {
        body();
        CHECK(false);
    }
    CHECK_EQUAL(g_info.si_signo, number);
    CHECK_EQUAL(g_info.si_code, code);
    if (address) CHECK(g_info.si_addr == address);
}

constexpr unsigned kAutoDisarm = 1u << 31;
char g_stack[64 * 1024];

void wait_for(pid_t child, int options, int code, int status) {
    siginfo_t info = {};
    CHECK_EQUAL(waitid(P_PID, static_cast<id_t>(child), &info, options), 0);
    CHECK(info.si_pid == child && info.si_signo == SIGCHLD);
    CHECK_EQUAL(info.si_code, code);
    CHECK_EQUAL(info.si_status, status);
}

} // namespace

CASE(signal_details, faults_tell_code_and_address) {
    char* page = static_cast<char*>(mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    expect_fault([&] { *static_cast<volatile char*>(page) = 1; }, SIGSEGV, SEGV_ACCERR, page);
    CHECK_EQUAL(munmap(page, 4096), 0);
    expect_fault([&] { *static_cast<volatile char*>(page + 5) = 1; }, SIGSEGV, SEGV_MAPERR, page + 5);
    volatile int zero = 0;
    expect_fault([&] { asm volatile("idivl %0" : : "m"(zero), "a"(1), "d"(0)); }, SIGFPE, FPE_INTDIV, nullptr);
    expect_fault([] { asm volatile("ud2"); }, SIGILL, ILL_ILLOPN, nullptr);
    expect_fault([] { asm volatile("int3"); }, SIGTRAP, SI_KERNEL, nullptr);
    expect_fault([] { asm volatile("hlt"); }, SIGSEGV, SI_KERNEL, nullptr);
    expect_fault([] { *reinterpret_cast<volatile char*>(0x8000'0000'0000'0000) = 1; }, SIGSEGV, SI_KERNEL, nullptr);
}

CASE(signal_details, a_page_beyond_the_file_is_a_bus_error) {
    FILE* file = tmpfile();
    CHECK(file != nullptr);
    CHECK_EQUAL(ftruncate(fileno(file), 4096), 0);
    char* pages = static_cast<char*>(mmap(nullptr, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fileno(file), 0));
    CHECK(pages != MAP_FAILED);
    expect_fault([&] { *static_cast<volatile char*>(pages + 4096) = 1; }, SIGBUS, BUS_ADRERR, pages + 4096);
}

CASE(signal_details, a_blocked_fault_kills) {
    int status = selftest::in_child([] {
        sigset_t set = set_of(SIGSEGV);
        sigprocmask(SIG_BLOCK, &set, nullptr);
        signal(SIGSEGV, count);
        *static_cast<volatile int*>(nullptr) = 1;
    });
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    status = selftest::in_child([] {
        signal(SIGFPE, SIG_IGN);
        volatile int zero = 0;
        asm volatile("idivl %0" : : "m"(zero), "a"(1), "d"(0));
    });
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGFPE);
}

CASE(signal_details, the_frame_is_what_unwinders_and_debuggers_expect) {
    static unsigned long flags, mask_size;
    static unsigned magic1, magic2, size;
    handle(SIGUSR1, [](int, siginfo_t*, void* context) {
        auto* frame = static_cast<ucontext_t*>(context);
        flags = frame->uc_flags;
        auto* state = reinterpret_cast<const char*>(frame->uc_mcontext.fpregs);
        memcpy(&magic1, state + 464, 4);
        memcpy(&size, state + 464 + 16, 4);
        memcpy(&magic2, state + size, 4);
        mask_size = sigismember(&frame->uc_sigmask, SIGUSR2) == 1;
    });
    sigset_t set = set_of(SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    raise(SIGUSR1);
    CHECK_EQUAL(flags & 6, 6);
    CHECK_EQUAL(mask_size, 1);
    if (flags & 1) {
        CHECK_EQUAL(magic1, 0x46505853);
        CHECK_EQUAL(magic2, 0x46505845);
        CHECK(size >= 576);
    }
}

CASE(signal_details, a_handler_can_change_where_and_with_what_it_returns) {
    handle(SIGTRAP, [](int, siginfo_t*, void* context) {
        auto& registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
        registers[REG_RAX] = 0x1234'5678'9abc;
    });
    long value = 1;
    asm volatile("int3" : "+a"(value));
    CHECK_EQUAL(value, 0x1234'5678'9abc);
    sigset_t set;
    handle(SIGUSR1, [](int, siginfo_t*, void* context) {
        sigaddset(&static_cast<ucontext_t*>(context)->uc_sigmask, SIGUSR2);
    });
    raise(SIGUSR1);
    sigprocmask(SIG_BLOCK, nullptr, &set);
    CHECK_EQUAL(sigismember(&set, SIGUSR2), 1);
}

CASE(signal_details, sigaltstack_checks_its_arguments) {
    stack_t stack = {}, old;
    stack.ss_sp = g_stack;
    stack.ss_size = 2047;
    CHECK_ERROR(sigaltstack(&stack, nullptr), ENOMEM);
    stack.ss_size = sizeof g_stack;
    stack.ss_flags = 8;
    CHECK_ERROR(sigaltstack(&stack, nullptr), EINVAL);
    CHECK_EQUAL(sigaltstack(nullptr, &old), 0);
    CHECK_EQUAL(old.ss_flags, SS_DISABLE);
    stack.ss_flags = 0;
    CHECK_EQUAL(sigaltstack(&stack, nullptr), 0);
    handle(SIGUSR1, [](int, siginfo_t*, void*) {
        stack_t now;
        CHECK_EQUAL(sigaltstack(nullptr, &now), 0);
        CHECK_EQUAL(now.ss_flags, SS_ONSTACK);
        CHECK_ERROR(sigaltstack(&now, nullptr), EPERM);
        now.ss_flags = SS_DISABLE;
        CHECK_ERROR(sigaltstack(&now, nullptr), EPERM);
        g_count = g_count + 1;
    }, SA_ONSTACK);
    raise(SIGUSR1);
    CHECK_EQUAL(g_count, 1);
    CHECK_EQUAL(sigaltstack(nullptr, &old), 0);
    CHECK(old.ss_sp == g_stack && old.ss_flags == 0);
}

CASE(signal_details, an_autodisarmed_stack_is_free_in_the_handler_and_back_after_it) {
    stack_t stack = {}, old;
    stack.ss_sp = g_stack;
    stack.ss_size = sizeof g_stack;
    stack.ss_flags = static_cast<int>(kAutoDisarm);
    CHECK_EQUAL(sigaltstack(&stack, nullptr), 0);
    handle(SIGUSR1, [](int, siginfo_t*, void*) {
        stack_t now;
        char here;
        CHECK(&here > g_stack && &here < g_stack + sizeof g_stack);
        CHECK_EQUAL(sigaltstack(nullptr, &now), 0);
        CHECK_EQUAL(now.ss_flags, SS_DISABLE);
        now.ss_sp = malloc(sizeof g_stack);
        now.ss_size = sizeof g_stack;
        now.ss_flags = 0;
        CHECK_EQUAL(sigaltstack(&now, nullptr), 0);
        g_count = g_count + 1;
    }, SA_ONSTACK);
    raise(SIGUSR1);
    CHECK_EQUAL(g_count, 1);
    CHECK_EQUAL(sigaltstack(nullptr, &old), 0);
    CHECK(old.ss_sp == g_stack && static_cast<unsigned>(old.ss_flags) == kAutoDisarm);
}

CASE(signal_details, an_alternate_stack_too_small_for_the_frame_is_fatal) {
    int status = selftest::in_child([] {
        char* pages = static_cast<char*>(
            mmap(nullptr, 6 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        stack_t stack = {};
        stack.ss_sp = pages + 4096; // what lies below is no part of it, though it could be written
        stack.ss_size = 5 * 4096;
        CHECK_EQUAL(sigaltstack(&stack, nullptr), 0);
        handle(SIGUSR1, [](int, siginfo_t*, void*) { raise(SIGUSR1); }, SA_ONSTACK | SA_NODEFER);
        raise(SIGUSR1);
    });
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}

CASE(signal_details, queued_signals_are_limited) {
    int status = selftest::in_child([] {
        sigset_t set = set_of(SIGRTMIN);
        sigaddset(&set, SIGUSR1);
        sigprocmask(SIG_BLOCK, &set, nullptr);
        rlimit limit = {5, 5};
        CHECK_EQUAL(setrlimit(RLIMIT_SIGPENDING, &limit), 0);
        CHECK_EQUAL(setuid(34567), 0);
        sigval value = {};
        int queued = 0;
        while (queued < 20 && sigqueue(getpid(), SIGRTMIN, value) == 0) ++queued;
        CHECK_EQUAL(errno, EAGAIN);
        CHECK_EQUAL(queued, 5);
        CHECK_EQUAL(kill(getpid(), SIGUSR1), 0);
        CHECK_EQUAL(kill(getpid(), SIGRTMIN), 0);
        siginfo_t info;
        timespec none = {};
        CHECK_EQUAL(sigtimedwait(&set, &info, &none), SIGUSR1); // the lowest first, with its sender
        CHECK(info.si_code == SI_USER && info.si_pid == getpid());
    });
    CHECK_EQUAL(status, 0);
}

CASE(signal_details, nobody_pretends_to_be_the_kernel_to_others) {
    siginfo_t info = {};
    info.si_signo = SIGUSR1;
    sigset_t set = set_of(SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    for (int code : {0, static_cast<int>(SI_KERNEL), static_cast<int>(SI_TKILL)}) {
        info.si_code = code;
        CHECK_ERROR(syscall(SYS_rt_sigqueueinfo, getppid(), 0, &info), EPERM);
        CHECK_ERROR(syscall(SYS_rt_tgsigqueueinfo, getppid(), getppid(), 0, &info), EPERM);
        CHECK_EQUAL(syscall(SYS_rt_sigqueueinfo, getpid(), 0, &info), 0);
    }
    info.si_code = SI_QUEUE;
    CHECK_EQUAL(syscall(SYS_rt_sigqueueinfo, getppid(), 0, &info), 0);
    CHECK_ERROR(syscall(SYS_rt_sigqueueinfo, getpid(), 65, &info), EINVAL);
    CHECK_ERROR(syscall(SYS_rt_tgsigqueueinfo, getpid(), 0, SIGUSR1, &info), EINVAL);
    CHECK_ERROR(syscall(SYS_rt_tgsigqueueinfo, getppid(), getpid(), SIGUSR1, &info), ESRCH);
    CHECK_ERROR(syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, 8), EFAULT);
    info.si_value.sival_int = 77;
    info.si_pid = 1234;
    CHECK_EQUAL(syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), SIGUSR1, &info), 0);
    siginfo_t got;
    CHECK_EQUAL(sigwaitinfo(&set, &got), SIGUSR1);
    CHECK(got.si_code == SI_QUEUE && got.si_value.sival_int == 77 && got.si_pid == 1234);
}

CASE(signal_details, stops_and_continues_cancel_each_other) {
    sigset_t set = set_of(SIGCONT);
    sigaddset(&set, SIGTSTP);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    signal(SIGTSTP, count);
    sigset_t pending;
    raise(SIGTSTP);
    raise(SIGCONT);
    sigpending(&pending);
    CHECK(sigismember(&pending, SIGCONT) == 1 && sigismember(&pending, SIGTSTP) == 0);
    raise(SIGTSTP);
    sigpending(&pending);
    CHECK(sigismember(&pending, SIGCONT) == 0 && sigismember(&pending, SIGTSTP) == 1);
}

CASE(signal_details, stopping_is_seen_by_wait_and_sigchld) {
    static siginfo_t last;
    handle(SIGCHLD, [](int, siginfo_t* info, void*) { last = *info; g_count = g_count + 1; }, SA_RESTART);
    pid_t child = fork();
    if (child == 0) while (true) pause();
    CHECK_EQUAL(kill(child, SIGSTOP), 0);
    wait_for(child, WSTOPPED, CLD_STOPPED, SIGSTOP);
    while (g_count < 1) usleep(1000);
    CHECK(last.si_code == CLD_STOPPED && last.si_status == SIGSTOP && last.si_pid == child);
    CHECK_EQUAL(kill(child, SIGTERM), 0); // waits until the child goes on
    usleep(10'000);
    siginfo_t info = {};
    CHECK_EQUAL(waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG), 0);
    CHECK_EQUAL(info.si_pid, 0);
    CHECK_EQUAL(kill(child, SIGCONT), 0);
    wait_for(child, WEXITED, CLD_KILLED, SIGTERM);
    // With SA_NOCLDSTOP the parent hears of the end only.
    handle(
        SIGCHLD,
        [](int, siginfo_t* siginfo, void*) {
            last = *siginfo;
            g_count = g_count + 1;
        },
        SA_RESTART | SA_NOCLDSTOP);
    g_count = 0;
    child = fork();
    if (child == 0) while (true) pause();
    kill(child, SIGSTOP);
    wait_for(child, WSTOPPED, CLD_STOPPED, SIGSTOP);
    kill(child, SIGCONT);
    wait_for(child, WCONTINUED, CLD_CONTINUED, SIGCONT);
    kill(child, SIGKILL); // also reaches a stopped one
    wait_for(child, WEXITED, CLD_KILLED, SIGKILL);
    CHECK_EQUAL(g_count, 1);
    CHECK(last.si_code == CLD_KILLED && last.si_status == SIGKILL);
}

CASE(signal_details, a_stopped_group_that_is_orphaned_goes_on) {
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    pid_t leader = fork();
    if (leader == 0) {
        setpgid(0, 0);
        pid_t member = fork();
        if (member == 0) {
            setpgid(0, 0);
            static int out;
            out = ends[1];
            signal(SIGHUP, [](int) { _exit(write(out, "h", 1) == 1 ? 0 : 1); });
            raise(SIGSTOP);
            while (true) pause();
        }
        int status;
        waitpid(member, &status, WUNTRACED);
        _exit(0);
    }
    CHECK_EQUAL(waitpid(leader, nullptr, 0), leader);
    close(ends[1]);
    char byte;
    CHECK_EQUAL(read(ends[0], &byte, 1), 1);
    CHECK_EQUAL(byte, 'h');
}

CASE(signal_details, children_of_a_parent_with_nocldwait_leave_no_zombie_but_signal) {
    handle(SIGCHLD, [](int, siginfo_t*, void*) { g_count = g_count + 1; }, SA_NOCLDWAIT | SA_RESTART);
    pid_t child = fork();
    if (child == 0) _exit(3);
    CHECK_ERROR(waitpid(child, nullptr, 0), ECHILD);
    while (g_count == 0) usleep(1000);
}

CASE(signal_details, a_busy_thread_notices_at_once) {
    pid_t child = fork();
    if (child == 0)
        while (true) {}
    usleep(20'000);
    timespec before, after;
    clock_gettime(CLOCK_MONOTONIC, &before);
    CHECK_EQUAL(kill(child, SIGKILL), 0);
    CHECK_EQUAL(waitpid(child, nullptr, 0), child);
    clock_gettime(CLOCK_MONOTONIC, &after);
    CHECK((after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1'000'000 < 1000);
}

CASE(signal_details, a_failed_call_to_kill_everybody) {
    int status = selftest::in_child([] {
        CHECK_EQUAL(setuid(45678), 0);
        CHECK_EQUAL(kill(-1, SIGTERM), 0); // all are refused, and that is no error
        CHECK_ERROR(kill(getppid(), SIGTERM), EPERM);
        CHECK_ERROR(kill(1, 0), EPERM);
    });
    CHECK_EQUAL(status, 0);
}

CASE(signal_details, unknown_action_flags_are_cleared) {
    struct { unsigned long handler, flags, restorer, mask; } action = {0, 0xffff'ffff'0000'0000 | 0x400, 0, 0}, old;
    CHECK_EQUAL(syscall(SYS_rt_sigaction, SIGUSR1, &action, nullptr, 8), 0);
    CHECK_EQUAL(syscall(SYS_rt_sigaction, SIGUSR1, nullptr, &old, 8), 0);
    CHECK_EQUAL(old.flags & 0x400, 0); // SA_UNSUPPORTED
    CHECK_ERROR(syscall(SYS_rt_sigaction, SIGUSR1, &action, nullptr, 16), EINVAL);
}

namespace {

volatile unsigned long wanted_rip = 0, seen_rip = 0;
sigjmp_buf after_fault;

void jump_astray(int, siginfo_t*, void* context) {
    static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP] = static_cast<long>(wanted_rip);
}
void note_place(int, siginfo_t*, void* context) {
    seen_rip = static_cast<unsigned long>(static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP]);
    siglongjmp(after_fault, 1);
}
void damage_state(int, siginfo_t*, void* context) {
    auto* state = reinterpret_cast<unsigned char*>(static_cast<ucontext_t*>(context)->uc_mcontext.fpregs);
    memset(state + 512 + 16, 0xff, 4); // the reserved bytes of the XSAVE header
}
bool has_extended_state() {
    unsigned eax = 1, ebx, ecx, edx;
    __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "=c"(ecx), "=d"(edx));
    return (ecx >> 27 & 1) != 0;
}

} // namespace

// A handler that returns to an address which the processor refuses: the fault happens there, not at the return.
CASE(signals, a_return_to_a_wild_address_faults_there) {
    handle(SIGUSR1, jump_astray, SA_NODEFER);
    handle(SIGSEGV, note_place, SA_NODEFER);
    for (unsigned long wild : {0x800000000000ul, 0x1000000000000ul, 0x7fffffffffffffful, 0x8000000000000000ul,
                               0xffff7ffffffffffful}) {
        wanted_rip = wild;
        if (sigsetjmp(after_fault, 1) == 0) raise(SIGUSR1);
        CHECK(seen_rip == wild);
    }
}

CASE(signals, a_damaged_extended_state_is_a_fault) {
    if (!has_extended_state()) return;
    handle(SIGUSR1, damage_state, SA_NODEFER);
    handle(SIGSEGV, [](int, siginfo_t*, void*) { g_count = g_count + 1; });
    g_count = 0;
    raise(SIGUSR1);
    CHECK_EQUAL(g_count, 1); // once, and then on behind raise
}
