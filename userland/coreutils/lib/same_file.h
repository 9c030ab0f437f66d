// Two files compared: whether they are one, which is newer, whether one may take the place of the other.
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
inline bool is_later(const timespec& left, const timespec& right) {
    return left.tv_sec != right.tv_sec ? left.tv_sec > right.tv_sec : left.tv_nsec > right.tv_nsec;
}
// Both names lead to one file, links followed.
bool same_target(const std::string& left, const std::string& right);
bool is_root_directory(const std::string& path);
// The same name in the same directory, however written.
bool same_entry(const std::string& left, const std::string& right);

// `source` and `destination` are as the copy sees them, followed or not; both names exist.
Meeting meeting_of(const std::string& source_path, const struct stat& source,
                   const std::string& destination_path, const struct stat& destination,
                   const CopySettings& settings);

void warn_same_file(const std::string& source, const std::string& destination);
// Only a directory may take the place of a directory: otherwise says which is none.
bool kinds_fit(const std::string& source, const struct stat& from, const std::string& destination,
               const struct stat& to);

} // namespace coreutils
