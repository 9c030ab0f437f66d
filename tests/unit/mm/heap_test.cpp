// The heap: blocks keep their bytes, are aligned, are all given back; misuse panics in debug kernels.
#include "mm/heap.h"

#include <random>

#include "memory_fixture.h"

namespace martlet {
namespace {

class HeapTest : public MemoryTest {
protected:
    // Slabs stay cached, so frames are compared by hand where it matters.
    HeapTest() { checks_frames_ = false; }
    void SetUp() override { live_before_ = heap_statistics().live_objects; }
    void TearDown() override { EXPECT_EQ(heap_statistics().live_objects, live_before_); }
    u64 live_before_ = 0;
};

struct Block { u8* bytes; usize size; u8 fill; };

void expect_intact(const Block& block) {
    for (usize index = 0; index < block.size; ++index) ASSERT_EQ(block.bytes[index], block.fill) << "size " << block.size;
}

TEST_F(HeapTest, RandomBlocksKeepTheirContent) {
    std::mt19937 random(11);
    std::vector<Block> blocks;
    for (int step = 0; step < 60000; ++step) {
        if (blocks.empty() || random() % 100 < (step < 40000 ? 55u : 35u)) {
            usize size = random() % 50 == 0 ? random() % 60000 : random() % 2300;
            auto* bytes = static_cast<u8*>(heap_allocate(size));
            if (!bytes) continue;
            ASSERT_EQ(reinterpret_cast<u64>(bytes) % 16, 0u);
            ASSERT_GE(heap_block_size(bytes), size);
            u8 fill = static_cast<u8>(random());
            memset(bytes, fill, size);
            blocks.push_back({bytes, size, fill});
        } else {
            std::swap(blocks[random() % blocks.size()], blocks.back());
            expect_intact(blocks.back());
            heap_free(blocks.back().bytes);
            blocks.pop_back();
        }
    }
    for (Block& block : blocks) {
        expect_intact(block);
        heap_free(block.bytes);
    }
}

TEST_F(HeapTest, AlignedBlocksAreAligned) {
    for (usize alignment = 16; alignment <= kPageSize; alignment *= 2)
        for (usize size : {1, 64, 100, 500, 1000, 1100, 2048, 5000}) {
            void* block = heap_allocate_aligned(size, alignment);
            ASSERT_NE(block, nullptr);
            EXPECT_EQ(reinterpret_cast<u64>(block) % alignment, 0u) << size << " aligned to " << alignment;
            heap_free(block);
        }
}

TEST_F(HeapTest, SizeClassesWasteAtMostAThird) {
    for (usize size = 33; size <= kMaxBlockSize; ++size) {
        usize block = kSizeClasses[size_class_of(size)].block_size;
        ASSERT_GE(block, size);
        ASSERT_LE(block - size, block / 3 + 16) << size;
    }
}

TEST_F(HeapTest, EmptySlabsGoBackToTheFrames) {
    u64 frames_before = memory_statistics().heap_frames;
    std::vector<void*> blocks;
    for (int count = 0; count < 20000; ++count) blocks.push_back(heap_allocate(200));
    EXPECT_GT(memory_statistics().heap_frames, frames_before + 900);
    for (void* block : blocks) heap_free(block);
    EXPECT_LE(memory_statistics().heap_frames, frames_before + 3 * kSizeClassCount);
}

TEST_F(HeapTest, ExhaustionIsNull) {
    std::vector<void*> blocks;
    while (void* block = heap_allocate(1 << 20)) blocks.push_back(block);
    EXPECT_LT(blocks.size(), 65u);
    EXPECT_EQ(heap_allocate(static_cast<usize>(1) << 40), nullptr);
    for (void* block : blocks) heap_free(block);
}

using HeapDeathTest = HeapTest;
TEST_F(HeapDeathTest, MisusePanics) {
    EXPECT_DEATH({ auto* block = static_cast<u8*>(heap_allocate(40)); block[40] = 1; heap_free(block); }, "overrun");
    EXPECT_DEATH({ void* block = heap_allocate(40); heap_free(block); heap_free(block); }, "freed twice");
    EXPECT_DEATH({ auto* block = static_cast<u8*>(heap_allocate(40)); heap_free(block); block[20] = 1; (void)heap_allocate(40); },
                 "written after it was freed");
    EXPECT_DEATH({ Frame* frame = *allocate_frame(FrameUse::Kernel, Zeroing::No); heap_free(frame->data()); }, "not a heap block");
}

} // namespace
} // namespace martlet
