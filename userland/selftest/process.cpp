// fork(2), vfork(2), execve(2), wait4(2), waitid(2), exit, process groups and sessions, limits on processes.
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

CASE(process, exit_status_reaches_the_parent) {
    CHECK_EQUAL(selftest::in_child([] { _exit(0x1ff); }), 0xff00);
    int status = selftest::in_child([] { kill(getpid(), SIGTERM); });
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

CASE(process, wait_errors) {
    CHECK_ERROR(wait(nullptr), ECHILD);
    CHECK_ERROR(waitpid(getpid(), nullptr, 0), ECHILD);
    CHECK_ERROR(waitpid(-1, nullptr, 0x4000), EINVAL);
    siginfo_t info;
    CHECK_ERROR(waitid(P_ALL, 0, &info, 0), EINVAL);
}

CASE(process, wnohang_answers_zero_while_the_child_lives) {
    pid_t child = fork();
    if (child == 0) {
        pause();
        _exit(1);
    }
    CHECK_EQUAL(waitpid(child, nullptr, WNOHANG), 0);
    CHECK_EQUAL(kill(child, SIGKILL), 0);
    CHECK_EQUAL(waitpid(child, nullptr, 0), child);
}

CASE(process, waitid_reports_details_and_wnowait_keeps_the_zombie) {
    pid_t child = fork();
    if (child == 0) _exit(7);
    siginfo_t info = {};
    CHECK_EQUAL(waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
    CHECK_EQUAL(info.si_pid, child);
    CHECK_EQUAL(info.si_code, CLD_EXITED);
    CHECK_EQUAL(info.si_status, 7);
    CHECK_EQUAL(info.si_signo, SIGCHLD);
    CHECK_EQUAL(waitpid(child, nullptr, 0), child);
}

CASE(process, stop_and_continue_are_reported) {
    pid_t child = fork();
    if (child == 0)
        while (true) pause();
    int status;
    kill(child, SIGSTOP);
    CHECK_EQUAL(waitpid(child, &status, WUNTRACED), child);
    CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
    kill(child, SIGCONT);
    CHECK_EQUAL(waitpid(child, &status, WCONTINUED), child);
    CHECK(WIFCONTINUED(status));
    kill(child, SIGKILL);
    CHECK_EQUAL(waitpid(child, &status, 0), child);
}

CASE(process, orphans_go_to_the_subreaper) {
    CHECK_EQUAL(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    int report[2];
    CHECK_EQUAL(pipe(report), 0);
    pid_t child = fork();
    if (child == 0) {
        pid_t parent = getpid(), grandchild = fork();
        if (grandchild == 0) {
            while (getppid() == parent) usleep(1000);
            pid_t adopter = getppid();
            if (write(report[1], &adopter, sizeof adopter) < 0) _exit(1);
            _exit(0);
        }
        _exit(0);
    }
    CHECK_EQUAL(waitpid(child, nullptr, 0), child);
    pid_t adopter = 0;
    CHECK_EQUAL(read(report[0], &adopter, sizeof adopter), sizeof adopter);
    CHECK_EQUAL(adopter, getpid());
    CHECK(wait(nullptr) > 0);
}

CASE(process, vfork_shares_memory_until_exec) {
    volatile int shared = 1;
    pid_t child = vfork();
    if (child == 0) {
        shared = 2;
        _exit(0);
    }
    CHECK_EQUAL(shared, 2);
    CHECK_EQUAL(waitpid(child, nullptr, 0), child);
}

CASE(process, execve_errors) {
    char* arguments[] = {const_cast<char*>("x"), nullptr};
    CHECK_ERROR(execve("/nonexistent", arguments, environ), ENOENT);
    CHECK_ERROR(execve("/tmp", arguments, environ), EACCES);
    CHECK_ERROR(execve("/etc/passwd", arguments, environ), EACCES);
    CHECK_ERROR(execve("/etc/passwd/x", arguments, environ), ENOTDIR);
    int fd = open("/tmp/self-test-script", O_CREAT | O_TRUNC | O_WRONLY, 0755);
    CHECK_EQUAL(write(fd, "no magic here\n", 14), 14);
    CHECK_ERROR(execve("/tmp/self-test-script", arguments, environ), ETXTBSY);
    close(fd);
    CHECK_ERROR(execve("/tmp/self-test-script", arguments, environ), ENOEXEC);
    unlink("/tmp/self-test-script");
}

CASE(process, a_running_program_is_not_truncated) {
    CHECK_ERROR(open("/proc/self/exe", O_RDONLY | O_TRUNC), ETXTBSY);
    CHECK_ERROR(truncate("/proc/self/exe", 0), ETXTBSY);
}

CASE(process, argument_list_too_long_is_e2big) {
    static char huge[200'000]; // MAX_ARG_STRLEN is 128 KiB
    memset(huge, 'a', sizeof huge - 1);
    char* arguments[] = {const_cast<char*>("true"), huge, nullptr};
    CHECK_ERROR(execve("/bin/true", arguments, environ), E2BIG);
}

CASE(process, close_on_exec_and_environment) {
    int status = selftest::in_child([] {
        int kept = dup(0), closed = open("/dev/null", O_RDONLY | O_CLOEXEC);
        char command[100];
        snprintf(command, sizeof command,
                 "[ \"$VALUE\" = yes ] && [ -e /proc/self/fd/%d ] && ! [ -e /proc/self/fd/%d ]", kept,
                 closed);
        char* arguments[] = {const_cast<char*>("sh"), const_cast<char*>("-c"), command, nullptr};
        char* environment[] = {const_cast<char*>("VALUE=yes"), nullptr};
        execve("/bin/sh", arguments, environment);
        _exit(99);
    });
    CHECK_EQUAL(status, 0);
}

CASE(process, scripts_run_through_their_interpreter) {
    int fd = open("/tmp/self-test-script", O_CREAT | O_TRUNC | O_WRONLY, 0755);
    const char text[] = "#! /bin/sh -e\n[ \"$0 $1 $#\" = '/tmp/self-test-script one 2' ] || exit 3\nfalse\nexit 4\n";
    CHECK_EQUAL(write(fd, text, sizeof text - 1), static_cast<ssize_t>(sizeof text - 1));
    close(fd);
    int status = selftest::in_child([] {
        execl("/tmp/self-test-script", "ignored", "one", "two", static_cast<char*>(nullptr));
        _exit(99);
    });
    unlink("/tmp/self-test-script");
    CHECK_EQUAL(WEXITSTATUS(status), 1);
}

CASE(process, an_interpreter_loop_is_eloop) {
    int fd = open("/tmp/self-test-loop", O_CREAT | O_TRUNC | O_WRONLY, 0755);
    const char text[] = "#!/tmp/self-test-loop\n";
    CHECK_EQUAL(write(fd, text, sizeof text - 1), static_cast<ssize_t>(sizeof text - 1));
    close(fd);
    char* arguments[] = {const_cast<char*>("x"), nullptr};
    CHECK_ERROR(execve("/tmp/self-test-loop", arguments, environ), ELOOP);
    unlink("/tmp/self-test-loop");
}

CASE(process, groups_and_sessions) {
    int status = selftest::in_child([] {
        CHECK_EQUAL(setpgid(0, 0), 0);
        CHECK_EQUAL(getpgrp(), getpid());
        CHECK_ERROR(setsid(), EPERM); // a group leader may not
        CHECK_ERROR(setpgid(getpid(), 999'999), EPERM);
        CHECK_ERROR(setpgid(0, -1), EINVAL);
        CHECK_ERROR(setpgid(-1, 0), EINVAL);
        CHECK_ERROR(setpgid(999'999, 0), ESRCH);
        pid_t child = fork();
        if (child == 0) {
            CHECK_EQUAL(setsid(), getpid());
            CHECK_EQUAL(getsid(0), getpid());
            CHECK_EQUAL(getpgrp(), getpid());
            CHECK_ERROR(setpgid(0, 0), EPERM); // a session leader may not
            _exit(0);
        }
        int inner;
        CHECK_EQUAL(waitpid(child, &inner, 0), child);
        CHECK_EQUAL(inner, 0);
    });
    CHECK_EQUAL(status, 0);
}

CASE(process, the_limit_on_processes_is_enforced) {
    int status = selftest::in_child([] {
        rlimit limit = {5, 5};
        CHECK_EQUAL(setrlimit(RLIMIT_NPROC, &limit), 0);
        CHECK_EQUAL(setgid(12345), 0);
        CHECK_EQUAL(setuid(12345), 0); // root is exempt
        int children = 0;
        while (children < 20) {
            pid_t child = fork();
            if (child == 0) {
                pause();
                _exit(0);
            }
            if (child < 0) break;
            ++children;
        }
        int error = errno;
        kill(-1, SIGKILL);
        CHECK_EQUAL(children, 4);
        CHECK_EQUAL(error, EAGAIN);
    });
    CHECK(status == 0 || WTERMSIG(status) == SIGKILL);
}

CASE(process, many_forks_leave_nothing_behind) {
    for (int round = 0; round < 500; ++round) {
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) _exit(round & 0x7f);
        int status;
        CHECK_EQUAL(waitpid(child, &status, 0), child);
        CHECK_EQUAL(WEXITSTATUS(status), round & 0x7f);
    }
}

CASE(process, getrusage_and_limits_read_back) {
    rusage usage;
    CHECK_EQUAL(getrusage(RUSAGE_SELF, &usage), 0);
    CHECK(usage.ru_maxrss > 0);
    CHECK_ERROR(getrusage(77, &usage), EINVAL);
    rlimit limit = {100, 50};
    CHECK_ERROR(setrlimit(RLIMIT_NOFILE, &limit), EINVAL);
    limit = {20, 30};
    CHECK_EQUAL(setrlimit(RLIMIT_NOFILE, &limit), 0);
    CHECK_EQUAL(getrlimit(RLIMIT_NOFILE, &limit), 0);
    CHECK_EQUAL(limit.rlim_cur, 20);
    int fd = 0, last = -1;
    while ((fd = dup(0)) >= 0) last = fd;
    CHECK_EQUAL(errno, EMFILE);
    CHECK_EQUAL(last, 19);
    CHECK_ERROR(getrlimit(99, &limit), EINVAL);
}

CASE(process, an_unknown_system_call_is_enosys) {
    CHECK_ERROR(syscall(9999), ENOSYS);
    CHECK_ERROR(syscall(-5), ENOSYS);
}
