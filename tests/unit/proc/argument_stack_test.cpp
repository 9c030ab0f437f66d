#include "proc/exec/argument_stack.h"

#include <gtest/gtest.h>
#include <string.h>

#include <memory>
#include <string>
#include <vector>

namespace martlet {
namespace {

constexpr u64 kBase = 0x10000, kTop = 0x20000;

class Memory final : public StackSink {
public:
    Result<void> write(u64 address, std::span<const u8> bytes) override {
        EXPECT_GE(address, kBase);
        EXPECT_LE(address + bytes.size(), kTop);
        memcpy(bytes_.data() + (address - kBase), bytes.data(), bytes.size());
        return {};
    }
    std::string string_at(u64 address) const { return reinterpret_cast<const char*>(bytes_.data() + (address - kBase)); }

private:
    std::vector<u8> bytes_ = std::vector<u8>(kTop - kBase, 0xee);
};

struct Fixture : testing::Test {
    Memory memory;
    std::unique_ptr<u8[]> page = std::make_unique<u8[]>(4096);
    ArgumentStack make(u64 limit) { return ArgumentStack(memory, kTop, limit, std::span<u8, 4096>(page.get(), 4096)); }
};
using ArgumentStackTest = Fixture;

TEST_F(ArgumentStackTest, strings_stand_in_order_and_end_with_nul) {
    ArgumentStack stack = make(0x8000);
    ASSERT_TRUE(stack.push_string("second"));
    u64 second = stack.position();
    ASSERT_TRUE(stack.push_string("first"));
    ASSERT_TRUE(stack.flush());
    EXPECT_EQ(second, kTop - 7);
    EXPECT_EQ(stack.position(), second - 6);
    EXPECT_EQ(memory.string_at(stack.position()), "first");
    EXPECT_EQ(memory.string_at(second), "second");
}

TEST_F(ArgumentStackTest, long_strings_cross_pages) {
    ArgumentStack stack = make(0x10000);
    std::vector<std::string> strings;
    std::vector<u64> places;
    for (int index = 0; index < 9; ++index) {
        strings.push_back(std::string(static_cast<usize>(1000 + index * 700), static_cast<char>('a' + index)));
        ASSERT_TRUE(stack.push_string(strings.back()));
        places.push_back(stack.position());
    }
    ASSERT_TRUE(stack.flush());
    for (usize index = 0; index < strings.size(); ++index) EXPECT_EQ(memory.string_at(places[index]), strings[index]);
}

TEST_F(ArgumentStackTest, dropping_the_lowest_string_keeps_the_others) {
    ArgumentStack stack = make(0x10000);
    ASSERT_TRUE(stack.push_string("kept"));
    u64 kept = stack.position();
    std::string dropped(6000, 'x'); // its pages were handed over already
    ASSERT_TRUE(stack.push_string(dropped));
    stack.drop(dropped.size() + 1);
    ASSERT_TRUE(stack.push_string("new"));
    ASSERT_TRUE(stack.flush());
    EXPECT_EQ(memory.string_at(kept), "kept");
    EXPECT_EQ(memory.string_at(stack.position()), "new");
}

TEST_F(ArgumentStackTest, too_much_is_e2big) {
    ArgumentStack stack = make(100);
    EXPECT_TRUE(stack.push_string(std::string(80, 'x')));
    EXPECT_TRUE(stack.reserve_pointer());
    EXPECT_EQ(stack.push_string(std::string(20, 'x')).error(), Errno::E2BIG);
    EXPECT_TRUE(stack.reserve_pointer());
    EXPECT_EQ(stack.reserve_pointer().error(), Errno::E2BIG);
}

} // namespace
} // namespace martlet
