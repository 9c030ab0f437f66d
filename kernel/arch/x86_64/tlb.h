// Loading page tables and forgetting translations, on all CPUs that matter (Intel SDM 3A 4.10).
//
// The frame of a user page table's root counts in Frame::index the CPUs that have it loaded, as a mask. A CPU
// enters the mask before it loads the table and leaves it after it has loaded another. Whoever changes
// entries reads the mask afterwards: a CPU that is not in it will walk the new entries. Kernel threads and
// the idle thread keep the last table loaded (lazily); asked to forget something of it, they leave it
// instead, so that they are asked once.
#pragma once
#include "base/types.h"

namespace martlet {

/// Loads a user table or the kernel's and keeps the masks. Interrupts are off.
void page_table_switch(u64 root);
u64 page_table_loaded();
/// The bare load, for start-up.
void page_table_load(u64 root);

/// Has every CPU that has `root` loaded forget [start, end), and what it remembers of the tables above. Waits for them
/// (arch/smp.h, call_on_cpus).
void tlb_forget_user(u64 root, u64 start, u64 end);
/// This CPU forgets one page: for entries that have only gained permissions, which other CPUs find out by a fault.
void tlb_forget_page_here(u64 address);
/// Every CPU leaves `root`: before it is freed.
void tlb_leave_everywhere(u64 root);
/// Every CPU forgets [start, end) of the kernel's half.
void tlb_forget_kernel(u64 start, u64 end);

/// CPUID 80000001H:EDX.Page1GB.
bool cpu_has_gib_pages();

} // namespace martlet
