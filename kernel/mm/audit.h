// Accounting for all memory, for the end of a debug kernel's life and for tests: what is in use, by whom, and
// whether the sums agree. Leaks show as frames or heap blocks that nothing left alive explains.
#pragma once
#include "mm/frame.h"
#include "mm/heap.h"

namespace martlet {

class AddressSpace;

struct MemoryAudit {
    MemoryStatistics frames;
    HeapStatistics heap;
    u64 address_spaces;       // alive
    i64 unaccounted_frames;   // neither free nor counted in a use: a bug of the allocator if not 0
    i64 leaked_user_frames; // anonymous frames beyond those of `last`; only known when no other address space
                            // is alive
};

/// `last` is the only address space that should still be alive, or null.
MemoryAudit audit_memory(AddressSpace* last);
/// Logs the audit: totals at debug level, what does not add up as errors. Answers whether everything did.
/// `expected_spaces` is how many address spaces the processes lead to.
bool log_memory_audit(AddressSpace* last, u64 expected_spaces);

} // namespace martlet
