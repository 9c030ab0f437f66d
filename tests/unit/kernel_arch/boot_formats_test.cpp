#include <random>

#include "fake_memory.h"

namespace martlet {
namespace {

constexpr u64 kInfo = 0x10000;

std::vector<u8> multiboot2(const std::vector<std::pair<u32, std::vector<u8>>>& tags) {
    Bytes body;
    for (auto& [type, content] : tags) body.add<u32>(type).add<u32>(8 + content.size()).append(content).pad(8);
    body.add<u32>(0).add<u32>(8);
    Bytes all;
    all.add<u32>(8 + body.size()).add<u32>(0).append(body.get());
    return all.get();
}

std::vector<u8> memory_map_tag(std::initializer_list<std::array<u64, 3>> entries) {
    Bytes tag;
    tag.add<u32>(24).add<u32>(0);
    for (auto& entry : entries) tag.add(entry[0]).add(entry[1]).add<u32>(entry[2]).add<u32>(0);
    return tag.get();
}

std::string_view command_line_of(const LoaderInfo& info) { return {info.command_line, info.command_line_size}; }

TEST(Multiboot2, ReadsEveryTagTheKernelUses) {
    FakeMemory memory;
    memory.put(kInfo, multiboot2({
        {1, Bytes().text("quiet root=/").add<u8>(0).get()},
        {2, Bytes().text("GRUB 2.06").add<u8>(0).get()},
        {3, Bytes().add<u32>(0x200000).add<u32>(0x280000).text("initrd").add<u8>(0).get()},
        {6, memory_map_tag({{0, 0x9f000, 1}, {0x100000, 0x3f00000, 1}, {0xf0000, 0x10000, 2}})},
        {8, Bytes().add<u64>(0xfd000000).add<u32>(4096).add<u32>(1024).add<u32>(768).add<u8>(32).add<u8>(1).add<u16>(0)
                .add<u8>(16).add<u8>(8).add<u8>(8).add<u8>(8).add<u8>(0).add<u8>(8).get()},
        {14, Bytes().text("RSD PTR ").zeros(12).get()},
    }));
    LoaderInfo info;
    ASSERT_TRUE(parse_multiboot2(memory, kInfo, info));
    EXPECT_EQ(command_line_of(info), "quiet root=/");
    EXPECT_EQ(std::string_view(info.loader, info.loader_size), "GRUB 2.06");
    EXPECT_EQ(info.initrd_physical, 0x200000u);
    EXPECT_EQ(info.initrd_size, 0x80000u);
    EXPECT_EQ(info.memory_count, 3u);
    EXPECT_EQ(info.framebuffer.physical_address, 0xfd000000u);
    EXPECT_EQ(info.framebuffer.pitch_bytes, 4096u);
    EXPECT_EQ(info.framebuffer.red_shift, 16);
    EXPECT_EQ(info.framebuffer.blue_bits, 8);
    EXPECT_FALSE(info.has_vga_text);
    ASSERT_NE(info.acpi_rsdp_physical, 0u);
    EXPECT_EQ(memcmp(memory.read(info.acpi_rsdp_physical, 8), "RSD PTR ", 8), 0);
}

TEST(Multiboot2, NewAcpiTableWinsOverOld) {
    FakeMemory memory;
    memory.put(kInfo, multiboot2({{15, Bytes().text("NEW").zeros(33).get()}, {14, Bytes().text("OLD").zeros(17).get()}}));
    LoaderInfo info;
    ASSERT_TRUE(parse_multiboot2(memory, kInfo, info));
    EXPECT_EQ(memcmp(memory.read(info.acpi_rsdp_physical, 3), "NEW", 3), 0);
}

TEST(Multiboot2, TextScreenIsNoFramebuffer) {
    FakeMemory memory;
    memory.put(kInfo, multiboot2({{8, Bytes().add<u64>(0xb8000).add<u32>(160).add<u32>(80).add<u32>(25).add<u8>(16).add<u8>(2).add<u16>(0).get()}}));
    LoaderInfo info;
    ASSERT_TRUE(parse_multiboot2(memory, kInfo, info));
    EXPECT_TRUE(info.has_vga_text);
    EXPECT_EQ(info.framebuffer.physical_address, 0u);
}

TEST(Multiboot2, FramebufferWithImpossibleSizesIsIgnored) {
    FakeMemory memory;
    memory.put(kInfo, multiboot2({{8, Bytes().add<u64>(0xfd000000).add<u32>(100).add<u32>(1024).add<u32>(768).add<u8>(32).add<u8>(1).zeros(8).get()}}));
    LoaderInfo info;
    ASSERT_TRUE(parse_multiboot2(memory, kInfo, info));
    EXPECT_EQ(info.framebuffer.physical_address, 0u);
}

TEST(Multiboot2, BasicMemoryServesWhereThereIsNoMap) {
    FakeMemory memory;
    memory.put(kInfo, multiboot2({{4, Bytes().add<u32>(640).add<u32>(15 * 1024).get()}}));
    LoaderInfo info;
    ASSERT_TRUE(parse_multiboot2(memory, kInfo, info));
    ASSERT_EQ(info.memory_count, 2u);
    EXPECT_EQ(info.memory[1].base, kMiB);
    EXPECT_EQ(info.memory[1].size, 15 * kMiB);
}

TEST(Multiboot2, BackwardsModuleIsNoInitrd) {
    FakeMemory memory;
    memory.put(kInfo, multiboot2({{3, Bytes().add<u32>(0x280000).add<u32>(0x200000).add<u8>(0).get()}}));
    LoaderInfo info;
    ASSERT_TRUE(parse_multiboot2(memory, kInfo, info));
    EXPECT_EQ(info.initrd_size, 0u);
}

TEST(Multiboot2, LongCommandLineIsCutAndSaysSo) {
    FakeMemory memory;
    memory.put(kInfo, multiboot2({{1, Bytes().text(std::string(6000, 'x')).add<u8>(0).get()}}));
    LoaderInfo info;
    ASSERT_TRUE(parse_multiboot2(memory, kInfo, info));
    EXPECT_TRUE(info.command_line_was_cut);
    EXPECT_EQ(info.command_line_size, kMaxCommandLine - 1);
}

TEST(Multiboot2, UnreadableInformationIsRefused) {
    FakeMemory memory;
    LoaderInfo info;
    EXPECT_FALSE(parse_multiboot2(memory, kInfo, info));
    memory.put(kInfo, Bytes().add<u32>(0x1000).add<u32>(0).zeros(16).get()); // longer than what can be read
    EXPECT_FALSE(parse_multiboot2(memory, kInfo, info));
    memory.put(kInfo, Bytes().add<u32>(4).add<u32>(0).zeros(16).get());
    EXPECT_FALSE(parse_multiboot2(memory, kInfo, info));
}

TEST(Multiboot2, SurvivesDamageAnywhere) {
    std::vector<u8> good = multiboot2({
        {1, Bytes().text("quiet").add<u8>(0).get()},
        {3, Bytes().add<u32>(0x200000).add<u32>(0x280000).add<u8>(0).get()},
        {6, memory_map_tag({{0, 0x9f000, 1}, {0x100000, 0x3f00000, 1}})},
        {8, Bytes().add<u64>(0xfd000000).add<u32>(4096).add<u32>(1024).add<u32>(768).add<u8>(32).add<u8>(1).zeros(8).get()},
    });
    std::mt19937 random(1);
    for (int round = 0; round < 20000; ++round) {
        FakeMemory memory;
        std::vector<u8> bad = good;
        for (int change = 0; change < 4; ++change) bad[random() % bad.size()] = static_cast<u8>(random());
        if (round % 3 == 0) bad.resize(random() % bad.size());
        memory.put(kInfo, bad);
        auto info = std::make_unique<LoaderInfo>();
        parse_multiboot2(memory, kInfo, *info);
        EXPECT_LE(info->memory_count, kMaxMemoryRanges);
        EXPECT_LT(info->command_line_size, kMaxCommandLine);
    }
}

std::vector<u8> start_info(u32 version, u32 modules, u64 module_list, u64 command_line, u64 rsdp, u64 map, u32 entries) {
    return Bytes().add<u32>(0x336ec578).add(version).add<u32>(0).add(modules).add(module_list).add(command_line).add(rsdp)
        .add(map).add(entries).add<u32>(0).get();
}

TEST(Pvh, ReadsEverything) {
    FakeMemory memory;
    memory.put(kInfo, start_info(1, 1, 0x20000, 0x30000, 0xf5000, 0x40000, 2));
    memory.put(0x20000, Bytes().add<u64>(0x800000).add<u64>(0x1234).zeros(16).get());
    memory.put(0x30000, Bytes().text("console=ttyS0").add<u8>(0).get());
    memory.put(0x40000, Bytes().add<u64>(0).add<u64>(0x9fc00).add<u32>(1).add<u32>(0)
                            .add<u64>(0x100000).add<u64>(0x3ee0000).add<u32>(1).add<u32>(0).get());
    LoaderInfo info;
    ASSERT_TRUE(parse_pvh(memory, kInfo, info));
    EXPECT_EQ(command_line_of(info), "console=ttyS0");
    EXPECT_EQ(info.initrd_physical, 0x800000u);
    EXPECT_EQ(info.initrd_size, 0x1234u);
    EXPECT_EQ(info.acpi_rsdp_physical, 0xf5000u);
    EXPECT_EQ(info.memory_count, 2u);
}

TEST(Pvh, RefusesWrongMagicNumber) {
    FakeMemory memory;
    memory.put(kInfo, std::vector<u8>(64));
    LoaderInfo info;
    EXPECT_FALSE(parse_pvh(memory, kInfo, info));
}

TEST(Pvh, PointersThatLeadNowhereAreAbsentThings) {
    FakeMemory memory;
    memory.put(kInfo, start_info(1, 1, ~0ull - 8, 0xdead0000, 0, ~0ull - 4, ~0u));
    LoaderInfo info;
    ASSERT_TRUE(parse_pvh(memory, kInfo, info));
    EXPECT_EQ(info.initrd_size, 0u);
    EXPECT_EQ(info.command_line_size, 0u);
    EXPECT_EQ(info.memory_count, 0u);
}

TEST(Pvh, WrappingInitrdIsAbsent) {
    FakeMemory memory;
    memory.put(kInfo, start_info(1, 1, 0x20000, 0, 0, 0, 0));
    memory.put(0x20000, Bytes().add<u64>(0x800000).add<u64>(~0ull).zeros(16).get());
    LoaderInfo info;
    ASSERT_TRUE(parse_pvh(memory, kInfo, info));
    EXPECT_EQ(info.initrd_size, 0u);
}

} // namespace
} // namespace martlet
