#include "archive/zip_format.h"

#include <algorithm>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr uint32_t kLocalSignature = 0x04034b50, kCentralSignature = 0x02014b50, kEndSignature = 0x06054b50,
                   kEnd64Signature = 0x06064b50, kLocator64Signature = 0x07064b50;
constexpr size_t kLocalBytes = 30, kCentralBytes = 46, kEndBytes = 22, kEnd64Bytes = 56, kLocator64Bytes = 20;
constexpr uint16_t kZip64Field = 0x0001, kTimeField = 0x5455;

template <typename Value>
Value get(std::string_view bytes, size_t at) {
    Value value;
    memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}
template <typename Value>
void put(std::string& bytes, Value value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

bool read_at(int fd, uint64_t offset, size_t size, std::string& bytes) {
    bytes.resize(size);
    size_t done = 0;
    while (done < size) {
        ssize_t count = pread(fd, bytes.data() + done, size - done, static_cast<off_t>(offset + done));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        done += static_cast<size_t>(count);
    }
    return true;
}

// The contents of a field of `extra`, empty when it is not there.
std::string_view find_field(std::string_view extra, uint16_t id) {
    while (extra.size() >= 4) {
        size_t size = get<uint16_t>(extra, 2);
        if (size > extra.size() - 4) break;
        if (get<uint16_t>(extra, 0) == id) return extra.substr(4, size);
        extra.remove_prefix(4 + size);
    }
    return {};
}

void erase_field(std::string& extra, uint16_t id) {
    for (size_t at = 0; at + 4 <= extra.size();) {
        size_t size = 4 + size_t{get<uint16_t>(extra, at + 2)};
        if (get<uint16_t>(extra, at) == id)
            extra.erase(at, size);
        else
            at += size;
    }
}

// Sizes that did not fit stand in the 64-bit field, in this order.
bool apply_zip64(ZipEntry& entry) {
    std::string_view field = find_field(entry.extra, kZip64Field);
    for (uint64_t* value : {&entry.size, &entry.packed_size, &entry.header_offset}) {
        if (*value != UINT32_MAX) continue;
        if (field.size() < 8) return field.empty();
        *value = get<uint64_t>(field, 0);
        field.remove_prefix(8);
    }
    erase_field(entry.extra, kZip64Field);
    return true;
}

bool parse_central(std::string_view bytes, uint64_t count, std::vector<ZipEntry>& entries) {
    size_t at = 0;
    for (uint64_t index = 0; index < count; ++index) {
        if (bytes.size() - at < kCentralBytes || get<uint32_t>(bytes, at) != kCentralSignature) return false;
        size_t name = get<uint16_t>(bytes, at + 28), extra = get<uint16_t>(bytes, at + 30),
               comment = get<uint16_t>(bytes, at + 32);
        if (bytes.size() - at - kCentralBytes < name + extra + comment) return false;
        ZipEntry entry;
        entry.made_by = get<uint16_t>(bytes, at + 4);
        entry.flags = get<uint16_t>(bytes, at + 8);
        entry.method = get<uint16_t>(bytes, at + 10);
        entry.dos_time = get<uint32_t>(bytes, at + 12);
        entry.crc = get<uint32_t>(bytes, at + 16);
        entry.packed_size = get<uint32_t>(bytes, at + 20);
        entry.size = get<uint32_t>(bytes, at + 24);
        entry.internal_attributes = get<uint16_t>(bytes, at + 36);
        entry.external_attributes = get<uint32_t>(bytes, at + 38);
        entry.header_offset = get<uint32_t>(bytes, at + 42);
        at += kCentralBytes;
        entry.name = bytes.substr(at, name);
        entry.name.resize(strlen(entry.name.c_str())); // nothing hides behind a NUL
        entry.extra = bytes.substr(at + name, extra);
        entry.comment = bytes.substr(at + name + extra, comment);
        at += name + extra + comment;
        if (!apply_zip64(entry)) return false;
        entries.push_back(std::move(entry));
    }
    return true;
}

} // namespace

