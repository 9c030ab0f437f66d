#include <random>

#include "debug/backtrace.h"
#include "fake_memory.h"

namespace martlet {
namespace {

std::vector<u8> three_functions() {
    return Bytes().add<u32>(3).add<u32>(0x10).add<u32>(0x40).add<u32>(0x100).add<u32>(0x180)
        .add<u32>(0).add<u32>(5).add<u32>(8).add<u32>(13).text("alphabetagamma").get();
}

TEST(SymbolTable, FindsTheFunctionAround) {
    std::vector<u8> table = three_functions();
    EXPECT_EQ(find_symbol(table, 0x10)->name, "alpha");
    EXPECT_EQ(find_symbol(table, 0x3f)->name, "alpha");
    EXPECT_EQ(find_symbol(table, 0x3f)->offset, 0x2fu);
    EXPECT_EQ(find_symbol(table, 0x40)->name, "bet");
    EXPECT_EQ(find_symbol(table, 0x17f)->offset, 0x7fu);
}

TEST(SymbolTable, OutsideIsNothing) {
    std::vector<u8> table = three_functions();
    EXPECT_FALSE(find_symbol(table, 0xf));
    EXPECT_FALSE(find_symbol(table, 0x180));
    EXPECT_FALSE(find_symbol({}, 0x20));
    EXPECT_FALSE(find_symbol(Bytes().add<u32>(0).get(), 0x20));
    EXPECT_FALSE(find_symbol(Bytes().add<u32>(~0u).zeros(12).get(), 0x20));
}

TEST(SymbolTable, SurvivesDamage) {
    std::mt19937 random(2);
    for (int round = 0; round < 20'000; ++round) {
        std::vector<u8> table = three_functions();
        table[random() % table.size()] = static_cast<u8>(random());
        table.resize(random() % (table.size() + 1));
        auto match = find_symbol(table, random() % 0x200);
        if (match) EXPECT_LE(match->name.size(), table.size());
    }
}

} // namespace
} // namespace martlet
