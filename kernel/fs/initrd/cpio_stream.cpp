#include "fs/initrd/cpio_stream.h"

#include <string.h>

namespace martlet {
namespace {

bool parse_hexadecimal(const char* digits, u32& value) {
    value = 0;
    for (int index = 0; index < 8; ++index) {
        char digit = digits[index];
        u32 nibble;
        if (digit >= '0' && digit <= '9') nibble = static_cast<u32>(digit - '0');
        else if ((digit | 0x20) >= 'a' && (digit | 0x20) <= 'f') nibble = static_cast<u32>((digit | 0x20) - 'a' + 10);
        else return false;
        value = value << 4 | nibble;
    }
    return true;
}

} // namespace

void CpioStream::check(const Result<void>& result) {
    if (result || !error_.empty()) return;
    error_ = result.error() == Errno::ENOMEM   ? "out of memory"
             : result.error() == Errno::ENOSPC ? "no space"
                                               : "cannot be unpacked";
}

usize CpioStream::skip_zeros(std::span<const u8> bytes) {
    usize count = 0;
    while (count < bytes.size() && bytes[count] == 0) ++count;
    offset_ += count;
    if (count == bytes.size() || bytes[count] != '0') return count;
    if (offset_ % 4 != 0) error_ = "an archive does not start at a multiple of 4 bytes";
    else state_ = State::Header;
    return count;
}

bool CpioStream::collect(std::span<const u8>& bytes, usize wanted) {
    usize count = wanted - collected_ < bytes.size() ? wanted - collected_ : bytes.size();
    memcpy(buffer_ + collected_, bytes.data(), count);
    bytes = bytes.subspan(count);
    collected_ += count;
    offset_ += count;
    if (collected_ < wanted) return false;
    collected_ = 0;
    return true;
}

void CpioStream::take_header() {
    std::string_view magic(buffer_, 6);
    if (magic == "070707") {
        error_ = "cpio archive of the old character format (070707); make it with cpio -H newc";
        return;
    }
    if (magic != "070701" && magic != "070702") {
        error_ = "no cpio header where one should be";
        return;
    }
    has_checksum_ = magic == "070702";
    u32 fields[sizeof(CpioHeader) / sizeof(u32)];
    for (usize index = 0; index < std::size(fields); ++index) {
        if (parse_hexadecimal(buffer_ + 6 + index * 8, fields[index])) continue;
        error_ = "bad number in a cpio header";
        return;
    }
    memcpy(&header_, fields, sizeof header_);
    state_ = State::Name;
    if (header_.name_size == 0 || header_.name_size > kNameMax) error_ = "bad size of a name in a cpio header";
}

void CpioStream::take_name() {
    if (buffer_[header_.name_size - 1] != '\0') {
        error_ = "a name in the cpio archive has no end";
        return;
    }
    std::string_view name(buffer_, strlen(buffer_));
    body_left_ = header_.size;
    checksum_ = 0;
    state_ = State::Padding;
    is_trailer_ = name == "TRAILER!!!";
    if (!is_trailer_) check(host_.begin_entry(header_, name));
}

usize CpioStream::take_body(std::span<const u8> bytes) {
    usize count = body_left_ < bytes.size() ? static_cast<usize>(body_left_) : bytes.size();
    body_left_ -= count;
    offset_ += count;
    if (is_trailer_) return count;
    if (has_checksum_)
        for (u8 byte : bytes.first(count)) checksum_ += byte;
    check(host_.body(bytes.first(count)));
    return count;
}

void CpioStream::end_body() {
    if (is_trailer_) {
        host_.end_archive();
        state_ = State::Between;
        return;
    }
    if (has_checksum_ && (header_.mode & 0170000) == 0100000 && checksum_ != header_.checksum) {
        error_ = "wrong checksum of a file";
        return;
    }
    check(host_.end_entry());
    body_left_ = ~0ull; // the padding that follows leads to the next header
    state_ = State::Padding;
}

usize CpioStream::feed(std::span<const u8> bytes) {
    usize size = bytes.size();
    while (error_.empty()) {
        switch (state_) {
        case State::Between:
            if (bytes.empty()) return size;
            bytes = bytes.subspan(skip_zeros(bytes));
            if (!bytes.empty() && state_ == State::Between) return size - bytes.size();
            break;
        case State::Header:
            if (!collect(bytes, kHeaderSize)) return size;
            take_header();
            break;
        case State::Name:
            if (!collect(bytes, header_.name_size)) return size;
            take_name();
            break;
        case State::Padding:
            while (offset_ % 4 != 0 && !bytes.empty()) {
                bytes = bytes.subspan(1);
                ++offset_;
            }
            if (offset_ % 4 != 0) return size;
            state_ = body_left_ == ~0ull ? State::Header : State::Body;
            break;
        case State::Body:
            if (body_left_ > 0) {
                if (bytes.empty()) return size;
                bytes = bytes.subspan(take_body(bytes));
            }
            if (error_.empty() && body_left_ == 0) end_body();
            break;
        }
    }
    return size - bytes.size();
}

} // namespace martlet
