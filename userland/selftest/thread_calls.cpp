// clone3(2), rseq(2), membarrier(2): the calls below pthread_create.
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "selftest.h"

namespace {

struct CloneArguments {
    unsigned long flags = 0, pid_fd = 0, child_tid = 0, parent_tid = 0, exit_signal = 0, stack = 0,
                  stack_size = 0, tls = 0, set_tid = 0, set_tid_size = 0, cgroup = 0;
};

long clone3(const CloneArguments& arguments, size_t size = sizeof(CloneArguments)) {
    return syscall(SYS_clone3, &arguments, size);
}

/// Makes a child by `arguments`, which exits at once, and answers its id.
long clone_and_wait(CloneArguments arguments) {
    arguments.exit_signal = SIGCHLD;
    long child = clone3(arguments);
    if (child == 0) _exit(0);
    if (child > 0) CHECK_EQUAL(waitpid(static_cast<pid_t>(child), nullptr, 0), child);
    return child;
}

} // namespace

CASE(thread_calls, clone3_checks_its_structure) {
    CloneArguments arguments;
    CHECK_ERROR(clone3(arguments, 63), EINVAL);
    CHECK_ERROR(clone3(arguments, 4097), E2BIG);
    struct {
        CloneArguments known;
        unsigned long more = 0;
    } longer;
    longer.known.exit_signal = SIGCHLD;
    long child = syscall(SYS_clone3, &longer, sizeof longer);
    if (child == 0) _exit(0);
    CHECK(child > 0 && waitpid(static_cast<pid_t>(child), nullptr, 0) == child);
    longer.more = 1;
    CHECK_ERROR(syscall(SYS_clone3, &longer, sizeof longer), E2BIG);
    CHECK_ERROR(syscall(SYS_clone3, 8, sizeof arguments), EFAULT);
    auto refuses = [](CloneArguments given) { CHECK_ERROR(clone3(given), EINVAL); };
    refuses({.flags = 1ul << 40});
    refuses({.flags = CLONE_DETACHED});
    refuses({.flags = SIGCHLD});
    refuses({.flags = CLONE_THREAD});
    refuses({.flags = CLONE_SIGHAND});
    refuses({.flags = CLONE_SIGHAND | CLONE_VM | CLONE_CLEAR_SIGHAND});
    refuses({.flags = CLONE_PARENT, .exit_signal = SIGCHLD});
    refuses({.flags = CLONE_FS | CLONE_NEWNS});
    refuses({.exit_signal = 65});
    refuses({.stack = 4096});
    refuses({.stack_size = 4096});
    refuses({.stack = ~0ul - 4095, .stack_size = 4096});
    refuses({.set_tid_size = 1});
    refuses({.set_tid = 4096});
    refuses({.set_tid = 4096, .set_tid_size = 33});
}

