// The clocks of <chrono>.
#include <chrono>
#include <time.h>

namespace std {
inline namespace __1 {
namespace chrono {

static timespec now_of(clockid_t clock) {
    timespec now;
    clock_gettime(clock, &now);
    return now;
}

steady_clock::time_point steady_clock::now() noexcept {
    timespec now = now_of(CLOCK_MONOTONIC);
    return time_point(seconds(now.tv_sec) + nanoseconds(now.tv_nsec));
}

system_clock::time_point system_clock::now() noexcept {
    timespec now = now_of(CLOCK_REALTIME);
    return time_point(duration_cast<duration>(seconds(now.tv_sec) + nanoseconds(now.tv_nsec)));
}

time_t system_clock::to_time_t(const time_point &point) noexcept {
    return duration_cast<seconds>(point.time_since_epoch()).count();
}

system_clock::time_point system_clock::from_time_t(time_t time) noexcept { return time_point(seconds(time)); }

} // namespace chrono
} // namespace __1
} // namespace std
