// Wild pointers in system calls: EFAULT, or another error, but never a crash of the kernel or of this program.
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "selftest.h"

namespace {

const uint64_t kWild[] = {1,
                          0x1000,
                          0x7ffffffff000,
                          0x7fffffffffff,
                          0x800000000000,
                          0xffff800000000000,
                          0xffffffff80000000,
                          0xffffffff80100000,
                          0xfffffffffffff000,
                          0xffffffffffffffff};

template <typename T> T* wild(uint64_t address) { return reinterpret_cast<T*>(address); }

} // namespace

CASE(wild_pointers, common_calls_answer_efault) {
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    CHECK_EQUAL(write(ends[1], "data", 4), 4);
    int zero = open("/dev/zero", O_RDONLY), file = open("/tmp/self-test-wild", O_CREAT | O_RDWR, 0600);
    CHECK_EQUAL(write(file, "text", 4), 4);
    for (uint64_t address : kWild) {
        CHECK_ERROR(syscall(SYS_read, ends[0], address, 4), EFAULT);
        CHECK_ERROR(syscall(SYS_read, zero, address, 4), EFAULT);
        CHECK_ERROR(syscall(SYS_pread64, file, address, 4, 0), EFAULT);
        CHECK_ERROR(syscall(SYS_write, ends[1], address, 4), EFAULT);
        CHECK_ERROR(syscall(SYS_pwrite64, file, address, 4, 0), EFAULT);
        CHECK_ERROR(syscall(SYS_open, address, O_RDONLY), EFAULT);
        CHECK_ERROR(syscall(SYS_stat, address, 0), EFAULT);
        CHECK_ERROR(syscall(SYS_stat, "/", address), EFAULT);
        CHECK_ERROR(syscall(SYS_fstat, file, address), EFAULT);
        CHECK_ERROR(syscall(SYS_execve, address, nullptr, nullptr), EFAULT);
        CHECK_ERROR(syscall(SYS_execve, "/bin/true", address, nullptr), EFAULT);
        CHECK_ERROR(syscall(SYS_pipe, address), EFAULT);
        CHECK_ERROR(syscall(SYS_uname, address), EFAULT);
        CHECK_ERROR(syscall(SYS_gettimeofday, address, nullptr), EFAULT);
        CHECK_ERROR(syscall(SYS_nanosleep, address, nullptr), EFAULT);
        CHECK_ERROR(syscall(SYS_rt_sigaction, SIGUSR1, address, nullptr, 8), EFAULT);
        CHECK_ERROR(syscall(SYS_rt_sigprocmask, SIG_BLOCK, address, nullptr, 8), EFAULT);
        CHECK_ERROR(syscall(SYS_poll, address, 1, 0), EFAULT);
        CHECK_ERROR(syscall(SYS_getcwd, address, 100), EFAULT);
        CHECK_ERROR(syscall(SYS_readv, file, address, 1), EFAULT);
        CHECK_ERROR(syscall(SYS_getrlimit, 7, address), EFAULT);
        CHECK_ERROR(syscall(SYS_mkdir, address, 0755), EFAULT);
    }
    unlink("/tmp/self-test-wild");
}

CASE(wild_pointers, a_range_that_ends_in_a_hole_is_short_or_efault) {
    char* pages = static_cast<char*>(mmap(nullptr, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    munmap(pages + 4096, 4096);
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    strcpy(pages + 4096 - 5, "tail");
    errno = 0;
    ssize_t size = write(ends[1], pages + 4096 - 5, 100);
    CHECK(size == 5 || (size == -1 && errno == EFAULT));
    memset(pages, 'p', 4096);
    CHECK_ERROR(open(pages + 4090, O_RDONLY), EFAULT); // no NUL before the hole
    iovec vector = {pages, SIZE_MAX};
    CHECK_ERROR(readv(ends[0], &vector, 1), EINVAL);
}

CASE(wild_pointers, no_call_crashes_on_random_arguments) {
    // Calls that end, stop or freeze the caller, or the machine, by design.
    const long excluded[] = {SYS_exit,
                             SYS_exit_group,
                             SYS_reboot,
                             SYS_pause,
                             SYS_rt_sigsuspend,
                             SYS_rt_sigreturn,
                             SYS_fork,
                             SYS_vfork,
                             SYS_clone,
                             SYS_clone3,
                             SYS_kill,
                             SYS_tkill,
                             SYS_tgkill,
                             SYS_rt_sigqueueinfo,
                             SYS_rt_tgsigqueueinfo,
                             SYS_setrlimit,
                             SYS_prlimit64,
                             SYS_umount2,
                             SYS_mount,
                             SYS_chroot,
                             SYS_pivot_root,
                             SYS_settimeofday,
                             SYS_clock_settime,
                             SYS_sethostname,
                             SYS_setdomainname,
                             SYS_unlink,
                             SYS_vhangup,
                             SYS_wait4,
                             SYS_waitid,
                             SYS_alarm,
                             SYS_setitimer,
                             SYS_kexec_load,
                             SYS_swapoff,
                             SYS_swapon,
                             SYS_syslog,
                             SYS_init_module,
                             SYS_delete_module,
                             SYS_finit_module,
                             SYS_acct,
                             SYS_ptrace,
                             SYS_unshare,
                             SYS_setns,
                             SYS_seccomp,
                             SYS_iopl,
                             SYS_ioperm,
                             SYS_setuid,
                             SYS_adjtimex,
                             SYS_clock_adjtime,
                             SYS_bpf,
                             SYS_pidfd_send_signal,
                             SYS_process_madvise};
    utsname system_name;
    CHECK_EQUAL(uname(&system_name), 0);
    srand(7);
    for (int round = 0; round < 20; ++round) {
        unsigned seed = static_cast<unsigned>(rand());
        pid_t child = fork();
        if (child == 0) {
            srand(seed);
            if (!strstr(system_name.release, "martlet")) CHECK_EQUAL(setuid(65534), 0); // spare a foreign system
            alarm(1);
            signal(SIGSYS, SIG_IGN);
            close(0), close(1), close(2);
            for (int count = 0; count < 400; ++count) {
                long number = rand() % 335;
                bool skip = false;
                for (long no : excluded) skip = skip || no == number;
                if (skip) continue;
                uint64_t arguments[6];
                for (uint64_t& argument : arguments) {
                    switch (rand() % 4) {
                    case 0: argument = static_cast<uint64_t>(rand() % 8); break;
                    case 1: argument = kWild[static_cast<size_t>(rand()) % (sizeof kWild / sizeof *kWild)]; break;
                    case 2: argument = ~static_cast<uint64_t>(rand() % 8); break;
                    default: argument = static_cast<uint64_t>(rand()) << (rand() % 33);
                    }
                }
                syscall(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
            }
            _exit(0);
        }
        int status;
        CHECK_EQUAL(waitpid(child, &status, 0), child); // however it ended, we are still here
    }
}
