#pragma once

namespace martlet {
/// Makes the kernel half that every address space copies, once.
void page_table_host_init();
} // namespace martlet
