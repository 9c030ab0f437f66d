// Drives every system call with random and boundary arguments, and checks that the kernel stays whole.
//
// usage: syscall-fuzz [--seed=N] [--seconds=N] [--workers=N] [--threads=N] [--only=NUMBER] [--loud]
//
// The supervisor keeps workers going, some as root and most as a user; a worker that makes no progress is killed, and one
// that cannot be killed is a failure. In each round everything that workers left behind (processes, files, IPC objects) is
// removed, and what the kernel then has free must not fall from round to round. Closes with `fuzz: N calls, …` and 0, or
// with `fuzz: FAILED: …` and 1. Must run as root, with nothing else on the machine.
#include "worker.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace {

constexpr unsigned kMostWorkers = 16;
constexpr unsigned kRounds = 4;
constexpr long kStallMs = 400, kUnkillableMs = 20000;
constexpr long kLeakKilobytes = 512; // per round, of a machine that caches

struct Options {
    unsigned long seed = 1;
    unsigned seconds = 20, workers = 4, threads = 3;
    int only = -1;
    bool is_loud = false;
};

struct Worker {
    pid_t pid = 0;
    unsigned long seen_calls = 0;
    long seen_at_ms = 0;
    long killed_at_ms = 0;
};

Progress* g_progress;
unsigned long g_total;
int g_null; // opened before any worker could remove its name: who has no such descriptor shares the supervisor's console

