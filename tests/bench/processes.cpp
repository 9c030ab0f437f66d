// Making, replacing and switching between processes and threads.
#include "meter.h"

#include <cstring>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

char g_name[] = "!";
char* const g_arguments[] = {g_name, nullptr};
char* const g_environment[] = {nullptr};

void wait_for(pid_t child) {
    require(child > 0, "fork");
    int status;
    require(waitpid(child, &status, 0) == child && status == 0, "wait");
}

void fork_and_exit() {
    pid_t child = fork();
    if (child == 0) _exit(0);
    wait_for(child);
}

void fork_and_execute() {
    pid_t child = fork();
    if (child == 0) {
        execve("/proc/self/exe", g_arguments, g_environment);
        _exit(1);
    }
    wait_for(child);
}

void vfork_and_execute() {
    pid_t child = vfork();
    if (child == 0) {
        execve("/proc/self/exe", g_arguments, g_environment);
        _exit(1);
    }
    wait_for(child);
}

void* nothing(void*) { return nullptr; }

void create_and_join() {
    pthread_t thread;
    require(pthread_create(&thread, nullptr, nothing, nullptr) == 0, "pthread_create");
    pthread_join(thread, nullptr);
}

/// A ring of processes that hand one byte round; counts per hand-over.
void measure_ring(Meter& meter, const char* name, unsigned members) {
    if (!meter.wants(name)) return;
    constexpr unsigned kMost = 16, kLaps = 100;
    int ends[kMost][2];
    pid_t children[kMost];
    for (unsigned i = 0; i < members; ++i) require(pipe(ends[i]) == 0, "pipe");
    for (unsigned i = 1; i < members; ++i) {
        children[i] = fork();
        require(children[i] >= 0, "fork");
        if (children[i] != 0) continue;
        for (unsigned k = 0; k < members; ++k) {
            if (k != i) close(ends[k][1]);
            if (k != i - 1) close(ends[k][0]);
        }
        char byte;
        while (read(ends[i - 1][0], &byte, 1) == 1) require(write(ends[i][1], &byte, 1) == 1, "write");
        _exit(0);
    }
    for (unsigned k = 0; k < members; ++k) {
        if (k != 0) close(ends[k][1]);
        if (k != members - 1) close(ends[k][0]);
    }
    unsigned round = 0;
    meter.rounds(name, kLaps * members, [&] {
        char byte = 0;
        bool is_last = round++ == Meter::kRounds;
        uint64_t start = meter.now();
        if (is_last) mark_start();
        for (unsigned lap = 0; lap < kLaps; ++lap)
            require(write(ends[0][1], &byte, 1) == 1 && read(ends[members - 1][0], &byte, 1) == 1, "ring");
        if (is_last) mark_stop();
        return meter.now() - start;
    });
    close(ends[0][1]);
    for (unsigned i = 1; i < members; ++i) wait_for(children[i]);
    close(ends[members - 1][0]);
}

void measure_large_fork(Meter& meter) {
    if (!meter.wants("fork_exit_256m")) return;
    constexpr size_t kSize = 256 << 20;
    void* area = mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    require(area != MAP_FAILED, "mmap of 256 MiB");
    for (size_t at = 0; at < kSize; at += 4096) static_cast<char*>(area)[at] = 1;
    meter.each("fork_exit_256m", 5, fork_and_exit);
    munmap(area, kSize);
}

} // namespace

void measure_processes(Meter& meter) {
    meter.each("fork_exit", 100, fork_and_exit);
    meter.each("fork_exec", 50, fork_and_execute);
    meter.each("vfork_exec", 50, vfork_and_execute);
    meter.each("thread_create_join", 200, create_and_join);
    measure_ring(meter, "context_switch_2", 2);
    measure_ring(meter, "context_switch_16", 16);
    measure_large_fork(meter);
}
