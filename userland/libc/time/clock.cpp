// Clocks, sleeping and interval timers (POSIX.1-2017 <time.h>, <sys/time.h>).
#include "sysdep/syscall.hpp"
#include "sysdep/vdso.hpp"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

using libc::call;

namespace {

template <typename... Arguments> int answer(long number, Arguments... arguments) {
    return static_cast<int>(libc::checked(number, arguments...));
}

constexpr long kMicroseconds = 1000000;

// timeval pairs as the calls of today want them; false with EINVAL.
bool convert(const timeval from[2], timespec to[2]) {
    for (int i = 0; i < 2; i++) {
        if (from[i].tv_usec < 0 || from[i].tv_usec >= kMicroseconds) {
            errno = EINVAL;
            return false;
        }
        to[i] = {from[i].tv_sec, from[i].tv_usec * 1000};
    }
    return true;
}

int set_times(int directory, const char *path, const timeval times[2], int flags) {
    timespec converted[2];
    if (times && !convert(times, converted))
        return -1;
    return utimensat(directory, path, times ? converted : nullptr, flags);
}

} // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec *now) {
    static libc::VdsoFunction<int(clockid_t, timespec *)> in_vdso("__vdso_clock_gettime");
    if (auto function = in_vdso.get())
        return static_cast<int>(libc::to_errno(function(clock, now)));
    return answer(SYS_clock_gettime, clock, now);
}
int clock_settime(clockid_t clock, const timespec *now) { return answer(SYS_clock_settime, clock, now); }
int clock_getres(clockid_t clock, timespec *resolution) { return answer(SYS_clock_getres, clock, resolution); }
int clock_nanosleep(clockid_t clock, int flags, const timespec *duration, timespec *left) {
    if (clock == CLOCK_THREAD_CPUTIME_ID)
        return EINVAL;
    return static_cast<int>(-call(SYS_clock_nanosleep, clock, flags, duration, left));
}
int nanosleep(const timespec *duration, timespec *left) { return answer(SYS_nanosleep, duration, left); }

int clock_getcpuclockid(pid_t pid, clockid_t *clock) {
    timespec probe;
    auto id = static_cast<clockid_t>((~static_cast<unsigned>(pid) << 3) | 2u);
    long result = call(SYS_clock_getres, id, &probe);
    if (result == -EINVAL)
        return ESRCH;
    if (result < 0)
        return static_cast<int>(-result);
    *clock = id;
    return 0;
}

time_t time(time_t *result) {
    timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (result)
        *result = now.tv_sec;
    return now.tv_sec;
}

clock_t clock() {
    timespec used;
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) < 0)
        return -1;
    return used.tv_sec * CLOCKS_PER_SEC + used.tv_nsec / 1000;
}

double difftime(time_t end, time_t start) { return static_cast<double>(end - start); }

int timespec_get(timespec *now, int base) {
    return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, now) == 0 ? base : 0;
}

int stime(const time_t *now) {
    timespec value = {*now, 0};
    return clock_settime(CLOCK_REALTIME, &value);
}

int gettimeofday(timeval *__restrict now, void *__restrict) {
    timespec precise;
    clock_gettime(CLOCK_REALTIME, &precise);
    if (now)
        *now = {precise.tv_sec, precise.tv_nsec / 1000};
    return 0;
}

int settimeofday(const timeval *now, const struct timezone *zone) { return answer(SYS_settimeofday, now, zone); }
int getitimer(int which, itimerval *value) { return answer(SYS_getitimer, which, value); }
int setitimer(int which, const itimerval *__restrict value, itimerval *__restrict old) {
    return answer(SYS_setitimer, which, value, old);
}

unsigned alarm(unsigned seconds) { return static_cast<unsigned>(call(SYS_alarm, seconds)); }

useconds_t ualarm(useconds_t value, useconds_t interval) {
    itimerval timer = {{interval / kMicroseconds, interval % kMicroseconds},
                       {value / kMicroseconds, value % kMicroseconds}};
    itimerval old;
    setitimer(ITIMER_REAL, &timer, &old);
    return static_cast<useconds_t>(old.it_value.tv_sec * kMicroseconds + old.it_value.tv_usec);
}

unsigned sleep(unsigned seconds) {
    timespec duration = {seconds, 0};
    if (nanosleep(&duration, &duration) == 0)
        return 0;
    return static_cast<unsigned>(duration.tv_sec) + (duration.tv_nsec >= 500000000);
}

int usleep(useconds_t microseconds) {
    timespec duration = {microseconds / kMicroseconds, static_cast<long>(microseconds % kMicroseconds) * 1000};
    return nanosleep(&duration, nullptr);
}

int utimes(const char *path, const timeval times[2]) { return set_times(AT_FDCWD, path, times, 0); }
int lutimes(const char *path, const timeval times[2]) {
    return set_times(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW);
}
int futimesat(int directory, const char *path, const timeval times[2]) {
    return set_times(directory, path, times, 0);
}
int futimes(int fd, const timeval times[2]) { return set_times(fd, nullptr, times, 0); }

int utime(const char *path, const utimbuf *times) {
    timespec converted[2];
    if (times) {
        converted[0] = {times->actime, 0};
        converted[1] = {times->modtime, 0};
    }
    return utimensat(AT_FDCWD, path, times ? converted : nullptr, 0);
}
}
