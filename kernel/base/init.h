// Initialisation as named tasks in documented levels: the order is data in a linker section, visible in one log.
//
// INIT_TASK(level, function) runs `function` once at boot; tasks of one level are independent of each other.
#pragma once
#include "base/types.h"

namespace martlet {

enum class InitLevel : u8 {
    Memory,     // frames and heap work after this (mm)
    Processor,  // interrupts, timer, scheduler, clocks (arch, time, sched)
    Devices,    // drivers register devices and consoles (dev)
    FileSystems,// root file system from the initrd, device file system (vfs, fs)
    Processes,  // what the first process needs (proc)
};

struct InitTask {
    InitLevel level;
    const char* name;
    void (*run)();
};

#define INIT_TASK(task_level, function)                                                                      \
    [[gnu::section(".martlet_init_tasks"),                                                                   \
      gnu::used]] static constexpr ::martlet::InitTask init_task_##function = {                              \
        ::martlet::InitLevel::task_level, #function, function}

/// Runs every task of `level`.
void run_init_tasks(InitLevel level);

} // namespace martlet
