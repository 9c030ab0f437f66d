#include "proc/pid.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>

namespace martlet {
namespace {

TEST(PidAllocator, gives_the_lowest_number_after_the_last_one) {
    auto pids = std::make_unique<PidAllocator>();
    EXPECT_EQ(pids->allocate(), 1);
    EXPECT_EQ(pids->allocate(), 2);
    pids->release(1);
    EXPECT_EQ(pids->allocate(), 3) << "a freed number is not reused at once";
    EXPECT_EQ(pids->last(), 3);
}

TEST(PidAllocator, wraps_above_the_reserved_numbers_and_runs_out) {
    auto pids = std::make_unique<PidAllocator>();
    std::set<int> taken;
    for (int count = 1; count < kPidMax; ++count) {
        int id = pids->allocate();
        ASSERT_GT(id, 0);
        ASSERT_LT(id, kPidMax);
        ASSERT_TRUE(taken.insert(id).second);
    }
    EXPECT_EQ(pids->allocate(), 0);
    pids->release(5);
    EXPECT_EQ(pids->allocate(), 0) << "low numbers stay reserved after the first round";
    pids->release(400);
    EXPECT_EQ(pids->allocate(), 400);
}

TEST(PidAllocator, iterates_over_taken_numbers) {
    auto pids = std::make_unique<PidAllocator>();
    for (int count = 0; count < 200; ++count) pids->allocate();
    for (int id = 2; id < 150; ++id) pids->release(id);
    EXPECT_EQ(pids->next_used(0), 1);
    EXPECT_EQ(pids->next_used(2), 150);
    EXPECT_EQ(pids->next_used(201), 0);
}

} // namespace
} // namespace martlet
