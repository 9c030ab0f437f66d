// execve(2), execveat(2): errors, limits, scripts, what survives, set-user-ID programs. Run as root.
#include <fcntl.h>
#include <signal.h>
#include <time.h>
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

constexpr int kEmptyPath = 0x1000, kNoFollow = 0x100;

int execveat_of(int directory, const char* path, char* const* arguments, int flags) {
    return static_cast<int>(syscall(SYS_execveat, directory, path, arguments, environ, static_cast<long>(flags)));
}

void write_file(const char* path, const char* text, mode_t mode) {
    unlink(path);
    int fd = open(path, O_CREAT | O_WRONLY, 0700);
    CHECK(fd >= 0);
    CHECK_EQUAL(write(fd, text, strlen(text)), strlen(text));
    CHECK_EQUAL(fchmod(fd, mode), 0);
    close(fd);
}

void copy_file(const char* from, const char* to) {
    char buffer[65536];
    unlink(to);
    int input = open(from, O_RDONLY), output = open(to, O_CREAT | O_WRONLY, 0755);
    CHECK(input >= 0 && output >= 0);
    for (ssize_t size; (size = read(input, buffer, sizeof buffer)) > 0;)
        CHECK_EQUAL(write(output, buffer, static_cast<size_t>(size)), size);
    close(input);
    close(output);
}

char* g_arguments[] = {const_cast<char*>("true"), nullptr};

/// What a program prints when `prepare` has run before it in the child.
void run_program(void (*prepare)(), const char* path, char* const* arguments, char* output, size_t size) {
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], 1);
        close(ends[0]);
        close(ends[1]);
        prepare();
        execv(path, arguments);
        _exit(127);
    }
    close(ends[1]);
    size_t used = 0;
    for (ssize_t count; used < size - 1 && (count = read(ends[0], output + used, size - 1 - used)) > 0;)
        used += static_cast<size_t>(count);
    output[used] = '\0';
    close(ends[0]);
    CHECK_EQUAL(waitpid(child, nullptr, 0), child);
}

} // namespace

CASE(exec, errors_of_names) {
    symlink("/tmp/self-test-loop", "/tmp/self-test-loop");
    CHECK_ERROR(execve("/tmp/self-test-loop", g_arguments, environ), ELOOP);
    unlink("/tmp/self-test-loop");
    char name[5000];
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    CHECK_ERROR(execve(name, g_arguments, environ), ENAMETOOLONG);
    CHECK_ERROR(execve("", g_arguments, environ), ENOENT);
    CHECK_ERROR(execve(reinterpret_cast<char*>(16), g_arguments, environ), EFAULT);
    CHECK_ERROR(execve("/bin/true", reinterpret_cast<char**>(16), environ), EFAULT);
    char* wild[] = {reinterpret_cast<char*>(16), nullptr};
    CHECK_ERROR(execve("/bin/true", wild, environ), EFAULT);
    CHECK_ERROR(execve("/bin/true", g_arguments, wild), EFAULT);
}

CASE(exec, errors_of_files) {
    constexpr const char* kName = "/tmp/self-test-file";
    write_file(kName, "#!/nonexistent/interpreter\n", 0755);
    CHECK_ERROR(execve(kName, g_arguments, environ), ENOENT);
    write_file(kName, "#!/tmp\n", 0755);
    CHECK_ERROR(execve(kName, g_arguments, environ), EACCES);
    write_file(kName, "#!\n", 0755);
    CHECK_ERROR(execve(kName, g_arguments, environ), ENOEXEC);
    write_file(kName, "#!/bin/true\n", 0644);
    CHECK_ERROR(execve(kName, g_arguments, environ), EACCES); // root needs one x bit too
    write_file(kName, "", 0755);
    CHECK_ERROR(execve(kName, g_arguments, environ), ENOEXEC);
    write_file(kName, "\177ELF", 0755);
    CHECK_ERROR(execve(kName, g_arguments, environ), ENOEXEC);
    unlink(kName);
}

