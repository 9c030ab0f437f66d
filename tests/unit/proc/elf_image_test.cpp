// Hostile and honest ELF headers: everything that is not a loadable program is ENOEXEC.
#include "proc/exec/elf_image.h"

#include <gtest/gtest.h>
#include <string.h>

#include <random>
#include <vector>

namespace martlet {
namespace {

constexpr ElfAddressRange kRange = {0x10000, 0x7fff'ffff'f000};

struct Program {
    abi::ElfHeader header{};
    std::vector<abi::ElfProgramHeader> entries;
    u64 file_size = 0x4000;

    Program() {
        memcpy(header.identification, "\177ELF\2\1\1", 7);
        header.type = abi::kElfExecutable;
        header.machine = abi::kElfMachineX86_64;
        header.entry = 0x401000;
        header.program_header_offset = 64;
        header.program_header_size = sizeof(abi::ElfProgramHeader);
        add(0, 0x400000, 0x1000, 0x1000, abi::kElfRead);
        add(0x1000, 0x401000, 0x800, 0x800, abi::kElfRead | abi::kElfExecute);
        add(0x2000, 0x403000, 0x100, 0x3000, abi::kElfRead | abi::kElfWrite);
    }
    void add(u64 offset, u64 address, u64 file_bytes, u64 memory_bytes, u32 flags) {
        entries.push_back({abi::kElfLoad, flags, offset, address, address, file_bytes, memory_bytes, 0x1000});
        header.program_header_count = static_cast<u16>(entries.size());
    }
    Result<ElfImage> parse() const {
        std::span<const u8> head(reinterpret_cast<const u8*>(&header), sizeof header);
        std::span<const u8> table(reinterpret_cast<const u8*>(entries.data()), entries.size() * sizeof entries[0]);
        return parse_elf(head, table, file_size, kRange);
    }
    bool is_refused() const {
        Result<ElfImage> image = parse();
        return !image && image.error() == Errno::ENOEXEC;
    }
};

TEST(ElfImage, reads_a_static_program) {
    Result<ElfImage> image = Program().parse();
    ASSERT_TRUE(image);
    EXPECT_FALSE(image->is_position_independent);
    EXPECT_EQ(image->entry, 0x401000u);
    EXPECT_EQ(image->segments.size(), 3u);
    EXPECT_EQ(image->low(), 0x400000u);
    EXPECT_EQ(image->high(), 0x406000u);
    EXPECT_EQ(image->program_headers_address, 0x400040u);
}

TEST(ElfImage, refuses_what_is_not_elf_for_this_machine) {
    auto refused = [](auto change) {
        Program program;
        change(program);
        return program.is_refused();
    };
    EXPECT_TRUE(refused([](Program& p) { p.header.identification[0] = 'X'; }));
    EXPECT_TRUE(refused([](Program& p) { p.header.identification[4] = 1; }));
    EXPECT_TRUE(refused([](Program& p) { p.header.identification[5] = 2; }));
    EXPECT_TRUE(refused([](Program& p) { p.header.machine = 183; }));
    EXPECT_TRUE(refused([](Program& p) { p.header.type = 1; }));
    EXPECT_TRUE(refused([](Program& p) { p.header.program_header_size = 32; }));
    EXPECT_TRUE(refused([](Program& p) { p.header.program_header_offset = ~0ull - 10; }));
    EXPECT_TRUE(refused([](Program& p) { p.header.program_header_count = 0; p.entries.clear(); }));
}

TEST(ElfImage, refuses_impossible_segments) {
    auto refused = [](auto change) {
        Program program;
        change(program.entries);
        return program.is_refused();
    };
    using Entries = std::vector<abi::ElfProgramHeader>;
    EXPECT_TRUE(refused([](Entries& e) { e[1].virtual_address = 0xffff'8000'0000'1000; })) << "in the kernel";
    EXPECT_TRUE(refused([](Entries& e) { e[2].memory_size = ~0ull; })) << "size wraps";
    EXPECT_TRUE(refused([](Entries& e) { e[1].file_size = 0x900; })) << "more file than memory";
    EXPECT_TRUE(refused([](Entries& e) { e[1].offset = 0x3f00, e[1].virtual_address = 0x401f00; })) << "beyond the file";
    EXPECT_TRUE(refused([](Entries& e) { e[1].offset = ~0ull - 0xfff; })) << "offset wraps";
    EXPECT_TRUE(refused([](Entries& e) { e[1].virtual_address += 8; })) << "not congruent";
    EXPECT_TRUE(refused([](Entries& e) { e[1].virtual_address = 0x400000; })) << "overlap";
    EXPECT_TRUE(refused([](Entries& e) { e[0].virtual_address = 0; })) << "the null page";
    EXPECT_TRUE(refused([](Entries& e) { e[0].alignment = 0x3000; })) << "not a power of two";
    EXPECT_TRUE(refused([](Entries& e) { for (auto& entry : e) entry.type = 0; })) << "nothing to load";
}

TEST(ElfImage, refuses_a_truncated_file) {
    Program program;
    program.file_size = 0x1000;
    EXPECT_TRUE(program.is_refused());
    u8 few[10] = {};
    EXPECT_FALSE(check_elf_header(few, 10));
}

TEST(ElfImage, position_independent_programs_may_start_at_zero) {
    Program program;
    program.header.type = abi::kElfDynamic;
    for (auto& entry : program.entries) entry.virtual_address -= 0x400000;
    Result<ElfImage> image = program.parse();
    ASSERT_TRUE(image);
    EXPECT_TRUE(image->is_position_independent);
    EXPECT_EQ(image->low(), 0u);
}

TEST(ElfImage, survives_random_headers) {
    std::mt19937_64 random(1);
    for (int round = 0; round < 20000; ++round) {
        Program program;
        auto* bytes = reinterpret_cast<u8*>(program.entries.data());
        for (int change = 0; change < 4; ++change)
            bytes[random() % (program.entries.size() * sizeof program.entries[0])] = static_cast<u8>(random());
        Result<ElfImage> image = program.parse();
        if (!image) continue;
        for (const ElfSegment& segment : image->segments.span()) {
            EXPECT_LE(segment.end(), kRange.limit);
            EXPECT_LE(segment.file_offset + segment.file_size, program.file_size);
        }
    }
}

} // namespace
} // namespace martlet
