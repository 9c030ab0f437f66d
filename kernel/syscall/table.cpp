// The one table of system calls: each row has the number, the name, the handler and the names of its arguments.
//
// To implement a call: declare its handler in the header of its area (syscall/<area>.h), define it, and replace
// `missing(number, "name")` by `row<sys_name>(number, "name", "argument, names")`. Dispatch, decoding and
// docs/SYSCALLS.md (scripts/generate_docs) follow. Numbers: the Linux x86-64 ABI (syscalls(2)).
#include "syscall/table.h"

#include "arch/cpu.h"
#include "proc/seccomp/seccomp.h"
#include "sched/thread.h"
#include "syscall/capabilities.h"
#include "syscall/credentials.h"
#include "syscall/event.h"
#include "syscall/file.h"
#include "syscall/fs.h"
#include "syscall/futex.h"
#include "syscall/ipc.h"
#include "syscall/limits.h"
#include "syscall/memory.h"
#include "syscall/memory_shortage.h"
#include "syscall/pidfd.h"
#include "syscall/process.h"
#include "syscall/ptrace.h"
#include "syscall/scheduling.h"
#include "syscall/seccomp.h"
#include "syscall/signal.h"
#include "syscall/socket.h"
#include "syscall/system.h"
#include "syscall/threads.h"
#include "syscall/time.h"
#include "syscall/timers.h"

