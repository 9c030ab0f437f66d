#include "memory_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "mm/frame_allocator.h"
#include "mm/per_cpu.h"
#include "mm/zero_page.h"

namespace martlet {

namespace {

void map_fixed(u64 address, u64 size) {
    void* wanted = reinterpret_cast<void*>(address);
    void* mapped = mmap(wanted, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    if (mapped != wanted) {
        perror("mmap of the test machine's memory");
        abort();
    }
}

} // namespace

void MemoryTest::SetUpTestSuite() {
    static bool is_ready = false;
    if (is_ready) return;
    is_ready = true;
    map_fixed(kDirectMapBase, kTestFrames * kPageSize);
    map_fixed(kFrameTableBase, kTestFrames * sizeof(Frame));
    // Frame 0 is never free, and a hole in the middle has edges that are not aligned to any block.
    const BootMemory::Range ranges[] = {{kPageSize, 5003 * kPageSize}, {5117 * kPageSize, kTestFrames * kPageSize}};
    frame_allocator_init(ranges, 0, 0);
    per_cpu_memory_init();
    zero_page_init();
}

u64 used_frames() {
    MemoryStatistics statistics = memory_statistics();
    EXPECT_EQ(statistics.total_frames - statistics.free_frames,
              statistics.kernel_frames + statistics.heap_frames + statistics.page_table_frames + statistics.anonymous_frames +
                  statistics.page_cache_frames);
    return statistics.total_frames - statistics.free_frames;
}

void MemoryTest::SetUp() { used_before_ = used_frames(); }
void MemoryTest::TearDown() {
    if (checks_frames_) EXPECT_EQ(used_frames(), used_before_) << "frames leaked";
}

} // namespace martlet
