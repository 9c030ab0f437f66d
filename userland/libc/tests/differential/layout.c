// Sizes and member offsets that the kernel or other programs' data fix, and a sample of constants.
#include "common.h"
#include <dirent.h>
#include <elf.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/timex.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <ucontext.h>
#include <utmpx.h>

#define SIZE(type) printf("%s %zu\n", #type, sizeof(type))
#define OFFSET(type, member) printf("%s.%s %zu %zu\n", #type, #member, offsetof(type, member), sizeof(((type *)0)->member))
#define VALUE(name) printf("%s %lld\n", #name, (long long)(name))

int main(void) {
    SIZE(struct stat);
    OFFSET(struct stat, st_mode);
    OFFSET(struct stat, st_rdev);
    OFFSET(struct stat, st_size);
    OFFSET(struct stat, st_blocks);
    OFFSET(struct stat, st_mtim);
    SIZE(struct statx);
    OFFSET(struct statx, stx_mtime);
    OFFSET(struct statx, stx_dev_minor);
    OFFSET(struct statx, stx_mode);
    SIZE(struct dirent); OFFSET(struct dirent, d_type); OFFSET(struct dirent, d_name); OFFSET(struct dirent, d_off);
    SIZE(struct termios);
    OFFSET(struct termios, c_cc);
    OFFSET(struct termios, c_line);
    OFFSET(struct termios, c_ospeed);
    SIZE(sigset_t);
    SIZE(siginfo_t);
    OFFSET(siginfo_t, si_pid);
    OFFSET(siginfo_t, si_addr);
    OFFSET(siginfo_t, si_status);
    OFFSET(siginfo_t, si_value);
    OFFSET(siginfo_t, si_band);
    OFFSET(siginfo_t, si_utime);
    OFFSET(siginfo_t, si_overrun);
    SIZE(stack_t);
    OFFSET(stack_t, ss_size);
    SIZE(ucontext_t);
    OFFSET(ucontext_t, uc_mcontext);
    OFFSET(ucontext_t, uc_sigmask);
    OFFSET(ucontext_t, uc_stack);
    VALUE(REG_RIP);
    VALUE(REG_CR2);
    VALUE(REG_RSP);
    SIZE(struct sigevent); OFFSET(struct sigevent, sigev_notify); SIZE(struct sigaction);
    SIZE(struct timespec);
    SIZE(struct timeval);
    SIZE(struct itimerspec);
    SIZE(struct tm);
    OFFSET(struct tm, tm_gmtoff);
    SIZE(struct timex);
    OFFSET(struct timex, tai);
    SIZE(struct rusage);
    OFFSET(struct rusage, ru_nivcsw);
    SIZE(struct rlimit);
    SIZE(struct utsname);
    OFFSET(struct utsname, machine);
    SIZE(struct statfs);
    OFFSET(struct statfs, f_namelen);
    OFFSET(struct statfs, f_flags);
    SIZE(struct statvfs);
    OFFSET(struct statvfs, f_namemax);
    OFFSET(struct statvfs, f_flag);
    SIZE(struct sysinfo); OFFSET(struct sysinfo, procs); OFFSET(struct sysinfo, mem_unit); SIZE(struct tms);
    SIZE(struct flock);
    OFFSET(struct flock, l_pid);
    SIZE(struct pollfd);
    SIZE(fd_set);
    SIZE(struct iovec);
    SIZE(struct winsize);
    SIZE(cpu_set_t);
    SIZE(struct sched_param);
    SIZE(struct msghdr);
    OFFSET(struct msghdr, msg_control);
    OFFSET(struct msghdr, msg_flags);
    SIZE(struct cmsghdr);
    SIZE(struct mmsghdr);
    SIZE(struct sockaddr);
    SIZE(struct sockaddr_storage);
    SIZE(struct sockaddr_un);
    SIZE(struct ucred);
    SIZE(struct linger);
    SIZE(struct epoll_event);
    OFFSET(struct epoll_event, data);
    SIZE(struct signalfd_siginfo);
    OFFSET(struct signalfd_siginfo, ssi_ptr);
    OFFSET(struct signalfd_siginfo, ssi_addr);
    SIZE(struct inotify_event);
    SIZE(struct shmid_ds);
    OFFSET(struct shmid_ds, shm_nattch);
    SIZE(struct semid_ds);
    OFFSET(struct semid_ds, sem_nsems);
    SIZE(struct msqid_ds);
    OFFSET(struct msqid_ds, msg_qbytes);
    SIZE(struct ipc_perm);
    SIZE(struct passwd);
    SIZE(struct group);
    SIZE(struct utmpx);
    OFFSET(struct utmpx, ut_tv);
    OFFSET(struct utmpx, ut_addr_v6);
    SIZE(Elf64_Ehdr); SIZE(Elf64_Phdr); SIZE(Elf64_Shdr); SIZE(Elf64_Sym); SIZE(Elf64_Rela); SIZE(Elf64_Dyn);
    SIZE(dev_t);
    SIZE(ino_t);
    SIZE(mode_t);
    SIZE(nlink_t);
    SIZE(off_t);
    SIZE(time_t);
    SIZE(clock_t);
    SIZE(uid_t);
    SIZE(id_t);
    SIZE(socklen_t);
    SIZE(sa_family_t);
    SIZE(wchar_t);
    SIZE(nfds_t);
    SIZE(rlim_t);
    SIZE(blkcnt_t);
    SIZE(suseconds_t);
    printf("%lx %x %x %zu %zu\n", (long)makedev(0x12345, 0x6789a), major(makedev(0x12345, 0x6789a)),
           minor(makedev(0x12345, 0x6789a)), (size_t)CMSG_SPACE(5), (size_t)CMSG_LEN(5));
    printf("%d %d %d %d %d %d\n", WIFEXITED(0x300), WEXITSTATUS(0x300), WIFSIGNALED(9), WTERMSIG(0x8b),
           WIFSTOPPED(0x137f), WIFCONTINUED(0xffff));
    VALUE(SYS_read);
    VALUE(SYS_epoll_pwait2);
    VALUE(SYS_futex);
    VALUE(SYS_statx);
    VALUE(O_TMPFILE);
    VALUE(O_SYNC);
    VALUE(TIOCGPTN);
    VALUE(MS_RELATIME);
    VALUE(MAP_ANONYMOUS);
    VALUE(SA_RESTART);
    VALUE(SIGSTKFLT);
    VALUE(EPOLLET);
    VALUE(UTIME_OMIT);
    VALUE(AT_EMPTY_PATH);
    return 0;
}