long now_ms() {
    timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

[[noreturn]] void fail(const char* what, const Progress& progress) {
    printf("fuzz: FAILED: %s; last call %lu(%#lx, %#lx, %#lx, %#lx, %#lx, %#lx)\n", what, progress.last_call.load(),
           progress.arguments[0].load(), progress.arguments[1].load(), progress.arguments[2].load(), progress.arguments[3].load(),
           progress.arguments[4].load(), progress.arguments[5].load());
    fflush(stdout);
    _exit(1);
}

DIR* open_folder(const char* path) {
    DIR* folder = opendir(path);
    if (!folder) {
        printf("fuzz: %s: %s\n", path, strerror(errno));
        fail("a folder of /proc cannot be opened", g_progress[0]);
    }
    return folder;
}

void start(Worker& worker, unsigned index, const Options& options, unsigned long generation) {
    Progress& progress = g_progress[index];
    worker = {};
    worker.seen_at_ms = now_ms();
    worker.seen_calls = progress.calls.load();
    worker.pid = fork();
    if (worker.pid != 0) return;
    char folder[64];
    snprintf(folder, sizeof(folder), "/tmp/fuzz/%lu-%u", generation, index);
    mkdir(folder, 0777);
    chmod(folder, 0777);
    if (chdir(folder) != 0) _exit(1);
    setsid();
    for (int fd = 0; fd < 3; ++fd)
        if (dup2(g_null, fd) < 0) _exit(1);
    close(g_null);
    WorkerPlan plan = {options.seed * 1000003 + generation * kMostWorkers + index, 20000, options.threads, index % 4 == 3,
                       options.only};
    work(plan, progress);
}

/// Reaps what has ended; kills what stands still.
void attend(Worker& worker, unsigned index, long now) {
    Progress& progress = g_progress[index];
    int status;
    pid_t gone = waitpid(worker.pid, &status, WNOHANG | WUNTRACED);
    if (gone == worker.pid && (WIFEXITED(status) || WIFSIGNALED(status))) {
        worker.pid = 0;
        return;
    }
    if (gone == worker.pid && WIFSTOPPED(status)) kill(worker.pid, SIGCONT);
    if (progress.calls.load() != worker.seen_calls && worker.killed_at_ms == 0) {
        worker.seen_calls = progress.calls.load();
        worker.seen_at_ms = now;
        return;
    }
    if (worker.killed_at_ms == 0 && now - worker.seen_at_ms > kStallMs) {
        kill(worker.pid, SIGKILL);
        worker.killed_at_ms = now;
    }
    if (worker.killed_at_ms != 0 && now - worker.killed_at_ms > kUnkillableMs) fail("a worker cannot be killed", progress);
}

/// What /proc says of each task of each process.
void tell_processes() {
    DIR* folder = open_folder("/proc");
    while (dirent* entry = readdir(folder)) {
        char path[300];
        snprintf(path, sizeof(path), "/proc/%.100s/task", entry->d_name);
        DIR* tasks = atoi(entry->d_name) > 1 ? opendir(path) : nullptr;
        while (dirent* task = tasks ? readdir(tasks) : nullptr) {
            for (const char* file : {"stat", "syscall", "stack"}) {
                char text[512];
                snprintf(path, sizeof(path), "/proc/%.60s/task/%.60s/%s", entry->d_name, task->d_name, file);
                int source = open(path, O_RDONLY);
                ssize_t got = source >= 0 ? read(source, text, sizeof(text) - 1) : 0;
                if (got > 0) printf("fuzz: %s: %.*s\n", path, static_cast<int>(got), text);
                if (source >= 0) close(source);
            }
        }
        if (tasks) closedir(tasks);
    }
    closedir(folder);
}

/// Ends every process but the first and this one.
void end_all() {
    long start = now_ms();
    for (;;) {
        unsigned others = 0;
        DIR* folder = open_folder("/proc");
        while (dirent* entry = readdir(folder)) {
            int pid = atoi(entry->d_name);
            char path[64], state = 0;
            if (pid <= 1 || pid == getpid()) continue;
            snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
            int file = open(path, O_RDONLY);
            bool is_kernel_thread = file >= 0 && read(file, &state, 1) == 0;
            close(file);
            kill(pid, SIGKILL);
            if (!is_kernel_thread) ++others;
        }
        closedir(folder);
        while (waitpid(-1, nullptr, WNOHANG) > 0) {}
        if (others == 0) return;
        if (now_ms() - start > kUnkillableMs) {
            tell_processes();
            for (unsigned i = 0; i < kMostWorkers; ++i) printf("fuzz: worker %u: last call %lu\n", i, g_progress[i].last_call.load());
            fail("processes are left that cannot be killed", g_progress[0]);
        }
        usleep(10000);
    }
}

int remove_entry(const char* path, const struct stat*, int type, struct FTW*) {
    if (type == FTW_DNR) chmod(path, 0700);
    return remove(path), 0;
}

void remove_all(const char* path) {
    for (int i = 0; i < 3; ++i) nftw(path, remove_entry, 32, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

/// System V objects live until they are removed; their numbers are small on a machine that has just started.
void remove_ipc() {
    for (int call : {SYS_shmctl, SYS_semctl, SYS_msgctl}) {
        for (int index = 0; index < 4096; ++index) {
            char buffer[512];
            constexpr int kStatByIndex[] = {13, 18, 11}; // SHM_STAT, SEM_STAT, MSG_STAT
            int stat_by_index = call == SYS_shmctl ? kStatByIndex[0] : call == SYS_semctl ? kStatByIndex[1] : kStatByIndex[2];
            long id = call == SYS_semctl ? syscall(call, index, 0, stat_by_index, buffer) : syscall(call, index, stat_by_index, buffer);
            if (id >= 0) call == SYS_semctl ? syscall(call, id, 0, 0) : syscall(call, id, 0, nullptr);
        }
    }
}

/// Kilobytes that /proc/meminfo says are free.
long free_kilobytes() {
    char text[4096];
    int file = open("/proc/meminfo", O_RDONLY);
    ssize_t got = read(file, text, sizeof(text) - 1);
    close(file);
    if (got <= 0) fail("/proc/meminfo cannot be read", g_progress[0]);
    text[got] = 0;
    const char* line = strstr(text, "MemFree:");
    return line ? atol(line + 8) : 0;
}

unsigned long open_descriptors() {
    unsigned long count = 0;
    DIR* folder = open_folder("/proc/self/fd");
    while (readdir(folder)) ++count;
    closedir(folder);
    return count;
}

void tell(const Options& options) {
    for (unsigned i = 0; i < options.workers; ++i)
        printf("fuzz: worker %u: %lu calls, last %lu(%#lx, %#lx, %#lx)\n", i, g_progress[i].calls.load(), g_progress[i].last_call.load(),
               g_progress[i].arguments[0].load(), g_progress[i].arguments[1].load(), g_progress[i].arguments[2].load());
    fflush(stdout);
}

void run_round(const Options& options, unsigned round) {
    Worker workers[kMostWorkers];
    static unsigned long generation;
    long end = now_ms() + static_cast<long>(options.seconds) * 1000 / kRounds;
    mkdir("/tmp/fuzz", 0777);
    mount("fuzz", "/tmp/fuzz", "tmpfs", 0, "size=48M,mode=777");
    for (long now = now_ms(); now < end; now = now_ms()) {
        for (unsigned i = 0; i < options.workers; ++i) {
            if (workers[i].pid == 0) start(workers[i], i, options, ++generation);
            else attend(workers[i], i, now);
        }
        while (waitid(P_ALL, 0, nullptr, WEXITED | WNOHANG | WNOWAIT) == 0) {
            siginfo_t information = {};
            if (waitid(P_ALL, 0, &information, WEXITED | WNOHANG | WNOWAIT) != 0 || information.si_pid == 0) break;
            if (std::any_of(workers, workers + options.workers, [&](Worker& each) { return each.pid == information.si_pid; })) break;
            waitpid(information.si_pid, nullptr, 0);
        }
        usleep(5000);
        if (options.is_loud && now / 1000 != now_ms() / 1000) tell(options);
    }
    end_all();
    remove_ipc();
    for (const char* folder : {"/dev/shm", "/dev/mqueue"}) remove_all(folder);
    umount2("/tmp/fuzz", MNT_DETACH);
    g_total = 0;
    for (unsigned i = 0; i < options.workers; ++i) g_total += g_progress[i].calls.load();
    printf("fuzz: round %u: %lu calls in all, %lu workers, %ld KiB free, %lu descriptors here\n", round, g_total, generation,
           free_kilobytes(), open_descriptors());
    fflush(stdout);
}

Options parse(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        char* value = strchr(argv[i], '=');
        unsigned long number = value ? strtoul(value + 1, nullptr, 0) : 0;
        if (strncmp(argv[i], "--seed=", 7) == 0) options.seed = number;
        else if (strncmp(argv[i], "--seconds=", 10) == 0) options.seconds = static_cast<unsigned>(number);
        else if (strncmp(argv[i], "--workers=", 10) == 0) options.workers = std::min(static_cast<unsigned>(number), kMostWorkers);
        else if (strncmp(argv[i], "--threads=", 10) == 0) options.threads = std::min(static_cast<unsigned>(number), 16u);
        else if (strncmp(argv[i], "--only=", 7) == 0) options.only = static_cast<int>(number);
        else if (strcmp(argv[i], "--loud") == 0) options.is_loud = true;
    }
    return options;
}

} // namespace

int main(int argc, char** argv) {
    Options options = parse(argc, argv);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    for (int number = 1; number < 65; ++number)
        if (number != SIGCHLD) signal(number, SIG_IGN); // a fault of its own ends it all the same
    int score = open("/proc/self/oom_score_adj", O_WRONLY);
    if (score >= 0) (void)!write(score, "-1000", 5), close(score);
    // Ahead of every worker, whatever policy it has given itself.
    sched_param first = {50};
    sched_setscheduler(0, SCHED_FIFO, &first);
    g_null = open("/dev/null", O_RDWR);
    void* shared = mmap(nullptr, sizeof(Progress) * kMostWorkers, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    g_progress = static_cast<Progress*>(shared);

    long free_after[kRounds];
    unsigned long descriptors = open_descriptors();
    for (unsigned round = 0; round < kRounds; ++round) {
        run_round(options, round);
        free_after[round] = free_kilobytes();
        if (open_descriptors() != descriptors) fail("the supervisor's descriptors have changed", g_progress[0]);
    }
    // The first round fills caches; a leak goes on in all of the others.
    bool is_falling = true;
    for (unsigned round = 2; round < kRounds; ++round) is_falling = is_falling && free_after[round - 1] - free_after[round] > kLeakKilobytes;
    if (is_falling) fail("free memory falls from round to round", g_progress[0]);
    printf("fuzz: %lu calls, seed %lu, nothing lost\n", g_total, options.seed);
}
