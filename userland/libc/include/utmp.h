#pragma once
#include <pty.h>
#include <utmpx.h>
#define utmp utmpx
#define ut_name ut_user
#define ut_time ut_tv.tv_sec
#define UT_LINESIZE 32
#define UT_NAMESIZE 32
#define UT_HOSTSIZE 256
#define UTMP_FILE "/run/utmp"
#define WTMP_FILE "/var/log/wtmp"
__BEGIN_DECLS
void setutent(void), endutent(void);
struct utmp *getutent(void), *getutid(const struct utmp *), *getutline(const struct utmp *);
struct utmp *pututline(const struct utmp *);
int utmpname(const char *);
void updwtmp(const char *, const struct utmp *);
__END_DECLS
