// A plain-text log with a size limit: lines with the time in front, NAME, and its older parts NAME.1 …
// NAME.3.
//
// Memory is bounded whatever is written: lines have no length limit, because they are passed on in the pieces
// they come in. What cannot be written (a full disk) is counted and told when it can be again.
#pragma once
#include <sys/types.h>

#include <string>
#include <string_view>

namespace logd {

inline constexpr size_t kRotateBytes = 1 << 20;
inline constexpr int kOldParts = 3;
inline constexpr gid_t kAdmGroup = 4; // may read logs

class LogFile {
public:
    explicit LogFile(std::string path, size_t rotate_bytes = kRotateBytes)
        : path_(std::move(path)), rotate_bytes_(rotate_bytes) {}
    ~LogFile();
    LogFile(LogFile&&) = delete;

    /// Text as it comes, lines whole or in pieces; a line gets "YYYY-MM-DD HH:MM:SS " where it begins.
    void append(std::string_view text);
    /// One line that is complete as it is.
    void append_line(std::string_view line);

private:
    void put(std::string_view text);
    void flush();
    bool open_file();
    void rotate();

    std::string path_;
    size_t rotate_bytes_;
    int file_ = -1;
    size_t size_bytes_ = 0;
    size_t lost_bytes_ = 0;
    bool at_line_start_ = true;
};

} // namespace logd
