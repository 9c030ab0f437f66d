#include <random>

#include "base/types.h"

using u128 = unsigned __int128;
extern "C" u128 kernel_udivti3(u128 dividend, u128 divisor);
extern "C" u128 kernel_umodti3(u128 dividend, u128 divisor);

namespace martlet {
namespace {

TEST(Division128, AgreesWithTheHostsOnAllMagnitudes) {
    std::mt19937_64 random(5);
    auto number = [&] { return (static_cast<u128>(random()) << 64 | random()) >> random() % 128; };
    for (int round = 0; round < 300'000; ++round) {
        u128 dividend = number(), divisor = number();
        if (round % 7 == 0) dividend = divisor * (random() % 5) - (random() % 2);
        if (divisor == 0) continue;
        ASSERT_TRUE(kernel_udivti3(dividend, divisor) == dividend / divisor);
        ASSERT_TRUE(kernel_umodti3(dividend, divisor) == dividend % divisor);
    }
}

TEST(Division128, Extremes) {
    u128 top = ~u128(0);
    for (u128 divisor : {u128(1), u128(2), u128(~0ull), u128(1) << 64, (u128(1) << 64) + 1, u128(1) << 127, top, top - 1})
        for (u128 dividend : {u128(0), u128(1), divisor - 1, divisor, divisor + 1, top, top - 1})
            EXPECT_TRUE(kernel_udivti3(dividend, divisor) == dividend / divisor);
}

} // namespace
} // namespace martlet
