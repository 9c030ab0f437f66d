// capget(2), capset(2), prctl(2) on capabilities, execve's transformation, no_new_privs (capabilities(7)). Run as root.
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "selftest.h"

extern char** environ;

namespace {

struct Header {
    unsigned version;
    int process;
};
struct Data {
    unsigned effective, permitted, inheritable;
};
constexpr unsigned kVersion1 = 0x19980330, kVersion3 = 0x20080522;
constexpr unsigned kKill = 5, kSetUid = 7, kNetBind = 10, kSysAdmin = 21;
constexpr int kCapAmbient = 47, kIsSet = 1, kRaise = 2, kLower = 3, kClearAll = 4;

int capget(Header* header, Data* data) { return static_cast<int>(syscall(SYS_capget, header, data)); }
int capset(Header* header, const Data* data) { return static_cast<int>(syscall(SYS_capset, header, data)); }

void become_user() {
    if (setresgid(1000, 1000, 1000) != 0 || setresuid(1000, 1000, 1000) != 0) _exit(99);
}

/// The line of /proc/self/status that starts with `name`, as a number in base 16.
unsigned long long status_value(const char* name) {
    char text[4096];
    int fd = open("/proc/self/status", O_RDONLY);
    ssize_t size = read(fd, text, sizeof text - 1);
    close(fd);
    if (size <= 0) return ~0ull;
    text[size] = '\0';
    const char* line = strstr(text, name);
    return line ? strtoull(line + strlen(name), nullptr, 16) : ~0ull;
}

} // namespace

CASE(capabilities, versions_and_errors) {
    Header header = {0, 0};
    Data data[2];
    CHECK_EQUAL(capget(&header, nullptr), 0); // asks for the version
    CHECK_EQUAL(header.version, kVersion3);
    header.version = 1;
    CHECK_ERROR(capget(&header, data), EINVAL);
    CHECK_EQUAL(header.version, kVersion3);
    header.process = -1;
    CHECK_ERROR(capget(&header, data), EINVAL);
    header.process = 4'000'000;
    CHECK_ERROR(capget(&header, data), ESRCH);
    header = {kVersion1, 0};
    CHECK_EQUAL(capget(&header, data), 0);
    header = {kVersion3, getppid()};
    CHECK_ERROR(capset(&header, data), EPERM);
}

CASE(capabilities, leaving_root_drops_them_unless_kept) {
    int status = selftest::in_child([] {
        become_user();
        _exit(status_value("CapPrm:") == 0 && status_value("CapEff:") == 0 ? 0 : 1);
    });
    CHECK_EQUAL(status, 0);
    status = selftest::in_child([] {
        if (prctl(PR_SET_KEEPCAPS, 1) != 0) _exit(2);
        become_user();
        _exit(status_value("CapPrm:") != 0 && status_value("CapEff:") == 0 ? 0 : 1);
    });
    CHECK_EQUAL(status, 0);
    CHECK_ERROR(prctl(PR_SET_KEEPCAPS, 2), EINVAL);
}

CASE(capabilities, each_privileged_call_asks_for_its_own) {
    int status = selftest::in_child([] {
        Header header = {kVersion3, 0};
        Data data[2];
        if (capget(&header, data) != 0) _exit(1);
        data[0].effective &= ~(1u << kSysAdmin | 1u << kSetUid | 1u << kKill);
        if (capset(&header, data) != 0) _exit(2);
        if (sethostname("x", 1) != -1 || errno != EPERM) _exit(3);
        if (setuid(1234) != -1 || errno != EPERM) _exit(4);
        data[0].permitted &= ~(1u << kSysAdmin);
        if (capset(&header, data) != 0) _exit(5);
        data[0].permitted |= 1u << kSysAdmin; // gone for good
        if (capset(&header, data) != -1 || errno != EPERM) _exit(6);
        data[0].permitted &= ~(1u << kSysAdmin);
        data[0].effective |= 1u << kSysAdmin; // more than permitted
        if (capset(&header, data) != -1 || errno != EPERM) _exit(7);
        _exit(0);
    });
    CHECK_EQUAL(status, 0);
}

