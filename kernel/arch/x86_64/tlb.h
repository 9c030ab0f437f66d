// The instructions that load page tables and forget translations (Intel SDM 3A 4.10.4).
#pragma once
#include "base/types.h"

namespace martlet {

void tlb_forget_page(u64 address);
/// Everything but global pages.
void tlb_forget_user();
u64 page_table_loaded();
void page_table_load(u64 root);
/// CPUID 80000001H:EDX.Page1GB.
bool cpu_has_gib_pages();

} // namespace martlet
