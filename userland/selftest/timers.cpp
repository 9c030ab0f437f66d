// timer_create(2) and its relatives, timers and sleeps on CPU time, adjtimex(2), RLIMIT_CPU.
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <atomic>

#include "selftest.h"

namespace {

volatile sig_atomic_t g_count;
siginfo_t g_info;

void remember(int, siginfo_t* info, void*) {
    g_count = g_count + 1;
    g_info = *info;
}

void handle(int number, int flags = SA_SIGINFO) {
    struct sigaction action = {};
    action.sa_sigaction = remember;
    action.sa_flags = flags;
    CHECK_EQUAL(sigaction(number, &action, nullptr), 0);
}

sigset_t set_of(int number) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    return set;
}

constexpr int kNotifyThreadId = 4;

/// As the kernel takes it.
struct Event {
    sigval value;
    int signal, notify, thread_id;
    int padding[11];
};
static_assert(sizeof(Event) == 64);

int make(clockid_t clock, int notify, int number, int value = 0, int thread_id = 0) {
    Event event = {};
    event.value.sival_int = value;
    event.signal = number;
    event.notify = notify;
    event.thread_id = thread_id;
    int id = -1;
    if (syscall(SYS_timer_create, clock, &event, &id) != 0) return -1;
    return id;
}

constexpr itimerspec in_ms(long first, long interval = 0) {
    return {{interval / 1000, interval % 1000 * 1'000'000}, {first / 1000, first % 1000 * 1'000'000}};
}
long set(int id, itimerspec value, int flags = 0, itimerspec* old = nullptr) {
    return syscall(SYS_timer_settime, id, flags, &value, old);
}
itimerspec get(int id) {
    itimerspec value;
    CHECK_EQUAL(syscall(SYS_timer_gettime, id, &value), 0);
    return value;
}
long overrun(int id) { return syscall(SYS_timer_getoverrun, id); }

long long now_ns(clockid_t clock) {
    timespec time;
    CHECK_EQUAL(clock_gettime(clock, &time), 0);
    return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

void spin_ms(long ms) {
    long long end = now_ns(CLOCK_PROCESS_CPUTIME_ID) + ms * 1'000'000;
    while (now_ns(CLOCK_PROCESS_CPUTIME_ID) < end) {}
}

} // namespace

