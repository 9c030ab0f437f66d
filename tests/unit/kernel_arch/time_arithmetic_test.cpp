#include <ctime>

#include "time/calendar.h"
#include "time/cycle_conversion.h"

namespace martlet {
namespace {

TEST(CycleConversion, IsExactForUsualFrequencies) {
    for (u64 hz : {1'000'000'000ull, 2'596'135'790ull, 3'579'545ull, 100'000'000ull, 14'318'180ull, 1'193'182ull, 5'000'000'000ull}) {
        CycleConversion conversion(hz);
        for (u64 seconds : {0ull, 1ull, 60ull, 86'400ull, 31'536'000ull}) {
            u64 ns = conversion.to_ns(hz * seconds);
            EXPECT_NEAR(static_cast<double>(ns), static_cast<double>(seconds) * 1e9, 1 + static_cast<double>(seconds)) << hz;
        }
    }
}

TEST(CycleConversion, NeverStepsBack) {
    CycleConversion conversion(2'596'135'790);
    u64 previous = 0;
    for (u64 cycles = 0; cycles < 100'000; ++cycles) {
        u64 ns = conversion.to_ns(cycles);
        EXPECT_GE(ns, previous);
        previous = ns;
    }
}

TEST(MultiplyDivide, DoesNotOverflowAndSaturates) {
    EXPECT_EQ(multiply_divide(~0ull, 1'000'000'000, 1'000'000'000), ~0ull);
    EXPECT_EQ(multiply_divide(~0ull, ~0ull, 1), ~0ull);
    EXPECT_EQ(multiply_divide(7, 3, 2), 10u);
}

TEST(Calendar, AgreesWithTheHost) {
    for (u64 seconds = 0; seconds < 8'000'000'000ull; seconds += 86'400 * 13 + 3'661) {
        time_t time = static_cast<time_t>(seconds);
        tm parts;
        gmtime_r(&time, &parts);
        CalendarTime calendar{static_cast<u32>(parts.tm_year + 1900), static_cast<u32>(parts.tm_mon + 1), static_cast<u32>(parts.tm_mday),
                              static_cast<u32>(parts.tm_hour), static_cast<u32>(parts.tm_min), static_cast<u32>(parts.tm_sec)};
        EXPECT_TRUE(is_valid(calendar));
        EXPECT_EQ(seconds_since_epoch(calendar), seconds);
    }
}

TEST(Calendar, NonsenseIsNotValid) {
    EXPECT_FALSE(is_valid({2026, 13, 1, 0, 0, 0}));
    EXPECT_FALSE(is_valid({2026, 0, 1, 0, 0, 0}));
    EXPECT_FALSE(is_valid({2026, 4, 31, 0, 0, 0}));
    EXPECT_FALSE(is_valid({2026, 1, 1, 24, 0, 0}));
    EXPECT_FALSE(is_valid({165, 1, 1, 0, 0, 0}));
}

} // namespace
} // namespace martlet