namespace martlet {

void rows_must_be_in_order_of_number(); // calling it in a constant expression is the compile-time error

namespace {

constexpr SyscallRow kRows[] = {
    row<sys_read>(0, "read", "fd, buffer, count"),
    row<sys_write>(1, "write", "fd, buffer, count"),
    row<sys_open>(2, "open", "path, flags, mode"),
    row<sys_close>(3, "close", "fd"),
    row<sys_stat>(4, "stat", "path, status"),
    row<sys_fstat>(5, "fstat", "fd, status"),
    row<sys_lstat>(6, "lstat", "path, status"),
    row<sys_poll>(7, "poll", "descriptors, count, timeout_ms"),
    row<sys_lseek>(8, "lseek", "fd, offset, whence"),
    row<sys_mmap>(9, "mmap", "address, size, protection, flags, fd, offset"),
    row<sys_mprotect>(10, "mprotect", "address, size, protection"),
    row<sys_munmap>(11, "munmap", "address, size"),
    row<sys_brk>(12, "brk", "address"),
    row<sys_rt_sigaction>(13, "rt_sigaction", "signal, action, old, size"),
    row<sys_rt_sigprocmask>(14, "rt_sigprocmask", "how, set, old, size"),
    row<sys_rt_sigreturn>(15, "rt_sigreturn"),
    row<sys_ioctl>(16, "ioctl", "fd, command, argument"),
    row<sys_pread64>(17, "pread64", "fd, buffer, count, offset"),
    row<sys_pwrite64>(18, "pwrite64", "fd, buffer, count, offset"),
    row<sys_readv>(19, "readv", "fd, vectors, count"),
    row<sys_writev>(20, "writev", "fd, vectors, count"),
    row<sys_access>(21, "access", "path, mode"),
    row<sys_pipe>(22, "pipe", "ends"),
    row<sys_select>(23, "select", "count, read_set, write_set, exception_set, timeout"),
    row<sys_sched_yield>(24, "sched_yield"),
    row<sys_mremap>(25, "mremap", "old_address, old_size, new_size, flags, new_address"),
    row<sys_msync>(26, "msync", "address, size, flags"),
    row<sys_mincore>(27, "mincore", "address, size, vector"),
    row<sys_madvise>(28, "madvise", "address, size, advice"),
    row<sys_shmget>(29, "shmget", "key, size, flags"),
    row<sys_shmat>(30, "shmat", "id, address, flags"),
    row<sys_shmctl>(31, "shmctl", "id, command, argument"),
    row<sys_dup>(32, "dup", "fd"),
    row<sys_dup2>(33, "dup2", "old_fd, new_fd"),
    row<sys_pause>(34, "pause"),
    row<sys_nanosleep>(35, "nanosleep", "duration, remaining"),
    row<sys_getitimer>(36, "getitimer", "which, value"),
    row<sys_alarm>(37, "alarm", "seconds"),
    row<sys_setitimer>(38, "setitimer", "which, value, old"),
    row<sys_getpid>(39, "getpid"),
    row<sys_sendfile>(40, "sendfile", "to_fd, from_fd, offset, count"),
    row<sys_socket>(41, "socket", "family, type, protocol"),
    row<sys_connect>(42, "connect", "fd, address, size"),
    row<sys_accept>(43, "accept", "fd, address, size_address"),
    row<sys_sendto>(44, "sendto", "fd, buffer, size, flags, address, address_size"),
    row<sys_recvfrom>(45, "recvfrom", "fd, buffer, size, flags, address, size_address"),
    row<sys_sendmsg>(46, "sendmsg", "fd, message, flags"),
    row<sys_recvmsg>(47, "recvmsg", "fd, message, flags"),
    row<sys_shutdown>(48, "shutdown", "fd, how"),
    row<sys_bind>(49, "bind", "fd, address, size"),
    row<sys_listen>(50, "listen", "fd, backlog"),
    row<sys_getsockname>(51, "getsockname", "fd, address, size_address"),
    row<sys_getpeername>(52, "getpeername", "fd, address, size_address"),
    row<sys_socketpair>(53, "socketpair", "family, type, protocol, descriptors"),
    row<sys_setsockopt>(54, "setsockopt", "fd, level, name, value, size"),
    row<sys_getsockopt>(55, "getsockopt", "fd, level, name, value, size_address"),
    row<sys_clone>(56, "clone", "flags, stack, parent_tid, child_tid, tls"),
    row<sys_fork>(57, "fork"),
    row<sys_vfork>(58, "vfork"),
    row<sys_execve>(59, "execve", "path, arguments, environment"),
    row<sys_exit>(60, "exit", "status"),
    row<sys_wait4>(61, "wait4", "process_id, status, options, usage"),
    row<sys_kill>(62, "kill", "process_id, signal"),
    row<sys_uname>(63, "uname", "name"),
    row<sys_semget>(64, "semget", "key, count, flags"),
    row<sys_semop>(65, "semop", "id, operations, count"),
    row<sys_semctl>(66, "semctl", "id, number, command, argument"),
    row<sys_shmdt>(67, "shmdt", "address"),
    row<sys_msgget>(68, "msgget", "key, flags"),
    row<sys_msgsnd>(69, "msgsnd", "id, message, size, flags"),
    row<sys_msgrcv>(70, "msgrcv", "id, message, size, type, flags"),
    row<sys_msgctl>(71, "msgctl", "id, command, argument"),
    row<sys_fcntl>(72, "fcntl", "fd, command, argument"),
    row<sys_flock>(73, "flock", "fd, operation"),
    row<sys_fsync>(74, "fsync", "fd"),
    row<sys_fdatasync>(75, "fdatasync", "fd"),
    row<sys_truncate>(76, "truncate", "path, size"),
    row<sys_ftruncate>(77, "ftruncate", "fd, size"),
    row<sys_getdents>(78, "getdents", "fd, buffer, size"),
    row<sys_getcwd>(79, "getcwd", "buffer, size"),
    row<sys_chdir>(80, "chdir", "path"),
    row<sys_fchdir>(81, "fchdir", "fd"),
    row<sys_rename>(82, "rename", "old_path, new_path"),
    row<sys_mkdir>(83, "mkdir", "path, mode"),
    row<sys_rmdir>(84, "rmdir", "path"),
    row<sys_creat>(85, "creat", "path, mode"),
    row<sys_link>(86, "link", "old_path, new_path"),
    row<sys_unlink>(87, "unlink", "path"),
    row<sys_symlink>(88, "symlink", "target, path"),
    row<sys_readlink>(89, "readlink", "path, buffer, size"),
    row<sys_chmod>(90, "chmod", "path, mode"),
    row<sys_fchmod>(91, "fchmod", "fd, mode"),
    row<sys_chown>(92, "chown", "path, user_id, group_id"),
    row<sys_fchown>(93, "fchown", "fd, user_id, group_id"),
    row<sys_lchown>(94, "lchown", "path, user_id, group_id"),
    row<sys_umask>(95, "umask", "mask"),
    row<sys_gettimeofday>(96, "gettimeofday", "time, zone"),
    row<sys_getrlimit>(97, "getrlimit", "resource, limit"),
    row<sys_getrusage>(98, "getrusage", "who, usage"),
    row<sys_sysinfo>(99, "sysinfo", "information"),
    row<sys_times>(100, "times", "times"),
    row<sys_ptrace>(101, "ptrace", "request, thread_id, address, data"),
    row<sys_getuid>(102, "getuid"),
    row<sys_syslog>(103, "syslog", "type, buffer, size"),
    row<sys_getgid>(104, "getgid"),
    row<sys_setuid>(105, "setuid", "user_id"),
    row<sys_setgid>(106, "setgid", "group_id"),
    row<sys_geteuid>(107, "geteuid"),
    row<sys_getegid>(108, "getegid"),
    row<sys_setpgid>(109, "setpgid", "process_id, group_id"),
    row<sys_getppid>(110, "getppid"),
    row<sys_getpgrp>(111, "getpgrp"),
    row<sys_setsid>(112, "setsid"),
    row<sys_setreuid>(113, "setreuid", "real, effective"),
    row<sys_setregid>(114, "setregid", "real, effective"),
    row<sys_getgroups>(115, "getgroups", "size, list"),
    row<sys_setgroups>(116, "setgroups", "size, list"),
    row<sys_setresuid>(117, "setresuid", "real, effective, saved"),
    row<sys_getresuid>(118, "getresuid", "real, effective, saved"),
    row<sys_setresgid>(119, "setresgid", "real, effective, saved"),
    row<sys_getresgid>(120, "getresgid", "real, effective, saved"),
    row<sys_getpgid>(121, "getpgid", "process_id"),
    row<sys_setfsuid>(122, "setfsuid", "user_id"),
    row<sys_setfsgid>(123, "setfsgid", "group_id"),
    row<sys_getsid>(124, "getsid", "process_id"),
    row<sys_capget>(125, "capget", "header, data"),
    row<sys_capset>(126, "capset", "header, data"),
    row<sys_rt_sigpending>(127, "rt_sigpending", "set, size"),
    row<sys_rt_sigtimedwait>(128, "rt_sigtimedwait", "set, information, timeout, size"),
    row<sys_rt_sigqueueinfo>(129, "rt_sigqueueinfo", "process_id, signal, information"),
    row<sys_rt_sigsuspend>(130, "rt_sigsuspend", "mask, size"),
    row<sys_sigaltstack>(131, "sigaltstack", "stack, old"),
    row<sys_utime>(132, "utime", "path, times"),
    row<sys_mknod>(133, "mknod", "path, mode, device"),
    missing(134, "uselib"),
    row<sys_personality>(135, "personality", "persona"),
    row<sys_ustat>(136, "ustat", "device, status"),
    row<sys_statfs>(137, "statfs", "path, status"),
    row<sys_fstatfs>(138, "fstatfs", "fd, status"),
    missing(139, "sysfs"),
    row<sys_getpriority>(140, "getpriority", "which, who"),
    row<sys_setpriority>(141, "setpriority", "which, who, nice"),
    row<sys_sched_setparam>(142, "sched_setparam", "thread_id, priority"),
    row<sys_sched_getparam>(143, "sched_getparam", "thread_id, priority"),
    row<sys_sched_setscheduler>(144, "sched_setscheduler", "thread_id, policy, priority"),
    row<sys_sched_getscheduler>(145, "sched_getscheduler", "thread_id"),
    row<sys_sched_get_priority_max>(146, "sched_get_priority_max", "policy"),
    row<sys_sched_get_priority_min>(147, "sched_get_priority_min", "policy"),
    row<sys_sched_rr_get_interval>(148, "sched_rr_get_interval", "thread_id, interval"),
    row<sys_mlock>(149, "mlock", "address, size"),
    row<sys_munlock>(150, "munlock", "address, size"),
    row<sys_mlockall>(151, "mlockall", "flags"),
    row<sys_munlockall>(152, "munlockall"),
    row<sys_vhangup>(153, "vhangup", ""),
    missing(154, "modify_ldt"),
    row<sys_pivot_root>(155, "pivot_root", "new_root, put_old"),
    missing(156, "_sysctl"),
    row<sys_prctl>(157, "prctl", "option, argument2, argument3, argument4, argument5"),
    row<sys_arch_prctl>(158, "arch_prctl", "operation, address"),
    row<sys_adjtimex>(159, "adjtimex", "adjustment"),
    row<sys_setrlimit>(160, "setrlimit", "resource, limit"),
    row<sys_chroot>(161, "chroot", "path"),
    row<sys_sync>(162, "sync", ""),
    missing(163, "acct"),
    row<sys_settimeofday>(164, "settimeofday", "time, zone"),
    row<sys_mount>(165, "mount", "source, target, type, flags, data"),
    row<sys_umount2>(166, "umount2", "target, flags"),
    missing(167, "swapon"),
    missing(168, "swapoff"),
    row<sys_reboot>(169, "reboot", "magic1, magic2, command, argument"),
    row<sys_sethostname>(170, "sethostname", "name, size"),
    row<sys_setdomainname>(171, "setdomainname", "name, size"),
    missing(172, "iopl"),
    missing(173, "ioperm"),
    missing(174, "create_module"),
    missing(175, "init_module"),
    missing(176, "delete_module"),
    missing(177, "get_kernel_syms"),
    missing(178, "query_module"),
    missing(179, "quotactl"),
    missing(180, "nfsservctl"),
    missing(181, "getpmsg"),
    missing(182, "putpmsg"),
    missing(183, "afs_syscall"),
    missing(184, "tuxcall"),
    missing(185, "security"),
    row<sys_gettid>(186, "gettid"),
    row<sys_readahead>(187, "readahead", "fd, offset, count"),
    row<sys_setxattr>(188, "setxattr", "path, name, value, size, flags"),
    row<sys_lsetxattr>(189, "lsetxattr", "path, name, value, size, flags"),
    row<sys_fsetxattr>(190, "fsetxattr", "fd, name, value, size, flags"),
    row<sys_getxattr>(191, "getxattr", "path, name, value, size"),
    row<sys_lgetxattr>(192, "lgetxattr", "path, name, value, size"),
    row<sys_fgetxattr>(193, "fgetxattr", "fd, name, value, size"),
    row<sys_listxattr>(194, "listxattr", "path, names, size"),
    row<sys_llistxattr>(195, "llistxattr", "path, names, size"),
    row<sys_flistxattr>(196, "flistxattr", "fd, names, size"),
    row<sys_removexattr>(197, "removexattr", "path, name"),
    row<sys_lremovexattr>(198, "lremovexattr", "path, name"),
    row<sys_fremovexattr>(199, "fremovexattr", "fd, name"),
    row<sys_tkill>(200, "tkill", "thread_id, signal"),
    row<sys_time>(201, "time", "time"),
    row<sys_futex>(202, "futex", "address, operation, value, timeout, address2, value3"),
    row<sys_sched_setaffinity>(203, "sched_setaffinity", "thread_id, size, mask"),
    row<sys_sched_getaffinity>(204, "sched_getaffinity", "thread_id, size, mask"),
    missing(205, "set_thread_area"),
    missing(206, "io_setup"),
    missing(207, "io_destroy"),
    missing(208, "io_getevents"),
    missing(209, "io_submit"),
    missing(210, "io_cancel"),
    missing(211, "get_thread_area"),
    missing(212, "lookup_dcookie"),
    row<sys_epoll_create>(213, "epoll_create", "size"),
    missing(214, "epoll_ctl_old"),
    missing(215, "epoll_wait_old"),
    row<sys_remap_file_pages>(216, "remap_file_pages", "address, size, protection, page_index, flags"),
    row<sys_getdents64>(217, "getdents64", "fd, buffer, size"),
    row<sys_set_tid_address>(218, "set_tid_address", "address"),
    row<sys_restart_syscall>(219, "restart_syscall"),
    row<sys_semtimedop>(220, "semtimedop", "id, operations, count, timeout"),
    row<sys_fadvise64>(221, "fadvise64", "fd, offset, size, advice"),
    row<sys_timer_create>(222, "timer_create", "clock, event, id"),
    row<sys_timer_settime>(223, "timer_settime", "id, flags, value, old"),
    row<sys_timer_gettime>(224, "timer_gettime", "id, value"),
    row<sys_timer_getoverrun>(225, "timer_getoverrun", "id"),
    row<sys_timer_delete>(226, "timer_delete", "id"),
    row<sys_clock_settime>(227, "clock_settime", "clock, time"),
    row<sys_clock_gettime>(228, "clock_gettime", "clock, time"),
    row<sys_clock_getres>(229, "clock_getres", "clock, resolution"),
    row<sys_clock_nanosleep>(230, "clock_nanosleep", "clock, flags, request, remaining"),
    row<sys_exit_group>(231, "exit_group", "status"),
    row<sys_epoll_wait>(232, "epoll_wait", "epoll_fd, events, capacity, timeout_ms"),
    row<sys_epoll_ctl>(233, "epoll_ctl", "epoll_fd, operation, fd, event"),
    row<sys_tgkill>(234, "tgkill", "process_id, thread_id, signal"),
    row<sys_utimes>(235, "utimes", "path, times"),
    missing(236, "vserver"),
    missing(237, "mbind"),
    missing(238, "set_mempolicy"),
    missing(239, "get_mempolicy"),
    row<sys_mq_open>(240, "mq_open", "name, flags, mode, attributes"),
    row<sys_mq_unlink>(241, "mq_unlink", "name"),
    row<sys_mq_timedsend>(242, "mq_timedsend", "fd, message, size, priority, timeout"),
    row<sys_mq_timedreceive>(243, "mq_timedreceive", "fd, message, size, priority, timeout"),
    row<sys_mq_notify>(244, "mq_notify", "fd, event"),
    row<sys_mq_getsetattr>(245, "mq_getsetattr", "fd, attributes, old"),
    missing(246, "kexec_load"),
    row<sys_waitid>(247, "waitid", "id_type, id, information, options, usage"),
    missing(248, "add_key"),
    missing(249, "request_key"),
    missing(250, "keyctl"),
    row<sys_ioprio_set>(251, "ioprio_set", "which, who, priority"),
    row<sys_ioprio_get>(252, "ioprio_get", "which, who"),
    row<sys_inotify_init>(253, "inotify_init"),
    row<sys_inotify_add_watch>(254, "inotify_add_watch", "fd, path, mask"),
    row<sys_inotify_rm_watch>(255, "inotify_rm_watch", "fd, watch"),
    missing(256, "migrate_pages"),
    row<sys_openat>(257, "openat", "directory, path, flags, mode"),
    row<sys_mkdirat>(258, "mkdirat", "directory, path, mode"),
    row<sys_mknodat>(259, "mknodat", "directory, path, mode, device"),
    row<sys_fchownat>(260, "fchownat", "directory, path, user_id, group_id, flags"),
    row<sys_futimesat>(261, "futimesat", "directory, path, times"),
    row<sys_newfstatat>(262, "newfstatat", "directory, path, status, flags"),
    row<sys_unlinkat>(263, "unlinkat", "directory, path, flags"),
    row<sys_renameat>(264, "renameat", "old_directory, old_path, new_directory, new_path"),
    row<sys_linkat>(265, "linkat", "old_directory, old_path, new_directory, new_path, flags"),
    row<sys_symlinkat>(266, "symlinkat", "target, directory, path"),
    row<sys_readlinkat>(267, "readlinkat", "directory, path, buffer, size"),
    row<sys_fchmodat>(268, "fchmodat", "directory, path, mode"),
    row<sys_faccessat>(269, "faccessat", "directory, path, mode"),
    row<sys_pselect6>(270, "pselect6", "count, read_set, write_set, exception_set, timeout, mask"),
    row<sys_ppoll>(271, "ppoll", "descriptors, count, timeout, mask, mask_size"),
    row<sys_unshare>(272, "unshare", "flags"),
    row<sys_set_robust_list>(273, "set_robust_list", "head, size"),
    row<sys_get_robust_list>(274, "get_robust_list", "thread_id, head, size"),
    row<sys_splice>(275, "splice", "from_fd, from_offset, to_fd, to_offset, count, flags"),
    row<sys_tee>(276, "tee", "from_fd, to_fd, count, flags"),
    row<sys_sync_file_range>(277, "sync_file_range", "fd, offset, size, flags"),
    row<sys_vmsplice>(278, "vmsplice", "fd, vectors, count, flags"),
    missing(279, "move_pages"),
    row<sys_utimensat>(280, "utimensat", "directory, path, times, flags"),
    row<sys_epoll_pwait>(281, "epoll_pwait", "epoll_fd, events, capacity, timeout_ms, mask, mask_size"),
    row<sys_signalfd>(282, "signalfd", "fd, mask, size"),
    row<sys_timerfd_create>(283, "timerfd_create", "clock, flags"),
    row<sys_eventfd>(284, "eventfd", "initial"),
    row<sys_fallocate>(285, "fallocate", "fd, mode, offset, size"),
    row<sys_timerfd_settime>(286, "timerfd_settime", "fd, flags, setting, old"),
    row<sys_timerfd_gettime>(287, "timerfd_gettime", "fd, setting"),
    row<sys_accept4>(288, "accept4", "fd, address, size_address, flags"),
    row<sys_signalfd4>(289, "signalfd4", "fd, mask, size, flags"),
    row<sys_eventfd2>(290, "eventfd2", "initial, flags"),
    row<sys_epoll_create1>(291, "epoll_create1", "flags"),
    row<sys_dup3>(292, "dup3", "old_fd, new_fd, flags"),
    row<sys_pipe2>(293, "pipe2", "ends, flags"),
    row<sys_inotify_init1>(294, "inotify_init1", "flags"),
    row<sys_preadv>(295, "preadv", "fd, vectors, count, offset_low, offset_high"),
    row<sys_pwritev>(296, "pwritev", "fd, vectors, count, offset_low, offset_high"),
    row<sys_rt_tgsigqueueinfo>(297, "rt_tgsigqueueinfo", "process_id, thread_id, signal, information"),
    missing(298, "perf_event_open"),
    row<sys_recvmmsg>(299, "recvmmsg", "fd, messages, count, flags, timeout"),
    row<sys_fanotify_init>(300, "fanotify_init", "flags, event_flags"),
    row<sys_fanotify_mark>(301, "fanotify_mark", "fd, flags, mask, directory, path"),
    row<sys_prlimit64>(302, "prlimit64", "process_id, resource, limit, old"),
    row<sys_name_to_handle_at>(303, "name_to_handle_at", "directory, path, handle, mount_id, flags"),
    row<sys_open_by_handle_at>(304, "open_by_handle_at", "mount_fd, handle, flags"),
    row<sys_clock_adjtime>(305, "clock_adjtime", "clock, adjustment"),
    row<sys_syncfs>(306, "syncfs", "fd"),
    row<sys_sendmmsg>(307, "sendmmsg", "fd, messages, count, flags"),
    row<sys_setns>(308, "setns", "fd, kinds"),
    row<sys_getcpu>(309, "getcpu", "cpu, node"),
    row<sys_process_vm_readv>(310, "process_vm_readv", "process_id, local, local_count, remote, remote_count, flags"),
    row<sys_process_vm_writev>(311, "process_vm_writev", "process_id, local, local_count, remote, remote_count, flags"),
    row<sys_kcmp>(312, "kcmp", "first_id, second_id, type, index1, index2"),
    missing(313, "finit_module"),
    row<sys_sched_setattr>(314, "sched_setattr", "thread_id, attributes, flags"),
    row<sys_sched_getattr>(315, "sched_getattr", "thread_id, attributes, size, flags"),
    row<sys_renameat2>(316, "renameat2", "old_directory, old_path, new_directory, new_path, flags"),
    row<sys_seccomp>(317, "seccomp", "operation, flags, arguments"),
    row<sys_getrandom>(318, "getrandom", "buffer, size, flags"),
    row<sys_memfd_create>(319, "memfd_create", "name, flags"),
    missing(320, "kexec_file_load"),
    missing(321, "bpf"),
    row<sys_execveat>(322, "execveat", "directory_fd, path, arguments, environment, flags"),
    missing(323, "userfaultfd"),
    row<sys_membarrier>(324, "membarrier", "command, flags, cpu"),
    row<sys_mlock2>(325, "mlock2", "address, size, flags"),
    row<sys_copy_file_range>(326, "copy_file_range", "from_fd, from_offset, to_fd, to_offset, count, flags"),
    row<sys_preadv2>(327, "preadv2", "fd, vectors, count, offset_low, offset_high, flags"),
    row<sys_pwritev2>(328, "pwritev2", "fd, vectors, count, offset_low, offset_high, flags"),
    row<sys_pkey_mprotect>(329, "pkey_mprotect", "address, size, protection, key"),
    row<sys_pkey_alloc>(330, "pkey_alloc", "flags, rights"),
    row<sys_pkey_free>(331, "pkey_free", "key"),
    row<sys_statx>(332, "statx", "directory, path, flags, mask, status"),
    missing(333, "io_pgetevents"),
    row<sys_rseq>(334, "rseq", "area, size, flags, signature"),
    row<sys_pidfd_send_signal>(424, "pidfd_send_signal", "fd, signal, information, flags"),
    missing(425, "io_uring_setup"),
    missing(426, "io_uring_enter"),
    missing(427, "io_uring_register"),
    row<sys_open_tree>(428, "open_tree", "directory, path, flags"),
    row<sys_move_mount>(429, "move_mount", "from_directory, from_path, to_directory, to_path, flags"),
    row<sys_fsopen>(430, "fsopen", "type, flags"),
    row<sys_fsconfig>(431, "fsconfig", "fd, command, key, value, auxiliary"),
    row<sys_fsmount>(432, "fsmount", "fd, flags, attributes"),
    row<sys_fspick>(433, "fspick", "directory, path, flags"),
    row<sys_pidfd_open>(434, "pidfd_open", "process_id, flags"),
    row<sys_clone3>(435, "clone3", "arguments, size"),
    row<sys_close_range>(436, "close_range", "first, last, flags"),
    row<sys_openat2>(437, "openat2", "directory, path, how, size"),
    row<sys_pidfd_getfd>(438, "pidfd_getfd", "fd, target_fd, flags"),
    row<sys_faccessat2>(439, "faccessat2", "directory, path, mode, flags"),
    row<sys_process_madvise>(440, "process_madvise", "fd, vectors, count, advice, flags"),
    row<sys_epoll_pwait2>(441, "epoll_pwait2", "epoll_fd, events, capacity, timeout, mask, mask_size"),
    row<sys_mount_setattr>(442, "mount_setattr", "directory, path, flags, attributes, size"),
    missing(443, "quotactl_fd"),
    missing(444, "landlock_create_ruleset"),
    missing(445, "landlock_add_rule"),
    missing(446, "landlock_restrict_self"),
    missing(447, "memfd_secret"),
    missing(448, "process_mrelease"),
    row<sys_futex_waitv>(449, "futex_waitv", "items, count, flags, timeout, clock"),
    missing(450, "set_mempolicy_home_node"),
    missing(451, "cachestat"),
    row<sys_fchmodat2>(452, "fchmodat2", "directory, path, mode, flags"),
    missing(453, "map_shadow_stack"),
    missing(454, "futex_wake"),
    missing(455, "futex_wait"),
    missing(456, "futex_requeue"),
    missing(457, "statmount"),
    missing(458, "listmount"),
    missing(459, "lsm_get_self_attr"),
    missing(460, "lsm_set_self_attr"),
    missing(461, "lsm_list_modules"),
    missing(462, "mseal"),
};

constexpr usize kEntryCount = 512;

i64 not_implemented(TrapFrame&) { return -static_cast<i64>(Errno::ENOSYS); }

consteval std::array<SyscallEntry, kEntryCount> build_entries() {
    std::array<SyscallEntry, kEntryCount> entries;
    entries.fill(not_implemented);
    u32 previous = 0;
    for (const SyscallRow& row : kRows) {
        if (row.number < previous || row.number >= kEntryCount) rows_must_be_in_order_of_number();
        previous = row.number;
        if (row.entry) entries[row.number] = row.entry;
    }
    return entries;
}

constinit const std::array<SyscallEntry, kEntryCount> kEntries = build_entries();

/// What has yet to be done for a call that failed. Answers the result, which may be another one.
[[gnu::noinline]] i64 after_failure(TrapFrame& frame, i64 result, SyscallEntry entry) {
    if (result == -static_cast<i64>(Errno::ENOMEM)) result = run_again_for_memory(frame, entry);
    // A restart code never reaches user mode: the return path turns it into a restart or EINTR.
    bool is_restart_code = result <= -static_cast<i64>(Errno::kRestartSys) && result >= -static_cast<i64>(Errno::kRestartBlock);
    if (is_restart_code) current_thread()->set_work(ThreadWork::SignalPending);
    return result;
}

/// Runs the call, whose number may be any.
[[gnu::always_inline]] inline void run_call(TrapFrame& frame) {
    u32 number = static_cast<u32>(frame.orig_rax);
    SyscallEntry entry = number < kEntryCount ? kEntries[number] : not_implemented;
    i64 result = entry(frame);
    constexpr u64 kFirstFailure = -static_cast<u64>(Errno::kRestartBlock);
    if (static_cast<u64>(result) >= kFirstFailure) [[unlikely]] result = after_failure(frame, result, entry);
    frame.rax = static_cast<u64>(result);
}

} // namespace

std::span<const SyscallRow> syscall_rows() { return kRows; }

const SyscallRow* find_syscall_row(u64 number) {
    for (const SyscallRow& row : kRows)
        if (row.number == number) return &row;
    return nullptr;
}

namespace {

/// A call that its program, a tracer or filters may want to see, change or answer first.
void dispatch_traced(TrapFrame& frame) {
    constexpr u32 kNoCall = ~0u; // the tracer wants none, and sets the result
    if (current_task().user_dispatch.is_on && divert_call(frame)) return;
    frame.rax = static_cast<u64>(-static_cast<i64>(Errno::ENOSYS));
    bool runs = trace_call_entry(frame) && allows_call(frame);
    if (runs && static_cast<u32>(frame.orig_rax) != kNoCall) run_call(frame);
    trace_call_exit(frame);
}

} // namespace

void syscall_dispatch(TrapFrame& frame) {
    if (current_thread()->has_work(ThreadWork::TraceCalls)) [[unlikely]] return dispatch_traced(frame);
    run_call(frame);
}

} // namespace martlet
