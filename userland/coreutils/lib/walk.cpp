#include "lib/walk.h"
#include "lib/order.h"

#include <algorithm>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <string_view>
#include <unistd.h>

namespace coreutils {

Walk::~Walk() {
    for (const Level& level : levels_)
        if (level.fd >= 0) close(level.fd);
}

void Walk::start(const char* root) {
    levels_.clear();
    path_ = root;
    name_offset_ = 0;
    directory_fd_ = AT_FDCWD;
    depth_ = 0;
    state_ = State::root;
    skip_ = false;
}

bool Walk::stat(struct stat& info) {
    if (!have_info_ && !info_failed_) {
        bool follow = follow_ == Follow::always || (follow_ == Follow::roots && depth_ == 0);
        have_info_ = fstatat(directory_fd_, name(), &info_, follow ? 0 : AT_SYMLINK_NOFOLLOW) == 0;
        // A dangling link is itself.
        if (!have_info_ && follow && (errno == ENOENT || errno == ELOOP))
            have_info_ = fstatat(directory_fd_, name(), &info_, AT_SYMLINK_NOFOLLOW) == 0;
        info_failed_ = !have_info_;
        if (info_failed_) error_ = errno;
    }
    if (info_failed_) errno = error_;
    if (have_info_) info = info_;
    return have_info_;
}

void Walk::begin_entry(unsigned char type) {
    type_ = type;
    have_info_ = info_failed_ = false;
    error_ = 0;
    skip_ = false;
}

// Finds out what the current entry is; false when it cannot be examined.
bool Walk::examine() {
    bool follow = follow_ == Follow::always || (follow_ == Follow::roots && depth_ == 0);
    if (type_ != DT_UNKNOWN && !(type_ == DT_LNK && follow)) return true;
    struct stat info;
    if (!stat(info)) return false;
    type_ = static_cast<unsigned char>(IFTODT(info.st_mode));
    return true;
}

bool Walk::next() {
    if (state_ == State::idle) return false;
    if (state_ == State::entered) {
        // The caller has seen `directory`: descend, unless it said not to.
        if (skip_) {
            state_ = State::inside;
            visit_ = Visit::directory_done;
            if (levels_.empty()) state_ = State::idle;
            return true;
        }
        if (!enter()) {
            visit_ = Visit::failed;
            skip_ = true; // the next call tells that it is done
            return true;
        }
        state_ = State::inside;
    } else if (state_ == State::root) {
        state_ = State::idle;
        begin_entry(DT_UNKNOWN);
        if (!examine()) {
            visit_ = Visit::failed;
            return true;
        }
        visit_ = type_ == DT_DIR ? Visit::directory : Visit::file;
        if (type_ == DT_DIR) state_ = State::entered;
        return true;
    }
    Level& level = levels_.back();
    if (level.position == level.names.size()) return leave();
    unsigned char type = static_cast<unsigned char>(level.names[level.position]);
    const char* entry = level.names.c_str() + level.position + 1;
    level.position += strlen(entry) + 2;
    path_.resize(level.path_length);
    if (!path_.ends_with('/')) path_.push_back('/');
    name_offset_ = path_.size();
    path_.append(entry);
    directory_fd_ = level.fd;
    depth_ = levels_.size();
    begin_entry(type);
    if (!examine()) {
        visit_ = Visit::failed;
        return true;
    }
    if (type_ != DT_DIR) {
        visit_ = Visit::file;
        return true;
    }
    if (follow_ == Follow::always) {
        struct stat info;
        if (stat(info))
            for (const Level& ancestor : levels_)
                if (ancestor.device == info.st_dev && ancestor.inode == info.st_ino) {
                    visit_ = Visit::cycle;
                    return true;
                }
    }
    visit_ = Visit::directory;
    state_ = State::entered;
    return true;
}

bool Walk::enter() {
    bool follow = follow_ == Follow::always || (follow_ == Follow::roots && depth_ == 0);
    Level level;
    level.fd = openat(directory_fd_, name(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW));
    if (level.fd < 0) {
        error_ = errno;
        return false;
    }
    struct stat info;
    if (fstat(level.fd, &info) == 0) level.device = info.st_dev, level.inode = info.st_ino;
    if (!read_names(level)) {
        error_ = errno;
        close(level.fd);
        return false;
    }
    level.path_length = path_.size();
    level.name_offset = name_offset_;
    levels_.push_back(std::move(level));
    if (levels_.size() > kOpenDirectories) {
        Level& distant = levels_[levels_.size() - kOpenDirectories - 1];
        close(distant.fd);
        distant.fd = -1;
    }
    return true;
}

bool Walk::read_names(Level& level) {
    int copy = openat(level.fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (copy < 0) return false;
    DIR* stream = fdopendir(copy);
    if (!stream) {
        close(copy);
        return false;
    }
    errno = 0;
    while (dirent* entry = readdir(stream)) {
        std::string_view name = entry->d_name;
        if (name == "." || name == "..") continue;
        level.names.push_back(static_cast<char>(entry->d_type));
        level.names.append(name).push_back('\0');
    }
    int error = errno;
    closedir(stream);
    errno = error;
    if (error) return false;
    if (!sorted_) return true;
    std::vector<std::string_view> entries;
    for (size_t at = 0; at < level.names.size();) {
        std::string_view entry(level.names.c_str() + at + 1);
        entries.push_back(entry);
        at += entry.size() + 2;
    }
    sort_items(entries);
    std::string ordered;
    ordered.reserve(level.names.size());
    for (std::string_view entry : entries) ordered.append(entry.data() - 1, entry.size() + 2);
    level.names = std::move(ordered);
    return true;
}

// Goes back to the parent of the innermost directory and tells that this one is done.
bool Walk::leave() {
    Level done = std::move(levels_.back());
    levels_.pop_back();
    path_.resize(done.path_length);
    name_offset_ = done.name_offset;
    depth_ = levels_.size();
    begin_entry(DT_DIR);
    visit_ = Visit::directory_done;
    if (levels_.empty()) {
        directory_fd_ = AT_FDCWD;
        state_ = State::idle;
    } else {
        Level& parent = levels_.back();
        if (parent.fd < 0) {
            parent.fd = openat(done.fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
            struct stat info;
            bool same = parent.fd >= 0 && fstat(parent.fd, &info) == 0 && info.st_dev == parent.device &&
                        info.st_ino == parent.inode;
            if (!same) {
                // Moved away meanwhile: its other entries are out of reach.
                error_ = parent.fd < 0 ? errno : ENOENT;
                visit_ = Visit::failed;
                parent.position = parent.names.size();
            }
        }
        directory_fd_ = parent.fd;
    }
    close(done.fd);
    return true;
}

} // namespace coreutils
