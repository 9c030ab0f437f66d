#include "archive/cpio_format.h"

#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

namespace coreutils {
namespace {

constexpr uint64_t kMostName = 64 * 1024;
constexpr size_t kNewcHeader = 110, kOdcHeader = 76, kBinaryHeader = 26;

size_t alignment(CpioFormat format) {
    switch (format) {
    case CpioFormat::binary:
        return 2;
    case CpioFormat::odc:
        return 1;
    default:
        return 4;
    }
}
size_t pad(uint64_t size, CpioFormat format) {
    size_t unit = alignment(format);
    return static_cast<size_t>((unit - size % unit) % unit);
}

// The digits of one field; false when there are others.
bool parse_digits(std::string_view text, unsigned base, uint64_t& value) {
    value = 0;
    for (char each : text) {
        unsigned digit = each >= '0' && each <= '9' ? static_cast<unsigned>(each - '0')
                         : each >= 'a' && each <= 'f' ? static_cast<unsigned>(each - 'a' + 10)
                         : each >= 'A' && each <= 'F' ? static_cast<unsigned>(each - 'A' + 10)
                                                      : 99;
        if (digit >= base) return false;
        value = value * base + digit;
    }
    return true;
}

bool read_name(ByteSource& source, uint64_t size, CpioEntry& entry, size_t header_bytes) {
    if (size == 0 || size > kMostName) return false;
    entry.name.resize(static_cast<size_t>(size));
    if (!source.read(entry.name.data(), entry.name.size())) return false;
    entry.name.resize(strlen(entry.name.c_str()));
    return source.skip(pad(header_bytes + size, entry.format));
}

CpioResult read_newc(ByteSource& source, CpioEntry& entry) {
    char text[kNewcHeader - 6];
    if (!source.read(text, sizeof text)) return CpioResult::truncated;
    uint64_t values[13];
    for (size_t index = 0; index < 13; ++index)
        if (!parse_digits({text + index * 8, 8}, 16, values[index])) return CpioResult::damaged;
    entry.inode = values[0];
    entry.mode = static_cast<uint32_t>(values[1]);
    entry.uid = static_cast<uint32_t>(values[2]);
    entry.gid = static_cast<uint32_t>(values[3]);
    entry.links = static_cast<uint32_t>(values[4]);
    entry.time = static_cast<int64_t>(values[5]);
    entry.size = values[6];
    entry.device_major = values[7];
    entry.device_minor = values[8];
    entry.special_major = static_cast<uint32_t>(values[9]);
    entry.special_minor = static_cast<uint32_t>(values[10]);
    entry.checksum = static_cast<uint32_t>(values[12]);
    if (values[11] == 0 || values[11] > kMostName) return CpioResult::damaged;
    return read_name(source, values[11], entry, kNewcHeader) ? CpioResult::entry : CpioResult::truncated;
}

void set_devices(CpioEntry& entry, uint64_t device, uint64_t special) {
    entry.device_major = device >> 8;
    entry.device_minor = device & 0xff;
    entry.special_major = static_cast<uint32_t>(special >> 8);
    entry.special_minor = static_cast<uint32_t>(special & 0xff);
}

CpioResult read_odc(ByteSource& source, CpioEntry& entry) {
    char text[kOdcHeader - 6];
    if (!source.read(text, sizeof text)) return CpioResult::truncated;
    static constexpr size_t kWidths[] = {6, 6, 6, 6, 6, 6, 6, 11, 6, 11};
    uint64_t values[10];
    size_t at = 0;
    for (size_t index = 0; index < 10; at += kWidths[index++])
        if (!parse_digits({text + at, kWidths[index]}, 8, values[index])) return CpioResult::damaged;
    entry.inode = values[1];
    entry.mode = static_cast<uint32_t>(values[2]);
    entry.uid = static_cast<uint32_t>(values[3]);
    entry.gid = static_cast<uint32_t>(values[4]);
    entry.links = static_cast<uint32_t>(values[5]);
    set_devices(entry, values[0], values[6]);
    entry.time = static_cast<int64_t>(values[7]);
    entry.size = values[9];
    if (values[8] == 0 || values[8] > kMostName) return CpioResult::damaged;
    return read_name(source, values[8], entry, kOdcHeader) ? CpioResult::entry : CpioResult::truncated;
}

CpioResult read_binary(ByteSource& source, CpioEntry& entry, bool swapped) {
    unsigned char bytes[kBinaryHeader - 2];
    if (!source.read(bytes, sizeof bytes)) return CpioResult::truncated;
    uint16_t words[12];
    for (size_t index = 0; index < 12; ++index)
        words[index] = static_cast<uint16_t>(swapped ? bytes[2 * index] << 8 | bytes[2 * index + 1]
                                                     : bytes[2 * index + 1] << 8 | bytes[2 * index]);
    entry.inode = words[1];
    entry.mode = words[2];
    entry.uid = words[3];
    entry.gid = words[4];
    entry.links = words[5];
    set_devices(entry, words[0], words[6]);
    entry.time = static_cast<int64_t>(words[7]) << 16 | words[8];
    entry.size = static_cast<uint64_t>(words[10]) << 16 | words[11];
    if (words[9] == 0) return CpioResult::damaged;
    return read_name(source, words[9], entry, kBinaryHeader) ? CpioResult::entry : CpioResult::truncated;
}

} // namespace

std::optional<CpioFormat> parse_cpio_format(const char* name) {
    if (strcmp(name, "newc") == 0) return CpioFormat::newc;
    if (strcmp(name, "crc") == 0) return CpioFormat::crc;
    if (strcmp(name, "odc") == 0) return CpioFormat::odc;
    if (strcmp(name, "bin") == 0) return CpioFormat::binary;
    return std::nullopt;
}

size_t CpioEntry::padding() const { return pad(size, format); }

CpioResult read_cpio_header(ByteSource& source, CpioEntry& entry) {
    char magic[6];
    if (!source.read(magic, 2)) return CpioResult::truncated;
    if (memcmp(magic, "\xc7\x71", 2) == 0 || memcmp(magic, "\x71\xc7", 2) == 0) {
        entry.format = CpioFormat::binary;
        return read_binary(source, entry, magic[0] == 0x71);
    }
    if (!source.read(magic + 2, 4)) return CpioResult::truncated;
    std::string_view text(magic, 6);
    if (text == "070707") {
        entry.format = CpioFormat::odc;
        return read_odc(source, entry);
    }
    if (text != "070701" && text != "070702") return CpioResult::damaged;
    entry.format = text == "070701" ? CpioFormat::newc : CpioFormat::crc;
    return read_newc(source, entry);
}

std::optional<std::string> cpio_header(const CpioEntry& entry) {
    char text[kNewcHeader + 64];
    std::string header;
    size_t name_bytes = entry.name.size() + 1;
    auto u = [](uint64_t value) { return static_cast<unsigned long long>(value); };
    uint64_t device = entry.device_major << 8 | (entry.device_minor & 0xff);
    uint32_t special = entry.special_major << 8 | (entry.special_minor & 0xff);
    switch (entry.format) {
    case CpioFormat::newc:
    case CpioFormat::crc:
        if (entry.size > UINT32_MAX || entry.inode > UINT32_MAX || name_bytes > kMostName)
            return std::nullopt;
        snprintf(text, sizeof text, "07070%c%08llX%08X%08X%08X%08X%08llX%08llX%08llX%08llX%08X%08X%08zX%08X",
                 entry.format == CpioFormat::newc ? '1' : '2', u(entry.inode), entry.mode, entry.uid,
                 entry.gid, entry.links, u(static_cast<uint64_t>(entry.time) & UINT32_MAX), u(entry.size),
                 u(entry.device_major), u(entry.device_minor), entry.special_major, entry.special_minor,
                 name_bytes, entry.checksum);
        header = text;
        break;
    case CpioFormat::odc:
        if (entry.size > 077777777777 || entry.inode > 0777777 || entry.mode > 0777777 ||
            entry.uid > 0777777 || entry.gid > 0777777 || name_bytes > 0777777)
            return std::nullopt;
        snprintf(text, sizeof text, "070707%06llo%06llo%06o%06o%06o%06o%06o%011llo%06zo%011llo",
                 u(device & 0777777), u(entry.inode), entry.mode, entry.uid, entry.gid, entry.links & 0777777,
                 special & 0777777, u(static_cast<uint64_t>(entry.time) & 077777777777), name_bytes,
                 u(entry.size));
        header = text;
        break;
    case CpioFormat::binary: {
        if (entry.size > INT32_MAX || name_bytes > UINT16_MAX) return std::nullopt;
        uint16_t words[13] = {070707,
                              static_cast<uint16_t>(device),
                              static_cast<uint16_t>(entry.inode),
                              static_cast<uint16_t>(entry.mode),
                              static_cast<uint16_t>(entry.uid),
                              static_cast<uint16_t>(entry.gid),
                              static_cast<uint16_t>(entry.links),
                              static_cast<uint16_t>(special),
                              static_cast<uint16_t>(entry.time >> 16),
                              static_cast<uint16_t>(entry.time),
                              static_cast<uint16_t>(name_bytes),
                              static_cast<uint16_t>(entry.size >> 16),
                              static_cast<uint16_t>(entry.size)};
        header.assign(reinterpret_cast<char*>(words), sizeof words);
        break;
    }
    }
    header.append(entry.name).push_back('\0');
    header.append(pad(header.size(), entry.format), '\0');
    return header;
}

} // namespace coreutils
