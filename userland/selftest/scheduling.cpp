// Scheduling policies, priorities and processors (sched(7)): what the calls answer, and what they do.
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <atomic>

#include "selftest.h"

namespace {

struct Attributes { // struct sched_attr
    unsigned size, policy;
    unsigned long flags;
    int nice;
    unsigned priority;
    unsigned long runtime, deadline, period;
    unsigned minimum, maximum;
};

long set_attributes(pid_t pid, Attributes* attributes, unsigned flags = 0) {
    return syscall(SYS_sched_setattr, pid, attributes, flags);
}
long get_attributes(pid_t pid, Attributes* attributes, unsigned size = sizeof(Attributes), unsigned flags = 0) {
    return syscall(SYS_sched_getattr, pid, attributes, size, flags);
}

int set_policy(int policy, int priority, pid_t pid = 0) {
    sched_param parameter{.sched_priority = priority};
    return sched_setscheduler(pid, policy, &parameter);
}

/// Real-time policies need a privilege that the one who runs the test on Linux may lack.
bool may_be_real_time() {
    bool may = set_policy(SCHED_FIFO, 1) == 0;
    set_policy(SCHED_OTHER, 0);
    return may;
}

int processor_count() {
    cpu_set_t set;
    CHECK_EQUAL(sched_getaffinity(0, sizeof set, &set), 0);
    return CPU_COUNT(&set);
}

int first_processor(const cpu_set_t& set, int after = -1) {
    for (int cpu = after + 1; cpu < CPU_SETSIZE; ++cpu)
        if (CPU_ISSET(cpu, &set)) return cpu;
    return -1;
}

void spin_ms(long milliseconds) {
    timespec start, now;
    clock_gettime(CLOCK_MONOTONIC, &start);
    do clock_gettime(CLOCK_MONOTONIC, &now);
    while ((now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000 < milliseconds);
}

} // namespace

CASE(scheduling, priority_ranges_by_policy) {
    CHECK_EQUAL(sched_get_priority_max(SCHED_FIFO), 99);
    CHECK_EQUAL(sched_get_priority_min(SCHED_FIFO), 1);
    CHECK_EQUAL(sched_get_priority_max(SCHED_RR), 99);
    CHECK_EQUAL(sched_get_priority_max(SCHED_OTHER), 0);
    CHECK_EQUAL(sched_get_priority_max(SCHED_BATCH), 0);
    CHECK_EQUAL(sched_get_priority_max(SCHED_IDLE), 0);
    CHECK_ERROR(sched_get_priority_max(4), EINVAL);
    CHECK_ERROR(sched_get_priority_min(-1), EINVAL);
}

CASE(scheduling, setscheduler_checks_its_arguments) {
    sched_param zero{}, one{.sched_priority = 1};
    CHECK_ERROR(sched_setscheduler(0, -1, &zero), EINVAL);
    CHECK_ERROR(sched_setscheduler(0, 4, &zero), EINVAL);
    CHECK_ERROR(sched_setscheduler(0, SCHED_OTHER, &one), EINVAL);
    CHECK_ERROR(sched_setscheduler(0, SCHED_FIFO, &zero), EINVAL);
    CHECK_ERROR(set_policy(SCHED_FIFO, 100), EINVAL);
    CHECK_ERROR(set_policy(SCHED_RR, -1), EINVAL);
    CHECK_ERROR(sched_setscheduler(-1, SCHED_OTHER, &zero), EINVAL);
    CHECK_ERROR(sched_setscheduler(0x3fffffff, SCHED_OTHER, &zero), ESRCH);
    CHECK_ERROR(sched_setscheduler(0, SCHED_OTHER, nullptr), EINVAL);
    CHECK_ERROR(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, 8l), EFAULT);
    CHECK_ERROR(sched_getscheduler(-1), EINVAL);
    CHECK_ERROR(sched_getscheduler(0x3fffffff), ESRCH);
    CHECK_ERROR(sched_getparam(0, nullptr), EINVAL);
    CHECK_ERROR(sched_setparam(0, &one), EINVAL);
    CHECK_EQUAL(sched_setparam(0, &zero), 0);
}

CASE(scheduling, batch_and_idle_are_kept_and_inherited) {
    CHECK_EQUAL(set_policy(SCHED_BATCH, 0), 0);
    CHECK_EQUAL(sched_getscheduler(0), SCHED_BATCH);
    CHECK_EQUAL(selftest::in_child([] { CHECK_EQUAL(sched_getscheduler(0), SCHED_BATCH); }), 0);
    CHECK_EQUAL(set_policy(SCHED_IDLE, 0), 0);
    CHECK_EQUAL(sched_getscheduler(getpid()), SCHED_IDLE);
    sched_param parameter{.sched_priority = 7};
    CHECK_EQUAL(sched_getparam(0, &parameter), 0);
    CHECK_EQUAL(parameter.sched_priority, 0);
}

