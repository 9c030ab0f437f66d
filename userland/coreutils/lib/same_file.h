// When a copy, a move or an installation meets its own source at the destination, directly, by a hard link or
// by a symbolic link, it must not destroy the only data there is. cp, mv and install ask here first.
#pragma once

#include <string>
#include <sys/stat.h>

namespace coreutils {

struct CopySettings;

enum class Meeting {
    harmless,      // go on: the files are distinct, or the data survives
    nothing_to_do, // they are what they shall become
    refused,       // the data would be lost
};

inline bool same_inode(const struct stat& left, const struct stat& right) {
    return left.st_dev == right.st_dev && left.st_ino == right.st_ino;
}
// The same name in the same directory, however written.
bool same_entry(const std::string& left, const std::string& right);

// `source` and `destination` are as the copy sees them, followed or not; both names exist.
Meeting meeting_of(const std::string& source_path, const struct stat& source,
                   const std::string& destination_path, const struct stat& destination,
                   const CopySettings& settings);

} // namespace coreutils
