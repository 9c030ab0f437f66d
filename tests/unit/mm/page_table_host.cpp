// The processor's side of page tables on the host: nothing is ever loaded, a TLB does not exist.
#include "arch/page_table.h"
#include "arch/x86_64/tlb.h"
#include "page_table_host.h"

namespace martlet {

void tlb_forget_user(u64, u64, u64) {}
void tlb_forget_page_here(u64) {}
void tlb_leave_everywhere(u64) {}
void tlb_forget_kernel(u64, u64) {}
void page_table_load(u64) {}
bool cpu_has_gib_pages() { return true; }

void page_table_host_init() {
    static bool is_ready = false;
    if (is_ready) return;
    is_ready = true;
    kernel_page_table_init([] { return (*allocate_frame(FrameUse::PageTable, Zeroing::Yes))->physical(); });
}

} // namespace martlet
