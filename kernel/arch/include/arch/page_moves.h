// Clearing and copying whole pages: what page faults spend most of their time on.
#pragma once

namespace martlet {

/// `page` is 4096 bytes, aligned to its size. Callable in any context.
void clear_page(void* page);
/// The pages do not overlap.
void copy_page(void* to, const void* from);

/// Chooses the widest moves that the processor has. Once, after its extended state has been enabled.
void page_moves_init();

} // namespace martlet
