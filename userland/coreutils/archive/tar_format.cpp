#include "archive/tar_format.h"

#include "lib/numbers.h"

#include <algorithm>
#include <string.h>

namespace coreutils {
namespace {

// The largest text that pax and GNU headers may hold here: paths are at most a few kilobytes.
constexpr uint64_t kMostHeaderText = 1024 * 1024;

struct Ustar {
    char name[100], mode[8], uid[8], gid[8], size[12], time[12], checksum[8], type, link[100], magic[6],
        version[2];
    char user[32], group[32], major[8], minor[8], prefix[155], padding[12];
};
static_assert(sizeof(Ustar) == kTarBlock);

template <size_t N>
std::string_view text_of(const char (&field)[N]) {
    return {field, strnlen(field, N)};
}

// Octal digits with blanks around, or GNU's base 256 (first bit set). What 64 bits do not hold becomes the
// largest or the least number.
template <size_t N>
int64_t number_of(const char (&field)[N]) {
    auto first = static_cast<unsigned char>(field[0]);
    if (first & 0x80) {
        int64_t value = first & 0x40 ? -1 : 0;
        for (size_t index = 0; index < N; ++index) {
            int64_t byte = static_cast<unsigned char>(field[index]);
            if (index == 0) byte &= 0x3f; // behind the mark and the sign
            if (index == 0 && value < 0) byte -= 0x40, value = 0;
            if (__builtin_mul_overflow(value, 256, &value)) return field[0] & 0x40 ? INT64_MIN : INT64_MAX;
            value += byte;
        }
        return value;
    }
    int64_t value = 0;
    for (char digit : field) {
        if (digit == ' ' && value == 0) continue;
        if (digit < '0' || digit > '7') break;
        value = value * 8 + (digit - '0');
    }
    return value;
}

// Base 256, or nothing but digits up to the blank or NUL at the end.
template <size_t N>
bool is_number(const char (&field)[N]) {
    if (field[0] & 0x80) return true;
    std::string_view text = text_of(field);
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    size_t other = text.find_first_not_of("01234567");
    return other == std::string_view::npos || text[other] == ' ';
}

unsigned checksum_of(const Ustar& header) {
    unsigned sum = 0;
    auto* bytes = reinterpret_cast<const unsigned char*>(&header);
    for (size_t index = 0; index < kTarBlock; ++index) {
        bool own =
            index >= offsetof(Ustar, checksum) && index < offsetof(Ustar, checksum) + sizeof(header.checksum);
        sum += own ? ' ' : bytes[index];
    }
    return sum;
}

template <size_t N>
bool put_number(char (&field)[N], uint64_t value) {
    if (value >> (3 * (N - 1)) != 0) return false;
    for (size_t index = N - 1; index-- > 0; value >>= 3) field[index] = static_cast<char>('0' + (value & 7));
    return true;
}

template <size_t N>
bool put_text(char (&field)[N], std::string_view text) {
    memcpy(field, text.data(), std::min(text.size(), N));
    return text.size() <= N;
}

// name, or prefix "/" name when it can be divided so.
bool put_name(Ustar& header, std::string_view name) {
    if (put_text(header.name, name)) return true;
    size_t slash =
        name.find('/', name.size() > sizeof(header.name) + 1 ? name.size() - sizeof(header.name) - 1 : 0);
    while (slash != std::string_view::npos && slash == 0) slash = name.find('/', 1);
    if (slash == std::string_view::npos || slash > sizeof(header.prefix) || slash + 1 >= name.size())
        return false;
    memset(header.name, 0, sizeof(header.name));
    put_text(header.prefix, name.substr(0, slash));
    return put_text(header.name, name.substr(slash + 1));
}

void finish_header(Ustar& header) {
    memcpy(header.magic, "ustar", 6);
    memcpy(header.version, "00", 2);
    unsigned sum = checksum_of(header);
    char digits[7] = {};
    put_number(digits, sum);
    memcpy(header.checksum, digits, 7);
    header.checksum[7] = ' ';
}

// "LENGTH KEY=VALUE\n", the length counting itself.
std::string pax_record(std::string_view key, std::string_view value) {
    size_t rest = key.size() + value.size() + 3, length = rest;
    while (length != rest + std::to_string(length).size()) length = rest + std::to_string(length).size();
    return std::to_string(length) + " " + std::string(key) + "=" + std::string(value) + "\n";
}

std::string padded(std::string text) {
    text.resize((text.size() + kTarBlock - 1) / kTarBlock * kTarBlock);
    return text;
}

timespec parse_time(std::string_view text) {
    timespec time = {};
    size_t dot = text.find('.');
    auto seconds = parse_signed(text.substr(0, dot));
    time.tv_sec = seconds ? static_cast<time_t>(*seconds) : 0;
    if (dot == std::string_view::npos) return time;
    std::string digits(text.substr(dot + 1));
    digits.resize(9, '0');
    auto nanoseconds = parse_unsigned(digits);
    time.tv_nsec = nanoseconds ? static_cast<long>(*nanoseconds) : 0;
    if (text.starts_with('-') && time.tv_nsec > 0) {
        --time.tv_sec;
        time.tv_nsec = 1'000'000'000 - time.tv_nsec;
    }
    return time;
}

} // namespace

bool TarReader::read_text(uint64_t size, std::string& text) {
    if (size > kMostHeaderText) return false;
    text.resize(static_cast<size_t>(size));
    return source_.read(text.data(), text.size()) && source_.skip((kTarBlock - size % kTarBlock) % kTarBlock);
}

bool TarReader::apply_pax(std::string_view records, TarEntry& entry) {
    while (!records.empty()) {
        size_t blank = records.find(' ');
        if (blank == std::string_view::npos) return false;
        auto length = parse_unsigned(records.substr(0, blank));
        if (!length || *length <= blank + 1 || *length > records.size() || records[*length - 1] != '\n')
            return false;
        std::string_view record = records.substr(blank + 1, static_cast<size_t>(*length) - blank - 2);
        records.remove_prefix(static_cast<size_t>(*length));
        size_t equals = record.find('=');
        if (equals == std::string_view::npos) return false;
        std::string_view key = record.substr(0, equals), value = record.substr(equals + 1);
        auto number = parse_unsigned(value);
        if (key == "path") {
            entry.name = value;
        } else if (key == "linkpath") {
            entry.link = value;
        } else if (key == "size") {
            if (!number || *number > INT64_MAX) return false;
            entry.size = *number;
        } else if (key == "mtime") {
            entry.time = parse_time(value);
        } else if (key == "uid" && number) {
            entry.uid = static_cast<uid_t>(*number);
        } else if (key == "gid" && number) {
            entry.gid = static_cast<gid_t>(*number);
        } else if (key == "uname") {
            entry.user = value;
        } else if (key == "gname") {
            entry.group = value;
        } else if (key.starts_with("GNU.sparse.")) {
            entry.sparse = true;
            if (key == "GNU.sparse.name") entry.name = value;
        }
    }
    return true;
}

TarResult TarReader::next(TarEntry& entry) {
    if (!source_.skip(left_ + padding_)) return TarResult::truncated;
    left_ = padding_ = 0;
    std::string long_name, long_link, extended;
    for (;;) {
        Ustar header;
        if (source_.peek().empty()) return TarResult::end;
        if (!source_.read(&header, sizeof(header))) return TarResult::truncated;
        auto* bytes = reinterpret_cast<const char*>(&header);
        if (std::all_of(bytes, bytes + kTarBlock, [](char byte) { return byte == 0; })) return TarResult::end;
        if (static_cast<unsigned>(number_of(header.checksum)) != checksum_of(header))
            return TarResult::damaged;
        int64_t signed_size = number_of(header.size);
        if (signed_size < 0 || !is_number(header.size)) return TarResult::damaged;
        auto size = static_cast<uint64_t>(signed_size);
        std::string* text = header.type == 'L'   ? &long_name
                            : header.type == 'K' ? &long_link
                            : header.type == 'x' ? &extended
                            : header.type == 'g' ? &global_
                                                 : nullptr;
        if (text) {
            if (!read_text(size, *text)) return TarResult::truncated;
            if (header.type == 'L' || header.type == 'K') text->resize(strnlen(text->c_str(), text->size()));
            continue;
        }
        entry = {};
        entry.name = text_of(header.name);
        if (memcmp(header.magic, "ustar", 6) == 0 && header.prefix[0])
            entry.name = std::string(text_of(header.prefix)) + "/" + entry.name;
        entry.link = text_of(header.link);
        entry.mode = static_cast<mode_t>(number_of(header.mode)) & 07777;
        entry.uid = static_cast<uid_t>(number_of(header.uid));
        entry.gid = static_cast<gid_t>(number_of(header.gid));
        entry.user = text_of(header.user);
        entry.group = text_of(header.group);
        entry.time.tv_sec = static_cast<time_t>(number_of(header.time));
        entry.major = static_cast<unsigned>(number_of(header.major));
        entry.minor = static_cast<unsigned>(number_of(header.minor));
        entry.size = size;
        entry.type =
            header.type >= '1' && header.type <= '6' ? static_cast<TarType>(header.type) : TarType::file;
        entry.sparse = header.type == 'S';
        malformed_ |= !apply_pax(global_, entry);
        if (!long_name.empty()) entry.name = long_name;
        if (!long_link.empty()) entry.link = long_link;
        malformed_ |= !apply_pax(extended, entry);
        if (entry.type == TarType::file && entry.name.ends_with('/'))
            entry.type = TarType::directory; // before ustar
        bool has_contents =
            entry.type == TarType::file || (entry.type == TarType::hard_link && entry.size > 0);
        left_ = has_contents ? entry.size : 0;
        padding_ = (kTarBlock - left_ % kTarBlock) % kTarBlock;
        return TarResult::entry;
    }
}

std::string_view TarReader::read() {
    std::string_view block = left_ > 0 ? source_.peek() : std::string_view();
    if (left_ > 0 && block.empty()) truncated_ = true;
    block = block.substr(0, static_cast<size_t>(std::min<uint64_t>(left_, block.size())));
    source_.take(block.size());
    left_ -= block.size();
    return block;
}

std::string tar_header(const TarEntry& entry) {
    Ustar header = {};
    std::string extended;
    bool has_contents = entry.type == TarType::file;
    uint64_t size = has_contents ? entry.size : 0;
    if (!put_name(header, entry.name)) extended += pax_record("path", entry.name);
    if (!put_text(header.link, entry.link)) extended += pax_record("linkpath", entry.link);
    if (!put_number(header.size, size)) extended += pax_record("size", std::to_string(size));
    if (!put_number(header.uid, entry.uid)) extended += pax_record("uid", std::to_string(entry.uid));
    if (!put_number(header.gid, entry.gid)) extended += pax_record("gid", std::to_string(entry.gid));
    if (entry.time.tv_sec < 0 || !put_number(header.time, static_cast<uint64_t>(entry.time.tv_sec)))
        extended += pax_record("mtime", std::to_string(entry.time.tv_sec));
    put_number(header.mode, entry.mode & 07777);
    put_text(header.user, std::string_view(entry.user).substr(0, sizeof(header.user) - 1));
    put_text(header.group, std::string_view(entry.group).substr(0, sizeof(header.group) - 1));
    bool is_device = entry.type == TarType::character_device || entry.type == TarType::block_device;
    put_number(header.major, is_device ? entry.major : 0);
    put_number(header.minor, is_device ? entry.minor : 0);
    header.type = static_cast<char>(entry.type);
    finish_header(header);
    std::string result;
    if (!extended.empty()) {
        Ustar pax = {};
        put_text(pax.name, std::string_view("PaxHeaders/" + entry.name).substr(0, sizeof(pax.name) - 1));
        put_number(pax.mode, 0644);
        put_number(pax.uid, 0);
        put_number(pax.gid, 0);
        put_number(pax.size, extended.size());
        put_number(pax.time, 0);
        pax.type = 'x';
        finish_header(pax);
        result.append(reinterpret_cast<char*>(&pax), sizeof(pax));
        result += padded(extended);
    }
    result.append(reinterpret_cast<char*>(&header), sizeof(header));
    return result;
}

} // namespace coreutils
