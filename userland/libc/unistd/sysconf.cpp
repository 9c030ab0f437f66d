// sysconf, pathconf, confstr (POSIX.1-2017). What depends on the running system is asked of it.
#include "sysdep/syscall.hpp"

#include <limits.h>
#include <sched.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>
#include <unistd.h>

namespace {

long limit_of(int resource) {
    rlimit limit;
    if (getrlimit(resource, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY)
        return -1;
    return limit.rlim_cur > LONG_MAX ? LONG_MAX : static_cast<long>(limit.rlim_cur);
}

long memory_pages(unsigned long(sysinfo_free)(const struct sysinfo &)) {
    struct sysinfo info;
    if (sysinfo(&info) < 0)
        return -1;
    unsigned unit = info.mem_unit ? info.mem_unit : 1;
    return static_cast<long>(sysinfo_free(info) * unit / PAGE_SIZE);
}

long argument_bytes() {
    long stack = limit_of(RLIMIT_STACK);
    long quarter = stack < 0 ? 6l * 1024 * 1024 : stack / 4;
    return quarter < ARG_MAX ? ARG_MAX : quarter > 6l * 1024 * 1024 ? 6l * 1024 * 1024 : quarter;
}

} // namespace

extern "C" {

int get_nprocs() {
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return count > 0 ? count : 1;
}

int get_nprocs_conf() { return get_nprocs(); }
long get_phys_pages() {
    return memory_pages([](const struct sysinfo &info) { return info.totalram; });
}
long get_avphys_pages() {
    return memory_pages([](const struct sysinfo &info) { return info.freeram + info.bufferram; });
}

long sysconf(int name) {
    switch (name) {
    case _SC_ARG_MAX: return argument_bytes();
    case _SC_CHILD_MAX: return limit_of(RLIMIT_NPROC);
    case _SC_CLK_TCK: return 100;
    case _SC_NGROUPS_MAX: return NGROUPS_MAX;
    case _SC_OPEN_MAX: return limit_of(RLIMIT_NOFILE);
    case _SC_SIGQUEUE_MAX: return limit_of(RLIMIT_SIGPENDING);
    case _SC_STREAM_MAX: case _SC_ATEXIT_MAX: case _SC_TIMER_MAX: case _SC_THREAD_THREADS_MAX: return -1;
    case _SC_TZNAME_MAX: return TZNAME_MAX;
    case _SC_PAGESIZE: return PAGE_SIZE;
    case _SC_NPROCESSORS_CONF: case _SC_NPROCESSORS_ONLN: return get_nprocs();
    case _SC_PHYS_PAGES: return get_phys_pages();
    case _SC_AVPHYS_PAGES: return get_avphys_pages();
    case _SC_IOV_MAX: return IOV_MAX;
    case _SC_LINE_MAX: return LINE_MAX;
    case _SC_RE_DUP_MAX: return RE_DUP_MAX;
    case _SC_BC_BASE_MAX: return BC_BASE_MAX;
    case _SC_BC_DIM_MAX: return BC_DIM_MAX;
    case _SC_BC_SCALE_MAX: return BC_SCALE_MAX;
    case _SC_BC_STRING_MAX: return BC_STRING_MAX;
    case _SC_COLL_WEIGHTS_MAX: return COLL_WEIGHTS_MAX;
    case _SC_EXPR_NEST_MAX: return EXPR_NEST_MAX;
    case _SC_HOST_NAME_MAX: return HOST_NAME_MAX;
    case _SC_LOGIN_NAME_MAX: return LOGIN_NAME_MAX;
    case _SC_TTY_NAME_MAX: return TTY_NAME_MAX;
    case _SC_SYMLOOP_MAX: return SYMLOOP_MAX;
    case _SC_GETGR_R_SIZE_MAX: case _SC_GETPW_R_SIZE_MAX: return 1024;
    case _SC_THREAD_KEYS_MAX: return PTHREAD_KEYS_MAX;
    case _SC_THREAD_STACK_MIN: return PTHREAD_STACK_MIN;
    case _SC_THREAD_DESTRUCTOR_ITERATIONS: return PTHREAD_DESTRUCTOR_ITERATIONS;
    case _SC_RTSIG_MAX: return 31;
    case _SC_SEM_NSEMS_MAX: return SEM_NSEMS_MAX;
    case _SC_SEM_VALUE_MAX: return SEM_VALUE_MAX;
    case _SC_DELAYTIMER_MAX: return DELAYTIMER_MAX;
    case _SC_MQ_PRIO_MAX: return MQ_PRIO_MAX;
    case _SC_LEVEL1_DCACHE_LINESIZE: return 64;
    case _SC_MINSIGSTKSZ: {
        auto size = static_cast<long>(getauxval(AT_MINSIGSTKSZ));
        return size > 2048 ? size : 2048;
    }
    case _SC_SIGSTKSZ: return sysconf(_SC_MINSIGSTKSZ) + 8192;
    case _SC_JOB_CONTROL: case _SC_SAVED_IDS: case _SC_REGEXP: case _SC_SHELL: return 1;
    case _SC_VERSION: case _SC_2_VERSION: case _SC_2_C_BIND: case _SC_MAPPED_FILES: case _SC_MEMLOCK:
    case _SC_MEMLOCK_RANGE: case _SC_MEMORY_PROTECTION: case _SC_FSYNC: case _SC_REALTIME_SIGNALS: case _SC_TIMERS:
    case _SC_MONOTONIC_CLOCK: case _SC_CPUTIME: case _SC_THREAD_CPUTIME: case _SC_THREADS:
    case _SC_THREAD_SAFE_FUNCTIONS: case _SC_SPAWN: case _SC_READER_WRITER_LOCKS: case _SC_SPIN_LOCKS:
    case _SC_BARRIERS: case _SC_SHARED_MEMORY_OBJECTS: case _SC_SYNCHRONIZED_IO: case _SC_PRIORITY_SCHEDULING:
        return _POSIX_VERSION;
    case _SC_XOPEN_VERSION: return _XOPEN_VERSION;
    case _SC_ASYNCHRONOUS_IO: case _SC_PRIORITIZED_IO: case _SC_MESSAGE_PASSING: case _SC_SEMAPHORES:
    case _SC_XOPEN_UNIX: case _SC_2_C_DEV: case _SC_2_SW_DEV: case _SC_2_LOCALEDEF: case _SC_2_UPE:
    case _SC_2_CHAR_TERM: case _SC_IPV6: case _SC_RAW_SOCKETS: case _SC_MQ_OPEN_MAX: return -1;
    }
    errno = EINVAL;
    return -1;
}

static long path_value(int name, const struct statfs *status) {
    switch (name) {
    case _PC_LINK_MAX: return 127;
    case _PC_MAX_CANON: return MAX_CANON;
    case _PC_MAX_INPUT: return MAX_INPUT;
    case _PC_NAME_MAX: return status && status->f_namelen ? static_cast<long>(status->f_namelen) : NAME_MAX;
    case _PC_PATH_MAX: return PATH_MAX;
    case _PC_PIPE_BUF: return PIPE_BUF;
    case _PC_CHOWN_RESTRICTED: case _PC_NO_TRUNC: case _PC_2_SYMLINKS: return 1;
    case _PC_VDISABLE: return _POSIX_VDISABLE;
    case _PC_FILESIZEBITS: return FILESIZEBITS;
    case _PC_SYMLINK_MAX: return PATH_MAX - 1;
    case _PC_REC_XFER_ALIGN: case _PC_REC_MIN_XFER_SIZE: case _PC_ALLOC_SIZE_MIN:
        return status ? static_cast<long>(status->f_bsize) : PAGE_SIZE;
    case _PC_SYNC_IO: return 1;
    case _PC_ASYNC_IO: case _PC_PRIO_IO: case _PC_REC_INCR_XFER_SIZE: case _PC_REC_MAX_XFER_SIZE: return -1;
    }
    errno = EINVAL;
    return -1;
}

long pathconf(const char *path, int name) {
    struct statfs status;
    return statfs(path, &status) < 0 ? -1 : path_value(name, &status);
}

long fpathconf(int fd, int name) {
    struct statfs status;
    return fstatfs(fd, &status) < 0 ? -1 : path_value(name, &status);
}

size_t confstr(int name, char *buffer, size_t size) {
    const char *value;
    switch (name) {
    case _CS_PATH: value = "/bin:/usr/bin:/sbin:/usr/sbin"; break;
    case _CS_POSIX_V7_LP64_OFF64_CFLAGS: case _CS_POSIX_V7_LP64_OFF64_LDFLAGS: case _CS_POSIX_V7_LP64_OFF64_LIBS:
        value = "";
        break;
    case _CS_POSIX_V7_WIDTH_RESTRICTED_ENVS: value = "POSIX_V7_LP64_OFF64"; break;
    case _CS_V7_ENV: value = "POSIXLY_CORRECT=1"; break;
    default: errno = EINVAL; return 0;
    }
    size_t length = strlen(value) + 1;
    if (size > 0)
        strlcpy(buffer, value, size);
    return length;
}
}
