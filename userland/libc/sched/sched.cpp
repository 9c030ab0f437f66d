// Scheduling (POSIX.1-2017 <sched.h>, sched_setaffinity(2)).
#include "sysdep/syscall.hpp"
#include "sysdep/vdso.hpp"

#include <sched.h>
#include <string.h>

namespace {

template <typename... Arguments> int answer(long number, Arguments... arguments) {
    return static_cast<int>(libc::checked(number, arguments...));
}

} // namespace

extern "C" {

int sched_yield() { return answer(SYS_sched_yield); }
int sched_get_priority_max(int policy) { return answer(SYS_sched_get_priority_max, policy); }
int sched_get_priority_min(int policy) { return answer(SYS_sched_get_priority_min, policy); }
int sched_getparam(pid_t pid, struct sched_param *parameters) { return answer(SYS_sched_getparam, pid, parameters); }
int sched_setparam(pid_t pid, const struct sched_param *parameters) {
    return answer(SYS_sched_setparam, pid, parameters);
}
int sched_getscheduler(pid_t pid) { return answer(SYS_sched_getscheduler, pid); }
int sched_setscheduler(pid_t pid, int policy, const struct sched_param *parameters) {
    return answer(SYS_sched_setscheduler, pid, policy, parameters);
}
int sched_rr_get_interval(pid_t pid, timespec *interval) { return answer(SYS_sched_rr_get_interval, pid, interval); }

int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set) {
    int written = answer(SYS_sched_getaffinity, pid, size, set);
    if (written < 0)
        return -1;
    memset(reinterpret_cast<char *>(set) + written, 0, size - static_cast<size_t>(written));
    return 0;
}

int sched_setaffinity(pid_t pid, size_t size, const cpu_set_t *set) {
    return answer(SYS_sched_setaffinity, pid, size, set);
}

int sched_getcpu() {
    static libc::VdsoFunction<int(unsigned *, unsigned *, void *)> in_vdso("__vdso_getcpu");
    unsigned cpu;
    auto function = in_vdso.get();
    long result = function ? function(&cpu, nullptr, nullptr) : libc::call(SYS_getcpu, &cpu, nullptr, nullptr);
    return libc::to_errno(result) < 0 ? -1 : static_cast<int>(cpu);
}

int __sched_cpucount(size_t size, const cpu_set_t *set) {
    int count = 0;
    for (size_t i = 0; i < size / sizeof(long); i++)
        count += __builtin_popcountl(set->__bits[i]);
    return count;
}
}
