// A process that makes random calls from several threads until it dies of them or has made its share.
#pragma once
#include <atomic>

#include "arguments.h"

/// Shared with the supervisor: what the threads are doing.
struct Progress {
    std::atomic<unsigned long> calls;
    std::atomic<unsigned long> last_call; // number of the call that was begun last
    std::atomic<unsigned long> arguments[6];
};

struct WorkerPlan {
    unsigned long seed;
    unsigned long calls; // of each thread
    unsigned threads;
    bool is_privileged;
    int only; // a call's number, or -1
};

[[noreturn]] void work(const WorkerPlan& plan, Progress& progress);
