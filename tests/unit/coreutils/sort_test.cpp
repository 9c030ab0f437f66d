// The keys of sort.
#include "text/sort_key.h"

#include <gtest/gtest.h>

namespace coreutils::sort {
namespace {

std::string_view key_of(std::string_view line, const char* text, int separator = kBlankSeparator) {
    const char* problem = nullptr;
    auto key = parse_key(text, problem);
    EXPECT_TRUE(key) << text;
    return find_key(line, *key, separator);
}

TEST(SortKey, Fields) {
    EXPECT_EQ(key_of("one two three", "2"), " two three");
    EXPECT_EQ(key_of("one two three", "2,2"), " two");
    EXPECT_EQ(key_of("one two three", "2b,2"), "two");
    EXPECT_EQ(key_of("a:b:c", "2,2", ':'), "b");
    EXPECT_EQ(key_of("a:b:c", "2", ':'), "b:c");
    EXPECT_EQ(key_of("abcdef", "1.2,1.4"), "bcd");
    EXPECT_EQ(key_of("a", "3"), "");
    EXPECT_EQ(key_of("a:b", "2,1", ':'), "");
}
TEST(SortKey, WrongDefinitions) {
    const char* problem = nullptr;
    for (const char* text : {"", "0", "x", "1.0", "1,0", "1q", "1,", "1.", "1,2.x"})
        EXPECT_FALSE(parse_key(text, problem)) << text;
}
TEST(SortKey, RankNeverContradictsComparison) {
    constexpr std::string_view kTexts[] = {"",
                                           "0",
                                           "-0",
                                           "1",
                                           "01",
                                           "-1",
                                           "1.5",
                                           "1.05",
                                           " 2",
                                           "10",
                                           "9",
                                           "abc",
                                           "-",
                                           "99999999999999999999",
                                           "100000000000000000000",
                                           "-99999999999999999999",
                                           ".5",
                                           "-.5",
                                           "B",
                                           "b",
                                           "a b"};
    for (Order order : {Order::text, Order::numeric, Order::human, Order::month, Order::version}) {
        for (bool fold : {false, true}) {
            Modifiers modifiers{.order = order, .fold_case = fold};
            for (std::string_view left : kTexts)
                for (std::string_view right : kTexts) {
                    uint64_t first = rank_key(left, modifiers), second = rank_key(right, modifiers);
                    if (first != second)
                        EXPECT_EQ(first < second, compare_keys(left, right, modifiers) < 0)
                            << left << "|" << right;
                }
        }
    }
}
TEST(SortKey, Numbers) {
    Modifiers numeric{.order = Order::numeric}, human{.order = Order::human};
    EXPECT_LT(compare_keys("-10", "-2", numeric), 0);
    EXPECT_EQ(compare_keys("1.0", "1", numeric), 0);
    EXPECT_LT(compare_keys("1.05", "1.5", numeric), 0);
    EXPECT_LT(compare_keys("900K", "1M", human), 0);
    EXPECT_LT(compare_keys("-1M", "1", human), 0);
}

} // namespace
} // namespace coreutils::sort
