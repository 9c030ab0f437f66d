#include "log_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>

namespace logd {
namespace {

// What is about to be written, of whichever log has its turn: always flushed before the next one's.
char g_buffer[64 * 1024];
size_t g_used;

/// "YYYY-MM-DD HH:MM:SS ", made once a second.
std::string_view time_stamp() {
    static time_t stamped = -1;
    static char text[32];
    static size_t length;
    time_t now = time(nullptr);
    if (now != stamped) {
        tm broken;
        localtime_r(&now, &broken);
        length = strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S ", &broken);
        stamped = now;
    }
    return {text, length};
}

} // namespace

LogFile::~LogFile() {
    if (!at_line_start_) append_line("");
    if (file_ >= 0) close(file_);
}

void LogFile::append(std::string_view text) {
    std::string_view stamp = time_stamp();
    while (!text.empty()) {
        size_t newline = text.find('\n');
        size_t length = newline == text.npos ? text.size() : newline + 1;
        if (at_line_start_) put(stamp);
        put(text.substr(0, length));
        at_line_start_ = newline != text.npos;
        text.remove_prefix(length);
    }
    flush();
}

void LogFile::append_line(std::string_view line) {
    if (!at_line_start_) put("\n");
    if (!line.empty()) {
        put(line);
        put("\n");
    }
    at_line_start_ = true;
    flush();
}

void LogFile::put(std::string_view text) {
    while (!text.empty()) {
        size_t piece = std::min(text.size(), sizeof g_buffer - g_used);
        memcpy(g_buffer + g_used, text.data(), piece);
        g_used += piece;
        text.remove_prefix(piece);
        if (g_used == sizeof g_buffer) flush();
    }
}

void LogFile::flush() {
    if (size_bytes_ >= rotate_bytes_) rotate();
    size_t used = g_used;
    g_used = 0;
    if (file_ < 0 && !open_file()) {
        lost_bytes_ += used;
        return;
    }
    if (lost_bytes_ > 0) {
        char notice[64];
        int length = snprintf(notice, sizeof notice, "\nlogd: %zu bytes are lost\n", lost_bytes_);
        if (write(file_, notice, static_cast<size_t>(length)) == length) lost_bytes_ = 0;
    }
    ssize_t written = write(file_, g_buffer, used);
    size_t kept = written > 0 ? static_cast<size_t>(written) : 0;
    size_bytes_ += kept;
    lost_bytes_ += used - kept;
}

bool LogFile::open_file() {
    file_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0640);
    struct stat status;
    if (file_ < 0 || fstat(file_, &status) != 0) return false;
    [[maybe_unused]] int owned =
        fchown(file_, static_cast<uid_t>(-1), kAdmGroup); // if not, only root may read it
    size_bytes_ = static_cast<size_t>(status.st_size);
    return true;
}

void LogFile::rotate() {
    if (file_ >= 0) close(file_);
    file_ = -1;
    for (int part = kOldParts; part > 0; --part) {
        std::string older = path_ + "." + std::to_string(part);
        std::string newer = part == 1 ? path_ : path_ + "." + std::to_string(part - 1);
        rename(newer.c_str(), older.c_str());
    }
    size_bytes_ = 0;
}

} // namespace logd
