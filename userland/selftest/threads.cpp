// Threads as pthreads(7) has them, on clone(2) and futex(2): shared identity, exits, exec, signals to one thread.
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <string>

#include "selftest.h"

namespace {

constexpr int kFutexWait = 0, kFutexWake = 1;

pthread_mutex_t g_mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t g_condition = PTHREAD_COND_INITIALIZER;
int g_counter;

void* count_to_a_thousand(void*) {
    for (int index = 0; index < 1000; ++index) {
        pthread_mutex_lock(&g_mutex);
        ++g_counter;
        pthread_cond_signal(&g_condition);
        pthread_mutex_unlock(&g_mutex);
    }
    return nullptr;
}

void* wait_for_ever(void*) {
    while (true) pause();
}

pthread_t start(void* (*body)(void*), void* argument = nullptr) {
    pthread_t thread;
    CHECK_EQUAL(pthread_create(&thread, nullptr, body, argument), 0);
    return thread;
}

} // namespace

CASE(threads, share_memory_and_count_exactly) {
    pthread_t workers[8];
    for (pthread_t& worker : workers) worker = start(count_to_a_thousand);
    pthread_mutex_lock(&g_mutex);
    while (g_counter < 8000) pthread_cond_wait(&g_condition, &g_mutex);
    pthread_mutex_unlock(&g_mutex);
    for (pthread_t worker : workers) CHECK_EQUAL(pthread_join(worker, nullptr), 0);
    CHECK_EQUAL(g_counter, 8000);
}

CASE(threads, have_one_pid_and_their_own_tid) {
    CHECK_EQUAL(gettid(), getpid());
    static pid_t pid, tid;
    static int fd = -1;
    pthread_t thread = start([](void*) -> void* {
        pid = getpid();
        tid = gettid();
        fd = open("/dev/null", O_RDONLY);
        CHECK_EQUAL(chdir("/dev"), 0);
        umask(0123);
        return &fd;
    });
    void* result;
    CHECK_EQUAL(pthread_join(thread, &result), 0);
    CHECK(result == &fd);
    CHECK(pid == getpid() && tid != pid);
    CHECK(fcntl(fd, F_GETFD) >= 0); // descriptors, directory and umask are the process's
    char name[20];
    CHECK(getcwd(name, sizeof name) != nullptr && strcmp(name, "/dev") == 0);
    CHECK_EQUAL(umask(0), 0123);
}

CASE(threads, exit_of_the_process_ends_all) {
    int status = selftest::in_child([] {
        start(wait_for_ever);
        pthread_t last = start([](void*) -> void* { _exit(7); });
        pthread_join(last, nullptr);
    });
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    status = selftest::in_child([] {
        start([](void*) -> void* {
            usleep(30'000);
            _exit(8);
        });
        pthread_exit(nullptr); // the first thread goes; the process stays
    });
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 8);
}

CASE(threads, a_fault_of_one_ends_all) {
    int status = selftest::in_child([] {
        start([](void*) -> void* {
            *static_cast<volatile int*>(nullptr) = 1;
            return nullptr;
        });
        wait_for_ever(nullptr);
    });
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}

CASE(threads, exec_of_one_replaces_all_under_the_same_pid) {
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], 1);
        start(wait_for_ever);
        start([](void*) -> void* {
            execl("/bin/sh", "sh", "-c", "echo $$", static_cast<char*>(nullptr));
            _exit(99);
        });
        wait_for_ever(nullptr);
    }
    close(ends[1]);
    char text[20] = {};
    CHECK(read(ends[0], text, sizeof text - 1) > 0);
    int status, pid = 0;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK_EQUAL(status, 0);
    sscanf(text, "%d", &pid);
    CHECK_EQUAL(pid, child);
}

CASE(threads, a_signal_reaches_the_thread_it_is_for) {
    static volatile pid_t handled_by;
    static pid_t tid;
    static int ready[2];
    signal(SIGUSR1, [](int) { handled_by = gettid(); });
    CHECK_EQUAL(pipe(ready), 0);
    pthread_t thread = start([](void*) -> void* {
        tid = gettid();
        CHECK_EQUAL(write(ready[1], "x", 1), 1);
        while (handled_by == 0) usleep(1000);
        return nullptr;
    });
    char byte;
    CHECK_EQUAL(read(ready[0], &byte, 1), 1);
    CHECK_EQUAL(syscall(SYS_tgkill, getpid(), tid, SIGUSR1), 0);
    CHECK_EQUAL(pthread_join(thread, nullptr), 0);
    CHECK_EQUAL(handled_by, tid);
    CHECK_ERROR(syscall(SYS_tgkill, getpid(), 999'999, 0), ESRCH);
    CHECK_ERROR(syscall(SYS_tgkill, getpid(), -1, 0), EINVAL);
    CHECK_ERROR(syscall(SYS_tgkill, getppid(), gettid(), 0), ESRCH);
}

CASE(threads, a_process_signal_goes_to_a_thread_that_takes_it) {
    static volatile pid_t handled_by;
    signal(SIGUSR1, [](int) { handled_by = gettid(); });
    pthread_t thread = start([](void*) -> void* {
        while (handled_by == 0) usleep(1000);
        return nullptr;
    });
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    // Blocked here: only the other thread can take it, even if it comes while both could.
    CHECK_EQUAL(pthread_sigmask(SIG_BLOCK, &set, nullptr), 0);
    CHECK_EQUAL(kill(getpid(), SIGUSR1), 0);
    CHECK_EQUAL(pthread_join(thread, nullptr), 0);
    CHECK(handled_by != 0 && handled_by != getpid());
}

CASE(threads, fork_takes_only_the_calling_thread) {
    start(wait_for_ever);
    int status = selftest::in_child([] {
        CHECK_EQUAL(gettid(), getpid());
        _exit(access(("/proc/self/task/" + std::to_string(getpid())).c_str(), F_OK) == 0 ? 5 : 6);
    });
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 5);
}

CASE(threads, futex_errors_and_timeouts) {
    int word = 1;
    CHECK_ERROR(syscall(SYS_futex, &word, kFutexWait, 2, nullptr, nullptr, 0), EAGAIN);
    timespec timeout = {0, 20'000'000};
    CHECK_ERROR(syscall(SYS_futex, &word, kFutexWait, 1, &timeout, nullptr, 0), ETIMEDOUT);
    timeout.tv_nsec = -1;
    CHECK_ERROR(syscall(SYS_futex, &word, kFutexWait, 1, &timeout, nullptr, 0), EINVAL);
    CHECK_EQUAL(syscall(SYS_futex, &word, kFutexWake, 10, nullptr, nullptr, 0), 0);
    CHECK_ERROR(syscall(SYS_futex, reinterpret_cast<char*>(&word) + 1, kFutexWait, 1, nullptr, nullptr, 0), EINVAL);
    CHECK_ERROR(syscall(SYS_futex, 0x1000, kFutexWait, 1, nullptr, nullptr, 0), EFAULT);
    CHECK_ERROR(syscall(SYS_futex, &word, 77, 1, nullptr, nullptr, 0), ENOSYS);
}

CASE(threads, clone_refuses_senseless_flags) {
    CHECK_ERROR(syscall(SYS_clone, CLONE_THREAD | SIGCHLD, 0, 0, 0, 0), EINVAL);
    CHECK_ERROR(syscall(SYS_clone, CLONE_SIGHAND | SIGCHLD, 0, 0, 0, 0), EINVAL);
    CHECK_ERROR(syscall(SYS_clone, CLONE_NEWNS | CLONE_FS | SIGCHLD, 0, 0, 0, 0), EINVAL);
}