CASE(thread_calls, clone3_can_choose_the_id) {
    int wanted = 0;
    CloneArguments arguments = {.set_tid = reinterpret_cast<unsigned long>(&wanted), .set_tid_size = 1};
    CHECK_ERROR(clone_and_wait(arguments), EINVAL);
    wanted = getpid();
    CHECK_ERROR(clone_and_wait(arguments), EEXIST);
    for (wanted = 30'000; kill(wanted, 0) == 0 || errno != ESRCH; ++wanted) {}
    CHECK_EQUAL(clone_and_wait(arguments), wanted);
    int status = selftest::in_child([] {
        int other = 31'000;
        CHECK_EQUAL(setuid(12345), 0);
        CHECK_ERROR(clone_and_wait({.set_tid = reinterpret_cast<unsigned long>(&other), .set_tid_size = 1}), EPERM);
    });
    CHECK_EQUAL(status, 0);
}

CASE(thread_calls, clone3_tells_ids_and_clears_handlers) {
    static int parent_word, child_word;
    signal(SIGUSR1, [](int) {});
    signal(SIGUSR2, SIG_IGN);
    CloneArguments arguments = {.flags = CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CLEAR_SIGHAND,
                                .child_tid = reinterpret_cast<unsigned long>(&child_word),
                                .parent_tid = reinterpret_cast<unsigned long>(&parent_word),
                                .exit_signal = SIGCHLD};
    long child = clone3(arguments);
    if (child == 0) {
        struct sigaction action;
        sigaction(SIGUSR1, nullptr, &action);
        bool is_default = action.sa_handler == SIG_DFL;
        sigaction(SIGUSR2, nullptr, &action);
        _exit(is_default && action.sa_handler == SIG_IGN && child_word == getpid() ? 0 : 1);
    }
    int status;
    CHECK_EQUAL(waitpid(static_cast<pid_t>(child), &status, 0), child);
    CHECK_EQUAL(status, 0);
    CHECK_EQUAL(parent_word, child);
    CHECK_EQUAL(child_word, 0);
}

CASE(thread_calls, clone_answers_a_process_descriptor) {
    int fd = -1;
    long child = syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, &fd, 0, 0);
    if (child == 0) _exit(fcntl(fd, F_GETFD) == -1 ? 3 : 4);
    CHECK_EQUAL(fcntl(fd, F_GETFD), FD_CLOEXEC);
    siginfo_t info = {};
    CHECK_EQUAL(waitid(static_cast<idtype_t>(3), static_cast<id_t>(fd), &info, WEXITED), 0); // P_PIDFD
    CHECK(info.si_pid == child && info.si_status == 3);
    CHECK_EQUAL(close(fd), 0);
    CHECK_ERROR(syscall(SYS_clone, CLONE_PIDFD | CLONE_PARENT_SETTID | SIGCHLD, 0, &fd, 0, 0), EINVAL);
    CHECK_ERROR(syscall(SYS_clone, CLONE_PIDFD | CLONE_DETACHED | SIGCHLD, 0, &fd, 0, 0), EINVAL);
    CHECK_ERROR(syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, 8, 0, 0), EFAULT);
}

CASE(thread_calls, clone_parent_makes_a_sibling) {
    int status = selftest::in_child([] {
        long sibling = syscall(SYS_clone, CLONE_PARENT, 0, 0, 0, 0);
        if (sibling == 0) _exit(getppid() == 1 ? 1 : 0);
        CHECK_ERROR(waitpid(static_cast<pid_t>(sibling), nullptr, 0), ECHILD);
        _exit(3);
    });
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 3);
    CHECK(wait(&status) > 0);
    CHECK_EQUAL(status, 0);
}

CASE(thread_calls, a_child_without_exit_signal_is_a_clone_child) {
    long child = syscall(SYS_clone, 0, 0, 0, 0, 0);
    if (child == 0) _exit(5);
    int status;
    CHECK_ERROR(waitpid(static_cast<pid_t>(child), &status, 0), ECHILD);
    CHECK_EQUAL(waitpid(static_cast<pid_t>(child), &status, __WCLONE), child);
    CHECK_EQUAL(WEXITSTATUS(status), 5);
    child = syscall(SYS_clone, 200, 0, 0, 0, 0); // no such signal: none is sent
    if (child == 0) _exit(6);
    CHECK_EQUAL(waitpid(static_cast<pid_t>(child), &status, __WALL), child);
    CHECK_EQUAL(WEXITSTATUS(status), 6);
}

