#pragma once
#include <bits/timeval.h>
#include <bits/types.h>
#define EMPTY 0
#define RUN_LVL 1
#define BOOT_TIME 2
#define NEW_TIME 3
#define OLD_TIME 4
#define INIT_PROCESS 5
#define LOGIN_PROCESS 6
#define USER_PROCESS 7
#define DEAD_PROCESS 8
struct utmpx {
    short ut_type;
    pid_t ut_pid;
    char ut_line[32], ut_id[4], ut_user[32], ut_host[256];
    struct {
        short e_termination, e_exit;
    } ut_exit;
    int ut_session;
    struct {
        int tv_sec, tv_usec;
    } ut_tv;
    int ut_addr_v6[4];
    char __reserved[20];
};
__BEGIN_DECLS
void setutxent(void), endutxent(void);
struct utmpx *getutxent(void), *getutxid(const struct utmpx *), *getutxline(const struct utmpx *);
struct utmpx *pututxline(const struct utmpx *);
int utmpxname(const char *);
void updwtmpx(const char *, const struct utmpx *);
__END_DECLS