CASE(timers, create_checks_its_arguments) {
    CHECK_ERROR(make(999, SIGEV_SIGNAL, SIGUSR1), EINVAL);
    CHECK_ERROR(make(CLOCK_MONOTONIC_RAW, SIGEV_SIGNAL, SIGUSR1), EOPNOTSUPP);
    CHECK_ERROR(make(CLOCK_REALTIME_COARSE, SIGEV_SIGNAL, SIGUSR1), EOPNOTSUPP);
    CHECK_ERROR(make(CLOCK_MONOTONIC, 7, SIGUSR1), EINVAL);
    CHECK_ERROR(make(CLOCK_MONOTONIC, SIGEV_SIGNAL, 0), EINVAL);
    CHECK_ERROR(make(CLOCK_MONOTONIC, SIGEV_SIGNAL, 65), EINVAL);
    CHECK_ERROR(make(CLOCK_MONOTONIC, kNotifyThreadId, SIGUSR1, 0, getppid()), EINVAL);
    CHECK(make(CLOCK_MONOTONIC, SIGEV_NONE, 0) >= 0);
    int id;
    CHECK_ERROR(syscall(SYS_timer_create, CLOCK_MONOTONIC, 8, &id), EFAULT);
    CHECK_ERROR(syscall(SYS_timer_create, CLOCK_MONOTONIC, nullptr, 8), EFAULT);
    CHECK_ERROR(syscall(SYS_timer_settime, 12345, 0, nullptr, nullptr), EINVAL);
    CHECK_ERROR(syscall(SYS_timer_delete, 12345), EINVAL);
    CHECK_ERROR(syscall(SYS_timer_getoverrun, 12345), EINVAL);
    CHECK_ERROR(syscall(SYS_timer_gettime, 12345, &id), EINVAL);
    id = make(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1);
    CHECK_ERROR(set(id, {{0, 0}, {0, 1'000'000'000}}), EINVAL);
    CHECK_ERROR(set(id, {{-1, 0}, {0, 1}}), EINVAL);
    CHECK_EQUAL(syscall(SYS_timer_delete, id), 0);
    CHECK_ERROR(syscall(SYS_timer_delete, id), EINVAL);
}

CASE(timers, a_timer_sends_its_signal_once) {
    handle(SIGUSR1);
    int id = make(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, 42);
    CHECK_EQUAL(get(id).it_value.tv_nsec, 0);
    long long before = now_ns(CLOCK_MONOTONIC);
    CHECK_EQUAL(set(id, in_ms(20)), 0);
    itimerspec left = get(id);
    CHECK(left.it_value.tv_sec == 0 && left.it_value.tv_nsec > 0 && left.it_value.tv_nsec <= 20'000'000);
    while (g_count == 0) usleep(1000);
    CHECK(now_ns(CLOCK_MONOTONIC) - before >= 20'000'000);
    CHECK(g_info.si_signo == SIGUSR1 && g_info.si_code == SI_TIMER && g_info.si_value.sival_int == 42);
    CHECK_EQUAL(g_info.si_overrun, 0);
    CHECK_EQUAL(g_info.si_timerid, id);
    CHECK_EQUAL(get(id).it_value.tv_nsec, 0);
    CHECK_EQUAL(overrun(id), 0);
    usleep(30'000);
    CHECK_EQUAL(g_count, 1);
}

CASE(timers, without_an_event_it_is_sigalrm_with_the_number) {
    handle(SIGALRM);
    int id;
    CHECK_EQUAL(syscall(SYS_timer_create, CLOCK_REALTIME, nullptr, &id), 0);
    CHECK_EQUAL(set(id, in_ms(5)), 0);
    while (g_count == 0) usleep(1000);
    CHECK_EQUAL(g_info.si_value.sival_int, id);
}

CASE(timers, missed_expiries_are_the_overrun) {
    sigset_t set_usr = set_of(SIGRTMIN);
    sigprocmask(SIG_BLOCK, &set_usr, nullptr);
    int id = make(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGRTMIN, 7);
    CHECK_EQUAL(set(id, in_ms(10, 10)), 0);
    usleep(65'000);
    siginfo_t info;
    CHECK_EQUAL(sigwaitinfo(&set_usr, &info), SIGRTMIN);
    CHECK(info.si_overrun >= 5 && info.si_overrun < 100);
    CHECK_EQUAL(overrun(id), info.si_overrun);
    CHECK_EQUAL(sigwaitinfo(&set_usr, &info), SIGRTMIN); // and it goes on
    CHECK(get(id).it_interval.tv_nsec == 10'000'000);
    itimerspec old;
    CHECK_EQUAL(set(id, in_ms(0), 0, &old), 0);
    CHECK_EQUAL(old.it_interval.tv_nsec, 10'000'000);
    CHECK_EQUAL(get(id).it_value.tv_nsec, 0);
}

CASE(timers, several_timers_with_one_standard_signal_all_arrive) {
    sigset_t usr = set_of(SIGUSR1);
    sigprocmask(SIG_BLOCK, &usr, nullptr);
    for (int number = 0; number < 3; ++number)
        CHECK_EQUAL(set(make(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, number), in_ms(1)), 0);
    usleep(20'000);
    int seen = 0;
    for (int number = 0; number < 3; ++number) {
        siginfo_t info;
        timespec none = {};
        CHECK_EQUAL(sigtimedwait(&usr, &info, &none), SIGUSR1);
        seen |= 1 << info.si_value.sival_int;
    }
    CHECK_EQUAL(seen, 7);
}

CASE(timers, an_absolute_time_in_the_past_is_now) {
    handle(SIGUSR1);
    int id = make(CLOCK_REALTIME, SIGEV_SIGNAL, SIGUSR1);
    CHECK_EQUAL(set(id, {{0, 0}, {1, 0}}, TIMER_ABSTIME), 0);
    while (g_count == 0) usleep(1000);
    long long target = now_ns(CLOCK_REALTIME) + 10'000'000;
    CHECK_EQUAL(set(id, {{0, 0}, {target / 1'000'000'000, target % 1'000'000'000}}, TIMER_ABSTIME), 0);
    while (g_count == 1) usleep(1000);
    CHECK(now_ns(CLOCK_REALTIME) >= target);
}

CASE(timers, a_silent_timer_counts_down) {
    int id = make(CLOCK_MONOTONIC, SIGEV_NONE, 0);
    CHECK_EQUAL(set(id, in_ms(10)), 0);
    CHECK(get(id).it_value.tv_nsec > 0);
    usleep(15'000);
    CHECK_EQUAL(get(id).it_value.tv_nsec, 0);
    CHECK_EQUAL(set(id, in_ms(10, 10)), 0);
    usleep(25'000);
    long left = get(id).it_value.tv_nsec;
    CHECK(left > 0 && left <= 10'000'000);
}

CASE(timers, a_signal_can_be_for_one_thread) {
    static std::atomic<int> tid, handled_by;
    struct sigaction action = {};
    action.sa_handler = [](int) { handled_by = gettid(); };
    sigaction(SIGUSR1, &action, nullptr);
    pthread_t thread;
    CHECK_EQUAL(pthread_create(&thread, nullptr, [](void*) -> void* {
        tid = gettid();
        while (handled_by == 0) usleep(1000);
        return nullptr;
    }, nullptr), 0);
    while (tid == 0) usleep(1000);
    CHECK_EQUAL(set(make(CLOCK_MONOTONIC, kNotifyThreadId, SIGUSR1, 0, tid), in_ms(1)), 0);
    CHECK_EQUAL(pthread_join(thread, nullptr), 0);
    CHECK_EQUAL(handled_by.load(), tid.load());
}

CASE(timers, cpu_time_timers_count_work_only) {
    handle(SIGUSR1);
    int id = make(CLOCK_PROCESS_CPUTIME_ID, SIGEV_SIGNAL, SIGUSR1);
    CHECK_EQUAL(set(id, in_ms(500)), 0); // much more than a busy machine charges for a sleep
    usleep(600'000);
    CHECK_EQUAL(g_count, 0);
    long long before = now_ns(CLOCK_PROCESS_CPUTIME_ID);
    while (g_count == 0) CHECK(now_ns(CLOCK_PROCESS_CPUTIME_ID) - before < 3'000'000'000);
    id = make(CLOCK_THREAD_CPUTIME_ID, SIGEV_SIGNAL, SIGUSR1);
    CHECK_EQUAL(set(id, in_ms(10, 10)), 0);
    while (g_count < 3) {}
    CHECK(get(id).it_interval.tv_nsec == 10'000'000);
}

CASE(timers, sleeping_on_another_process_cpu_time) {
    pid_t child = fork();
    if (child == 0)
        while (true) {}
    clockid_t clock = (~child << 3) | 2;
    timespec target = {0, 30'000'000};
    CHECK_EQUAL(syscall(SYS_clock_nanosleep, clock, TIMER_ABSTIME, &target, nullptr), 0);
    CHECK(now_ns(clock) >= 30'000'000);
    timespec more = {0, 10'000'000};
    CHECK_EQUAL(syscall(SYS_clock_nanosleep, clock, 0, &more, nullptr), 0);
    kill(child, SIGKILL);
    CHECK_EQUAL(waitpid(child, nullptr, 0), child);
    CHECK_ERROR(syscall(SYS_clock_nanosleep, clock, 0, &more, nullptr), EINVAL);
    CHECK_ERROR(syscall(SYS_clock_nanosleep, CLOCK_THREAD_CPUTIME_ID, 0, &more, nullptr), EOPNOTSUPP);
    CHECK_ERROR(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC_RAW, 0, &more, nullptr), EOPNOTSUPP);
    CHECK_ERROR(syscall(SYS_clock_nanosleep, 999, 0, &more, nullptr), EINVAL);
}

CASE(timers, interval_timers_on_cpu_time) {
    handle(SIGVTALRM);
    handle(SIGPROF);
    itimerval value = {{0, 10'000}, {0, 10'000}};
    CHECK_EQUAL(setitimer(ITIMER_PROF, &value, nullptr), 0);
    while (g_count < 2) {}
    CHECK(g_info.si_signo == SIGPROF && g_info.si_code == SI_KERNEL);
    itimerval off = {}, old;
    CHECK_EQUAL(setitimer(ITIMER_PROF, &off, &old), 0);
    CHECK_EQUAL(old.it_interval.tv_usec, 10'000);
    g_count = 0;
    CHECK_EQUAL(setitimer(ITIMER_VIRTUAL, &value, nullptr), 0);
    while (g_count < 2) {}
    CHECK_EQUAL(g_info.si_signo, SIGVTALRM);
    CHECK_ERROR(setitimer(3, &value, nullptr), EINVAL);
    value.it_value.tv_usec = 1'000'000;
    CHECK_ERROR(setitimer(ITIMER_REAL, &value, nullptr), EINVAL);
}

CASE(timers, are_not_inherited_by_fork_and_end_with_exec) {
    handle(SIGUSR1);
    int id = make(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1);
    CHECK_EQUAL(set(id, in_ms(1000)), 0);
    static int inherited;
    inherited = id;
    int status = selftest::in_child([] {
        itimerspec value;
        CHECK_ERROR(syscall(SYS_timer_gettime, inherited, &value), EINVAL);
        CHECK_EQUAL(set(make(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGKILL), in_ms(50)), 0);
        execl("/bin/sh", "sh", "-c", "sleep 0.1", static_cast<char*>(nullptr));
    });
    CHECK_EQUAL(status, 0);
}

CASE(timers, their_number_is_limited_by_queued_signals) {
    int status = selftest::in_child([] {
        rlimit limit = {10, 10};
        CHECK_EQUAL(setrlimit(RLIMIT_SIGPENDING, &limit), 0);
        CHECK_EQUAL(setuid(23456), 0);
        int made = 0;
        while (made < 20 && make(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1) >= 0) ++made;
        CHECK_EQUAL(errno, EAGAIN);
        CHECK_EQUAL(made, 10);
    });
    CHECK_EQUAL(status, 0);
}

CASE(timers, the_cpu_limit_signals_and_then_kills) {
    int status = selftest::in_child([] {
        signal(SIGXCPU, [](int) { _exit(7); });
        rlimit limit = {1, 2};
        CHECK_EQUAL(setrlimit(RLIMIT_CPU, &limit), 0);
        spin_ms(5000);
    });
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
}

CASE(timers, adjtimex_answers_what_it_knows) {
    timex value = {};
    int state = adjtimex(&value);
    CHECK(state >= 0 && state <= 5);
    CHECK_EQUAL(value.tick, 10'000);
    CHECK(value.time.tv_sec > 1'577'836'800);
    int status = selftest::in_child([] {
        CHECK_EQUAL(setuid(12345), 0);
        timex change = {};
        change.modes = ADJ_FREQUENCY;
        CHECK_ERROR(adjtimex(&change), EPERM);
        change.modes = 0;
        CHECK(adjtimex(&change) >= 0);
    });
    CHECK_EQUAL(status, 0);
    CHECK_ERROR(syscall(SYS_clock_adjtime, CLOCK_MONOTONIC, &value), EOPNOTSUPP);
    CHECK_ERROR(syscall(SYS_clock_adjtime, 999, &value), EINVAL);
    CHECK_ERROR(syscall(SYS_adjtimex, 8), EFAULT);
}

CASE(timers, threads_have_their_own_usage) {
    rusage before, after;
    CHECK_EQUAL(getrusage(RUSAGE_THREAD, &before), 0);
    do { // on a busy machine a sleep may be over before it begins
        usleep(2000);
        CHECK_EQUAL(getrusage(RUSAGE_THREAD, &after), 0);
    } while (after.ru_nvcsw == before.ru_nvcsw);
    CHECK(after.ru_minflt >= before.ru_minflt);
    CHECK_ERROR(getrusage(2, &after), EINVAL);
}
