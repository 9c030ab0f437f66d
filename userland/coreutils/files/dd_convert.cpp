#include "files/dd_convert.h"

#include <ctype.h>
#include <numeric>

namespace coreutils {
namespace {

// POSIX.1-2017 dd, the table "ASCII to EBCDIC Conversion", and the differences of the IBM table.
constexpr unsigned char kToEbcdic[256] = {
    0x00, 0x01, 0x02, 0x03, 0x37, 0x2d, 0x2e, 0x2f, 0x16, 0x05, 0x25, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f,
    0x10, 0x11, 0x12, 0x13, 0x3c, 0x3d, 0x32, 0x26, 0x18, 0x19, 0x3f, 0x27, 0x1c, 0x1d, 0x1e, 0x1f,
    0x40, 0x5a, 0x7f, 0x7b, 0x5b, 0x6c, 0x50, 0x7d, 0x4d, 0x5d, 0x5c, 0x4e, 0x6b, 0x60, 0x4b, 0x61,
    0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0x7a, 0x5e, 0x4c, 0x7e, 0x6e, 0x6f,
    0x7c, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6,
    0xd7, 0xd8, 0xd9, 0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xad, 0xe0, 0xbd, 0x9a, 0x6d,
    0x79, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96,
    0x97, 0x98, 0x99, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xc0, 0x4f, 0xd0, 0x5f, 0x07,
    0x20, 0x21, 0x22, 0x23, 0x24, 0x15, 0x06, 0x17, 0x28, 0x29, 0x2a, 0x2b, 0x2c, 0x09, 0x0a, 0x1b,
    0x30, 0x31, 0x1a, 0x33, 0x34, 0x35, 0x36, 0x08, 0x38, 0x39, 0x3a, 0x3b, 0x04, 0x14, 0x3e, 0xe1,
    0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57,
    0x58, 0x59, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x70, 0x71, 0x72, 0x73, 0x74, 0x75,
    0x76, 0x77, 0x78, 0x80, 0x8a, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f, 0x90, 0x6a, 0x9b, 0x9c, 0x9d, 0x9e,
    0x9f, 0xa0, 0xaa, 0xab, 0xac, 0x4a, 0xae, 0xaf, 0xb0, 0xb1, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7,
    0xb8, 0xb9, 0xba, 0xbb, 0xbc, 0xa1, 0xbe, 0xbf, 0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xcf, 0xda, 0xdb,
    0xdc, 0xdd, 0xde, 0xdf, 0xea, 0xeb, 0xec, 0xed, 0xee, 0xef, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff,
};
struct Difference {
    unsigned char ascii, ibm;
};
constexpr Difference kIbmDifferences[] = {{'^', 0x5f}, {'~', 0xa1}, {0x9a, 0xbc}, {0xcb, 0x9a}, {0xd5, 0xa1}};

struct Word {
    const char* name;
    bool DdConversion::* flag;
};
constexpr Word kWords[] = {
    {"ascii", &DdConversion::ascii},     {"ebcdic", &DdConversion::ebcdic},
    {"ibm", &DdConversion::ibm},         {"block", &DdConversion::block},
    {"unblock", &DdConversion::unblock}, {"lcase", &DdConversion::lcase},
    {"ucase", &DdConversion::ucase},     {"swab", &DdConversion::swab},
    {"sparse", &DdConversion::sparse},   {"sync", &DdConversion::sync},
    {"excl", &DdConversion::excl},       {"nocreat", &DdConversion::nocreat},
    {"notrunc", &DdConversion::notrunc}, {"noerror", &DdConversion::noerror},
    {"fsync", &DdConversion::fsync},     {"fdatasync", &DdConversion::fdatasync},
};

} // namespace

const char* DdConversion::parse(const char* list) {
    static std::string unknown;
    std::string_view rest = list;
    while (!rest.empty()) {
        std::string_view word = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(rest.size(), word.size() + 1));
        bool found = false;
        for (const Word& each : kWords)
            if (word == each.name) found = this->*each.flag = true;
        if (!found) {
            unknown = word;
            return unknown.c_str();
        }
    }
    return nullptr;
}

