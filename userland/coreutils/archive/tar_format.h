// The tar formats: POSIX ustar and pax (POSIX.1-2017 pax), and GNU's long names and base-256 numbers.
#pragma once

#include "archive/byte_source.h"

#include <stdint.h>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <time.h>
#include <utility>

namespace coreutils {

inline constexpr size_t kTarBlock = 512;

enum class TarType : char {
    file = '0',
    hard_link = '1',
    symbolic_link = '2',
    character_device = '3',
    block_device = '4',
    directory = '5',
    fifo = '6',
};

struct TarEntry {
    std::string name, link;
    TarType type = TarType::file;
    mode_t mode = 0;
    uid_t uid = 0;
    gid_t gid = 0;
    std::string user, group;
    uint64_t size = 0; // of the contents that follow
    timespec time = {};
    unsigned major = 0, minor = 0;
    bool sparse = false; // only the parts with data follow, preceded by a map (GNU's ways to store holes)
};

enum class TarResult { entry, end, damaged, truncated };

class TarReader {
public:
    explicit TarReader(ByteSource& source) : source_(source) {}
    // The next entry; the contents of the one before are skipped as far as they were not read.
    TarResult next(TarEntry& entry);
    // A piece of the contents, empty at their end (or when the archive ends too early: truncated()).
    std::string_view read();
    bool truncated() const { return truncated_; }
    // Since the last call: an extended header could not be read to its end.
    bool take_malformed() { return std::exchange(malformed_, false); }

private:
    bool read_text(uint64_t size, std::string& text);
    // False when a record is malformed.
    static bool apply_pax(std::string_view records, TarEntry& entry);

    ByteSource& source_;
    uint64_t left_ = 0, padding_ = 0;
    std::string global_;
    bool truncated_ = false, malformed_ = false;
};

// The header blocks of an entry: ustar, preceded by a pax header for what ustar cannot hold.
std::string tar_header(const TarEntry& entry);

} // namespace coreutils
