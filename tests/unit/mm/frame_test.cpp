// Frames: blocks never overlap, merge back completely, and the statistics are exact.
#include <random>
#include <set>

#include "memory_fixture.h"
#include "mm/buddy.h"

namespace martlet {
namespace {

class FrameTest : public MemoryTest {};

struct Block { Frame* frame; u32 order; };

/// How many of the largest blocks there are to have.
u64 largest_blocks() {
    std::vector<Frame*> blocks;
    while (Result<Frame*> block = allocate_frames(kMaxFrameOrder, FrameUse::Kernel, Zeroing::No)) blocks.push_back(*block);
    for (Frame* block : blocks) block->release();
    return blocks.size();
}

TEST_F(FrameTest, BlocksOfRandomOrdersNeverOverlapAndMergeBack) {
    std::mt19937 random(3);
    std::vector<bool> taken(kTestFrames);
    std::vector<Block> blocks;
    u64 merged_before = largest_blocks();
    for (int step = 0; step < 20000; ++step) {
        if (blocks.empty() || random() % 100 < (step < 12000 ? 60u : 30u)) {
            u32 order = random() % 100 < 70 ? 0 : random() % (kMaxFrameOrder + 1);
            Result<Frame*> frame = allocate_frames(order, FrameUse::Kernel, Zeroing::No);
            if (!frame) continue;
            u64 first = (*frame)->number();
            ASSERT_EQ(first % (1ull << order), 0u) << "blocks are aligned to their size";
            for (u64 number = first; number < first + (1ull << order); ++number) {
                ASSERT_FALSE(taken[number]) << "frame handed out twice";
                ASSERT_TRUE(number >= 1 && !(number >= 5003 && number < 5117)) << "frame does not exist";
                taken[number] = true;
            }
            blocks.push_back({*frame, order});
        } else {
            std::swap(blocks[random() % blocks.size()], blocks.back());
            Block block = blocks.back();
            blocks.pop_back();
            for (u64 index = 0; index < (1ull << block.order); ++index) taken[block.frame->number() + index] = false;
            block.frame->release();
        }
    }
    for (Block block : blocks) block.frame->release();
    EXPECT_EQ(largest_blocks(), merged_before);
}

TEST_F(FrameTest, EverythingCanBeAllocatedOnceAndThenMemoryIsExhausted) {
    u64 free = memory_statistics().free_frames;
    std::vector<Frame*> frames;
    while (Result<Frame*> frame = allocate_frame(FrameUse::Kernel, Zeroing::No)) frames.push_back(*frame);
    EXPECT_EQ(frames.size(), free);
    EXPECT_EQ(allocate_frame(FrameUse::Kernel, Zeroing::No).error(), Errno::ENOMEM);
    EXPECT_EQ(allocate_frames(3, FrameUse::Kernel, Zeroing::No).error(), Errno::ENOMEM);
    for (Frame* frame : frames) frame->release();
}

TEST_F(FrameTest, UserPagesLeaveAReserveToTheKernel) {
    std::vector<Frame*> frames;
    while (Result<Frame*> frame = allocate_frame(FrameUse::Anonymous, Zeroing::No)) frames.push_back(*frame);
    EXPECT_GE(memory_statistics().free_frames, memory_statistics().emergency_frames);
    Result<Frame*> kernel = allocate_frame(FrameUse::Kernel, Zeroing::No);
    EXPECT_TRUE(kernel);
    if (kernel) (*kernel)->release();
    for (Frame* frame : frames) frame->release();
}

TEST_F(FrameTest, ZeroedFramesAreZeroAndCountsDecideWhenAFrameIsFree) {
    Result<Frame*> frame = allocate_frame(FrameUse::Anonymous, Zeroing::No);
    ASSERT_TRUE(frame);
    memset((*frame)->data(), 0x77, kPageSize);
    (*frame)->acquire();
    EXPECT_TRUE((*frame)->is_shared());
    (*frame)->release();
    EXPECT_EQ(memory_statistics().anonymous_frames, 1u);
    (*frame)->release();
    EXPECT_EQ(memory_statistics().anonymous_frames, 0u);
    Result<Frame*> again = allocate_frame(FrameUse::Anonymous, Zeroing::Yes);
    ASSERT_TRUE(again);
    auto* bytes = static_cast<const u8*>((*again)->data());
    EXPECT_TRUE(std::all_of(bytes, bytes + kPageSize, [](u8 byte) { return byte == 0; }));
    (*again)->release();
}

TEST_F(FrameTest, RunsAreTrimmedToTheirSizeAndChangeOfUseIsCounted) {
    u64 before = used_frames();
    Result<Frame*> run = allocate_frame_run(37, FrameUse::Kernel);
    ASSERT_TRUE(run);
    EXPECT_EQ(used_frames(), before + 37);
    free_frame_run(**run, 37);
    EXPECT_EQ(used_frames(), before);
    Result<Frame*> frame = allocate_frame(FrameUse::Anonymous, Zeroing::No);
    ASSERT_TRUE(frame);
    change_frame_use(**frame, FrameUse::PageCache);
    EXPECT_EQ(memory_statistics().anonymous_frames, 0u);
    EXPECT_EQ(memory_statistics().page_cache_frames, 1u);
    (*frame)->release();
}

TEST_F(FrameTest, ReclaimIsAskedWhenMemoryRunsOut) {
    static std::vector<Frame*> hoard;
    while (Result<Frame*> frame = allocate_frame(FrameUse::PageCache, Zeroing::No)) hoard.push_back(*frame);
    set_reclaim_hook([](u64 wanted) {
        u64 freed = 0;
        for (; freed < wanted && !hoard.empty(); ++freed) {
            hoard.back()->release();
            hoard.pop_back();
        }
        return freed;
    });
    Result<Frame*> frame = allocate_frame(FrameUse::Anonymous, Zeroing::No);
    EXPECT_TRUE(frame);
    if (frame) (*frame)->release();
    set_reclaim_hook(nullptr);
    for (Frame* kept : hoard) kept->release();
    hoard.clear();
}

using FrameDeathTest = FrameTest;
TEST_F(FrameDeathTest, FreeingTwiceAndWritingAfterFreePanic) {
    EXPECT_DEATH({
        Frame* frame = *allocate_frame(FrameUse::Kernel, Zeroing::No);
        frame->release();
        frame->references = 1;
        frame->release();
    }, "freed twice");
    EXPECT_DEATH({
        Frame* frame = *allocate_frame(FrameUse::Kernel, Zeroing::No);
        frame->release();
        static_cast<u8*>(frame->data())[9] = 1;
        (void)allocate_frame(FrameUse::Kernel, Zeroing::No);
    }, "written after it was freed");
}

} // namespace
} // namespace martlet