time_t ZipEntry::time() const {
    std::string_view field = find_field(extra, kTimeField);
    if (field.size() >= 5 && (field[0] & 1)) return get<int32_t>(field, 1);
    struct tm broken = {};
    uint32_t date = dos_time >> 16, clock = dos_time & 0xffff;
    broken.tm_year = static_cast<int>(date >> 9) + 80;
    broken.tm_mon = static_cast<int>(date >> 5 & 15) - 1;
    broken.tm_mday = static_cast<int>(date & 31);
    broken.tm_hour = static_cast<int>(clock >> 11);
    broken.tm_min = static_cast<int>(clock >> 5 & 63);
    broken.tm_sec = static_cast<int>(clock & 31) * 2;
    broken.tm_isdst = -1;
    return mktime(&broken);
}

std::optional<ZipDirectory> read_zip_directory(int fd, std::string& problem) {
    struct stat info;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        problem = "not a regular file";
        return std::nullopt;
    }
    auto file_size = static_cast<uint64_t>(info.st_size);
    size_t tail_size = static_cast<size_t>(std::min<uint64_t>(file_size, kEndBytes + UINT16_MAX));
    std::string tail;
    problem = "End-of-central-directory signature not found";
    if (tail_size < kEndBytes || !read_at(fd, file_size - tail_size, tail_size, tail)) return std::nullopt;
    size_t at = tail_size - kEndBytes + 1;
    do {
        if (at == 0) return std::nullopt;
        --at;
    } while (get<uint32_t>(tail, at) != kEndSignature);
    uint64_t count = get<uint16_t>(tail, at + 10), size = get<uint32_t>(tail, at + 12),
             offset = get<uint32_t>(tail, at + 16);
    uint64_t end = file_size - tail_size + at;
    ZipDirectory directory;
    directory.comment = tail.substr(at + kEndBytes, get<uint16_t>(tail, at + 20));
    std::string record;
    if (end >= kLocator64Bytes && read_at(fd, end - kLocator64Bytes, kLocator64Bytes, record) &&
        get<uint32_t>(record, 0) == kLocator64Signature) {
        uint64_t where = get<uint64_t>(record, 8);
        if (where < file_size && read_at(fd, where, kEnd64Bytes, record) &&
            get<uint32_t>(record, 0) == kEnd64Signature) {
            count = get<uint64_t>(record, 32);
            size = get<uint64_t>(record, 40);
            offset = get<uint64_t>(record, 48);
            end = where;
        }
    }
    problem = "the central directory is damaged";
    if (size > end || offset > end - size || count > size / kCentralBytes) return std::nullopt;
    // Whatever stands before the archive (a program that unpacks itself) moves every offset.
    uint64_t before = end - size - offset;
    std::string bytes;
    if (!read_at(fd, offset + before, static_cast<size_t>(size), bytes) ||
        !parse_central(bytes, count, directory.entries))
        return std::nullopt;
    for (ZipEntry& entry : directory.entries) {
        if (entry.header_offset > end - before) return std::nullopt;
        entry.header_offset += before;
    }
    return directory;
}

std::optional<uint64_t> zip_contents_offset(int fd, const ZipEntry& entry) {
    std::string header;
    if (!read_at(fd, entry.header_offset, kLocalBytes, header) || get<uint32_t>(header, 0) != kLocalSignature)
        return std::nullopt;
    return entry.header_offset + kLocalBytes + get<uint16_t>(header, 26) + get<uint16_t>(header, 28);
}

std::string zip_local_header(const ZipEntry& entry, ZipSizes sizes) {
    std::string extra = entry.extra, bytes;
    if (sizes == ZipSizes::large) {
        put(extra, kZip64Field);
        put<uint16_t>(extra, 16);
        put(extra, entry.size);
        put(extra, entry.packed_size);
    }
    put(bytes, kLocalSignature);
    put<uint16_t>(bytes, sizes == ZipSizes::large                                     ? 45
                         : entry.method == static_cast<uint16_t>(ZipMethod::deflated) ? 20
                                                                                      : 10);
    put(bytes, entry.flags);
    put(bytes, entry.method);
    put(bytes, entry.dos_time);
    put(bytes, entry.crc);
    put(bytes, sizes == ZipSizes::large ? UINT32_MAX : static_cast<uint32_t>(entry.packed_size));
    put(bytes, sizes == ZipSizes::large ? UINT32_MAX : static_cast<uint32_t>(entry.size));
    put(bytes, static_cast<uint16_t>(entry.name.size()));
    put(bytes, static_cast<uint16_t>(extra.size()));
    return bytes + entry.name + extra;
}

