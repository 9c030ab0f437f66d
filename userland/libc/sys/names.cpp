// gethostname, getdomainname, getpagesize, getdtablesize (POSIX.1-2017, gethostname(2)).
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

extern "C" {

int gethostname(char *name, size_t size) {
    utsname system;
    if (uname(&system) < 0)
        return -1;
    if (strlcpy(name, system.nodename, size) >= size) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return 0;
}

int getdomainname(char *name, size_t size) {
    utsname system;
    if (uname(&system) < 0)
        return -1;
    if (strlcpy(name, system.domainname, size) >= size) {
        errno = EINVAL;
        return -1;
    }
    return 0;
}

int getpagesize() { return PAGE_SIZE; }

int getdtablesize() {
    rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return -1;
    return limit.rlim_cur < INT_MAX ? static_cast<int>(limit.rlim_cur) : INT_MAX;
}

long gethostid() { return 0; }
}