CASE(exec, a_string_may_have_128_kib) {
    static char text[131073];
    memset(text, 'a', sizeof text - 1);
    char* arguments[] = {const_cast<char*>("true"), text, nullptr};
    CHECK_ERROR(execve("/bin/true", arguments, environ), E2BIG);
    text[131071] = '\0';
    pid_t child = fork();
    if (child == 0) {
        execve("/bin/true", arguments, environ);
        _exit(1);
    }
    int status;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK_EQUAL(status, 0);
}

CASE(exec, all_strings_may_have_a_quarter_of_the_stack) {
    static char text[100'000];
    memset(text, 'a', sizeof text - 1);
    int status = selftest::in_child([] {
        rlimit limit;
        getrlimit(RLIMIT_STACK, &limit);
        limit.rlim_cur = 1 << 20; // a quarter is 262,144
        if (setrlimit(RLIMIT_STACK, &limit) != 0) _exit(1);
        char* three[] = {const_cast<char*>("true"), text, text, text, nullptr};
        if (execve("/bin/true", three, environ) != -1 || errno != E2BIG) _exit(2);
        char* two[] = {const_cast<char*>("true"), text, text, nullptr};
        execve("/bin/true", two, environ);
        _exit(3);
    });
    CHECK_EQUAL(status, 0);
}

CASE(exec, execveat_takes_a_descriptor) {
    int program = open("/bin/true", O_RDONLY | O_CLOEXEC), folder = open("/bin", O_PATH);
    CHECK_ERROR(execveat_of(program, "", g_arguments, 0), ENOENT);
    CHECK_ERROR(execveat_of(program, "/bin/true", g_arguments, 0x8000), EINVAL);
    CHECK_ERROR(execveat_of(77, "", g_arguments, kEmptyPath), EBADF);
    CHECK_ERROR(execveat_of(program, "x", g_arguments, 0), ENOTDIR);
    symlink("/bin/true", "/tmp/self-test-link");
    CHECK_ERROR(execveat_of(AT_FDCWD, "/tmp/self-test-link", g_arguments, kNoFollow), ELOOP);
    unlink("/tmp/self-test-link");
    for (int way = 0; way < 2; ++way) {
        pid_t child = fork();
        if (child == 0) {
            if (way == 0) execveat_of(program, "", g_arguments, kEmptyPath);
            else execveat_of(folder, "true", g_arguments, 0);
            _exit(1);
        }
        int status;
        CHECK_EQUAL(waitpid(child, &status, 0), child);
        CHECK_EQUAL(status, 0);
    }
}

CASE(exec, a_script_by_descriptor_must_stay_open) {
    constexpr const char* kName = "/tmp/self-test-script";
    write_file(kName, "#!/bin/sh\nexit 9\n", 0755);
    int fd = open(kName, O_RDONLY | O_CLOEXEC);
    CHECK_ERROR(execveat_of(fd, "", g_arguments, kEmptyPath), ENOENT);
    CHECK_EQUAL(fcntl(fd, F_SETFD, 0), 0);
    pid_t child = fork();
    if (child == 0) {
        execveat_of(fd, "", g_arguments, kEmptyPath);
        _exit(1);
    }
    int status;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK_EQUAL(status, 9 << 8);
    unlink(kName);
}

CASE(exec, signals_survive_as_they_should) {
    char output[4096];
    // Not through a shell, which may change the mask.
    char* arguments[] = {const_cast<char*>("grep"), const_cast<char*>("^Sig"),
                         const_cast<char*>("/proc/self/status"), nullptr};
    run_program(
        [] {
            signal(SIGUSR1, SIG_IGN);
            signal(SIGUSR2, [](int) {});
            sigset_t mask;
            sigemptyset(&mask);
            sigaddset(&mask, SIGURG);
            sigprocmask(SIG_BLOCK, &mask, nullptr);
            signal(SIGURG, [](int) {});
            raise(SIGURG);
        },
        "/bin/grep", arguments, output, sizeof output);
    auto value = [&output](const char* name) { return strtoull(strstr(output, name) + 8, nullptr, 16); };
    unsigned long long usr1 = 1ull << (SIGUSR1 - 1), usr2 = 1ull << (SIGUSR2 - 1), urgent = 1ull << (SIGURG - 1);
    CHECK_EQUAL(value("SigIgn:") & (usr1 | usr2), usr1);
    CHECK_EQUAL(value("SigCgt:") & usr2, 0);
    CHECK_EQUAL(value("SigBlk:") & urgent, urgent);
    CHECK_EQUAL(value("SigPnd:") & urgent, urgent);
}

CASE(exec, a_set_user_id_program_runs_as_its_owner_unless_refused) {
    constexpr const char* kName = "/self-test-id"; // not on a nosuid mount
    copy_file(access("/bin/id", X_OK) == 0 ? "/bin/id" : "/usr/bin/id", kName);
    CHECK_EQUAL(chown(kName, 1234, 1234), 0);
    CHECK_EQUAL(chmod(kName, 04755), 0);
    char output[64];
    char* arguments[] = {const_cast<char*>("id"), const_cast<char*>("-u"), nullptr};
    run_program([] { (void)!setuid(1000); }, kName, arguments, output, sizeof output);
    CHECK_EQUAL(strtol(output, nullptr, 10), 1234);
    run_program(
        [] {
            (void)!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
            (void)!setuid(1000);
        },
        kName, arguments, output, sizeof output);
    CHECK_EQUAL(strtol(output, nullptr, 10), 1000);
    // Nor while another process shares its root and working directory, and could move them under the program.
    run_program(
        [] {
            (void)!setuid(1000);
            constexpr long kCloneFs = 0x200;
            if (syscall(SYS_clone, kCloneFs | SIGCHLD, 0l, 0l, 0l, 0l) == 0) {
                close(1);
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                sleep(2);
                _exit(0);
            }
        },
        kName, arguments, output, sizeof output);
    CHECK_EQUAL(strtol(output, nullptr, 10), 1000);
    unlink(kName);
}

CASE(exec, ids_of_threads_name_their_process) {
    CHECK_EQUAL(getpgid(getpid()), getpgrp());
    CHECK_ERROR(getpgid(4'000'000), ESRCH);
    CHECK_ERROR(getsid(4'000'000), ESRCH);
    CHECK_ERROR(setpgid(0, -1), EINVAL);
    CHECK_ERROR(setpgid(4'000'000, 0), ESRCH);
    CHECK_ERROR(setpgid(getppid(), 0), ESRCH);
    pid_t child = fork();
    if (child == 0) _exit(0);
    siginfo_t info;
    CHECK_EQUAL(waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
    CHECK_EQUAL(setpgid(child, child), 0); // a zombie still has a group
    CHECK_EQUAL(waitpid(-child, nullptr, 0), child);
}

CASE(exec, forgets_what_timers_have_pending_and_nothing_else) {
    CHECK_EQUAL(selftest::in_child([] {
        sigset_t blocked;
        sigemptyset(&blocked);
        sigaddset(&blocked, 40), sigaddset(&blocked, SIGUSR1);
        sigprocmask(SIG_BLOCK, &blocked, nullptr);
        struct sigevent event = {};
        event.sigev_notify = SIGEV_SIGNAL, event.sigev_signo = 40;
        timer_t timer;
        struct itimerspec soon = {{0, 0}, {0, 1}};
        if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0 ||
            timer_settime(timer, 0, &soon, nullptr) != 0)
            _exit(2);
        sigset_t pending;
        do sigpending(&pending); while (!sigismember(&pending, 40));
        kill(getpid(), SIGUSR1);
        char script[] = "while read -r name value; do [ $name = ShdPnd: ] && [ $value = 0000000000000200 ] "
                        "&& exit 7; done < /proc/self/status";
        execl("/bin/sh", "sh", "-c", script, nullptr);
        _exit(3);
    }), 7 << 8);
}
