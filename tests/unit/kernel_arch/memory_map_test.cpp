#include <random>

#include "boot/loader_formats.h"

namespace martlet {
namespace {

std::vector<MemoryRange> normalise(std::vector<MemoryRange> from) {
    std::vector<MemoryRange> to(64);
    to.resize(normalise_memory(from, to));
    return to;
}

constexpr auto kUsable = MemoryKind::Usable;
constexpr auto kReserved = MemoryKind::Reserved;

TEST(MemoryMap, SortsAndMerges) {
    auto map = normalise({{0x3000, 0x1000, kUsable}, {0x1000, 0x1000, kUsable}, {0x2000, 0x1000, kUsable}});
    ASSERT_EQ(map.size(), 1u);
    EXPECT_EQ(map[0].base, 0x1000u);
    EXPECT_EQ(map[0].size, 0x3000u);
}

TEST(MemoryMap, ReservedWinsOverUsable) {
    auto map = normalise({{0, 0x10000, kUsable}, {0x4000, 0x1000, kReserved}});
    ASSERT_EQ(map.size(), 3u);
    EXPECT_EQ(map[0].size, 0x4000u);
    EXPECT_EQ(map[1].kind, kReserved);
    EXPECT_EQ(map[2].base, 0x5000u);
    EXPECT_EQ(map[2].size, 0xb000u);
}

TEST(MemoryMap, EmptyStaysEmpty) { EXPECT_TRUE(normalise({}).empty()); }

TEST(MemoryMap, RangeToTheEndOfAddressesEnds) {
    LoaderInfo info;
    add_memory_range(info, ~0ull - 0xfff, 0x10000, 2);
    ASSERT_EQ(info.memory_count, 1u);
    auto map = normalise({info.memory, info.memory + 1});
    ASSERT_EQ(map.size(), 1u);
}

TEST(MemoryMap, MoreRangesThanRoomAreDroppedAndSaid) {
    LoaderInfo info;
    for (u64 index = 0; index < kMaxMemoryRanges + 10; ++index) add_memory_range(info, index * 0x10000, 0x1000, 1);
    EXPECT_EQ(info.memory_count, kMaxMemoryRanges);
    EXPECT_TRUE(info.memory_was_cut);
}

TEST(MemoryMap, RandomOverlapsGiveDisjointAscendingRanges) {
    std::mt19937_64 random(7);
    for (int round = 0; round < 2000; ++round) {
        std::vector<MemoryRange> from;
        for (u64 count = random() % 12; count > 0; --count)
            from.push_back({random() % 64 * 0x1000, (1 + random() % 16) * 0x1000, static_cast<MemoryKind>(random() % 5)});
        auto map = normalise(from);
        for (usize index = 0; index < map.size(); ++index) {
            EXPECT_GT(map[index].size, 0u);
            if (index > 0) EXPECT_GE(map[index].base, map[index - 1].base + map[index - 1].size);
        }
        for (u64 page = 0; page < 80; ++page) {
            auto covers = [page](const MemoryRange& range) { return range.base <= page * 0x1000 && page * 0x1000 - range.base < range.size; };
            bool was_covered = std::any_of(from.begin(), from.end(), covers);
            EXPECT_EQ(was_covered, std::any_of(map.begin(), map.end(), covers));
            bool only_usable = was_covered && std::all_of(from.begin(), from.end(), [&](auto& r) { return !covers(r) || r.kind == kUsable; });
            bool is_usable = std::any_of(map.begin(), map.end(), [&](auto& r) { return covers(r) && r.kind == kUsable; });
            EXPECT_EQ(only_usable, is_usable);
        }
    }
}

} // namespace
} // namespace martlet