CASE(capabilities, bounding_set) {
    CHECK_EQUAL(prctl(PR_CAPBSET_READ, kKill), 1);
    CHECK_ERROR(prctl(PR_CAPBSET_READ, 63), EINVAL);
    CHECK_ERROR(prctl(PR_CAPBSET_DROP, 63), EINVAL);
    int status = selftest::in_child([] {
        if (prctl(PR_CAPBSET_DROP, kKill) != 0 || prctl(PR_CAPBSET_READ, kKill) != 0) _exit(1);
        become_user();
        if (prctl(PR_CAPBSET_DROP, kSysAdmin) != -1 || errno != EPERM) _exit(2);
        _exit(0);
    });
    CHECK_EQUAL(status, 0);
}

CASE(capabilities, ambient_set) {
    CHECK_ERROR(prctl(kCapAmbient, kIsSet, 63, 0, 0), EINVAL);
    CHECK_ERROR(prctl(kCapAmbient, 9, 1, 0, 0), EINVAL);
    CHECK_ERROR(prctl(kCapAmbient, kClearAll, 1, 0, 0), EINVAL);
    CHECK_ERROR(prctl(kCapAmbient, kRaise, kNetBind, 1, 0), EINVAL);
    CHECK_ERROR(prctl(kCapAmbient, kRaise, kNetBind, 0, 0), EPERM); // not inheritable
    int status = selftest::in_child([] {
        Header header = {kVersion3, 0};
        Data data[2];
        if (capget(&header, data) != 0) _exit(1);
        data[0].inheritable |= 1u << kNetBind;
        if (capset(&header, data) != 0) _exit(2);
        if (prctl(kCapAmbient, kRaise, kNetBind, 0, 0) != 0 ||
            prctl(kCapAmbient, kIsSet, kNetBind, 0, 0) != 1)
            _exit(3);
        if (status_value("CapAmb:") != 1ull << kNetBind) _exit(4);
        if (prctl(kCapAmbient, kLower, kNetBind, 0, 0) != 0 ||
            prctl(kCapAmbient, kIsSet, kNetBind, 0, 0) != 0)
            _exit(5);
        if (prctl(kCapAmbient, kRaise, kNetBind, 0, 0) != 0) _exit(6);
        data[0].inheritable = 0; // takes it out of the ambient set too
        if (capset(&header, data) != 0 || prctl(kCapAmbient, kIsSet, kNetBind, 0, 0) != 0) _exit(7);
        _exit(0);
    });
    CHECK_EQUAL(status, 0);
}

CASE(capabilities, ambient_ones_survive_execve_of_an_ordinary_program) {
    int status = selftest::in_child([] {
        Header header = {kVersion3, 0};
        Data data[2];
        if (prctl(PR_SET_KEEPCAPS, 1) != 0) _exit(1);
        become_user();
        if (capget(&header, data) != 0) _exit(2);
        data[0].inheritable = 1u << kNetBind;
        data[0].effective = 0;
        if (capset(&header, data) != 0) _exit(3);
        if (prctl(kCapAmbient, kRaise, kNetBind, 0, 0) != 0) _exit(4);
        char* arguments[] = {const_cast<char*>("sh"), const_cast<char*>("-c"),
                             const_cast<char*>("grep -q '^CapEff:.0000000000000400$' /proc/self/status && "
                                               "grep -q '^CapPrm:.0000000000000400$' /proc/self/status"),
                             nullptr};
        execve("/bin/sh", arguments, environ);
        _exit(5);
    });
    CHECK_EQUAL(status, 0);
}

