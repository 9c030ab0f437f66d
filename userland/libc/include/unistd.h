// POSIX.1-2017 <unistd.h> and Linux extensions.
#pragma once
#include <bits/types.h>
#include <stdint.h>
#define STDIN_FILENO 0
#define STDOUT_FILENO 1
#define STDERR_FILENO 2
#define R_OK 4
#define W_OK 2
#define X_OK 1
#define F_OK 0
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#define SEEK_DATA 3
#define SEEK_HOLE 4
#define F_ULOCK 0
#define F_LOCK 1
#define F_TLOCK 2
#define F_TEST 3
#define _POSIX_VDISABLE 0
#define _POSIX2_VERSION 200809L
#define _XOPEN_VERSION 700
#define _POSIX_JOB_CONTROL 1
#define _POSIX_SAVED_IDS 1
#define _POSIX_FSYNC 200809L
#define _POSIX_MAPPED_FILES 200809L
#define _POSIX_MONOTONIC_CLOCK 0
#define _POSIX_REGEXP 1
#define _POSIX_SHELL 1
#define _POSIX_SPAWN 200809L
#define _POSIX_THREADS 200809L
#define _POSIX_TIMERS 200809L
#define _POSIX_NO_TRUNC 1
#define _POSIX_CHOWN_RESTRICTED 1
#define _SC_ARG_MAX 0
#define _SC_CHILD_MAX 1
#define _SC_CLK_TCK 2
#define _SC_NGROUPS_MAX 3
#define _SC_OPEN_MAX 4
#define _SC_STREAM_MAX 5
#define _SC_TZNAME_MAX 6
#define _SC_JOB_CONTROL 7
#define _SC_SAVED_IDS 8
#define _SC_REALTIME_SIGNALS 9
#define _SC_PRIORITY_SCHEDULING 10
#define _SC_TIMERS 11
#define _SC_ASYNCHRONOUS_IO 12
#define _SC_PRIORITIZED_IO 13
#define _SC_SYNCHRONIZED_IO 14
#define _SC_FSYNC 15
#define _SC_MAPPED_FILES 16
#define _SC_MEMLOCK 17
#define _SC_MEMLOCK_RANGE 18
#define _SC_MEMORY_PROTECTION 19
#define _SC_MESSAGE_PASSING 20
#define _SC_SEMAPHORES 21
#define _SC_SHARED_MEMORY_OBJECTS 22
#define _SC_DELAYTIMER_MAX 26
#define _SC_MQ_OPEN_MAX 27
#define _SC_MQ_PRIO_MAX 28
#define _SC_VERSION 29
#define _SC_PAGE_SIZE 30
#define _SC_PAGESIZE 30
#define _SC_RTSIG_MAX 31
#define _SC_SEM_NSEMS_MAX 32
#define _SC_SEM_VALUE_MAX 33
#define _SC_SIGQUEUE_MAX 34
#define _SC_TIMER_MAX 35
#define _SC_BC_BASE_MAX 36
#define _SC_BC_DIM_MAX 37
#define _SC_BC_SCALE_MAX 38
#define _SC_BC_STRING_MAX 39
#define _SC_COLL_WEIGHTS_MAX 40
#define _SC_EXPR_NEST_MAX 42
#define _SC_LINE_MAX 43
#define _SC_RE_DUP_MAX 44
#define _SC_2_VERSION 46
#define _SC_2_C_BIND 47
#define _SC_2_C_DEV 48
#define _SC_2_SW_DEV 51
#define _SC_2_LOCALEDEF 52
#define _SC_IOV_MAX 60
#define _SC_UIO_MAXIOV 60
#define _SC_THREADS 67
#define _SC_THREAD_SAFE_FUNCTIONS 68
#define _SC_GETGR_R_SIZE_MAX 69
#define _SC_GETPW_R_SIZE_MAX 70
#define _SC_LOGIN_NAME_MAX 71
#define _SC_TTY_NAME_MAX 72
#define _SC_THREAD_DESTRUCTOR_ITERATIONS 73
#define _SC_THREAD_KEYS_MAX 74
#define _SC_THREAD_STACK_MIN 75
#define _SC_THREAD_THREADS_MAX 76
#define _SC_NPROCESSORS_CONF 83
#define _SC_NPROCESSORS_ONLN 84
#define _SC_PHYS_PAGES 85
#define _SC_AVPHYS_PAGES 86
#define _SC_ATEXIT_MAX 87
#define _SC_PASS_MAX 88
#define _SC_XOPEN_VERSION 89
#define _SC_XOPEN_UNIX 91
#define _SC_MONOTONIC_CLOCK 149
#define _SC_CPUTIME 138
#define _SC_THREAD_CPUTIME 139
#define _SC_REGEXP 155
#define _SC_SHELL 157
#define _SC_SPAWN 159
#define _SC_HOST_NAME_MAX 180
#define _SC_SYMLOOP_MAX 173
#define _SC_2_UPE 97
#define _SC_2_CHAR_TERM 95
#define _SC_LEVEL1_DCACHE_LINESIZE 190
#define _SC_READER_WRITER_LOCKS 153
#define _SC_SPIN_LOCKS 154
#define _SC_BARRIERS 133
#define _SC_IPV6 235
#define _SC_RAW_SOCKETS 236
#define _SC_MINSIGSTKSZ 249
#define _SC_SIGSTKSZ 250
#define _PC_LINK_MAX 0
#define _PC_MAX_CANON 1
#define _PC_MAX_INPUT 2
#define _PC_NAME_MAX 3
#define _PC_PATH_MAX 4
#define _PC_PIPE_BUF 5
#define _PC_CHOWN_RESTRICTED 6
#define _PC_NO_TRUNC 7
#define _PC_VDISABLE 8
#define _PC_SYNC_IO 9
#define _PC_ASYNC_IO 10
#define _PC_PRIO_IO 11
#define _PC_FILESIZEBITS 13
#define _PC_REC_INCR_XFER_SIZE 14
#define _PC_REC_MAX_XFER_SIZE 15
#define _PC_REC_MIN_XFER_SIZE 16
#define _PC_REC_XFER_ALIGN 17
#define _PC_ALLOC_SIZE_MIN 18
#define _PC_SYMLINK_MAX 19
#define _PC_2_SYMLINKS 20
#define _CS_PATH 0
#define _CS_POSIX_V7_LP64_OFF64_CFLAGS 0x474
#define _CS_POSIX_V7_LP64_OFF64_LDFLAGS 0x475
#define _CS_POSIX_V7_LP64_OFF64_LIBS 0x476
#define _CS_POSIX_V7_WIDTH_RESTRICTED_ENVS 5
#define _CS_V7_ENV 0x47d
__BEGIN_DECLS
extern char **environ;
extern char *optarg;
extern int optind, opterr, optopt;
int getopt(int, char *const[], const char *);
ssize_t read(int, void *, size_t);
ssize_t write(int, const void *, size_t);
ssize_t pread(int, void *, size_t, off_t);
ssize_t pwrite(int, const void *, size_t, off_t);
int close(int);
off_t lseek(int, off_t, int);
int dup(int);
int dup2(int, int);
int dup3(int, int, int);
int pipe(int[2]);
int pipe2(int[2], int);
int fsync(int);
int fdatasync(int);
void sync(void);
int syncfs(int);
int ftruncate(int, off_t);
int truncate(const char *, off_t);
int lockf(int, int, off_t);
int access(const char *, int);
int faccessat(int, const char *, int, int);
int eaccess(const char *, int);
int euidaccess(const char *, int);
int chdir(const char *);
int fchdir(int);
int chroot(const char *);
int pivot_root(const char *, const char *);
char *getcwd(char *, size_t);
char *get_current_dir_name(void);
char *getwd(char *);
int chown(const char *, uid_t, gid_t);
int fchown(int, uid_t, gid_t);
int lchown(const char *, uid_t, gid_t);
int fchownat(int, const char *, uid_t, gid_t, int);
int link(const char *, const char *);
int linkat(int, const char *, int, const char *, int);
int symlink(const char *, const char *);
int symlinkat(const char *, int, const char *);
ssize_t readlink(const char *__restrict, char *__restrict, size_t);
ssize_t readlinkat(int, const char *__restrict, char *__restrict, size_t);
int unlink(const char *);
int unlinkat(int, const char *, int);
int rmdir(const char *);
unsigned alarm(unsigned);
useconds_t ualarm(useconds_t, useconds_t);
int pause(void);
unsigned sleep(unsigned);
int usleep(useconds_t);
pid_t fork(void);
pid_t _Fork(void);
pid_t vfork(void) __attribute__((__returns_twice__));
int execve(const char *, char *const[], char *const[]);
int execv(const char *, char *const[]);
int execvp(const char *, char *const[]);
int execvpe(const char *, char *const[], char *const[]);
int execl(const char *, const char *, ...) __attribute__((__sentinel__));
int execle(const char *, const char *, ...) __attribute__((__sentinel__(1)));
int execlp(const char *, const char *, ...) __attribute__((__sentinel__));
int fexecve(int, char *const[], char *const[]);
int execveat(int, const char *, char *const[], char *const[], int);
__NORETURN void _exit(int);
pid_t getpid(void), getppid(void), getpgrp(void), getpgid(pid_t), getsid(pid_t), gettid(void);
pid_t setsid(void);
int setpgid(pid_t, pid_t);
pid_t setpgrp(void);
pid_t tcgetpgrp(int);
int tcsetpgrp(int, pid_t);
uid_t getuid(void), geteuid(void);
gid_t getgid(void), getegid(void);
int getgroups(int, gid_t[]);
int setuid(uid_t), seteuid(uid_t), setgid(gid_t), setegid(gid_t);
int setreuid(uid_t, uid_t), setregid(gid_t, gid_t);
int setresuid(uid_t, uid_t, uid_t), setresgid(gid_t, gid_t, gid_t);
int getresuid(uid_t *, uid_t *, uid_t *), getresgid(gid_t *, gid_t *, gid_t *);
int isatty(int);
char *ttyname(int);
int ttyname_r(int, char *, size_t);
char *ctermid(char *);
char *getlogin(void);
int getlogin_r(char *, size_t);
int gethostname(char *, size_t);
int sethostname(const char *, size_t);
int getdomainname(char *, size_t);
int setdomainname(const char *, size_t);
long gethostid(void);
long sysconf(int);
long pathconf(const char *, int);
long fpathconf(int, int);
size_t confstr(int, char *, size_t);
int getpagesize(void);
int getdtablesize(void);
int nice(int);
int brk(void *);
void *sbrk(intptr_t);
long syscall(long, ...);
int daemon(int, int);
int vhangup(void);
int acct(const char *);
int getentropy(void *, size_t);
char *getpass(const char *);
void swab(const void *__restrict, void *__restrict, ssize_t);
ssize_t copy_file_range(int, off_t *, int, off_t *, size_t, unsigned);
int close_range(unsigned, unsigned, int);
void closefrom(int);
__END_DECLS
