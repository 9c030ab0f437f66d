#include "back_off.h"

#include <gtest/gtest.h>

namespace init {
namespace {

TEST(BackOff, doubles_after_each_quick_end_and_gives_up) {
    BackOff back_off;
    EXPECT_EQ(back_off.next_delay_ms(0, 100, 5), 100u);
    EXPECT_EQ(back_off.next_delay_ms(1, 100, 5), 200u);
    EXPECT_EQ(back_off.next_delay_ms(1999, 100, 5), 400u);
    EXPECT_EQ(back_off.next_delay_ms(0, 100, 5), 800u);
    EXPECT_EQ(back_off.next_delay_ms(0, 100, 5), std::nullopt);
}

TEST(BackOff, forgets_after_a_long_run) {
    BackOff back_off;
    for (int i = 0; i < 4; ++i) back_off.next_delay_ms(0, 100, 5);
    EXPECT_EQ(back_off.next_delay_ms(2000, 100, 5), 100u);
    EXPECT_EQ(back_off.next_delay_ms(0, 100, 5), 100u);
    back_off.forget();
    EXPECT_EQ(back_off.next_delay_ms(0, 100, 1), std::nullopt);
}

TEST(BackOff, never_gives_up_without_a_limit_and_never_waits_longer_than_a_minute) {
    BackOff back_off;
    uint64_t last = 0;
    for (int i = 0; i < 100; ++i) {
        auto delay = back_off.next_delay_ms(0, 20, 0);
        ASSERT_TRUE(delay);
        EXPECT_GE(*delay, last);
        last = *delay;
    }
    EXPECT_EQ(last, BackOff::kLongestMs);
    EXPECT_EQ(BackOff().next_delay_ms(0, UINT64_MAX, 0), BackOff::kLongestMs);
}

} // namespace
} // namespace init