namespace {

constexpr unsigned kSignature = 0x53053053;
struct alignas(32) RseqArea {
    volatile unsigned cpu_start, cpu;
    volatile unsigned long section;
    volatile unsigned flags;
    unsigned reserved[3];
};
RseqArea g_area;

long rseq(RseqArea* area, unsigned size, int flags, unsigned signature) {
    return syscall(SYS_rseq, area, size, flags, signature);
}

/// Spins inside a section until it is aborted, up to `limit` rounds; answers whether it was.
bool spin_in_section(RseqArea& area, unsigned long limit) {
    bool was_aborted;
    asm volatile(
        ".pushsection .data.rel.rseq_cs, \"aw\"\n"
        ".balign 32\n"
        "3: .long 0, 0\n"
        ".quad 1f, 2f - 1f, 4f\n"
        ".popsection\n"
        "leaq 3b(%%rip), %%rax\n"
        "movq %%rax, %[section]\n"
        "1:\n"
        "decq %[limit]\n"
        "jnz 1b\n"
        "2:\n"
        "movb $0, %[aborted]\n"
        "jmp 5f\n"
        ".long 0x53053053\n"
        "4:\n"
        "movb $1, %[aborted]\n"
        "5:\n"
        : [section] "=m"(area.section), [limit] "+r"(limit), [aborted] "=&q"(was_aborted)
        :
        : "rax", "memory", "cc");
    return was_aborted;
}

} // namespace

