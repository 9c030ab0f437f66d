// Switching contexts: stack, page table, FS/GS bases and extended state.
#include "arch/context.h"

#include "arch/cpu.h"
#include "arch/page_table.h"
#include "arch/x86_64/cpu_features.h"
#include "arch/x86_64/debug_registers.h"
#include "arch/x86_64/descriptor_tables.h"
#include "arch/x86_64/fpu.h"
#include "arch/x86_64/registers.h"
#include "arch/x86_64/tlb.h"
#include "arch/x86_64/traps.h"
#include "base/assert.h"
#include "sched/thread.h"

extern "C" {
void switch_stacks(martlet::u64* save_rsp, martlet::u64 load_rsp);
void context_first_run();
[[noreturn]] void return_with_frame(martlet::TrapFrame* frame);
}

namespace martlet {
namespace {

// In the kernel the user's GS base waits in IA32_KERNEL_GS_BASE for the swapgs on the way out.
u64 read_fs_base() {
    u64 base;
    asm volatile("rdfsbase %0" : "=r"(base));
    return base;
}

void write_fs_base(u64 base) {
    if (g_cpu_features.fsgsbase) asm volatile("wrfsbase %0" : : "r"(base));
    else write_msr(kMsrFsBase, base);
}

/// User code can change its bases by itself only with FSGSBASE; otherwise the context always has the truth.
void save_bases(ArchContext& context) {
    if (!g_cpu_features.fsgsbase) return;
    context.fs_base = read_fs_base();
    context.gs_base = read_msr(kMsrKernelGsBase);
}

u64 g_loaded_gs_base[kMaxCpus];
u64 g_loaded_fs_base[kMaxCpus];

void load_bases(const ArchContext& context, u32 cpu_id) {
    if (g_cpu_features.fsgsbase) {
        write_fs_base(context.fs_base);
    } else if (g_loaded_fs_base[cpu_id] != context.fs_base) {
        write_msr(kMsrFsBase, context.fs_base);
        g_loaded_fs_base[cpu_id] = context.fs_base;
    }
    if (g_loaded_gs_base[cpu_id] != context.gs_base) {
        write_msr(kMsrKernelGsBase, context.gs_base);
        g_loaded_gs_base[cpu_id] = context.gs_base;
    }
}

void load_time_stamp_access(const ArchContext& context) {
    write_cr4((read_cr4() & ~kCr4TimeStampDisable) | (context.hides_time_stamps ? kCr4TimeStampDisable : 0));
}

} // namespace

void context_init(ArchContext& context, u64 stack_top, void (*entry)(void*), void* argument) {
    // What switch_stacks pops: r15 r14 r13 r12 rbx rbp and the return address; then the stack is aligned for a call.
    u64* stack = reinterpret_cast<u64*>(stack_top) - 8;
    stack[0] = stack[1] = stack[2] = 0;
    stack[3] = reinterpret_cast<u64>(argument);
    stack[4] = reinterpret_cast<u64>(entry);
    stack[5] = 0;
    stack[6] = reinterpret_cast<u64>(&context_first_run);
    stack[7] = 0;
    context.kernel_rsp = reinterpret_cast<u64>(stack);
}

void context_switch(Thread& from, Thread& to) {
    DEBUG_ASSERT(!irqs_enabled());
    Cpu& cpu = this_cpu();
    if (from.context.fpu) {
        fpu_save(from.context.fpu);
        save_bases(from.context);
        g_loaded_gs_base[cpu.id] = from.context.gs_base;
    }
    if (u64 root = to.context.page_table; root != 0) page_table_switch(root);
    cpu.current = &to;
    cpu.kernel_stack_top = to.kernel_stack_top();
    set_interrupt_stack(cpu.kernel_stack_top);
    if (to.context.fpu) {
        load_bases(to.context, cpu.id);
        fpu_restore(to.context.fpu);
    }
    if (from.context.hides_time_stamps != to.context.hides_time_stamps) [[unlikely]] load_time_stamp_access(to.context);
    if (from.context.debug || to.context.debug) [[unlikely]] load_debug_registers(to.context.debug);
    switch_stacks(&from.context.kernel_rsp, to.context.kernel_rsp);
}

void enter_user(TrapFrame& frame) {
    ASSERT(frame.from_user());
    finish_user_work(frame);
    return_with_frame(&frame);
}

TrapFrame& user_trap_frame(const Thread& thread) {
    return *reinterpret_cast<TrapFrame*>(thread.kernel_stack_top() - sizeof(TrapFrame));
}

/// What switch_stacks pushed: r15, r14, r13, r12, rbx, rbp, the return address.
SwitchedOutFrame switched_out_frame(const Thread& thread) {
    constexpr u64 kSavedWords = 7, kFramePointer = 5, kReturnAddress = 6;
    u64 stack = thread.context.kernel_rsp;
    if (stack < thread.kernel_stack_base() || stack > thread.kernel_stack_top() - kSavedWords * sizeof(u64))
        return {0, 0};
    auto* words = reinterpret_cast<const u64*>(stack);
    return {words[kReturnAddress], words[kFramePointer]};
}

void hide_time_stamps(bool hides) {
    u64 state = irq_save();
    ArchContext& context = current_thread()->context;
    context.hides_time_stamps = hides;
    load_time_stamp_access(context);
    irq_restore(state);
}

void set_current_page_table(u64 root) {
    u64 state = irq_save();
    current_thread()->context.page_table = root;
    page_table_switch(root != 0 ? root : kernel_page_table_root());
    irq_restore(state);
}

u64 current_fs_base() {
    return g_cpu_features.fsgsbase ? read_fs_base() : current_thread()->context.fs_base;
}

u64 current_gs_base() {
    return g_cpu_features.fsgsbase ? read_msr(kMsrKernelGsBase) : current_thread()->context.gs_base;
}

void set_current_fs_base(u64 base) {
    u64 state = irq_save();
    current_thread()->context.fs_base = base;
    write_fs_base(base);
    g_loaded_fs_base[this_cpu().id] = base;
    irq_restore(state);
}

void set_current_gs_base(u64 base) {
    u64 state = irq_save();
    current_thread()->context.gs_base = base;
    write_msr(kMsrKernelGsBase, base);
    g_loaded_gs_base[this_cpu().id] = base;
    irq_restore(state);
}

} // namespace martlet
