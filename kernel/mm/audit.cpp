#include "mm/audit.h"

#include "base/log.h"
#include "mm/address_space.h"

namespace martlet {

namespace {
unsigned long long printable(u64 value) { return value; }
} // namespace

MemoryAudit audit_memory(AddressSpace* last) {
    MemoryAudit audit{};
    audit.frames = memory_statistics();
    audit.heap = heap_statistics();
    audit.address_spaces = AddressSpace::live_count();
    const MemoryStatistics& frames = audit.frames;
    audit.unaccounted_frames = static_cast<i64>(frames.total_frames - frames.free_frames - frames.reserved_frames -
                                                frames.kernel_frames - frames.heap_frames - frames.page_table_frames -
                                                frames.anonymous_frames - frames.page_cache_frames);
    if (audit.address_spaces == (last ? 1 : 0)) {
        u64 expected = 0;
        if (last) {
            AddressSpace::Sizes sizes = last->sizes();
            expected = sizes.resident_pages - sizes.shared_pages;
        }
        audit.leaked_user_frames = static_cast<i64>(frames.anonymous_frames - expected);
    }
    return audit;
}

bool log_memory_audit(AddressSpace* last, u64 expected_spaces) {
    MemoryAudit audit = audit_memory(last);
    const MemoryStatistics& frames = audit.frames;
    log_debug("audit: frames: %llu free, %llu kernel, %llu heap, %llu page tables, %llu anonymous, %llu page "
              "cache, %llu reserved",
              printable(frames.free_frames), printable(frames.kernel_frames), printable(frames.heap_frames),
              printable(frames.page_table_frames), printable(frames.anonymous_frames),
              printable(frames.page_cache_frames), printable(frames.reserved_frames));
    for (u32 size_class = 0; size_class < kSizeClassCount; ++size_class)
        if (audit.heap.live_by_class[size_class] != 0)
            log_debug("audit: heap: %llu blocks of %u bytes", printable(audit.heap.live_by_class[size_class]),
                      kSizeClasses[size_class].block_size);
    log_debug("audit: heap: %llu frames in large blocks; %llu address spaces", printable(audit.heap.large_frames),
              printable(audit.address_spaces));
    bool is_sound = true;
    auto report = [&](const char* what, i64 count) {
        if (count == 0) return;
        log_error("audit: %s: %lld", what, static_cast<long long>(count));
        is_sound = false;
    };
    report("frames neither free nor in use", audit.unaccounted_frames);
    report("leaked user frames", audit.leaked_user_frames);
    report("address spaces without a process", static_cast<i64>(audit.address_spaces - expected_spaces));
    return is_sound;
}

} // namespace martlet
