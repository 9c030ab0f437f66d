#include "arch/x86_64/tlb.h"

#include "arch/page_table.h"

namespace martlet {

void tlb_forget_page(u64 address) { asm volatile("invlpg (%0)" : : "r"(address) : "memory"); }

void tlb_forget_user() { page_table_load(page_table_loaded()); }

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