CASE(scheduling, real_time_policies_with_privilege) {
    if (!may_be_real_time()) return;
    CHECK_EQUAL(set_policy(SCHED_RR, 42), 0);
    CHECK_EQUAL(sched_getscheduler(0), SCHED_RR);
    sched_param parameter{};
    CHECK_EQUAL(sched_getparam(0, &parameter), 0);
    CHECK_EQUAL(parameter.sched_priority, 42);
    parameter.sched_priority = 3;
    CHECK_EQUAL(sched_setparam(0, &parameter), 0);
    timespec turn;
    CHECK_EQUAL(sched_rr_get_interval(0, &turn), 0);
    CHECK_EQUAL(turn.tv_sec * 1000000000 + turn.tv_nsec, 100000000);
    CHECK_EQUAL(set_policy(SCHED_FIFO, 3), 0);
    CHECK_EQUAL(sched_rr_get_interval(0, &turn), 0);
    CHECK_EQUAL(turn.tv_sec * 1000000000 + turn.tv_nsec, 0);
    CHECK_ERROR(sched_rr_get_interval(-1, &turn), EINVAL);
}

CASE(scheduling, real_time_needs_privilege_or_a_limit) {
    if (geteuid() != 0) return;
    CHECK_EQUAL(selftest::in_child([] {
        rlimit limit{5, 5};
        if (setrlimit(RLIMIT_RTPRIO, &limit) != 0) return; // a container may forbid it
        limit = {25, 25}; // nice down to -5
        CHECK_EQUAL(setrlimit(RLIMIT_NICE, &limit), 0);
        CHECK_EQUAL(setuid(1000), 0);
        CHECK_ERROR(set_policy(SCHED_FIFO, 6), EPERM);
        CHECK_ERROR(set_policy(SCHED_OTHER, 0, 1), EPERM); // process 1 is somebody else's
        CHECK_EQUAL(setpriority(PRIO_PROCESS, 0, -5), 0);
        CHECK_ERROR(setpriority(PRIO_PROCESS, 0, -6), EACCES);
        CHECK_EQUAL(set_policy(SCHED_IDLE, 0), 0);
        CHECK_EQUAL(set_policy(SCHED_OTHER, 0), 0);
    }), 0);
}

CASE(scheduling, reset_on_fork_takes_privileges_from_children) {
    CHECK_EQUAL(set_policy(SCHED_OTHER | SCHED_RESET_ON_FORK, 0), 0);
    CHECK_EQUAL(sched_getscheduler(0), SCHED_OTHER | SCHED_RESET_ON_FORK);
    CHECK_EQUAL(selftest::in_child([] { CHECK_EQUAL(sched_getscheduler(0), SCHED_OTHER); }), 0);
    if (geteuid() != 0) return;
    CHECK_EQUAL(setpriority(PRIO_PROCESS, 0, -7), 0);
    CHECK_EQUAL(selftest::in_child([] { CHECK_EQUAL(getpriority(PRIO_PROCESS, 0), 0); }), 0);
    if (set_policy(SCHED_RR | SCHED_RESET_ON_FORK, 9) != 0) return;
    CHECK_EQUAL(selftest::in_child([] {
        CHECK_EQUAL(sched_getscheduler(0), SCHED_OTHER);
        CHECK_EQUAL(getpriority(PRIO_PROCESS, 0), 0);
    }), 0);
}

CASE(scheduling, attributes_go_in_and_out) {
    Attributes attributes{};
    attributes.size = sizeof attributes;
    attributes.policy = SCHED_BATCH;
    attributes.nice = 5;
    CHECK_EQUAL(set_attributes(0, &attributes), 0);
    Attributes answer{};
    CHECK_EQUAL(get_attributes(0, &answer), 0);
    CHECK_EQUAL(answer.policy, SCHED_BATCH);
    CHECK_EQUAL(answer.nice, 5);
    CHECK_EQUAL(getpriority(PRIO_PROCESS, 0), 5);
    CHECK_ERROR(get_attributes(0, nullptr), EINVAL);
    CHECK_ERROR(get_attributes(0, &answer, 47), EINVAL);
    CHECK_ERROR(get_attributes(0, &answer, sizeof answer, 1), EINVAL);
    CHECK_ERROR(get_attributes(-1, &answer), EINVAL);
    CHECK_ERROR(get_attributes(0x3fffffff, &answer), ESRCH);
    CHECK_ERROR(set_attributes(0, &attributes, 1), EINVAL);
    attributes.size = 40;
    CHECK_ERROR(set_attributes(0, &attributes), E2BIG);
    CHECK(attributes.size >= sizeof attributes);
    attributes.size = 48;
    attributes.policy = 77;
    CHECK_ERROR(set_attributes(0, &attributes), EINVAL);
    attributes.flags = 8; // keep the policy
    attributes.policy = SCHED_BATCH;
    attributes.nice = 6;
    CHECK_EQUAL(set_attributes(0, &attributes), 0);
    CHECK_EQUAL(getpriority(PRIO_PROCESS, 0), 6);
}

