#include "arch/x86_64/descriptor_tables.h"

#include "arch/cpu.h"
#include "arch/x86_64/offsets.h"
#include "base/ref.h"

extern "C" char trap_stubs[];

namespace martlet {
namespace {

/// Intel SDM 3A 8.7.
struct [[gnu::packed]] TaskState {
    u32 reserved0;
    u64 stacks[3];
    u64 reserved1;
    u64 interrupt_stacks[7];
    u64 reserved2;
    u16 reserved3;
    u16 io_map_offset;
};
static_assert(sizeof(TaskState) == 104);

struct [[gnu::packed]] TablePointer {
    u16 limit;
    u64 base;
};

/// Intel SDM 3A 6.14.1.
struct Gate {
    u16 offset_low, selector;
    u8 interrupt_stack, type;
    u16 offset_middle;
    u32 offset_high, reserved;
};
static_assert(sizeof(Gate) == 16);

/// The exceptions that may hit between a privilege change and swapgs, or on a broken stack.
enum OwnStack : u8 { kDebugStack = 1, kNmiStack, kDoubleFaultStack, kMachineCheckStack, kOwnStackCount = 4 };
inline constexpr usize kOwnStackSize = 8 * kKiB;

} // namespace

struct alignas(64) CpuTables {
    u64 gdt[16]; // by selector / 8, see fill
    TaskState task_state;
    alignas(16) u8 stacks[kOwnStackCount][kOwnStackSize];
};

namespace {

CpuTables g_boot_tables;
alignas(16) Gate g_interrupt_table[256];

inline constexpr u16 kTaskStateSelector = 0x38, kCpuNumberSelector = 0x78;
inline constexpr u8 kInterruptGate = 0x8e, kUserInterruptGate = 0xee;

void fill_gate(u32 vector) {
    u64 stub = reinterpret_cast<u64>(trap_stubs) + vector * 16;
    u8 stack = 0;
    if (vector == 1) stack = kDebugStack;
    if (vector == 2) stack = kNmiStack;
    if (vector == 8) stack = kDoubleFaultStack;
    if (vector == 18) stack = kMachineCheckStack;
    bool from_user = vector == 3 || vector == 4; // int3, into
    g_interrupt_table[vector] = {static_cast<u16>(stub),       KERNEL_CODE_SELECTOR,
                                 stack,                        from_user ? kUserInterruptGate : kInterruptGate,
                                 static_cast<u16>(stub >> 16), static_cast<u32>(stub >> 32),
                                 0};
}

/// Selectors are Linux's (offsets.h), so that what signal frames and ptrace show is what programs expect.
void fill(CpuTables& tables, Cpu& cpu) {
    TaskState& task_state = tables.task_state;
    u64 base = reinterpret_cast<u64>(&task_state);
    tables.gdt[KERNEL_CODE_SELECTOR / 8] = 0x00af9b000000ffff;
    tables.gdt[KERNEL_DATA_SELECTOR / 8] = 0x00cf93000000ffff;
    tables.gdt[USER_DATA_SELECTOR / 8] = 0x00cff3000000ffff;
    tables.gdt[USER_CODE_SELECTOR / 8] = 0x00affb000000ffff;
    tables.gdt[kTaskStateSelector / 8] = (sizeof(TaskState) - 1) | (base & 0xff'ffff) << 16 | 0x89ull << 40 |
                                         (base >> 24 & 0xff) << 56;
    tables.gdt[kTaskStateSelector / 8 + 1] = base >> 32;
    task_state.io_map_offset = sizeof(TaskState); // no port is open to user mode
    for (u32 index = 0; index < kOwnStackCount; ++index) {
        u64 top = reinterpret_cast<u64>(tables.stacks[index]) + kOwnStackSize - 16;
        *reinterpret_cast<Cpu**>(top) = &cpu; // entry.S, trap_on_own_stack
        task_state.interrupt_stacks[index] = top;
    }
}

} // namespace

void init_boot_descriptor_tables(Cpu& cpu) {
    for (u32 vector = 0; vector < 256; ++vector) fill_gate(vector);
    cpu.tables = &g_boot_tables;
    fill(g_boot_tables, cpu);
}

Result<void> make_descriptor_tables(Cpu& cpu) {
    cpu.tables = TRY(make_own<CpuTables>()).release();
    fill(*cpu.tables, cpu);
    return {};
}

void load_descriptor_tables() {
    CpuTables& tables = *this_cpu().tables;
    TablePointer gdt{sizeof tables.gdt - 1, reinterpret_cast<u64>(tables.gdt)};
    TablePointer idt{sizeof g_interrupt_table - 1, reinterpret_cast<u64>(g_interrupt_table)};
    asm volatile("lgdt %0" : : "m"(gdt) : "memory");
    asm volatile("pushq %0; leaq 1f(%%rip), %%rax; pushq %%rax; lretq; 1: movl %1, %%ss"
                 :
                 : "i"(KERNEL_CODE_SELECTOR), "r"(KERNEL_DATA_SELECTOR)
                 : "rax", "memory");
    asm volatile("lidt %0" : : "m"(idt) : "memory");
    asm volatile("ltr %0" : : "r"(kTaskStateSelector));
    publish_cpu_number();
}

void publish_cpu_number() {
    // A segment nobody uses, whose limit tells user code the CPU (vdso/vdso.cpp): read-only data, 32-bit, user level.
    this_cpu().tables->gdt[kCpuNumberSelector / 8] = (this_cpu().id & 0xffff) | 0xf5ull << 40 | 1ull << 54;
}

void set_interrupt_stack(u64 stack_top) { this_cpu().tables->task_state.stacks[0] = stack_top; }

} // namespace martlet
