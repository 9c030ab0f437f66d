// Process 1 of a test rig, on Martlet and on Linux: mounts the usual, runs what follows `--` on the kernel's command line,
// tells its wait status as `rig: status N` and switches the machine off.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void attach(const char *type, const char *at) {
    mkdir(at, 0755);
    if (mount(type, at, type, 0, NULL) != 0 && errno != EBUSY) printf("rig: mount of %s: %m\n", type);
}

// What is a module of Linux's and built in on Martlet.
static void load_modules(void) {
    DIR *folder = opendir("/modules");
    if (folder == NULL) return;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        int file = openat(dirfd(folder), entry->d_name, O_RDONLY);
        if (syscall(SYS_finit_module, file, "", 0) != 0) printf("rig: module %s: %m\n", entry->d_name);
        close(file);
    }
    closedir(folder);
}

static int run(char **arguments) {
    // The same two markers as tests/bench/meter.h: what a profile is taken of.
    __asm__ volatile(".byte 0x0f, 0x1f, 0x80, 0x4d, 0x52, 0x4b, 0x31" ::: "memory");
    pid_t child = fork();
    if (child == 0) {
        setsid();
        execvp(arguments[0], arguments);
        printf("rig: %s: %m\n", arguments[0]);
        _exit(127);
    }
    int status = 0;
    for (pid_t gone; (gone = wait(&status)) != child && (gone > 0 || errno == EINTR);) {}
    __asm__ volatile(".byte 0x0f, 0x1f, 0x80, 0x4d, 0x52, 0x4b, 0x32" ::: "memory");
    return status;
}

int main(int argc, char **argv) {
    setvbuf(stdout, NULL, _IONBF, 0);
    attach("devtmpfs", "/dev");
    attach("proc", "/proc");
    attach("sysfs", "/sys");
    attach("tmpfs", "/tmp");
    load_modules();
    mkdir("/dev/pts", 0755);
    mkdir("/dev/shm", 01777);
    mount("devpts", "/dev/pts", "devpts", 0, "ptmxmode=666");
    mount("tmpfs", "/dev/shm", "tmpfs", 0, NULL);
    // What udev or an initramfs makes on Linux; Martlet's devtmpfs has them.
    if (symlink("/proc/self/fd", "/dev/fd") == 0) {
        (void)!symlink("/proc/self/fd/0", "/dev/stdin");
        (void)!symlink("/proc/self/fd/1", "/dev/stdout");
        (void)!symlink("/proc/self/fd/2", "/dev/stderr");
    }
    setenv("HOME", "/root", 1);
    setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    if (chdir("/tmp") != 0) printf("rig: chdir: %m\n");
    // Linux hands unknown words before `--` to the first process too: what to run starts at the first path.
    puts("rig: begin");
    int first = 1;
    while (first < argc && argv[first][0] != '/') ++first;
    int status = first < argc ? run(argv + first) : 0;
    if (WIFEXITED(status)) printf("rig: status %d\n", WEXITSTATUS(status));
    else printf("rig: signal %d\n", WTERMSIG(status));
    sync();
    reboot(RB_POWER_OFF);
    reboot(RB_AUTOBOOT);
    return 1;
}