CASE(scheduling, priorities_of_groups_and_users) {
    CHECK_EQUAL(setpgid(0, 0), 0);
    CHECK_EQUAL(setpriority(PRIO_PGRP, 0, 4), 0);
    CHECK_EQUAL(getpriority(PRIO_PROCESS, 0), 4);
    CHECK_EQUAL(getpriority(PRIO_PGRP, getpid()), 4);
    CHECK_EQUAL(setpriority(PRIO_PROCESS, 0, 1000), 0);
    CHECK_EQUAL(getpriority(PRIO_PROCESS, 0), 19);
    CHECK_ERROR(setpriority(3, 0, 0), EINVAL);
    CHECK_ERROR(getpriority(-1, 0), EINVAL);
    CHECK_ERROR(setpriority(PRIO_PROCESS, 0x3fffffff, 0), ESRCH);
    CHECK_ERROR(getpriority(PRIO_USER, 4000000), ESRCH);
}

CASE(scheduling, affinity_checks_its_arguments) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CHECK_ERROR(sched_setaffinity(0, sizeof set, &set), EINVAL);
    CPU_SET(1000, &set); // not there
    CHECK_ERROR(sched_setaffinity(0, sizeof set, &set), EINVAL);
    CHECK_ERROR(sched_setaffinity(0x3fffffff, sizeof set, &set), ESRCH);
    CHECK_ERROR(syscall(SYS_sched_setaffinity, 0, 8, 8l), EFAULT);
    CHECK_ERROR(syscall(SYS_sched_getaffinity, 0, 4, &set), EINVAL);
    CHECK_ERROR(syscall(SYS_sched_getaffinity, 0, 12, &set), EINVAL);
    CHECK_ERROR(syscall(SYS_sched_getaffinity, -1, sizeof set, &set), ESRCH);
}

CASE(scheduling, affinity_moves_the_caller_and_is_inherited) {
    cpu_set_t all;
    CHECK_EQUAL(sched_getaffinity(0, sizeof all, &all), 0);
    for (int cpu = first_processor(all); cpu >= 0; cpu = first_processor(all, cpu)) {
        cpu_set_t one, answer;
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        CHECK_EQUAL(sched_setaffinity(0, sizeof one, &one), 0);
        CHECK_EQUAL(sched_getcpu(), cpu);
        CHECK_EQUAL(sched_getaffinity(0, sizeof answer, &answer), 0);
        CHECK(CPU_EQUAL(&one, &answer));
        int status = selftest::in_child([] {
            cpu_set_t mine;
            CHECK_EQUAL(sched_getaffinity(0, sizeof mine, &mine), 0);
            CHECK_EQUAL(CPU_COUNT(&mine), 1);
            CHECK(CPU_ISSET(sched_getcpu(), &mine));
        });
        CHECK_EQUAL(status, 0);
    }
    CHECK_EQUAL(sched_setaffinity(0, sizeof all, &all), 0);
}

namespace {
std::atomic<bool> g_stop;
std::atomic<long> g_thread_id, g_rounds;

void* spin(void*) {
    g_thread_id = syscall(SYS_gettid);
    while (!g_stop) ++g_rounds;
    return nullptr;
}
} // namespace

CASE(scheduling, affinity_moves_a_running_thread) {
    cpu_set_t all;
    CHECK_EQUAL(sched_getaffinity(0, sizeof all, &all), 0);
    pthread_t spinner;
    CHECK_EQUAL(pthread_create(&spinner, nullptr, spin, nullptr), 0);
    while (!g_thread_id) sched_yield();
    for (int turn = 0; turn < 20; ++turn) {
        for (int cpu = first_processor(all); cpu >= 0; cpu = first_processor(all, cpu)) {
            cpu_set_t one;
            CPU_ZERO(&one);
            CPU_SET(cpu, &one);
            CHECK_EQUAL(sched_setaffinity(static_cast<pid_t>(g_thread_id), sizeof one, &one), 0);
        }
    }
    long before = g_rounds;
    while (g_rounds == before) sched_yield(); // it still gets its time
    g_stop = true;
    CHECK_EQUAL(pthread_join(spinner, nullptr), 0);
}

