// ptrace(2), process_vm_readv(2), /proc/pid/mem, kcmp(2): a tracer and its tracees.
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "selftest.h"

namespace {

enum Request : long {
    kTraceMe = 0,
    kPeekData = 2,
    kPeekUser = 3,
    kPokeData = 5,
    kPokeUser = 6,
    kContinue = 7,
    kKill = 8,
    kSingleStep = 9,
    kGetRegs = 12,
    kSetRegs = 13,
    kGetFpRegs = 14,
    kAttach = 16,
    kDetach = 17,
    kSystemCall = 24,
    kSetOptions = 0x4200,
    kGetEventMessage = 0x4201,
    kGetSignalInfo = 0x4202,
    kSetSignalInfo = 0x4203,
    kGetRegSet = 0x4204,
    kSetRegSet = 0x4205,
    kSeize = 0x4206,
    kInterrupt = 0x4207,
    kListen = 0x4208,
    kPeekSignalInfo = 0x4209,
    kGetSignalMask = 0x420a,
    kGetSyscallInfo = 0x420e
};
constexpr long kSysGood = 1, kFork = 2, kExec = 0x10, kExit = 0x40, kExitKill = 1 << 20;
constexpr int kEventFork = 1, kEventExec = 4, kEventExit = 6, kEventStop = 128;

struct Registers {
    uint64_t r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi, orig_rax, rip, cs,
        rflags, rsp, ss, fs_base, gs_base, ds, es, fs, gs;
};

long trace(long request, pid_t process = 0, uint64_t address = 0, uint64_t data = 0) {
    return syscall(SYS_ptrace, request, process, address, data);
}
template <typename T> uint64_t at(T* pointer) { return reinterpret_cast<uint64_t>(pointer); }

int wait_for(pid_t process) {
    int status = -1;
    CHECK_EQUAL(waitpid(process, &status, 0x4000'0000), process); // __WALL
    return status;
}
int stop_of(int signal, int event = 0) { return (event << 8 | signal) << 8 | 0x7f; }

volatile long g_word = 11;

/// A child that traces itself, has stopped with SIGSTOP, and then does `body`.
pid_t tracee(void (*body)()) {
    pid_t child = fork();
    if (child == 0) {
        if (trace(kTraceMe) != 0) _exit(90);
        raise(SIGSTOP);
        body();
        _exit(0);
    }
    CHECK_EQUAL(wait_for(child), stop_of(SIGSTOP));
    return child;
}

void finish(pid_t child) {
    CHECK_EQUAL(kill(child, SIGKILL), 0);
    int status = wait_for(child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

} // namespace

CASE(tracing, errors) {
    CHECK_ERROR(trace(kAttach, 4'000'000), ESRCH);
    CHECK_ERROR(trace(kAttach, getpid()), EPERM);
    CHECK_ERROR(trace(kContinue, getpid()), ESRCH);
    CHECK_ERROR(trace(kContinue, getppid()), ESRCH);
    pid_t child = tracee([] {});
    CHECK_ERROR(trace(kAttach, child), EPERM);
    CHECK_ERROR(trace(kSeize, child, 1, 0), EIO);
    CHECK_ERROR(trace(0x7777, child), EIO);
    CHECK_ERROR(trace(kPeekUser, child, 3, at(&g_word)), EIO);
    CHECK_ERROR(trace(kPeekUser, child, 100'000, at(&g_word)), EIO);
    CHECK_ERROR(trace(kPeekData, child, 8, at(&g_word)), EIO);
    CHECK_ERROR(trace(kContinue, child, 0, 65), EIO);
    CHECK_ERROR(trace(kSetOptions, child, 0, 1 << 30), EINVAL);
    CHECK_ERROR(trace(kInterrupt, child), EIO); // not seized
    CHECK_ERROR(trace(kListen, child), EIO);
    CHECK_EQUAL(trace(kContinue, child), 0);
    CHECK_EQUAL(wait_for(child), 0);
    CHECK_ERROR(trace(kContinue, child), ESRCH);
}

CASE(tracing, memory_is_read_and_written_and_private_pages_are_copied) {
    g_word = 11;
    pid_t child = tracee([] { _exit(g_word == 12 ? 0 : 1); });
    long value = 0;
    CHECK_EQUAL(trace(kPeekData, child, at(&g_word), at(&value)), 0);
    CHECK_EQUAL(value, 11);
    CHECK_EQUAL(trace(kPokeData, child, at(&g_word), 12), 0);
    CHECK_EQUAL(g_word, 11);
    // Into read-only text: a breakpoint's way.
    static const char kText[16] = "constant";
    CHECK_EQUAL(trace(kPokeData, child, at(kText), 0x4141414141414141), 0);
    CHECK_EQUAL(memcmp(kText, "constant", 8), 0);
    CHECK_EQUAL(trace(kPeekData, child, at(kText), at(&value)), 0);
    CHECK_EQUAL(value, 0x4141414141414141);
    CHECK_EQUAL(trace(kContinue, child), 0);
    CHECK_EQUAL(wait_for(child), 0);
}

CASE(tracing, system_calls_stop_at_entry_and_exit) {
    pid_t child = tracee([] { _exit(syscall(SYS_getppid, 1, 2, 3, 4, 5, 6) == 77 ? 0 : 1); });
    CHECK_EQUAL(trace(kSetOptions, child, 0, kSysGood), 0);
    int calls = 0;
    for (;;) {
        CHECK_EQUAL(trace(kSystemCall, child), 0);
        int status = wait_for(child);
        if (status == 0) break;
        CHECK_EQUAL(status, stop_of(SIGTRAP | 0x80));
        Registers registers;
        CHECK_EQUAL(trace(kGetRegs, child, 0, at(&registers)), 0);
        struct {
            uint8_t operation;
            uint32_t architecture;
            uint64_t instruction, stack, number, arguments[6];
        } info = {};
        long size = trace(kGetSyscallInfo, child, sizeof info, at(&info));
        if (registers.orig_rax == SYS_getppid && ++calls == 1) {
            CHECK_EQUAL(size, 80);
            CHECK_EQUAL(info.operation, 1);
            CHECK_EQUAL(info.architecture, 0xc000003e);
            CHECK_EQUAL(info.number, SYS_getppid);
            CHECK_EQUAL(info.arguments[5], 6);
            CHECK_EQUAL(registers.rdi, 1);
            CHECK_EQUAL(registers.rax, -38); // ENOSYS until it has run
        } else if (registers.orig_rax == SYS_getppid) {
            CHECK_EQUAL(size, 33);
            CHECK_EQUAL(info.operation, 2);
            CHECK_EQUAL(info.number, getpid()); // the result
            CHECK_EQUAL(registers.rax, getpid());
            registers.rax = 77;
            CHECK_EQUAL(trace(kSetRegs, child, 0, at(&registers)), 0);
        }
    }
    CHECK_EQUAL(calls, 2);
}

CASE(tracing, a_call_can_be_left_out) {
    pid_t child = tracee([] { _exit(getppid() == 5 ? 0 : 1); });
    CHECK_EQUAL(trace(kSystemCall, child), 0);
    for (;;) {
        int status = wait_for(child);
        if (WIFEXITED(status)) {
            CHECK_EQUAL(status, 0);
            return;
        }
        Registers registers;
        CHECK_EQUAL(trace(kGetRegs, child, 0, at(&registers)), 0);
        bool is_entry = registers.rax == static_cast<uint64_t>(-38);
        if (registers.orig_rax == SYS_getppid && is_entry) {
            registers.orig_rax = ~0ull;
            registers.rax = 5;
            CHECK_EQUAL(trace(kSetRegs, child, 0, at(&registers)), 0);
        }
        CHECK_EQUAL(trace(kSystemCall, child), 0);
    }
}

CASE(tracing, signals_are_shown_changed_and_suppressed) {
    pid_t child = tracee([] {
        raise(SIGUSR1); // suppressed
        raise(SIGCHLD); // ignored by default, but shown
        raise(SIGUSR2); // becomes SIGTERM
        _exit(1);
    });
    CHECK_EQUAL(trace(kContinue, child), 0);
    CHECK_EQUAL(wait_for(child), stop_of(SIGUSR1));
    siginfo_t info = {};
    CHECK_EQUAL(trace(kGetSignalInfo, child, 0, at(&info)), 0);
    CHECK_EQUAL(info.si_signo, SIGUSR1);
    CHECK_EQUAL(info.si_code, SI_TKILL);
    CHECK_EQUAL(info.si_pid, child);
    CHECK_EQUAL(trace(kContinue, child, 0, 0), 0);
    CHECK_EQUAL(wait_for(child), stop_of(SIGCHLD));
    CHECK_EQUAL(trace(kContinue, child, 0, SIGCHLD), 0);
    CHECK_EQUAL(wait_for(child), stop_of(SIGUSR2));
    CHECK_EQUAL(trace(kContinue, child, 0, SIGTERM), 0);
    int status = wait_for(child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

CASE(tracing, single_steps_move_by_one_instruction) {
    pid_t child = tracee([] {
        for (volatile int round = 0; round < 1000; round = round + 1) {}
        _exit(0);
    });
    Registers before, after;
    for (int step = 0; step < 50; ++step) {
        CHECK_EQUAL(trace(kGetRegs, child, 0, at(&before)), 0);
        CHECK_EQUAL(before.rflags & 0x100, 0); // the trap flag is not the program's
        CHECK_EQUAL(trace(kSingleStep, child), 0);
        CHECK_EQUAL(wait_for(child), stop_of(SIGTRAP));
        CHECK_EQUAL(trace(kGetRegs, child, 0, at(&after)), 0);
        CHECK(after.rip != before.rip || after.rcx != before.rcx); // a repeated string instruction stays
    }
    CHECK_EQUAL(trace(kContinue, child), 0);
    CHECK_EQUAL(wait_for(child), 0);
}

CASE(tracing, a_step_into_a_handler_stops_at_its_start) {
    pid_t child = tracee([] {
        signal(SIGUSR1, [](int) { _exit(0); });
        raise(SIGUSR1);
        _exit(1);
    });
    CHECK_EQUAL(trace(kContinue, child), 0);
    CHECK_EQUAL(wait_for(child), stop_of(SIGUSR1));
    Registers registers;
    CHECK_EQUAL(trace(kSingleStep, child, 0, SIGUSR1), 0);
    CHECK_EQUAL(wait_for(child), stop_of(SIGTRAP));
    CHECK_EQUAL(trace(kGetRegs, child, 0, at(&registers)), 0);
    CHECK_EQUAL(registers.rdi, SIGUSR1);
    CHECK_EQUAL(trace(kContinue, child), 0);
    CHECK_EQUAL(wait_for(child), 0);
}

CASE(tracing, a_watchpoint_stops_the_write) {
    constexpr uint64_t kDebugRegisters = 848;
    pid_t child = tracee([] {
        g_word = 99;
        _exit(0);
    });
    uint64_t address = at(const_cast<long*>(&g_word));
    CHECK_ERROR(trace(kPokeUser, child, kDebugRegisters, 0xffff'8000'0000'0000), EINVAL);
    CHECK_EQUAL(trace(kPokeUser, child, kDebugRegisters, address), 0);
    CHECK_EQUAL(trace(kPokeUser, child, kDebugRegisters + 7 * 8, 1 | 1u << 16 | 2u << 18), 0); // 8 bytes, on writes
    CHECK_EQUAL(trace(kContinue, child), 0);
    CHECK_EQUAL(wait_for(child), stop_of(SIGTRAP));
    siginfo_t info = {};
    CHECK_EQUAL(trace(kGetSignalInfo, child, 0, at(&info)), 0);
    CHECK_EQUAL(info.si_code, 4); // TRAP_HWBKPT
    uint64_t status = 0, value = 0;
    CHECK_EQUAL(trace(kPeekUser, child, kDebugRegisters + 6 * 8, at(&status)), 0);
    CHECK_EQUAL(status & 0xf, 1);
    CHECK_EQUAL(trace(kPeekData, child, address, at(&value)), 0);
    CHECK_EQUAL(value, 99);
    CHECK_EQUAL(trace(kContinue, child), 0);
    CHECK_EQUAL(wait_for(child), 0);
}

CASE(tracing, register_sets) {
    pid_t child = tracee([] {});
    Registers registers;
    iovec vector = {&registers, sizeof registers};
    CHECK_EQUAL(trace(kGetRegSet, child, 1, at(&vector)), 0);
    CHECK_EQUAL(vector.iov_len, 27 * 8);
    CHECK_EQUAL(registers.cs, 0x33);
    unsigned char state[8192];
    vector = {state, sizeof state};
    CHECK_EQUAL(trace(kGetRegSet, child, 2, at(&vector)), 0);
    CHECK_EQUAL(vector.iov_len, 512);
    vector = {state, sizeof state};
    if (trace(kGetRegSet, child, 0x202, at(&vector)) == 0) {
        CHECK(vector.iov_len >= 576);
        CHECK_EQUAL(trace(kSetRegSet, child, 0x202, at(&vector)), 0);
        state[24 + 3] = 0xff; // MXCSR's reserved bits
        CHECK_ERROR(trace(kSetRegSet, child, 0x202, at(&vector)), EINVAL);
    }
    vector = {state, 7};
    CHECK_ERROR(trace(kGetRegSet, child, 1, at(&vector)), EINVAL);
    registers.cs = 8; // the kernel's
    CHECK_ERROR(trace(kSetRegs, child, 0, at(&registers)), EIO);
    registers.cs = 0x33;
    registers.fs_base = ~0ull;
    CHECK_ERROR(trace(kSetRegs, child, 0, at(&registers)), EIO);
    finish(child);
}

CASE(tracing, forks_and_programs_are_followed) {
    pid_t child = tracee([] {
        pid_t grandchild = fork();
        if (grandchild == 0) _exit(3);
        int status;
        waitpid(grandchild, &status, 0);
        char* arguments[] = {const_cast<char*>("true"), nullptr};
        execv("/bin/true", arguments);
        _exit(1);
    });
    CHECK_EQUAL(trace(kSetOptions, child, 0, kFork | kExec | kExit), 0);
    CHECK_EQUAL(trace(kContinue, child), 0);
    CHECK_EQUAL(wait_for(child), stop_of(SIGTRAP, kEventFork));
    long message = 0;
    CHECK_EQUAL(trace(kGetEventMessage, child, 0, at(&message)), 0);
    pid_t grandchild = static_cast<pid_t>(message);
    CHECK_EQUAL(wait_for(grandchild), stop_of(SIGSTOP)); // traced from its first instruction
    CHECK_EQUAL(trace(kContinue, child), 0);
    CHECK_EQUAL(trace(kContinue, grandchild), 0);
    CHECK_EQUAL(wait_for(grandchild), stop_of(SIGTRAP, kEventExit));
    CHECK_EQUAL(trace(kGetEventMessage, grandchild, 0, at(&message)), 0);
    CHECK_EQUAL(message, 3 << 8);
    CHECK_EQUAL(trace(kContinue, grandchild), 0);
    CHECK_EQUAL(wait_for(grandchild), 3 << 8); // and its own parent, the child, hears of it afterwards
    CHECK_EQUAL(wait_for(child), stop_of(SIGCHLD));
    CHECK_EQUAL(trace(kContinue, child), 0);
    CHECK_EQUAL(wait_for(child), stop_of(SIGTRAP, kEventExec));
    CHECK_EQUAL(trace(kContinue, child), 0);
    CHECK_EQUAL(wait_for(child), stop_of(SIGTRAP, kEventExit));
    CHECK_EQUAL(trace(kContinue, child), 0);
    CHECK_EQUAL(wait_for(child), 0);
}

CASE(tracing, attach_stops_and_detach_lets_go) {
    pid_t child = fork();
    if (child == 0)
        while (true) pause();
    CHECK_EQUAL(trace(kAttach, child), 0);
    CHECK_EQUAL(wait_for(child), stop_of(SIGSTOP));
    CHECK_EQUAL(trace(kDetach, child, 0, SIGTERM), 0);
    int status = wait_for(child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

CASE(tracing, seize_interrupt_and_listen) {
    pid_t child = fork();
    if (child == 0)
        while (true) pause();
    CHECK_EQUAL(trace(kSeize, child), 0);
    CHECK_ERROR(trace(kGetEventMessage, child, 0, at(&g_word)), ESRCH); // it runs
    CHECK_EQUAL(trace(kInterrupt, child), 0);
    CHECK_EQUAL(wait_for(child), stop_of(SIGTRAP, kEventStop));
    CHECK_EQUAL(trace(kContinue, child), 0);
    kill(child, SIGSTOP);
    CHECK_EQUAL(wait_for(child), stop_of(SIGSTOP)); // the signal
    CHECK_EQUAL(trace(kContinue, child, 0, SIGSTOP), 0);
    CHECK_EQUAL(wait_for(child), stop_of(SIGSTOP, kEventStop)); // the group stop
    CHECK_EQUAL(trace(kListen, child), 0);
    kill(child, SIGCONT);
    CHECK_EQUAL(wait_for(child), stop_of(SIGTRAP, kEventStop));
    CHECK_EQUAL(trace(kContinue, child), 0);
    CHECK_EQUAL(wait_for(child), stop_of(SIGCONT));
    CHECK_EQUAL(trace(kContinue, child), 0);
    finish(child);
}

CASE(tracing, the_end_of_the_tracer_frees_or_kills) {
    for (bool kills : {false, true}) {
        int ends[2];
        CHECK_EQUAL(pipe(ends), 0);
        pid_t child = fork();
        if (child == 0)
            while (true) pause();
        pid_t tracer = fork();
        if (tracer == 0) {
            int status;
            if (trace(kAttach, child) != 0 || waitpid(child, &status, 0) != child) _exit(1);
            if (kills && trace(kSetOptions, child, 0, kExitKill) != 0) _exit(2);
            _exit(0);
        }
        CHECK_EQUAL(wait_for(tracer), 0);
        if (!kills) CHECK_EQUAL(kill(child, SIGTERM), 0);
        if (!kills) CHECK_EQUAL(kill(child, SIGCONT), 0); // the SIGSTOP of the attach came first
        int status = wait_for(child);
        CHECK(WIFSIGNALED(status) && WTERMSIG(status) == (kills ? SIGKILL : SIGTERM));
    }
}

CASE(tracing, a_stopped_tracee_can_be_killed) {
    pid_t child = tracee([] {});
    finish(child);
}

CASE(tracing, process_vm_calls_copy_between_processes) {
    g_word = 21;
    pid_t child = fork();
    if (child == 0) {
        g_word = 22;
        raise(SIGSTOP);
        _exit(g_word == 23 ? 0 : 1);
    }
    CHECK_EQUAL(waitpid(child, nullptr, WUNTRACED), child);
    long value = 0;
    iovec local = {&value, sizeof value}, remote = {const_cast<long*>(&g_word), sizeof g_word};
    CHECK_EQUAL(syscall(SYS_process_vm_readv, child, &local, 1ul, &remote, 1ul, 0ul), sizeof value);
    CHECK_EQUAL(value, 22);
    value = 23;
    CHECK_EQUAL(syscall(SYS_process_vm_writev, child, &local, 1ul, &remote, 1ul, 0ul), sizeof value);
    iovec bad = {reinterpret_cast<void*>(16), 8};
    CHECK_ERROR(syscall(SYS_process_vm_readv, child, &local, 1ul, &bad, 1ul, 0ul), EFAULT);
    CHECK_ERROR(syscall(SYS_process_vm_readv, child, &local, 1ul, &remote, 1ul, 1ul), EINVAL);
    CHECK_ERROR(syscall(SYS_process_vm_readv, 4'000'000, &local, 1ul, &remote, 1ul, 0ul), ESRCH);
    kill(child, SIGCONT);
    CHECK_EQUAL(wait_for(child), 0);
}

CASE(tracing, proc_mem_reads_and_writes) {
    g_word = 31;
    pid_t child = tracee([] { _exit(g_word == 32 ? 0 : 1); });
    char name[64];
    snprintf(name, sizeof name, "/proc/%d/mem", child);
    int fd = open(name, O_RDWR);
    CHECK(fd >= 0);
    long value = 0;
    off_t address = static_cast<off_t>(at(const_cast<long*>(&g_word)));
    CHECK_EQUAL(pread(fd, &value, sizeof value, address), sizeof value);
    CHECK_EQUAL(value, 31);
    value = 32;
    CHECK_EQUAL(pwrite(fd, &value, sizeof value, address), sizeof value);
    CHECK_ERROR(pread(fd, &value, sizeof value, 8), EIO);
    close(fd);
    CHECK_EQUAL(trace(kContinue, child), 0);
    CHECK_EQUAL(wait_for(child), 0);
}

CASE(tracing, kcmp_tells_what_is_shared) {
    CHECK_EQUAL(syscall(SYS_kcmp, getpid(), getpid(), 1, 0, 0), 0); // KCMP_VM
    int copy = dup(1);
    CHECK_EQUAL(syscall(SYS_kcmp, getpid(), getpid(), 0, 1ul, static_cast<unsigned long>(copy)), 0); // KCMP_FILE
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    CHECK(syscall(SYS_kcmp, getpid(), getpid(), 0, static_cast<unsigned long>(ends[0]),
                  static_cast<unsigned long>(ends[1])) > 0);
    CHECK_ERROR(syscall(SYS_kcmp, getpid(), getpid(), 0, 1, 900), EBADF);
    CHECK_ERROR(syscall(SYS_kcmp, getpid(), getpid(), 99, 1, 1), EINVAL);
    CHECK_ERROR(syscall(SYS_kcmp, 4'000'000, getpid(), 1, 0, 0), ESRCH);
}