std::string zip_central_header(const ZipEntry& entry) {
    std::string extra = entry.extra, large, bytes;
    auto limited = [&large](uint64_t value) {
        if (value < UINT32_MAX) return static_cast<uint32_t>(value);
        put(large, value);
        return UINT32_MAX;
    };
    uint32_t size = limited(entry.size), packed = limited(entry.packed_size),
             offset = limited(entry.header_offset);
    if (!large.empty()) {
        put(extra, kZip64Field);
        put(extra, static_cast<uint16_t>(large.size()));
        extra += large;
    }
    put(bytes, kCentralSignature);
    put(bytes, entry.made_by);
    put<uint16_t>(
        bytes, large.empty() ? (entry.method == static_cast<uint16_t>(ZipMethod::deflated) ? 20 : 10) : 45);
    put(bytes, entry.flags);
    put(bytes, entry.method);
    put(bytes, entry.dos_time);
    put(bytes, entry.crc);
    put(bytes, packed);
    put(bytes, size);
    put(bytes, static_cast<uint16_t>(entry.name.size()));
    put(bytes, static_cast<uint16_t>(extra.size()));
    put(bytes, static_cast<uint16_t>(entry.comment.size()));
    put<uint16_t>(bytes, 0); // disk
    put(bytes, entry.internal_attributes);
    put(bytes, entry.external_attributes);
    put(bytes, offset);
    return bytes + entry.name + extra + entry.comment;
}

std::string zip_end(uint64_t count, uint64_t offset, uint64_t size, const std::string& comment) {
    std::string bytes;
    if (count >= UINT16_MAX || offset >= UINT32_MAX || size >= UINT32_MAX) {
        put(bytes, kEnd64Signature);
        put<uint64_t>(bytes, kEnd64Bytes - 12);
        put<uint16_t>(bytes, 3 << 8 | 45);
        put<uint16_t>(bytes, 45);
        put<uint64_t>(bytes, 0); // disks
        put(bytes, count);
        put(bytes, count);
        put(bytes, size);
        put(bytes, offset);
        put(bytes, kLocator64Signature);
        put<uint32_t>(bytes, 0);
        put(bytes, offset + size);
        put<uint32_t>(bytes, 1);
    }
    put(bytes, kEndSignature);
    put<uint32_t>(bytes, 0); // disks
    put(bytes, static_cast<uint16_t>(std::min<uint64_t>(count, UINT16_MAX)));
    put(bytes, static_cast<uint16_t>(std::min<uint64_t>(count, UINT16_MAX)));
    put(bytes, static_cast<uint32_t>(std::min<uint64_t>(size, UINT32_MAX)));
    put(bytes, static_cast<uint32_t>(std::min<uint64_t>(offset, UINT32_MAX)));
    put(bytes, static_cast<uint16_t>(comment.size()));
    return bytes + comment;
}

uint32_t zip_dos_time(time_t time) {
    struct tm broken;
    localtime_r(&time, &broken);
    if (broken.tm_year < 80) return 1 << 21 | 1 << 16; // 1980-01-01
    auto part = [](int value, unsigned shift) { return static_cast<uint32_t>(value) << shift; };
    return part(broken.tm_year - 80, 25) | part(broken.tm_mon + 1, 21) | part(broken.tm_mday, 16) |
           part(broken.tm_hour, 11) | part(broken.tm_min, 5) | static_cast<uint32_t>(broken.tm_sec) / 2;
}

std::string zip_time_extra(time_t time) {
    std::string bytes;
    if (time < INT32_MIN || time > INT32_MAX) return bytes;
    put(bytes, kTimeField);
    put<uint16_t>(bytes, 5);
    bytes.push_back(1);
    put(bytes, static_cast<int32_t>(time));
    return bytes;
}

} // namespace coreutils
