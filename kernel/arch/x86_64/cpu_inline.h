// arch/cpu.h for x86-64: each function is one or two instructions.
#pragma once
#include "arch/cpu.h"

namespace martlet {

// Offsets in Cpu, for gs-relative access; checked below and used by entry.S through offsets.h.
inline constexpr usize kCpuSelfOffset = 0, kCpuCurrentOffset = 8, kCpuPreemptCountOffset = 32;
static_assert(__builtin_offsetof(Cpu, self) == kCpuSelfOffset);
static_assert(__builtin_offsetof(Cpu, current) == kCpuCurrentOffset);
static_assert(__builtin_offsetof(Cpu, preempt_count) == kCpuPreemptCountOffset);

inline Cpu& this_cpu() {
    Cpu* cpu;
    asm volatile("movq %%gs:%c1, %0" : "=r"(cpu) : "i"(kCpuSelfOffset));
    return *cpu;
}

// Not volatile: a thread's own identity never changes under it, so that the compiler may keep it.
inline Thread* current_thread() {
    Thread* thread;
    asm("movq %%gs:%c1, %0" : "=r"(thread) : "i"(kCpuCurrentOffset));
    return thread;
}

inline void preempt_count_increment() {
    asm volatile("incl %%gs:%c0" : : "i"(kCpuPreemptCountOffset) : "memory", "cc");
}

inline u32 preempt_count() {
    u32 count;
    asm volatile("movl %%gs:%c1, %0" : "=r"(count) : "i"(kCpuPreemptCountOffset) : "memory");
    return count;
}

inline u32 preempt_count_decrement() {
    asm volatile("decl %%gs:%c0" : : "i"(kCpuPreemptCountOffset) : "memory", "cc");
    return preempt_count();
}

inline u64 irq_save() {
    u64 flags;
    asm volatile("pushfq; popq %0; cli" : "=r"(flags) : : "memory");
    return flags;
}

inline void irq_enable() { asm volatile("sti" : : : "memory"); }
inline void irq_disable() { asm volatile("cli" : : : "memory"); }

inline void irq_restore(u64 state) {
    if (state & 0x200) irq_enable();
}

inline bool irqs_enabled() {
    u64 flags;
    asm volatile("pushfq; popq %0" : "=r"(flags) : : "memory");
    return (flags & 0x200) != 0;
}

inline void cpu_relax() { asm volatile("pause" : : : "memory"); }

// STI takes effect after the next instruction: an interrupt cannot slip in between the two (Intel SDM 2B, STI).
inline void cpu_wait_for_interrupt() { asm volatile("sti; hlt" : : : "memory"); }

inline u64 cycle_counter() {
    u32 low, high;
    asm volatile("rdtsc" : "=a"(low), "=d"(high));
    return low | static_cast<u64>(high) << 32;
}

} // namespace martlet