CASE(capabilities, secure_bits) {
    int status = selftest::in_child([] {
        if (prctl(PR_GET_SECUREBITS) != 0) _exit(1);
        if (prctl(PR_SET_SECUREBITS, 0x10000) != -1 || errno != EPERM) _exit(2);
        if (prctl(PR_SET_SECUREBITS, 0x30) != 0 || prctl(PR_GET_KEEPCAPS) != 1) _exit(3); // keep caps, locked
        if (prctl(PR_SET_KEEPCAPS, 0) != -1 || errno != EPERM) _exit(4);
        if (prctl(PR_SET_SECUREBITS, 0x10) != -1 || errno != EPERM) _exit(5); // a lock stays
        if (prctl(PR_SET_SECUREBITS, 0x20) != -1 || errno != EPERM) _exit(6); // and what it locks
        _exit(0);
    });
    CHECK_EQUAL(status, 0);
    status = selftest::in_child([] {
        if (prctl(PR_SET_SECUREBITS, 4) != 0) _exit(1); // ids no longer touch capabilities
        unsigned long long before = status_value("CapEff:");
        become_user();
        _exit(status_value("CapEff:") == before ? 0 : 2);
    });
    CHECK_EQUAL(status, 0);
    status = selftest::in_child([] {
        if (prctl(PR_SET_SECUREBITS, 1) != 0) _exit(1); // root is nobody special
        char* arguments[] = {const_cast<char*>("sh"), const_cast<char*>("-c"),
                             const_cast<char*>("grep -q '^CapEff:.0000000000000000$' /proc/self/status"), nullptr};
        execve("/bin/sh", arguments, environ);
        _exit(5);
    });
    CHECK_EQUAL(status, 0);
}

CASE(capabilities, no_new_privs_stays_and_is_inherited) {
    CHECK_ERROR(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0), EINVAL);
    CHECK_ERROR(prctl(PR_SET_NO_NEW_PRIVS, 1, 1, 0, 0), EINVAL);
    int status = selftest::in_child([] {
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) _exit(1);
        if (fork() == 0) _exit(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 && status_value("NoNewPrivs:") == 1 ? 0 : 1);
        int inner;
        wait(&inner);
        _exit(inner == 0 ? 0 : 2);
    });
    CHECK_EQUAL(status, 0);
}

CASE(capabilities, a_process_that_changed_its_ids_is_not_dumpable) {
    int status = selftest::in_child([] {
        if (prctl(PR_GET_DUMPABLE) != 1) _exit(1);
        if (prctl(PR_SET_DUMPABLE, 2) != -1 || errno != EINVAL) _exit(2);
        become_user();
        if (prctl(PR_GET_DUMPABLE) != 0) _exit(3);
        if (prctl(PR_SET_DUMPABLE, 1) != 0 || prctl(PR_GET_DUMPABLE) != 1) _exit(4);
        _exit(0);
    });
    CHECK_EQUAL(status, 0);
}

CASE(capabilities, set_mm_needs_a_capability) {
    CHECK_ERROR(prctl(PR_SET_MM, 1, 0, 0, 1), EINVAL);
    int status = selftest::in_child([] {
        become_user();
        _exit(prctl(PR_SET_MM, 1, 0, 0, 0) == -1 && errno == EPERM ? 0 : 1);
    });
    CHECK_EQUAL(status, 0);
}

CASE(capabilities, exec_refuses_while_the_new_user_has_too_many_processes) {
    int status = selftest::in_child([] {
        rlimit limit = {1, 1};
        if (setrlimit(RLIMIT_NPROC, &limit) != 0) _exit(1);
        pid_t child = fork(); // root may
        if (child == 0) {
            become_user();
            while (true) pause();
        }
        usleep(50'000);
        become_user();
        char* arguments[] = {const_cast<char*>("true"), nullptr};
        int result = execve("/bin/true", arguments, environ);
        int error = errno;
        kill(child, SIGKILL);
        _exit(result == -1 && error == EAGAIN ? 0 : 2);
    });
    CHECK_EQUAL(status, 0);
}
