#include "arch/x86_64/acpi.h"

#include <random>

#include "fake_memory.h"

namespace martlet {
namespace {

constexpr u64 kRsdp = 0xf0010, kRoot = 0x100000, kMadt = 0x101000, kFadt = 0x102000, kHpet = 0x103000, kDsdt = 0x104000;

void set_checksum(std::vector<u8>& bytes, usize offset, usize size) {
    bytes[offset] = 0;
    u8 sum = 0;
    for (usize index = 0; index < size; ++index) sum = static_cast<u8>(sum + bytes[index]);
    bytes[offset] = static_cast<u8>(-sum);
}

std::vector<u8> table(std::string_view signature, const std::vector<u8>& body) {
    Bytes bytes;
    bytes.text(signature).add<u32>(36 + body.size()).zeros(28).append(body);
    set_checksum(bytes.get(), 9, bytes.size());
    return bytes.get();
}

std::vector<u8> rsdp_for(u32 root) {
    Bytes bytes;
    bytes.text("RSD PTR ").zeros(7).add<u8>(0).add(root);
    set_checksum(bytes.get(), 8, 20);
    return bytes.get();
}

std::vector<u8> fadt(u64 dsdt) {
    std::vector<u8> body(244 - 36);
    auto set = [&](usize offset, auto value) { memcpy(body.data() + offset - 36, &value, sizeof value); };
    set(40, static_cast<u32>(dsdt));
    set(48, u16(0xb2));
    set(52, u8(0xf1));
    set(64, u16(0x604));
    set(76, u32(0x608));
    set(91, u8(4));
    set(108, u8(0x32));
    set(112, u32(1 << 10 | 1 << 8));
    set(116, u8(1));
    set(120, u64(0xcf9));
    set(128, u8(0x0f));
    return table("FACP", body);
}

std::vector<u8> sleep_package() { return {0x08, '_', 'S', '5', '_', 0x12, 0x08, 0x04, 0x0a, 0x05, 0x00, 0x00, 0x00}; }

FakeMemory machine() {
    FakeMemory memory;
    memory.put(kRsdp, rsdp_for(kRoot));
    memory.put(kRoot, table("RSDT", Bytes().add<u32>(kMadt).add<u32>(kFadt).add<u32>(kHpet).add<u32>(0xdead0000).get()));
    memory.put(kMadt, table("APIC", Bytes().add<u32>(0xfee00000).add<u32>(1)
        .add<u8>(0).add<u8>(8).add<u8>(0).add<u8>(0).add<u32>(1)
        .add<u8>(0).add<u8>(8).add<u8>(1).add<u8>(1).add<u32>(1)
        .add<u8>(0).add<u8>(8).add<u8>(2).add<u8>(2).add<u32>(0)
        .add<u8>(1).add<u8>(12).add<u8>(0).add<u8>(0).add<u32>(0xfec00000).add<u32>(0)
        .add<u8>(2).add<u8>(10).add<u8>(0).add<u8>(0).add<u32>(2).add<u16>(0)
        .add<u8>(2).add<u8>(10).add<u8>(0).add<u8>(9).add<u32>(9).add<u16>(13).get()));
    memory.put(kFadt, fadt(kDsdt));
    memory.put(kHpet, table("HPET", Bytes().add<u32>(0).add<u8>(0).zeros(3).add<u64>(0xfed00000).zeros(4).get()));
    memory.put(kDsdt, table("DSDT", Bytes().text("junk_S5junk").append(sleep_package()).get()));
    return memory;
}

TEST(Acpi, ReadsWhatTheKernelNeeds) {
    AcpiInfo info;
    ASSERT_TRUE(parse_acpi(machine(), kRsdp, info));
    EXPECT_TRUE(info.has_madt);
    EXPECT_EQ(info.cpu_count, 2u) << "the disabled processor does not count";
    EXPECT_EQ(info.io_apic_count, 1u);
    EXPECT_EQ(info.io_apics[0].address, 0xfec00000u);
    EXPECT_TRUE(info.isa_overrides[0].present);
    EXPECT_EQ(info.isa_overrides[0].line, 2u);
    EXPECT_EQ(info.isa_overrides[9].flags, 13);
    EXPECT_FALSE(info.isa_overrides[4].present);
    EXPECT_EQ(info.hpet_address, 0xfed00000u);
    EXPECT_EQ(info.pm_timer_port, 0x608);
    EXPECT_TRUE(info.pm_timer_is_32_bit);
    EXPECT_EQ(info.pm1a_control_port, 0x604);
    EXPECT_TRUE(info.has_reset_register);
    EXPECT_EQ(info.reset_address, 0xcf9u);
    EXPECT_TRUE(info.has_sleep_off);
    EXPECT_EQ(info.sleep_off_a, 5);
    EXPECT_EQ(info.sleep_off_b, 0);
}

TEST(Acpi, FindsTheTablesInTheBiosArea) {
    AcpiInfo info;
    EXPECT_TRUE(parse_acpi(machine(), 0, info));
    EXPECT_EQ(info.cpu_count, 2u);
}

TEST(Acpi, WrongChecksumIsNoTable) {
    FakeMemory memory = machine();
    memory.at(kRsdp)[19] ^= 1;
    AcpiInfo info;
    EXPECT_FALSE(parse_acpi(memory, kRsdp, info));
    memory = machine();
    memory.at(kMadt)[50] ^= 1;
    EXPECT_TRUE(parse_acpi(memory, kRsdp, info));
    EXPECT_FALSE(info.has_madt);
}

TEST(Acpi, NothingThereIsNothingFound) {
    AcpiInfo info;
    EXPECT_FALSE(parse_acpi(FakeMemory(), 0, info));
    EXPECT_FALSE(parse_acpi(FakeMemory(), 0x1234, info));
}

TEST(Acpi, EntryOfLengthZeroEndsTheList) {
    FakeMemory memory = machine();
    memory.put(kMadt, table("APIC", Bytes().add<u32>(0xfee00000).add<u32>(1).add<u8>(0).add<u8>(0).zeros(20).get()));
    AcpiInfo info;
    ASSERT_TRUE(parse_acpi(memory, kRsdp, info));
    EXPECT_EQ(info.cpu_count, 0u);
}

TEST(Acpi, SurvivesDamageWithValidChecksums) {
    std::mt19937 random(3);
    for (int round = 0; round < 5000; ++round) {
        FakeMemory memory = machine();
        for (u64 address : {kRoot, kMadt, kFadt, kHpet, kDsdt}) {
            std::vector<u8>& bytes = memory.at(address);
            for (int change = 0; change < 3; ++change) bytes[4 + random() % (bytes.size() - 4)] = static_cast<u8>(random());
            u32 size;
            memcpy(&size, &bytes[4], 4);
            if (size > bytes.size() || random() % 2) {
                size = static_cast<u32>(bytes.size());
                memcpy(&bytes[4], &size, 4);
            }
            set_checksum(bytes, 9, size);
        }
        AcpiInfo info;
        parse_acpi(memory, kRsdp, info);
        EXPECT_LE(info.cpu_count, std::size(info.cpu_apic_ids));
    }
}

TEST(Acpi, SleepPackageInAllEncodings) {
    u8 a = 0xff, b = 0xff;
    EXPECT_TRUE(find_sleep_off(std::vector<u8>{'_', 'S', '5', '_', 0x12, 0x06, 0x04, 0x00, 0x01, 0x00}, a, b));
    EXPECT_EQ(a, 0);
    EXPECT_EQ(b, 1);
    EXPECT_TRUE(find_sleep_off(std::vector<u8>{0, '_', 'S', '5', '_', 0x12, 0x47, 0x00, 0x04, 0x0a, 0x07, 0x0b, 0x06, 0x00}, a, b));
    EXPECT_EQ(a, 7);
    EXPECT_EQ(b, 6);
}

TEST(Acpi, SleepPackageCutOffAnywhereIsNotRead) {
    std::vector<u8> aml = sleep_package();
    u8 a, b;
    EXPECT_TRUE(find_sleep_off(aml, a, b));
    for (usize size = 0; size < 10; ++size) {
        std::vector<u8> part(aml.begin(), aml.begin() + static_cast<long>(size));
        EXPECT_FALSE(find_sleep_off(part, a, b)) << size;
    }
    EXPECT_FALSE(find_sleep_off(std::vector<u8>(1000, '_'), a, b));
}

} // namespace
} // namespace martlet
