// Takes everything there is of one thing after the other and tells how that ended; the system must stay usable.
// Prints `NAME: what happened`, the same on Martlet and on Linux.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static sem_t may_end;
static pthread_t threads[4000];

static void *wait_for_end(void *unused) {
    (void)unused;
    sem_wait(&may_end);
    return NULL;
}

static void thousands_of_threads(void) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 16384);
    sem_init(&may_end, 0, 0);
    int count = 0;
    int error = 0;
    while (count < 4000 && (error = pthread_create(&threads[count], &attributes, wait_for_end, NULL)) == 0) ++count;
    for (int i = 0; i < count; ++i) sem_post(&may_end);
    for (int i = 0; i < count; ++i) pthread_join(threads[i], NULL);
    if (count >= 2000) puts("threads: thousands came and went");
    else printf("threads: only %d (%s)\n", count, strerror(error));
}

static void limit(int resource, rlim_t value) {
    struct rlimit both = {value, value};
    setrlimit(resource, &both);
}

static int status_of(void (*work)(void)) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        work();
        _exit(0);
    }
    int status = -1;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    return status;
}

static int sink;
#pragma GCC diagnostic ignored "-Winfinite-recursion"
static int recurse(int depth) {
    volatile char frame[512];
    frame[depth % 512] = (char)depth;
    sink += frame[0];
    return recurse(depth + 1) + frame[depth % 512];
}

static void recurse_for_ever(void) { recurse(0); }

static void fork_until_refused(void) {
    limit(RLIMIT_NPROC, 400);
    if (setuid(1000) != 0) _exit(9);
    int children = 0;
    for (;;) {
        pid_t child = fork();
        if (child == 0) {
            pause();
            _exit(0);
        }
        if (child < 0) break;
        ++children;
    }
    int error = errno;
    printf("processes: %d children, then %s\n", children, strerrorname_np(error));
    fflush(stdout);
    signal(SIGTERM, SIG_IGN);
    kill(0, SIGTERM);
    while (wait(NULL) > 0 || errno == EINTR) {}
    pid_t again = fork();
    if (again == 0) _exit(0);
    printf("processes: %s afterwards\n", again > 0 && waitpid(again, NULL, 0) == again ? "one more" : "none");
    fflush(stdout);
}

static void fork_in_own_group(void) {
    setpgid(0, 0);
    fork_until_refused();
}

static void touch_everything(void) {
    for (;;) {
        char *area = mmap(NULL, 16 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (area == MAP_FAILED) _exit(3);
        memset(area, 1, 16 << 20);
    }
}

static void open_until_refused(void) {
    limit(RLIMIT_NOFILE, 1000);
    int last = -1, descriptor;
    while ((descriptor = open("/dev/null", O_RDONLY)) >= 0) last = descriptor;
    printf("descriptors: up to %d, then %s", last, strerrorname_np(errno));
    int ends[2];
    printf(", pipe %s", pipe(ends) < 0 ? strerrorname_np(errno) : "made");
    close(10);
    printf(", then %d again\n", open("/dev/null", O_RDONLY));
    fflush(stdout);
}

static void fill_pipes(void) {
    // Buffers of unread pipes are kernel memory of nobody: more than a process may have descriptors for must not be needed.
    int ends[2], pipes = 0;
    char block[65536] = {0};
    while (pipes < 400 && pipe2(ends, O_NONBLOCK) == 0) {
        (void)!write(ends[1], block, sizeof block);
        ++pipes;
    }
    printf("pipes: %s\n", pipes > 100 ? "hundreds" : "few");
    fflush(stdout);
}

/// Takes memory that counts for no process, while there is one worth killing.
static void fill_kernel_memory(void) {
    int ready[2];
    if (pipe(ready) < 0) _exit(1);
    pid_t victim = fork();
    if (victim == 0) {
        char *area = mmap(NULL, 24 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
        if (area == MAP_FAILED) _exit(3);
        (void)!write(ready[1], "", 1);
        for (;;) pause();
    }
    int score = open("/proc/self/oom_score_adj", O_WRONLY);
    (void)!write(score, "-1000", 5);
    limit(RLIMIT_NOFILE, 8000);
    static char block[65536];
    (void)!read(ready[0], block, 1);
    int ends[2], refusal = 0, status = 0;
    while (refusal == 0 && waitpid(victim, &status, WNOHANG) == 0) {
        if (pipe2(ends, O_NONBLOCK) < 0) refusal = errno;
        else if (write(ends[1], block, sizeof block) < 0) refusal = errno;
    }
    if (refusal != 0) printf("kernel memory: %s\n", strerrorname_np(refusal));
    else if (!WIFSIGNALED(status)) printf("kernel memory: the victim ended otherwise\n");
    else puts("kernel memory: the victim goes first");
    kill(victim, SIGKILL);
}

/* Reads 128 MiB twice through a mapping of a loop device over a sparse file: the pages are the device's cache. */
static int mapped_device(void) {
    const long size = 128L << 20, page = 4096;
    int backing = open("/tmp/sparse", O_CREAT | O_RDWR, 0600), device = open("/dev/loop0", O_RDWR);
    if (ftruncate(backing, size) != 0 || pwrite(backing, "end", 3, size - 3) != 3 || ioctl(device, LOOP_SET_FD, backing) != 0) {
        perror("mapped device");
        return 1;
    }
    volatile char *bytes = mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, device, 0);
    if (bytes == MAP_FAILED) {
        perror("mapped device");
        return 1;
    }
    long sum = 0;
    for (int round = 0; round < 2; ++round)
        for (long at = 0; at < size; at += page) sum += bytes[at];
    puts(sum == 0 && bytes[size - 1] == 'd' ? "mapped device: read twice" : "mapped device: wrong bytes");
    return 0;
}

int main(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "kernel-memory") == 0) return fill_kernel_memory(), 0;
    if (argc == 2 && strcmp(argv[1], "mapped-device") == 0) return mapped_device();
    if (argc == 2 && strcmp(argv[1], "again") == 0) {
        puts("afterwards: usable");
        return 0;
    }
    thousands_of_threads();
    int status = status_of(recurse_for_ever);
    printf("recursion: signal %d\n", WTERMSIG(status));
    status_of(fork_in_own_group);
    status = status_of(touch_everything);
    printf("memory: %s\n", (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) || WEXITSTATUS(status) == 3 ? "ended" : "odd");
    status_of(open_until_refused);
    status_of(fill_pipes);
    fflush(stdout);
    execl("/proc/self/exe", "limits", "again", NULL);
    return 1;
}
