// kernel_main: the order in which the kernel comes up.
#include "arch/cpu.h"
#include "base/init.h"
#include "base/log.h"
#include "boot/boot_info.h"
#include "boot/boot_start.h"
#include "boot/command_line.h"
#include "boot/version.h"
#include "arch/faults.h"
#include "arch/smp.h"
#include "arch/start.h"
#include "debug/log_setup.h"
#include "mm/frame.h"
#include "mm/init.h"
#include "sched/scheduler.h"
#include "time/clock.h"

namespace martlet {
namespace {

unsigned long long kibibytes(u64 bytes) { return bytes / kKiB; }

void log_machine() {
    const BootInfo& info = boot_info();
    log_notice("Martlet %.*s on x86-64, started by %.*s", static_cast<int>(kVersion.size()), kVersion.data(),
               static_cast<int>(info.loader.size()), info.loader.data());
    log_info("command line: %.*s", static_cast<int>(info.command_line.size()), info.command_line.data());
    for (const MemoryRange& range : info.memory) {
        constexpr const char* kNames[] = {"usable", "reserved", "ACPI tables", "ACPI NVS", "bad"};
        log_debug("memory: [%#012llx, %#012llx) %s", static_cast<unsigned long long>(range.base),
                  static_cast<unsigned long long>(range.base + range.size), kNames[static_cast<u8>(range.kind)]);
    }
    if (info.initrd_size != 0) {
        log_info("initrd: %llu KiB at %#llx", kibibytes(info.initrd_size),
                 static_cast<unsigned long long>(info.initrd_physical));
    }
}

} // namespace

void kernel_main() {
    log_machine();
    init_memory();
    run_init_tasks(InitLevel::Memory);
    MemoryStatistics memory = memory_statistics();
    log_info("memory: %llu KiB of %llu KiB free", kibibytes(memory.free_frames * kPageSize),
             kibibytes(memory.total_frames * kPageSize));

    clock_init();
    Scheduler::init_this_cpu();
    start_interrupts();
    start_other_cpus();
    start_clock_maintenance();
    run_init_tasks(InitLevel::Processor);
    irq_enable();
    finish_starting_cpus();

    run_init_tasks(InitLevel::Devices);
    warn_about_unknown_options();
    run_init_tasks(InitLevel::FileSystems);
    run_init_tasks(InitLevel::Processes);
    start_init();
    Scheduler::idle();
}

} // namespace martlet