const char* DdConversion::conflict() const {
    if (ascii + ebcdic + ibm > 1) return "cannot combine any two of {ascii,ebcdic,ibm}";
    if (block && unblock) return "cannot combine block and unblock";
    if (lcase && ucase) return "cannot combine lcase and ucase";
    if (excl && nocreat) return "cannot combine excl and nocreat";
    return nullptr;
}

DdConverter::DdConverter(const DdConversion& conversion, size_t record_bytes)
    : conversion_(conversion), record_bytes_(record_bytes) {
    std::iota(table_, table_ + 256, static_cast<unsigned char>(0));
    translates_ =
        conversion.ascii || conversion.ebcdic || conversion.ibm || conversion.lcase || conversion.ucase;
    if (conversion.ascii)
        for (int index = 0; index < 256; ++index)
            table_[kToEbcdic[index]] = static_cast<unsigned char>(index);
    for (unsigned char& byte : table_) {
        if (conversion.lcase && byte < 128) byte = static_cast<unsigned char>(tolower(byte));
        if (conversion.ucase && byte < 128) byte = static_cast<unsigned char>(toupper(byte));
        if (!conversion.ebcdic && !conversion.ibm) continue;
        unsigned char ascii = byte;
        byte = kToEbcdic[ascii];
        if (conversion.ibm)
            for (const Difference& difference : kIbmDifferences)
                if (difference.ascii == ascii) byte = difference.ibm;
    }
}

void DdConverter::convert(std::string_view bytes, std::string& result) {
    if (!conversion_.rewrites()) {
        result.append(bytes);
        return;
    }
    std::string text;
    text.reserve(bytes.size() + 1);
    if (odd_) text.push_back(odd_byte_);
    odd_ = false;
    text.append(bytes);
    if (conversion_.swab) {
        if (text.size() % 2 != 0) {
            odd_ = true;
            odd_byte_ = text.back();
            text.pop_back();
        }
        for (size_t index = 0; index + 1 < text.size(); index += 2) std::swap(text[index], text[index + 1]);
    }
    if (translates_ && !conversion_.block)
        for (char& byte : text) byte = static_cast<char>(table_[static_cast<unsigned char>(byte)]);
    if (conversion_.block || conversion_.unblock)
        convert_records(text, result);
    else
        result.append(text);
}

void DdConverter::convert_records(std::string_view bytes, std::string& result) {
    if (conversion_.block) {
        auto translated = [&](char byte) {
            return static_cast<char>(table_[static_cast<unsigned char>(byte)]);
        };
        for (char byte : bytes) {
            if (byte == '\n') {
                if (column_ < record_bytes_) result.append(record_bytes_ - column_, translated(' '));
                column_ = 0;
            } else {
                if (column_ == record_bytes_) ++truncated_;
                if (column_ < record_bytes_) result.push_back(translated(byte));
                ++column_;
            }
        }
        return;
    }
    for (char byte : bytes) {
        if (column_ == record_bytes_) {
            result.push_back('\n');
            column_ = 0;
            pending_blanks_ = 0;
        }
        ++column_;
        if (byte == ' ') {
            ++pending_blanks_;
        } else {
            result.append(pending_blanks_, ' ');
            pending_blanks_ = 0;
            result.push_back(byte);
        }
    }
}

void DdConverter::finish(std::string& result) {
    if (odd_) result.push_back(static_cast<char>(table_[static_cast<unsigned char>(odd_byte_)]));
    if (conversion_.block && column_ > 0 && column_ < record_bytes_)
        result.append(record_bytes_ - column_, static_cast<char>(table_[' ']));
    if (conversion_.unblock && column_ > 0) result.push_back('\n');
}

} // namespace coreutils
