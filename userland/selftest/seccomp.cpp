// seccomp(2): strict mode, filters, and what they answer.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
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
    const Instruction instructions[] = {
        {kLoadWord, 0, 0, 0}, {kJumpEqual, 0, 1, number}, {kReturn, 0, 0, action}, {kReturn, 0, 0, kAllow}};
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

namespace {

struct Notification { // struct seccomp_notif
    uint64_t id;
    uint32_t thread_id, flags;
    uint32_t number, architecture;
    uint64_t instruction_pointer, arguments[6];
};
struct Answer { // struct seccomp_notif_resp
    uint64_t id;
    int64_t value;
    int32_t error;
    uint32_t flags;
};
struct AddFd { // struct seccomp_notif_addfd
    uint64_t id;
    uint32_t flags, source, target, target_flags;
};
constexpr unsigned long kNewListener = 8, kReceive = 0xc0502100, kSend = 0xc0182101, kIdValid = 0x40082102,
                        kAddFd = 0x40182103;
constexpr uint32_t kNotify = 0x7fc00000, kContinue = 1;

/// A child that makes the calls of `body` under a filter that hands `number` to the parent; answers the listener.
int supervise(uint32_t number, pid_t& child, int (*body)()) {
    give_up_privileges();
    long listener = filter(number, kNotify, kNewListener);
    if (listener < 0) return -1;
    child = fork();
    if (child == 0) {
        close(static_cast<int>(listener));
        _exit(body());
    }
    return static_cast<int>(listener);
}

int exit_status(pid_t child) {
    int status;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace

CASE(seccomp, a_supervisor_answers_calls) {
    pid_t child;
    int listener = supervise(SYS_getppid, child, [] {
        if (syscall(SYS_getppid) != 77) return 1;
        if (syscall(SYS_getppid) != -1 || errno != EXDEV) return 2;
        return syscall(SYS_getppid) == getpid() ? 3 : 0; // goes on
    });
    CHECK(listener >= 0);
    CHECK(fcntl(listener, F_GETFD) == FD_CLOEXEC);
    Answer answers[] = {{0, 77, 0, 0}, {0, 0, -EXDEV, 0}, {0, 0, 0, kContinue}};
    for (Answer& answer : answers) {
        Notification call = {};
        pollfd ready = {listener, POLLIN, 0};
        CHECK_EQUAL(poll(&ready, 1, -1), 1);
        CHECK_EQUAL(ioctl(listener, kReceive, &call), 0);
        CHECK(call.number == SYS_getppid && call.thread_id == static_cast<uint32_t>(child));
        CHECK_ERROR(ioctl(listener, kReceive, &call), EINVAL); // must be zeros
        CHECK_EQUAL(ioctl(listener, kIdValid, &call.id), 0);
        Answer wrong = {call.id, 1, 0, kContinue};
        CHECK_ERROR(ioctl(listener, kSend, &wrong), EINVAL);
        wrong = {call.id + 100, 0, 0, 0};
        CHECK_ERROR(ioctl(listener, kSend, &wrong), ENOENT);
        answer.id = call.id;
        CHECK_EQUAL(ioctl(listener, kSend, &answer), 0);
    }
    CHECK_EQUAL(exit_status(child), 0);
    close(listener);
}

CASE(seccomp, a_supervisor_gives_a_descriptor) {
    pid_t child;
    int listener = supervise(SYS_getppid, child, [] {
        long fd = syscall(SYS_getppid);
        char text[4];
        return fd == 50 && read(50, text, 4) == 4 && memcmp(text, "here", 4) == 0 ? 0 : 1;
    });
    CHECK(listener >= 0);
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    CHECK_EQUAL(write(ends[1], "here", 4), 4);
    Notification call = {};
    CHECK_EQUAL(ioctl(listener, kReceive, &call), 0);
    AddFd request = {call.id, 1, static_cast<uint32_t>(ends[0]), 50, 0};
    request.source = 999;
    CHECK_ERROR(ioctl(listener, kAddFd, &request), EBADF);
    request.source = static_cast<uint32_t>(ends[0]);
    CHECK_EQUAL(ioctl(listener, kAddFd, &request), 50);
    Answer answer = {call.id, 50, 0, 0};
    CHECK_EQUAL(ioctl(listener, kSend, &answer), 0);
    CHECK_EQUAL(exit_status(child), 0);
}

CASE(seccomp, a_call_nobody_answers_is_not_there) {
    pid_t child;
    int listener = supervise(SYS_getppid, child, [] { return syscall(SYS_getppid) == -1 && errno == ENOSYS ? 0 : 1; });
    CHECK(listener >= 0);
    Notification call = {};
    CHECK_EQUAL(ioctl(listener, kReceive, &call), 0);
    CHECK_ERROR(filter(SYS_getsid, kNotify, kNewListener), EBUSY); // one listener is enough
    close(listener);
    CHECK_EQUAL(exit_status(child), 0);
}

CASE(seccomp, a_supervisor_hears_that_all_have_gone) {
    int listener = -1, ends[2];
    CHECK_EQUAL(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    pid_t child = fork();
    if (child == 0) {
        give_up_privileges();
        listener = static_cast<int>(filter(SYS_getsid, kNotify, kNewListener));
        _exit(listener >= 0 && write(ends[0], &listener, sizeof listener) == sizeof listener &&
                      read(ends[0], &listener, 1) == 1
                  ? 0
                  : 1);
    }
    CHECK_EQUAL(read(ends[1], &listener, sizeof listener), sizeof listener);
    int process = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
    int copy = static_cast<int>(syscall(SYS_pidfd_getfd, process, listener, 0));
    CHECK(copy >= 0);
    pollfd ready = {copy, POLLIN, 0};
    CHECK_EQUAL(poll(&ready, 1, 0), 0);
    CHECK_EQUAL(write(ends[1], "x", 1), 1);
    CHECK_EQUAL(exit_status(child), 0);
    CHECK_EQUAL(poll(&ready, 1, -1), 1);
    CHECK(ready.revents & POLLHUP);
}
