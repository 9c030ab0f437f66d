#include "arch/x86_64/tlb.h"

#include <atomic>

#include "arch/page_table.h"
#include "arch/smp.h"
#include "arch/x86_64/registers.h"
#include "mm/frame.h"
#include "sched/thread.h"
#include "sync/preempt.h"

namespace martlet {
namespace {

/// Above this many pages, forgetting everything is cheaper than page by page.
constexpr u64 kForgetByPageLimit = 32;

struct Range {
    u64 root, start, end;
};

std::atomic_ref<CpuMask> cpus_of(u64 root) { return std::atomic_ref(frame_of({root}).index); }

void forget_page(u64 address) { asm volatile("invlpg (%0)" : : "r"(address) : "memory"); }

void forget_pages(const Range& range) {
    for (u64 address = range.start; address < range.end; address += kPageSize) forget_page(address);
}

bool is_long(const Range& range) { return (range.end - range.start) >> kPageShift > kForgetByPageLimit; }

void forget_user_here(void* context) {
    const Range& range = *static_cast<const Range*>(context);
    if (page_table_loaded() != range.root) return;
    if (Thread* thread = current_thread(); thread && thread->context.page_table != range.root)
        page_table_switch(kernel_page_table_root());
    else if (is_long(range)) page_table_load(range.root);
    else forget_pages(range);
}

void leave_here(void* context) {
    if (page_table_loaded() == *static_cast<const u64*>(context)) page_table_switch(kernel_page_table_root());
}

void forget_kernel_here(void* context) {
    const Range& range = *static_cast<const Range*>(context);
    if (!is_long(range)) {
        forget_pages(range);
        return;
    }
    // Turning global pages off and on forgets them too (Intel SDM 3A 4.10.4.1).
    u64 cr4 = read_cr4();
    write_cr4(cr4 & ~kCr4GlobalPages);
    write_cr4(cr4);
}

} // namespace

void page_table_switch(u64 root) {
    u64 old = page_table_loaded();
    if (old == root) return;
    u64 kernel_root = kernel_page_table_root();
    CpuMask self = cpu_bit(this_cpu().id);
    if (root != kernel_root) cpus_of(root).fetch_or(self, std::memory_order_seq_cst);
    page_table_load(root);
    if (old != kernel_root) cpus_of(old).fetch_and(~self, std::memory_order_release);
}

void tlb_forget_user(u64 root, u64 start, u64 end) {
    Range range{root, start, end};
    // The entries must be seen changed before the mask is read; see the head of tlb.h.
    std::atomic_thread_fence(std::memory_order_seq_cst);
    CpuMask cpus;
    {
        PreemptGuard guard;
        cpus = cpus_of(root).load(std::memory_order_relaxed);
        CpuMask self = cpu_bit(this_cpu().id);
        if (cpus & self) {
            u64 state = irq_save();
            forget_user_here(&range);
            irq_restore(state);
            cpus &= ~self;
        }
    }
    if (cpus != 0) [[unlikely]]
        call_on_cpus(cpus, forget_user_here, &range);
}

void tlb_forget_page_here(u64 address) { forget_page(address); }

void tlb_leave_everywhere(u64 root) {
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (CpuMask cpus = cpus_of(root).load(std::memory_order_relaxed); cpus != 0) call_on_cpus(cpus, leave_here, &root);
}

void tlb_forget_kernel(u64 start, u64 end) {
    Range range{0, start, end};
    call_on_cpus(online_cpus(), forget_kernel_here, &range);
}

u64 page_table_loaded() {
    u64 root;
    asm volatile("mov %%cr3, %0" : "=r"(root));
    return root;
}

void page_table_load(u64 root) { asm volatile("mov %0, %%cr3" : : "r"(root) : "memory"); }

bool cpu_has_gib_pages() {
    u32 a = 0x80000001, b, c = 0, d;
    asm volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    return (d & (1u << 26)) != 0;
}

void page_attributes_init_cpu() {
    // Entries 0…3 (and again 4…7): write-back, write-combining, uncached unless the MTRR says otherwise, uncached.
    constexpr u32 kPatRegister = 0x277, kAttributes = 0x00'07'01'06;
    asm volatile("wrmsr" : : "c"(kPatRegister), "a"(kAttributes), "d"(kAttributes) : "memory");
}

} // namespace martlet