CASE(scheduling, a_higher_priority_runs_first_and_fifo_is_not_sliced) {
    if (!may_be_real_time()) return;
    // All on one processor: what runs is decided by priority alone.
    cpu_set_t one, all;
    CHECK_EQUAL(sched_getaffinity(0, sizeof all, &all), 0);
    CPU_ZERO(&one);
    CPU_SET(first_processor(all), &one);
    CHECK_EQUAL(sched_setaffinity(0, sizeof one, &one), 0);
    CHECK_EQUAL(set_policy(SCHED_FIFO, 50), 0);
    auto* order = static_cast<int*>(mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    CHECK(order != MAP_FAILED);
    const int priorities[] = {10, 30, 20};
    for (int priority : priorities) {
        pid_t child = fork();
        CHECK(child >= 0);
        if (child != 0) continue;
        set_policy(SCHED_FIFO, priority);
        spin_ms(12); // longer than a fair slice
        order[++order[0]] = priority;
        _exit(0);
    }
    while (wait(nullptr) > 0) {}
    CHECK_EQUAL(order[0], 3);
    CHECK_EQUAL(order[1], 30);
    CHECK_EQUAL(order[2], 20);
    CHECK_EQUAL(order[3], 10);
}

CASE(scheduling, yield_lets_an_equal_run) {
    cpu_set_t one, all;
    CHECK_EQUAL(sched_getaffinity(0, sizeof all, &all), 0);
    CPU_ZERO(&one);
    CPU_SET(first_processor(all), &one);
    CHECK_EQUAL(sched_setaffinity(0, sizeof one, &one), 0);
    auto* turn = static_cast<std::atomic<int>*>(
        mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    CHECK(turn != MAP_FAILED);
    pid_t child = fork();
    CHECK(child >= 0);
    int mine = child == 0 ? 1 : 0;
    for (int round = 0; round < 2000; ++round) {
        while (turn->load() % 2 != mine) CHECK_EQUAL(sched_yield(), 0);
        turn->fetch_add(1);
    }
    if (child == 0) _exit(0);
    int status;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK_EQUAL(status, 0);
}

CASE(scheduling, processors_share_a_parallel_load) {
    int count = processor_count();
    if (count > 4) count = 4;
    for (int index = 0; index < count; ++index) {
        if (fork() == 0) {
            spin_ms(30);
            _exit(0);
        }
    }
    int status;
    while (wait(&status) > 0) CHECK_EQUAL(status, 0);
}

// ioprio_set(2): kept, inherited, told as it was set; for several tasks the best counts.
CASE(sched, an_io_priority_is_kept_and_inherited) {
    constexpr int kProcess = 1, kGroup = 2, kUser = 3, kBestEffort = 2 << 13, kIdle = 3 << 13;
    auto get = [](int which, int who) { return syscall(SYS_ioprio_get, which, who); };
    auto set = [](int which, int who, int priority) { return syscall(SYS_ioprio_set, which, who, priority); };
    CHECK_EQUAL(set(kProcess, 0, kBestEffort | 6), 0);
    CHECK_EQUAL(get(kProcess, 0), kBestEffort | 6);
    pid_t child = fork();
    if (child == 0)
        _exit(get(kProcess, 0) == (kBestEffort | 6) && set(kProcess, 0, kIdle) == 0 &&
                      get(kProcess, getpid()) == kIdle
                  ? 0
                  : 1);
    int status;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK_EQUAL(status, 0);
    CHECK_EQUAL(setpgid(0, 0), 0);
    CHECK_EQUAL(set(kGroup, 0, kBestEffort | 5), 0);
    CHECK_EQUAL(get(kGroup, getpid()), kBestEffort | 5);
    CHECK(get(kUser, static_cast<int>(getuid())) > 0);
    CHECK_EQUAL(set(kProcess, 0, 0), 0);
    CHECK_EQUAL(get(kProcess, 0), 0);
    CHECK_EQUAL(get(kGroup, 0), kBestEffort | 4); // what nice 0 gives
    CHECK_ERROR(set(kProcess, 0, 4 << 13), EINVAL);
    CHECK_ERROR(set(kProcess, 0, 1), EINVAL);
    CHECK_ERROR(set(0, 0, 0), EINVAL);
    CHECK_ERROR(get(4, 0), EINVAL);
    CHECK_ERROR(get(kProcess, 0x3fffff), ESRCH);
    CHECK_ERROR(set(kProcess, 0x3fffff, 0), ESRCH);
}
