// seccomp(2): strict mode, filters, and what they answer.
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "selftest.h"

namespace {

struct Instruction {
    uint16_t code;
    uint8_t jump_true, jump_false;
    uint32_t operand;
};
struct Program {
    uint16_t count;
    const Instruction* instructions;
};

constexpr unsigned long kSetStrict = 0, kSetFilter = 1, kActionAvailable = 2;
constexpr uint32_t kKillProcess = 0x80000000, kTrap = 0x30000, kErrno = 0x50000, kAllow = 0x7fff0000;
constexpr uint16_t kLoadWord = 0x20, kJumpEqual = 0x15, kReturn = 0x06;

long seccomp(unsigned long operation, unsigned long flags, const void* arguments) {
    return syscall(SYS_seccomp, operation, flags, arguments);
}

/// Answers `action` for system call `number` and allows the others.
long filter(uint32_t number, uint32_t action, unsigned long flags = 0) {
    const Instruction instructions[] = {{kLoadWord, 0, 0, 0}, {kJumpEqual, 0, 1, number}, {kReturn, 0, 0, action}, {kReturn, 0, 0, kAllow}};
    Program program = {4, instructions};
    return seccomp(kSetFilter, flags, &program);
}

template <size_t Count> long attach(const Instruction (&instructions)[Count]) {
    Program program = {Count, instructions};
    return seccomp(kSetFilter, 0, &program);
}

void give_up_privileges() {
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) _exit(90);
}

} // namespace

CASE(seccomp, errors) {
    CHECK_ERROR(seccomp(99, 0, nullptr), EINVAL);
    CHECK_ERROR(seccomp(kSetStrict, 1, nullptr), EINVAL);
    CHECK_ERROR(seccomp(kSetFilter, 0, nullptr), EFAULT);
    CHECK_ERROR(seccomp(kSetFilter, 1ul << 20, nullptr), EINVAL);
    uint32_t action = kErrno;
    CHECK_EQUAL(seccomp(kActionAvailable, 0, &action), 0);
    action = 0x12340000;
    CHECK_ERROR(seccomp(kActionAvailable, 0, &action), EOPNOTSUPP);
    CHECK_EQUAL(prctl(PR_GET_SECCOMP), 0);
    int status = selftest::in_child([] {
        if (setuid(1000) != 0) _exit(1);
        _exit(filter(SYS_getppid, kAllow) == -1 && errno == EACCES ? 0 : 2);
    });
    CHECK_EQUAL(status, 0);
}

CASE(seccomp, senseless_programs_are_refused) {
    give_up_privileges();
    CHECK_ERROR(attach({{kLoadWord, 0, 0, 0}}), EINVAL);                              // no return
    CHECK_ERROR(attach({{kLoadWord, 0, 0, 2}, {kReturn, 0, 0, kAllow}}), EINVAL);     // not aligned
    CHECK_ERROR(attach({{kLoadWord, 0, 0, 64}, {kReturn, 0, 0, kAllow}}), EINVAL);    // outside
    CHECK_ERROR(attach({{kJumpEqual, 5, 0, 0}, {kReturn, 0, 0, kAllow}}), EINVAL);    // jumps out
    CHECK_ERROR(attach({{0x60, 0, 0, 3}, {kReturn, 0, 0, kAllow}}), EINVAL);          // reads scratch that nobody wrote
    CHECK_ERROR(attach({{0x34, 0, 0, 0}, {kReturn, 0, 0, kAllow}}), EINVAL);          // divides by zero
    CHECK_ERROR(attach({{0x28, 0, 0, 0}, {kReturn, 0, 0, kAllow}}), EINVAL);          // loads a half word
    Program empty = {0, nullptr};
    CHECK_ERROR(seccomp(kSetFilter, 0, &empty), EINVAL);
}

CASE(seccomp, a_filter_answers_an_error_and_is_inherited) {
    give_up_privileges();
    CHECK_EQUAL(filter(SYS_getppid, kErrno | 42), 0);
    CHECK_ERROR(syscall(SYS_getppid), 42);
    CHECK_EQUAL(prctl(PR_GET_SECCOMP), 2);
    int status = selftest::in_child([] { _exit(syscall(SYS_getppid) == -1 && errno == 42 ? 0 : 1); });
    CHECK_EQUAL(status, 0);
    CHECK_EQUAL(filter(SYS_getppid, kErrno | 43), 0); // the newest of equals
    CHECK_ERROR(syscall(SYS_getppid), 43);
    CHECK_EQUAL(filter(SYS_getppid, kAllow), 0); // does not weaken
    CHECK_ERROR(syscall(SYS_getppid), 43);
    CHECK_ERROR(seccomp(kSetStrict, 0, nullptr), EINVAL);
}

CASE(seccomp, arguments_are_seen) {
    give_up_privileges();
    // prctl(PR_GET_DUMPABLE) with 7 as its second argument.
    CHECK_EQUAL(attach({{kLoadWord, 0, 0, 0},
                        {kJumpEqual, 0, 3, SYS_prctl},
                        {kLoadWord, 0, 0, 24},
                        {kJumpEqual, 0, 1, 7},
                        {kReturn, 0, 0, kErrno | 99},
                        {kReturn, 0, 0, kAllow}}),
                0);
    CHECK_ERROR(prctl(PR_GET_DUMPABLE, 7, 0, 0, 0), 99);
    CHECK(prctl(PR_GET_DUMPABLE, 8, 0, 0, 0) >= 0);
}

CASE(seccomp, trap_sends_sigsys_with_the_call) {
    static volatile int number, code, error;
    struct sigaction action = {};
    action.sa_flags = SA_SIGINFO;
    action.sa_sigaction = [](int, siginfo_t* info, void*) {
        code = info->si_code;
        error = info->si_errno;
        number = reinterpret_cast<int*>(info)[6]; // si_syscall
    };
    CHECK_EQUAL(sigaction(SIGSYS, &action, nullptr), 0);
    give_up_privileges();
    CHECK_EQUAL(filter(SYS_getppid, kTrap | 5), 0);
    syscall(SYS_getppid);
    CHECK_EQUAL(number, SYS_getppid);
    CHECK_EQUAL(code, 1);
    CHECK_EQUAL(error, 5);
}

CASE(seccomp, kill_ends_the_process_by_sigsys) {
    int status = selftest::in_child([] {
        signal(SIGSYS, SIG_IGN);
        give_up_privileges();
        filter(SYS_getppid, kKillProcess);
        syscall(SYS_getppid);
        _exit(1);
    });
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
}

CASE(seccomp, strict_mode_leaves_four_calls) {
    int status = selftest::in_child([] {
        if (seccomp(kSetStrict, 0, nullptr) != 0) _exit(1);
        syscall(SYS_exit, 7);
    });
    CHECK_EQUAL(status, 7 << 8);
    status = selftest::in_child([] {
        if (prctl(PR_SET_SECCOMP, 1) != 0) _exit(1);
        syscall(SYS_getpid);
        syscall(SYS_exit, 7);
    });
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}
