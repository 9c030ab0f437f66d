// What dd does to the bytes between reading and writing: conv= (POSIX.1-2017 dd).
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string>
#include <string_view>

namespace coreutils {

struct DdConversion {
    bool ascii = false, ebcdic = false, ibm = false;
    bool block = false, unblock = false, lcase = false, ucase = false, swab = false;
    bool sparse = false, sync = false, excl = false, nocreat = false, notrunc = false, noerror = false;
    bool fdatasync = false, fsync = false;

    // Reads a list; returns the word that is not known, or nullptr. The pointer lives until the next call.
    const char* parse(const char* list);
    // What cannot go together, as a message, or nullptr.
    const char* conflict() const;
    // Without cbs= records have no size: block, unblock and their implied forms do nothing.
    void ignore_records() { block = unblock = false; }
    bool rewrites() const { return ascii || ebcdic || ibm || block || unblock || lcase || ucase || swab; }
    char padding() const { return block || unblock ? ' ' : '\0'; }
};

class DdConverter {
public:
    DdConverter(const DdConversion& conversion, size_t record_bytes);

    // Appends what `bytes` becomes to `result`.
    void convert(std::string_view bytes, std::string& result);
    void finish(std::string& result);
    uint64_t truncated() const { return truncated_; }

private:
    void convert_records(std::string_view bytes, std::string& result);

    const DdConversion& conversion_;
    size_t record_bytes_;
    unsigned char table_[256];
    bool translates_ = false;
    bool odd_ = false;
    char odd_byte_ = 0;
    size_t column_ = 0;         // in the record
    size_t pending_blanks_ = 0; // of unblock: written only when more follows
    uint64_t truncated_ = 0;
};

} // namespace coreutils