CASE(thread_calls, rseq_registers_once) {
    RseqArea other;
    CHECK_ERROR(rseq(&g_area, 32, 2, kSignature), EINVAL);
    CHECK_ERROR(rseq(&g_area, 32, 1, kSignature), EINVAL);
    CHECK_ERROR(rseq(&g_area, 31, 0, kSignature), EINVAL);
    CHECK_ERROR(rseq(reinterpret_cast<RseqArea*>(reinterpret_cast<char*>(&g_area) + 8), 32, 0, kSignature), EINVAL);
    CHECK_ERROR(rseq(reinterpret_cast<RseqArea*>(0xffff'8000'0000'0000), 32, 0, kSignature), EFAULT);
    g_area.cpu = ~0u;
    CHECK_EQUAL(rseq(&g_area, 32, 0, kSignature), 0);
    CHECK(g_area.cpu < 1024 && g_area.cpu_start == g_area.cpu);
    CHECK_ERROR(rseq(&g_area, 32, 0, kSignature), EBUSY);
    CHECK_ERROR(rseq(&g_area, 32, 0, kSignature + 1), EPERM);
    CHECK_ERROR(rseq(&other, 32, 0, kSignature), EINVAL);
    int status = selftest::in_child([] { CHECK_ERROR(rseq(&g_area, 32, 0, kSignature), EBUSY); }); // fork inherits
    CHECK_EQUAL(status, 0);
    CHECK_ERROR(rseq(&g_area, 32, 1, kSignature + 1), EPERM);
    CHECK_EQUAL(rseq(&g_area, 32, 1, kSignature), 0);
    CHECK_EQUAL(g_area.cpu, ~0u);
    CHECK_EQUAL(g_area.cpu_start, 0);
}

CASE(thread_calls, a_signal_aborts_a_restartable_sequence) {
    static volatile sig_atomic_t handled;
    signal(SIGALRM, [](int) { handled = 1; });
    CHECK_EQUAL(rseq(&g_area, 32, 0, kSignature), 0);
    CHECK(!spin_in_section(g_area, 1));
    // A switch may abort it first; in the end it is the signal.
    ualarm(30'000, 0);
    while (handled == 0) CHECK(spin_in_section(g_area, ~0ul));
    CHECK_EQUAL(g_area.section, 0);
    CHECK_EQUAL(rseq(&g_area, 32, 1, kSignature), 0);
}

CASE(thread_calls, a_bad_restartable_sequence_is_a_segmentation_fault) {
    int status = selftest::in_child([] {
        CHECK_EQUAL(rseq(&g_area, 32, 0, kSignature + 1), 0); // not the one before the abort handler
        ualarm(20'000, 0);
        signal(SIGALRM, [](int) {});
        spin_in_section(g_area, ~0ul);
    });
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}

CASE(thread_calls, membarrier_offers_what_it_answers) {
    enum {
        kQuery = 0,
        kGlobal = 1,
        kPrivate = 8,
        kRegisterPrivate = 16,
        kSyncCore = 32,
        kRegisterSyncCore = 64,
        kRseq = 128,
        kRegisterRseq = 256
    };
    long offered = syscall(SYS_membarrier, kQuery, 0, 0);
    CHECK((offered & 0x1ff) == 0x1ff);
    CHECK_ERROR(syscall(SYS_membarrier, kQuery, 1, 0), EINVAL);
    CHECK_ERROR(syscall(SYS_membarrier, 3, 0, 0), EINVAL);
    CHECK_EQUAL(syscall(SYS_membarrier, kGlobal, 0, 0), 0);
    CHECK_ERROR(syscall(SYS_membarrier, kPrivate, 0, 0), EPERM);
    CHECK_EQUAL(syscall(SYS_membarrier, kRegisterPrivate, 0, 0), 0);
    CHECK_EQUAL(syscall(SYS_membarrier, kPrivate, 0, 0), 0);
    CHECK_ERROR(syscall(SYS_membarrier, kSyncCore, 0, 0), EPERM);
    CHECK_EQUAL(syscall(SYS_membarrier, kRegisterSyncCore, 0, 0), 0);
    CHECK_EQUAL(syscall(SYS_membarrier, kSyncCore, 0, 0), 0);
    CHECK_ERROR(syscall(SYS_membarrier, kRseq, 0, 0), EPERM);
    CHECK_EQUAL(syscall(SYS_membarrier, kRegisterRseq, 0, 0), 0);
    CHECK_EQUAL(syscall(SYS_membarrier, kRseq, 1, 0), 0);
    CHECK_ERROR(syscall(SYS_membarrier, kRseq, 2, 0), EINVAL);
}

namespace {

volatile char selector = 0; // 0: calls run; 1: they are signals
volatile int diverted_number = 0, diverted_code = 0;

void answer_diverted_call(int, siginfo_t* information, void* context) {
    selector = 0;
    diverted_number = information->si_syscall;
    diverted_code = information->si_code;
    static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_RAX] = 4711;
}

} // namespace

CASE(thread_calls, a_program_answers_its_own_calls) {
    struct sigaction action = {};
    action.sa_sigaction = answer_diverted_call;
    action.sa_flags = SA_SIGINFO;
    CHECK_EQUAL(sigaction(SIGSYS, &action, nullptr), 0);
    CHECK_ERROR(prctl(PR_SET_SYSCALL_USER_DISPATCH, 2, 0, 0, 0), EINVAL);
    CHECK_ERROR(prctl(PR_SET_SYSCALL_USER_DISPATCH, 0, 1, 0, 0), EINVAL);
    CHECK_ERROR(prctl(PR_SET_SYSCALL_USER_DISPATCH, 1, 1, 0, 0), EINVAL);
    CHECK_ERROR(prctl(PR_SET_SYSCALL_USER_DISPATCH, 1, 0, 0, 1ul << 63), EFAULT);
    CHECK_EQUAL(prctl(PR_SET_SYSCALL_USER_DISPATCH, 1, 0, 0, &selector), 0);
    pid_t self = getpid();
    selector = 1;
    long answer = syscall(SYS_getppid);
    CHECK_EQUAL(answer, 4711);
    CHECK(diverted_number == SYS_getppid && diverted_code == 2); // SYS_USER_DISPATCH
    CHECK_EQUAL(syscall(SYS_getpid), self);
    CHECK_EQUAL(prctl(PR_SET_SYSCALL_USER_DISPATCH, 0, 0, 0, 0), 0);
    selector = 1;
    CHECK_EQUAL(syscall(SYS_getpid), self);
}

CASE(thread_calls, the_time_stamp_counter_can_be_hidden) {
    int access = 0;
    CHECK_EQUAL(prctl(PR_GET_TSC, &access), 0);
    CHECK_EQUAL(access, PR_TSC_ENABLE);
    CHECK_ERROR(prctl(PR_SET_TSC, 3), EINVAL);
    int status = selftest::in_child([] {
        if (prctl(PR_SET_TSC, PR_TSC_SIGSEGV) != 0) _exit(1);
        sched_yield(); // and others still read it
        unsigned low, high;
        __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
        _exit(0);
    });
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    unsigned low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
}
