#include "arch/debug_registers.h"

#include "arch/context.h"
#include "arch/cpu.h"
#include "arch/x86_64/debug_registers.h"
#include "mm/layout.h"
#include "sched/thread.h"

namespace martlet {

namespace {

constexpr u64 kEnableBits = 0xff, kLocalEnable = 1, kGlobalEnable = 2;
constexpr u64 kStatusReserved = 0xffff'0ff0;

void write_hardware(const DebugRegisters& registers) {
    asm volatile("movq %0, %%dr7" : : "r"(0ull) : "memory"); // nothing fires half-way
    asm volatile("movq %0, %%dr0" : : "r"(registers.addresses[0]));
    asm volatile("movq %0, %%dr1" : : "r"(registers.addresses[1]));
    asm volatile("movq %0, %%dr2" : : "r"(registers.addresses[2]));
    asm volatile("movq %0, %%dr3" : : "r"(registers.addresses[3]));
    asm volatile("movq %0, %%dr7" : : "r"(registers.control) : "memory");
}

/// The kind and length of breakpoint `index` in DR7: two bits each from bit 16 on.
u64 kind_of(u64 control, u32 index) { return control >> (16 + index * 4) & 3; }
u64 size_of(u64 control, u32 index) {
    constexpr u64 kSizes[] = {1, 2, 8, 4};
    return kSizes[control >> (18 + index * 4) & 3];
}
bool is_enabled(u64 control, u32 index) { return (control >> (index * 2) & (kLocalEnable | kGlobalEnable)) != 0; }

bool is_possible(const DebugRegisters& registers, u64 control, u32 index) {
    constexpr u64 kExecute = 0, kInputOutput = 2;
    u64 kind = kind_of(control, index), size = size_of(control, index), address = registers.addresses[index];
    if (kind == kInputOutput || (kind == kExecute && size != 1)) return false;
    return address < kUserEnd && address % size == 0;
}

} // namespace

u64 debug_register(const ArchContext& context, u32 index) {
    if (!context.debug) return 0;
    if (index < 4) return context.debug->addresses[index];
    return index == 6 ? context.debug->status : index == 7 ? context.debug->control : 0;
}

Result<void> set_debug_register(ArchContext& context, u32 index, u64 value) {
    if (index == 4 || index == 5) return Error(Errno::EIO);
    if (!context.debug) {
        if (value == 0) return {};
        context.debug = new (std::nothrow) DebugRegisters;
        if (!context.debug) return Error(Errno::ENOMEM);
    }
    DebugRegisters& registers = *context.debug;
    if (index < 4) {
        if (value >= kUserEnd) return Error(Errno::EINVAL);
        if (is_enabled(registers.control, index) && value % size_of(registers.control, index) != 0)
            return Error(Errno::EINVAL);
        registers.addresses[index] = value;
    } else if (index == 6) {
        registers.status = value & ~kStatusReserved;
    } else {
        for (u32 slot = 0; slot < 4; ++slot)
            if (is_enabled(value, slot) && !is_possible(registers, value, slot)) return Error(Errno::EINVAL);
        registers.control = value & (0xffff'0000 | kEnableBits);
    }
    return {};
}

void load_debug_registers(const DebugRegisters* registers) {
    static const DebugRegisters none;
    write_hardware(registers ? *registers : none);
}

u64 note_debug_status(ArchContext& context, u64 status) {
    if (!context.debug) return 0;
    u64 hits = 0;
    for (u32 slot = 0; slot < 4; ++slot)
        if ((status >> slot & 1) && is_enabled(context.debug->control, slot)) hits |= 1ull << slot;
    context.debug->status |= hits | (status & kDebugSingleStep);
    return hits;
}

bool is_execution_breakpoint(const ArchContext& context, u64 hits) {
    for (u32 slot = 0; slot < 4; ++slot)
        if ((hits >> slot & 1) && kind_of(context.debug->control, slot) == 0) return true;
    return false;
}

void load_current_debug_registers() {
    ArchContext& context = current_thread()->context;
    if (!context.debug) return;
    u64 state = irq_save();
    load_debug_registers(context.debug);
    irq_restore(state);
}

void clear_current_debug_registers() {
    ArchContext& context = current_thread()->context;
    if (!context.debug) return;
    *context.debug = {};
    load_current_debug_registers();
}

} // namespace martlet
