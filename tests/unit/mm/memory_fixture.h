// A machine's memory on the host: frames 0 … kFrames-1 mapped where the shim's layout says, handed to the allocator once.
#pragma once
#include <gtest/gtest.h>

#include "mm/frame.h"

namespace martlet {

inline constexpr u64 kTestFrames = 16384; // 64 MiB

/// Sets the memory up on first use; every test checks that it gave back all frames.
class MemoryTest : public testing::Test {
protected:
    static void SetUpTestSuite();
    void SetUp() override;
    void TearDown() override;
    /// Frames that the test is known to leave in the allocator's caches of slabs.
    u64 used_before_ = 0;
    bool checks_frames_ = true;
};

/// Frames in use by anybody.
u64 used_frames();

} // namespace martlet
