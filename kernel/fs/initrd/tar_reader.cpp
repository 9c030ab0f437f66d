#include "fs/initrd/tar_reader.h"

#include <string.h>

#include "base/format.h"

namespace martlet {

struct TarReader::Header {
    char name[100], mode[8], user_id[8], group_id[8], size[12], modify_time[12], checksum[8], type, link_name[100];
    char magic[6], version[2], user_name[32], group_name[32], device_major[8], device_minor[8], prefix[155],
        padding[12];
};

namespace {

constexpr u64 kBlockSize = 512;

/// Up to the first NUL, or all of it.
template <usize Size> std::string_view text(const char (&field)[Size]) {
    std::string_view all(field, Size);
    return all.substr(0, all.find('\0'));
}
template <usize Size> std::string_view raw(const char (&field)[Size]) { return {field, Size}; }

bool is_zero_block(const u8* block) {
    for (u64 index = 0; index < kBlockSize; ++index)
        if (block[index] != 0) return false;
    return true;
}

/// The sum of the header's bytes with the checksum field taken as blanks.
u32 compute_checksum(const u8* block) {
    constexpr u64 kChecksumStart = 148, kChecksumEnd = 156;
    u32 sum = (kChecksumEnd - kChecksumStart) * ' ';
    for (u64 index = 0; index < kChecksumStart; ++index) sum += block[index];
    for (u64 index = kChecksumEnd; index < kBlockSize; ++index) sum += block[index];
    return sum;
}

bool parse_decimal(std::string_view digits, u64& value) {
    value = 0;
    usize used = 0;
    for (; used < digits.size() && digits[used] >= '0' && digits[used] <= '9'; ++used)
        if (__builtin_mul_overflow(value, 10u, &value) ||
            __builtin_add_overflow(value, static_cast<u64>(digits[used] - '0'), &value))
            return false;
    return used > 0 && (used == digits.size() || digits[used] == '.'); // times may have a fraction
}

} // namespace

TarReader::Status TarReader::damaged(const char* what, u64 offset) {
    error_size_ = format(error_, "%s at byte %llu of %llu", what, static_cast<unsigned long long>(offset),
                         static_cast<unsigned long long>(archive_.size()));
    if (error_size_ >= sizeof error_) error_size_ = sizeof error_ - 1;
    return Status::Damaged;
}

/// Octal with blanks around it, or GNU's base 256 (first bit set).
bool TarReader::parse_number(std::string_view field, u64& value) const {
    value = 0;
    if (static_cast<u8>(field[0]) & 0x80) {
        if (static_cast<u8>(field[0]) & 0x40) return false; // negative
        value = static_cast<u8>(field[0]) & 0x3f;
        for (usize index = 1; index < field.size(); ++index) {
            if (value >> 56) return false;
            value = value << 8 | static_cast<u8>(field[index]);
        }
        return true;
    }
    usize index = 0;
    while (index < field.size() && field[index] == ' ') ++index;
    for (; index < field.size() && field[index] >= '0' && field[index] <= '7'; ++index)
        value = value << 3 | static_cast<u64>(field[index] - '0');
    return index == field.size() || field[index] == ' ' || field[index] == '\0';
}

/// Records "length keyword=value\n".
bool TarReader::parse_pax(std::string_view body, Overrides& overrides, bool& out_of_memory) const {
    while (!body.empty() && body[0] != '\0') {
        usize space = body.find(' ');
        u64 length = 0;
        if (space == body.npos || !parse_decimal(body.substr(0, space), length)) return false;
        if (length <= space + 1 || length > body.size() || body[length - 1] != '\n') return false;
        std::string_view record = body.substr(space + 1, length - space - 2);
        body.remove_prefix(length);
        usize equals = record.find('=');
        if (equals == record.npos) return false;
        std::string_view name = record.substr(0, equals), value = record.substr(equals + 1);
        auto keep_text = [&](String& to, bool& has) {
            auto copy = String::create(value);
            out_of_memory = !copy;
            if (copy) to = *std::move(copy);
            has = !value.empty();
            return !out_of_memory;
        };
        auto keep_number = [&](u64& to, bool& has) { return has = parse_decimal(value, to); };
        bool good = true;
        if (name == "path") good = keep_text(overrides.path, overrides.has_path);
        else if (name == "linkpath") good = keep_text(overrides.link_target, overrides.has_link);
        else if (name == "size") good = keep_number(overrides.size, overrides.has_size);
        else if (name == "uid") good = keep_number(overrides.user_id, overrides.has_user);
        else if (name == "gid") good = keep_number(overrides.group_id, overrides.has_group);
        else if (name == "mtime" && !value.starts_with('-'))
            good = keep_number(overrides.modify_time, overrides.has_time);
        if (!good) return false;
    }
    return true;
}

TarReader::Status TarReader::fill(const Header& header, Overrides& overrides, char type, u64 size,
                                  ArchiveEntry& entry) {
    u64 mode, user_id, group_id, modify_time, major = 0, minor = 0;
    bool good = parse_number(raw(header.mode), mode) && parse_number(raw(header.user_id), user_id) &&
                parse_number(raw(header.group_id), group_id) && parse_number(raw(header.modify_time), modify_time);
    bool is_device = type == '3' || type == '4';
    if (is_device)
        good = good && parse_number(raw(header.device_major), major) &&
               parse_number(raw(header.device_minor), minor);
    if (!good) return damaged("bad number in the header", entry.header_offset);
    entry.mode = static_cast<u32>(mode) & 07777;
    entry.user_id = static_cast<u32>(overrides.has_user ? overrides.user_id : user_id);
    entry.group_id = static_cast<u32>(overrides.has_group ? overrides.group_id : group_id);
    entry.modify_time = overrides.has_time ? overrides.modify_time : modify_time;
    entry.device_major = static_cast<u32>(major);
    entry.device_minor = static_cast<u32>(minor);
    entry.size = size;

    char joined[sizeof header.prefix + 1 + sizeof header.name];
    usize joined_size = 0;
    // Old GNU headers ("ustar  ") keep times where the prefix is.
    bool has_prefix = memcmp(header.magic, "ustar\0", 6) == 0 && header.prefix[0] != '\0';
    if (has_prefix) {
        joined_size = text(header.prefix).size();
        memcpy(joined, header.prefix, joined_size);
        joined[joined_size++] = '/';
    }
    memcpy(joined + joined_size, header.name, text(header.name).size());
    joined_size += text(header.name).size();
    std::string_view path = overrides.has_path ? overrides.path.view() : std::string_view(joined, joined_size);
    std::string_view target = overrides.has_link ? overrides.link_target.view() : text(header.link_name);
    switch (type) {
    case '\0':
    case '0':
    case '7': entry.type = path.ends_with('/') ? ArchiveEntryType::Directory : ArchiveEntryType::Regular; break;
    case '1': entry.type = ArchiveEntryType::HardLink; break;
    case '2': entry.type = ArchiveEntryType::Symlink; break;
    case '3': entry.type = ArchiveEntryType::Character; break;
    case '4': entry.type = ArchiveEntryType::Block; break;
    case '5': entry.type = ArchiveEntryType::Directory; break;
    case '6': entry.type = ArchiveEntryType::Fifo; break;
    default: return damaged("unknown entry type", entry.header_offset);
    }
    auto clean = clean_archive_path(path);
    auto link = entry.type == ArchiveEntryType::HardLink ? clean_archive_path(target) : String::create(target);
    if (!clean || !link) return Status::OutOfMemory;
    entry.path = *std::move(clean);
    entry.link_target = *std::move(link);
    return Status::Entry;
}

TarReader::Status TarReader::next(ArchiveEntry& entry) {
    Overrides overrides;
    for (;;) {
        if (offset_ == archive_.size()) return damaged("the end-of-archive blocks are missing: truncated", offset_);
        if (archive_.size() - offset_ < kBlockSize) return damaged("truncated header", offset_);
        const u8* block = archive_.data() + offset_;
        const auto& header = *reinterpret_cast<const Header*>(block);
        if (block[0] == 0 && is_zero_block(block)) return Status::End;
        u64 stored, size;
        if (!parse_number(raw(header.checksum), stored) || stored != compute_checksum(block))
            return damaged("bad header checksum", offset_);
        if (!parse_number(raw(header.size), size)) return damaged("bad size in the header", offset_);
        char type = header.type;
        if (overrides.has_size && type != 'x' && type != 'L' && type != 'K') size = overrides.size;
        if (type == '1' || type == '2' || type == '3' || type == '4' || type == '5' || type == '6') size = 0;
        entry.header_offset = offset_;
        entry.body_offset = offset_ + kBlockSize;
        u64 left = archive_.size() - entry.body_offset;
        if (size > left || (size + kBlockSize - 1) / kBlockSize * kBlockSize > left)
            return damaged("an entry's body ends past the archive: truncated", offset_);
        offset_ = entry.body_offset + (size + kBlockSize - 1) / kBlockSize * kBlockSize;
        std::string_view body(reinterpret_cast<const char*>(archive_.data()) + entry.body_offset, size);
        bool out_of_memory = false;
        switch (type) {
        case 'x':
            if (!parse_pax(body, overrides, out_of_memory))
                return out_of_memory ? Status::OutOfMemory : damaged("bad extended header", entry.header_offset);
            continue;
        case 'L':
        case 'K': {
            auto name = String::create(body.substr(0, body.find('\0')));
            if (!name) return Status::OutOfMemory;
            (type == 'L' ? overrides.path : overrides.link_target) = *std::move(name);
            (type == 'L' ? overrides.has_path : overrides.has_link) = true;
            continue;
        }
        case 'g': // defaults for all that follow: nothing that matters here
        case 'V': // volume label
            continue;
        default: return fill(header, overrides, type, size, entry);
        }
    }
}

} // namespace martlet
