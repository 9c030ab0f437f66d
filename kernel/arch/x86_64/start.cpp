// boot_main: from boot.S to kernel_main; makes exceptions work first, so that everything after can be diagnosed.
#include "arch/cpu.h"
#include "arch/page_moves.h"
#include "arch/x86_64/acpi.h"
#include "arch/x86_64/cpu_features.h"
#include "arch/x86_64/descriptor_tables.h"
#include "arch/x86_64/fpu.h"
#include "arch/x86_64/machine_check.h"
#include "arch/x86_64/start_cpus.h"
#include "base/assert.h"
#include "boot/boot_memory_window.h"
#include "boot/boot_start.h"
#include "debug/log_setup.h"

extern "C" {
/// The Cpu block that boot.S puts into GS base.
martlet::Cpu boot_cpu;
extern char boot_stack_top[];
extern void (*const __init_array_start[])();
extern void (*const __init_array_end[])();
}

namespace martlet {
namespace {

Cpu* g_cpus[kMaxCpus] = {&boot_cpu};
u32 g_online_count = 1; // written before the other processors run threads

} // namespace

Cpu& cpu_by_id(u32 id) {
    DEBUG_ASSERT(id < kMaxCpus && g_cpus[id]);
    return *g_cpus[id];
}

u32 online_cpu_count() { return g_online_count; }

void publish_cpus(std::span<Cpu* const> others) {
    u32 id = 1;
    for (Cpu* cpu : others) g_cpus[id++] = cpu;
}

void set_online_cpu_count(u32 count) { g_online_count = count; }

void cpu_stop() {
    for (;;) asm volatile("cli; hlt");
}

extern "C" [[noreturn]] void boot_main(LoaderKind kind, u64 info_address) {
    boot_cpu.kernel_stack_top = reinterpret_cast<u64>(boot_stack_top);
    init_boot_descriptor_tables(boot_cpu);
    load_descriptor_tables();
    for (auto* constructor = __init_array_start; constructor != __init_array_end; ++constructor) (*constructor)();
    gather_boot_info(kind, info_address);
    configure_log();
    detect_cpu_features();
    enable_cpu_features();
    fpu_init_cpu();
    page_moves_init();
    machine_check_init_cpu();
    gather_acpi_info();
    kernel_main();
}

} // namespace martlet
