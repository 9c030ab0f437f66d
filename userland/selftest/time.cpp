// clock_gettime(2), nanosleep(2), timers, time accounting.
#include <signal.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

#include "selftest.h"

static long long now_ns(clockid_t clock = CLOCK_MONOTONIC) {
    timespec time;
    CHECK_EQUAL(clock_gettime(clock, &time), 0);
    return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

CASE(time, monotonic_never_steps_back) {
    long long last = now_ns();
    for (int round = 0; round < 10'000; ++round) {
        long long next = now_ns();
        CHECK(next >= last);
        last = next;
    }
}

CASE(time, clocks_of_processor_time_cannot_be_set) {
    timespec second = {1, 0};
    CHECK_ERROR(clock_settime(CLOCK_PROCESS_CPUTIME_ID, &second), EINVAL);
    CHECK_ERROR(clock_settime(CLOCK_MONOTONIC, &second), EINVAL);
}

CASE(time, sleep_takes_as_long_as_asked) {
    long long before = now_ns();
    timespec wanted = {0, 100'000'000};
    CHECK_EQUAL(nanosleep(&wanted, nullptr), 0);
    long long slept = now_ns() - before;
    CHECK(slept >= 100'000'000 && slept < 2'000'000'000);
    wanted.tv_nsec = 1'000'000'000;
    CHECK_ERROR(nanosleep(&wanted, nullptr), EINVAL);
    wanted = {-1, 0};
    CHECK_ERROR(nanosleep(&wanted, nullptr), EINVAL);
}

CASE(time, the_date_is_plausible) {
    CHECK(now_ns(CLOCK_REALTIME) > 1'577'836'800LL * 1'000'000'000);
    timespec time;
    CHECK_ERROR(clock_gettime(9999, &time), EINVAL);
    CHECK_EQUAL(clock_getres(CLOCK_MONOTONIC, &time), 0);
    CHECK(time.tv_sec == 0 && time.tv_nsec > 0);
}

CASE(time, processor_time_grows_with_work_only) {
    long long before = now_ns(CLOCK_PROCESS_CPUTIME_ID);
    usleep(50'000);
    long long slept = now_ns(CLOCK_PROCESS_CPUTIME_ID) - before;
    CHECK(slept < 40'000'000);
    long long end = now_ns() + 50'000'000;
    while (now_ns() < end) {}
    CHECK(now_ns(CLOCK_PROCESS_CPUTIME_ID) - before > slept + 10'000'000);
    tms times_buffer;
    CHECK(times(&times_buffer) > 0);
}

CASE(time, interval_timers_repeat) {
    static volatile sig_atomic_t ticks;
    signal(SIGALRM, [](int) { ticks = ticks + 1; });
    itimerval timer = {{0, 20'000}, {0, 20'000}}, old;
    CHECK_EQUAL(setitimer(ITIMER_REAL, &timer, nullptr), 0);
    while (ticks < 3) usleep(1000);
    timer = {};
    CHECK_EQUAL(setitimer(ITIMER_REAL, &timer, &old), 0);
    CHECK_EQUAL(old.it_interval.tv_usec, 20'000);
}

CASE(time, alarm_answers_what_was_left) {
    alarm(100);
    CHECK_EQUAL(alarm(30), 100);
}

CASE(time, a_busy_program_does_not_starve_another) {
    // One child spins, the other works in small steps: both must get on.
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    pid_t spinner = fork();
    if (spinner == 0)
        while (true) {}
    for (int round = 0; round < 50; ++round) {
        char byte = 'x';
        CHECK_EQUAL(write(ends[1], &byte, 1), 1);
        CHECK_EQUAL(read(ends[0], &byte, 1), 1);
    }
    usleep(1000);
    kill(spinner, SIGKILL);
}

CASE(time, user_and_system_time_are_parts_of_one_total) {
    for (int round = 0; round < 2000; ++round) {
        tms times_buffer;
        CHECK(times(&times_buffer) > 0);
        CHECK(times_buffer.tms_utime >= 0 && times_buffer.tms_utime < 100 * 60);
        CHECK(times_buffer.tms_stime >= 0 && times_buffer.tms_stime < 100 * 60);
    }
}
