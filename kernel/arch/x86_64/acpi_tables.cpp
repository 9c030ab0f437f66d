#include <string.h>

#include <algorithm>

#include "arch/x86_64/acpi.h"

namespace martlet {
namespace {

inline constexpr u64 kHeaderSize = 36, kMaxTableSize = 4 * kMiB, kMaxTables = 256;

u8 sum(std::span<const u8> bytes) {
    u8 total = 0;
    for (u8 byte : bytes) total = static_cast<u8>(total + byte);
    return total;
}

/// A field of a table; zero beyond its end, as the specification asks of shorter, older tables.
template <typename T> T field(std::span<const u8> table, usize offset) {
    T value{};
    if (table.size() >= sizeof value && offset <= table.size() - sizeof value)
        memcpy(&value, table.data() + offset, sizeof value);
    return value;
}

bool has_signature(std::span<const u8> bytes, std::string_view signature) {
    return bytes.size() >= signature.size() && memcmp(bytes.data(), signature.data(), signature.size()) == 0;
}

/// A whole table with a plausible length; an empty span otherwise.
std::span<const u8> table_at(const PhysicalMemory& memory, u64 address) {
    const u8* header = memory.read(address, kHeaderSize);
    if (!header) return {};
    u32 size = field<u32>({header, kHeaderSize}, 4);
    if (size < kHeaderSize || size > kMaxTableSize) return {};
    const u8* bytes = memory.read(address, size);
    if (!bytes) return {};
    return {bytes, size};
}

u64 search_rsdp(const PhysicalMemory& memory, u64 start, u64 end) {
    for (u64 address = start; address < end; address += 16) {
        const u8* bytes = memory.read(address, 20);
        if (bytes && has_signature({bytes, 20}, "RSD PTR ") && sum({bytes, 20}) == 0) return address;
    }
    return 0;
}

u64 find_rsdp(const PhysicalMemory& memory) {
    // ACPI 5.2.5.1: the first KiB of the extended BIOS data area, then the BIOS area.
    u16 segment = 0;
    memory.read_object(0x40e, segment);
    u64 area = static_cast<u64>(segment) << 4;
    if (area >= 0x80000 && area < 0xa0000)
        if (u64 found = search_rsdp(memory, area, area + kKiB)) return found;
    return search_rsdp(memory, 0xe0000, 0x100000);
}

void parse_madt(std::span<const u8> table, AcpiInfo& info) {
    info.has_madt = true;
    info.local_apic_address = field<u32>(table, 36);
    for (usize offset = 44; offset + 2 <= table.size();) {
        u8 type = table[offset], size = table[offset + 1];
        if (size < 2 || size > table.size() - offset) return;
        std::span<const u8> entry = table.subspan(offset, size);
        if (type == 0 && size >= 8 && (field<u32>(entry, 4) & 1)) { // local APIC, enabled
            if (info.cpu_count < std::size(info.cpu_apic_ids)) info.cpu_apic_ids[info.cpu_count++] = entry[3];
        } else if (type == 9 && size >= 16 && (field<u32>(entry, 8) & 1)) { // local x2APIC, enabled
            if (info.cpu_count < std::size(info.cpu_apic_ids))
                info.cpu_apic_ids[info.cpu_count++] = field<u32>(entry, 4);
        } else if (type == 1 && size >= 12 && info.io_apic_count < std::size(info.io_apics)) {
            info.io_apics[info.io_apic_count++] = {field<u32>(entry, 4), field<u32>(entry, 8)};
        } else if (type == 2 && size >= 10 && entry[3] < std::size(info.isa_overrides)) {
            info.isa_overrides[entry[3]] = {field<u32>(entry, 4), field<u16>(entry, 8), true};
        } else if (type == 5 && size >= 12) {
            info.local_apic_address = field<u64>(entry, 4);
        }
        offset += size;
    }
}

void parse_hpet(std::span<const u8> table, AcpiInfo& info) {
    if (field<u8>(table, 40) == 0) info.hpet_address = field<u64>(table, 44); // in memory space
}

void parse_fadt(const PhysicalMemory& memory, std::span<const u8> table, AcpiInfo& info) {
    info.smi_command_port = field<u16>(table, 48);
    info.acpi_enable_value = field<u8>(table, 52);
    info.pm1a_control_port = field<u16>(table, 64);
    info.pm1b_control_port = field<u16>(table, 68);
    if (field<u8>(table, 91) == 4) info.pm_timer_port = field<u16>(table, 76);
    info.century_register = field<u8>(table, 108);
    u32 flags = field<u32>(table, 112);
    info.pm_timer_is_32_bit = flags & (1 << 8);
    if (flags & (1 << 10)) {
        info.reset_space = field<u8>(table, 116);
        info.reset_address = field<u64>(table, 120);
        info.reset_value = field<u8>(table, 128);
        info.has_reset_register = info.reset_space <= 1 && info.reset_address != 0;
    }
    u64 dsdt_address = field<u64>(table, 140);
    if (dsdt_address == 0) dsdt_address = field<u32>(table, 40);
    std::span<const u8> dsdt = table_at(memory, dsdt_address);
    if (has_signature(dsdt, "DSDT"))
        info.has_sleep_off = find_sleep_off(dsdt.subspan(kHeaderSize), info.sleep_off_a, info.sleep_off_b);
}

/// An integer of AML (ACPI 20.2.3): Zero, One, Ones, byte, word or double-word constant; its low byte.
bool take_integer(std::span<const u8>& aml, u8& value) {
    if (aml.empty()) return false;
    usize size;
    switch (aml[0]) {
    case 0x00: value = 0; size = 1; break;
    case 0x01: value = 1; size = 1; break;
    case 0xff: value = 0xff; size = 1; break;
    case 0x0a: size = 2; break;
    case 0x0b: size = 3; break;
    case 0x0c: size = 5; break;
    default: return false;
    }
    if (aml.size() < size) return false;
    if (size > 1) value = aml[1];
    aml = aml.subspan(size);
    return true;
}

} // namespace

bool find_sleep_off(std::span<const u8> aml, u8& type_a, u8& type_b) {
    while (aml.size() > 4) {
        auto* at = static_cast<const u8*>(memchr(aml.data(), '_', aml.size() - 4));
        if (!at) return false;
        aml = aml.subspan(static_cast<usize>(at - aml.data()));
        std::span<const u8> rest = aml.subspan(4);
        bool is_name = memcmp(aml.data(), "_S5_", 4) == 0;
        aml = aml.subspan(1);
        if (!is_name || rest.size() < 3 || rest[0] != 0x12) continue; // PackageOp
        usize length_bytes = 1 + (rest[1] >> 6);
        if (rest.size() < 1 + length_bytes + 1) continue;
        rest = rest.subspan(1 + length_bytes + 1); // past the package's length and element count
        u8 a, b = 0;
        if (!take_integer(rest, a)) continue;
        take_integer(rest, b);
        type_a = a & 7;
        type_b = b & 7;
        return true;
    }
    return false;
}

bool parse_acpi(const PhysicalMemory& memory, u64 rsdp_address, AcpiInfo& info) {
    u8 rsdp[36] = {};
    if (rsdp_address == 0) rsdp_address = find_rsdp(memory);
    if (rsdp_address == 0) return false;
    const u8* bytes = memory.read(rsdp_address, 20);
    if (!bytes || !has_signature({bytes, 20}, "RSD PTR ") || sum({bytes, 20}) != 0) return false;
    memcpy(rsdp, bytes, 20);
    u64 root_address = field<u32>(rsdp, 16);
    usize entry_size = 4;
    if (rsdp[15] >= 2 && (bytes = memory.read(rsdp_address, 36))) {
        memcpy(rsdp, bytes, 36);
        if (u64 extended = field<u64>(rsdp, 24); extended != 0) {
            root_address = extended;
            entry_size = 8;
        }
    }
    std::span<const u8> root = table_at(memory, root_address);
    if (!has_signature(root, entry_size == 8 ? "XSDT" : "RSDT") || sum(root) != 0) return false;
    info.found = true;
    u64 count = std::min<u64>((root.size() - kHeaderSize) / entry_size, kMaxTables);
    for (u64 index = 0; index < count; ++index) {
        usize offset = kHeaderSize + index * entry_size;
        u64 address = entry_size == 8 ? field<u64>(root, offset) : field<u32>(root, offset);
        std::span<const u8> table = table_at(memory, address);
        bool is_wanted = has_signature(table, "APIC") || has_signature(table, "HPET") || has_signature(table, "FACP");
        if (!is_wanted || sum(table) != 0) continue;
        if (has_signature(table, "APIC")) parse_madt(table, info);
        else if (has_signature(table, "HPET")) parse_hpet(table, info);
        else parse_fadt(memory, table, info);
    }
    return true;
}

} // namespace martlet
