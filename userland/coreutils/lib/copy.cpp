#include "lib/copy.h"

#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/deep_path.h"
#include "lib/mode.h"
#include "lib/path.h"

#include <algorithm>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr size_t kCopyBytes = 128 * 1024;

std::string quoted_pair(const std::string& source, const std::string& destination) {
    return "'" + source + "' and '" + destination + "'";
}

bool same_file(const struct stat& left, const struct stat& right) {
    return left.st_dev == right.st_dev && left.st_ino == right.st_ino;
}

bool is_newer(const timespec& left, const timespec& right) {
    return left.tv_sec != right.tv_sec ? left.tv_sec > right.tv_sec : left.tv_nsec > right.tv_nsec;
}

mode_t process_umask() {
    mode_t mask = umask(0);
    umask(mask);
    return mask;
}

bool write_all(int fd, const char* bytes, size_t size) {
    while (size > 0) {
        ssize_t written = write(fd, bytes, size);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        bytes += written;
        size -= static_cast<size_t>(written);
    }
    return true;
}

std::vector<std::string> names_in(DIR* stream) {
    std::vector<std::string> names;
    errno = 0;
    while (dirent* entry = readdir(stream)) {
        std::string_view name = entry->d_name;
        if (name != "." && name != "..") names.emplace_back(name);
    }
    return names;
}

} // namespace

void Copier::say(const std::string& source, const std::string& destination) const {
    if (!settings_.verbose) return;
    if (settings_.moving) out.write("copied ");
    out.print("'%s' -> '%s'", printable(source).c_str(), printable(destination).c_str());
    if (!backup_.empty()) out.print(" (backup: '%s')", printable(backup_).c_str());
    out.put('\n');
}

bool Copier::copy(const std::string& source, const std::string& destination) {
    return copy_entry(source, destination, true);
}

// Whether what stands at the destination may be replaced; `skip` when it is kept without that being an error.
bool Copier::replace_allowed(const std::string& source, const std::string& destination,
                             const struct stat& info, const struct stat& old, bool& skip) {
    skip = false;
    if (settings_.only_newer && !S_ISDIR(info.st_mode) && !is_newer(info.st_mtim, old.st_mtim)) {
        skip = true;
        return false;
    }
    if (S_ISDIR(info.st_mode)) return true;
    if (settings_.overwrite == Overwrite::never) {
        skip = true;
        return false;
    }
    if (settings_.overwrite == Overwrite::ask && !ask("overwrite '%s'?", printable(destination).c_str())) {
        skip = true;
        return false;
    }
    return true;
}

bool Copier::copy_entry(const std::string& source, const std::string& destination, bool on_command_line) {
    bool follow =
        settings_.follow == Follow::always || (settings_.follow == Follow::roots && on_command_line);
    struct stat info;
    if (deep::stat(source, &info, follow ? 0 : AT_SYMLINK_NOFOLLOW) != 0) {
        warn_errno(source);
        return false;
    }
    backup_.clear();
    if (on_command_line) root_device_ = info.st_dev;
    if (S_ISDIR(info.st_mode) && !settings_.recursive) {
        warn("%s: is a directory (not copied without -r)", source.c_str());
        return false;
    }
    if (settings_.one_file_system && info.st_dev != root_device_) return true;

    struct stat old;
    bool exists = deep::stat(destination, &old, AT_SYMLINK_NOFOLLOW) == 0;
    if (!exists && errno != ENOENT) {
        warn_errno(destination);
        return false;
    }
    bool dangling = false;
    // A link at the destination is written through, unless links are recreated as such.
    if (exists && S_ISLNK(old.st_mode) && !settings_.remove_destination && S_ISREG(info.st_mode) &&
        !settings_.hard_link && !settings_.symbolic_link && !settings_.moving) {
        struct stat target;
        if (deep::stat(destination, &target, 0) == 0)
            old = target;
        else
            dangling = true;
    } else if (exists && S_ISLNK(old.st_mode) && S_ISDIR(info.st_mode)) {
        struct stat target;
        if (on_command_line && deep::stat(destination, &target, 0) == 0 && S_ISDIR(target.st_mode))
            old = target;
    }
    if (dangling && !settings_.force) {
        warn("%s: not writing through dangling symbolic link", destination.c_str());
        return false;
    }
    if (exists) {
        struct stat source_itself;
        bool have_itself = deep::stat(source, &source_itself, AT_SYMLINK_NOFOLLOW) == 0;
        if (same_file(info, old) || (have_itself && same_file(source_itself, old))) {
            bool hard_linking = settings_.hard_link || settings_.overwrite == Overwrite::never;
            if (hard_linking && same_file(info, old)) return true;
            if (!(settings_.remove_destination && !same_file(source_itself, old))) {
                warn("%s are the same file", quoted_pair(source, destination).c_str());
                return false;
            }
        }
        bool skip = false;
        if (!replace_allowed(source, destination, info, old, skip)) return skip;
        if (S_ISDIR(old.st_mode) && !S_ISDIR(info.st_mode)) {
            warn("%s: cannot overwrite directory with non-directory", destination.c_str());
            return false;
        }
        if (S_ISDIR(info.st_mode) && !S_ISDIR(old.st_mode)) {
            warn("%s: cannot overwrite non-directory with directory '%s'", destination.c_str(),
                 source.c_str());
            return false;
        }
        if (!S_ISDIR(old.st_mode) &&
            std::find(made_.begin(), made_.end(), std::pair(old.st_dev, old.st_ino)) != made_.end()) {
            warn("%s: will not overwrite just-created file with '%s'", destination.c_str(), source.c_str());
            return false;
        }
        if (settings_.backups.wanted() && !S_ISDIR(info.st_mode)) {
            backup_ = settings_.backups.name_for(destination);
            if (!settings_.backups.keep(destination)) return false;
            exists = false;
        }
        bool replaces_node = settings_.remove_destination || settings_.hard_link || settings_.symbolic_link ||
                             settings_.moving ||
                             (!S_ISREG(info.st_mode) && (settings_.recursive && settings_.keep_special));
        if (exists && !S_ISDIR(info.st_mode) && (replaces_node || S_ISLNK(info.st_mode))) {
            if (deep::unlink(destination) != 0 && errno != ENOENT) {
                warn_errno(destination);
                return false;
            }
            exists = false;
        }
    }
    if (settings_.preserve_links && !S_ISDIR(info.st_mode) && info.st_nlink > 1) {
        for (const Link& known : links_) {
            if (known.device != info.st_dev || known.inode != info.st_ino) continue;
            if (exists) deep::unlink(destination);
            if (deep::link(known.path, destination) != 0) {
                warn_errno(destination);
                return false;
            }
            say(source, destination);
            return true;
        }
        links_.push_back({info.st_dev, info.st_ino, destination});
    }
    if (S_ISDIR(info.st_mode)) return copy_directory(source, destination, info, exists);
    say(source, destination);
    bool done;
    if (settings_.hard_link) {
        done = deep::link(source, destination, follow ? AT_SYMLINK_FOLLOW : 0) == 0;
        if (!done) warn_errno(destination);
        return done;
    }
    if (settings_.symbolic_link) {
        if (source[0] != '/' && destination.find('/') != std::string::npos) {
            warn("%s: can make relative symbolic links only in current directory", destination.c_str());
            return false;
        }
        done = deep::symlink(source, destination) == 0;
        if (!done) warn_errno(destination);
        return done;
    }
    bool as_stream =
        S_ISREG(info.st_mode) || (!S_ISLNK(info.st_mode) && !(settings_.recursive && settings_.keep_special));
    done =
        as_stream ? copy_regular(source, destination, info, exists) : copy_special(source, destination, info);
    struct stat made;
    if (done && !exists && deep::stat(destination, &made, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISLNK(made.st_mode))
        made_.emplace_back(made.st_dev, made.st_ino);
    return done;
}

bool Copier::copy_directory(const std::string& source, const std::string& destination,
                            const struct stat& info, bool exists) {
    for (auto [device, inode] : ancestors_)
        if (device == info.st_dev && inode == info.st_ino) {
            warn("%s: cannot copy a directory into itself or through a cyclic link", source.c_str());
            return false;
        }
    if (std::find(made_.begin(), made_.end(), std::pair(info.st_dev, info.st_ino)) != made_.end()) {
        warn("%s: cannot copy a directory into itself, '%s'", source.c_str(), destination.c_str());
        return false;
    }
    DIR* stream = deep::opendir(source);
    if (!stream) {
        warn_errno(source);
        return false;
    }
    bool good = true;
    // The names are read before the destination is made: it may be in this directory.
    std::vector<std::string> names = names_in(stream);
    if (errno) {
        warn_errno(source);
        good = false;
    }
    closedir(stream);
    if (!exists) {
        // Writable for us while it is filled; closed to others until the copy has its final mode.
        mode_t mode = info.st_mode & 07777;
        if (settings_.preserve_owner) mode &= ~static_cast<mode_t>(077);
        if (deep::mkdir(destination, mode | 0700) != 0) {
            warn_errno(destination);
            return false;
        }
        struct stat made;
        if (deep::stat(destination, &made, 0) == 0) made_.emplace_back(made.st_dev, made.st_ino);
        say(source, destination);
    }
    ancestors_.emplace_back(info.st_dev, info.st_ino);
    for (const std::string& name : names)
        good = copy_entry(join_path(source, name), join_path(destination, name), false) && good;
    ancestors_.pop_back();
    if (!exists && !settings_.preserve_mode) {
        mode_t wanted = info.st_mode & 07777 & ~process_umask();
        struct stat made;
        if (deep::stat(destination, &made, 0) == 0 && (made.st_mode & 0777) != (wanted & 0777))
            deep::chmod(destination, wanted);
    }
    return restore_attributes(destination, info, -1) && good;
}

bool Copier::copy_regular(const std::string& source, const std::string& destination, const struct stat& info,
                          bool exists) {
    int source_fd =
        deep::open(source, O_RDONLY | O_CLOEXEC | (settings_.follow == Follow::never ? O_NOFOLLOW : 0));
    if (source_fd < 0) {
        warn_errno(source);
        return false;
    }
    mode_t mode = info.st_mode & 0777;
    if (!S_ISREG(info.st_mode)) mode = 0666;
    if (settings_.preserve_owner) mode &= ~static_cast<mode_t>(077);
    int flags = O_WRONLY | O_CLOEXEC | (settings_.attributes_only && exists ? 0 : O_TRUNC);
    int fd = -1;
    if (exists) {
        fd = deep::open(destination, flags);
        if (fd < 0 && settings_.force) {
            if (deep::unlink(destination) == 0) exists = false;
        }
    }
    if (!exists) fd = deep::open(destination, flags | O_CREAT | O_EXCL, mode);
    if (fd < 0) {
        warn_errno(destination);
        close(source_fd);
        return false;
    }
    bool good = settings_.attributes_only || copy_contents(source_fd, fd, info, source, destination);
    good = restore_attributes(destination, info, fd) && good;
    close(source_fd);
    if (close(fd) != 0) {
        warn_errno(destination);
        good = false;
    }
    return good;
}

bool Copier::copy_contents(int source_fd, int destination_fd, const struct stat& info,
                           const std::string& source, const std::string& destination) {
    bool has_holes = settings_.sparse && S_ISREG(info.st_mode) && info.st_blocks < info.st_size / 512;
    std::vector<char> buffer;
    off_t position = 0;
    // What claims no size, like a file in /proc, only read() delivers.
    bool in_kernel = S_ISREG(info.st_mode) && info.st_size > 0;
    for (;;) {
        if (has_holes) {
            off_t data = lseek(source_fd, position, SEEK_DATA);
            if (data > position) {
                position = data;
                if (lseek(destination_fd, data, SEEK_SET) < 0) has_holes = false;
            } else if (data < 0) {
                if (errno == ENXIO) { // only a hole is left
                    if (ftruncate(destination_fd, info.st_size) == 0) return true;
                    warn_errno(destination);
                    return false;
                }
                has_holes = false;
                lseek(source_fd, position, SEEK_SET);
            }
        }
        ssize_t count;
        if (in_kernel) {
            size_t length = size_t{1} << 30;
            if (has_holes) {
                off_t hole = lseek(source_fd, position, SEEK_HOLE);
                if (hole > position) length = static_cast<size_t>(std::min<off_t>(hole - position, 1 << 30));
                lseek(source_fd, position, SEEK_SET);
            }
            count = copy_file_range(source_fd, nullptr, destination_fd, nullptr, length, 0);
            if (count < 0 && errno == EINTR) continue;
            if (count < 0 || (count == 0 && position == 0)) {
                if (count < 0 && (errno == ENOSPC || errno == EIO || errno == EDQUOT || errno == EFBIG)) {
                    warn_errno(destination);
                    return false;
                }
                in_kernel = false; // another way may work where this one does not
                continue;
            }
        } else {
            if (buffer.empty()) buffer.resize(kCopyBytes);
            count = read(source_fd, buffer.data(), buffer.size());
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) {
                warn_errno(source);
                return false;
            }
            if (!write_all(destination_fd, buffer.data(), static_cast<size_t>(count))) {
                warn_errno(destination);
                return false;
            }
        }
        if (count == 0) return true;
        position += count;
    }
}

bool Copier::copy_special(const std::string& source, const std::string& destination,
                          const struct stat& info) {
    if (S_ISLNK(info.st_mode)) {
        auto target = deep::read_link(source);
        if (!target) {
            warn_errno(source);
            return false;
        }
        if (deep::symlink(*target, destination) != 0) {
            warn_errno(destination);
            return false;
        }
    } else if (deep::mknod(destination, info.st_mode & (S_IFMT | 0777), info.st_rdev) != 0) {
        warn_errno(destination);
        return false;
    }
    return restore_attributes(destination, info, -1);
}

bool Copier::restore_attributes(const std::string& path, const struct stat& info, int fd) {
    bool link = S_ISLNK(info.st_mode);
    bool good = true;
    mode_t mode = info.st_mode & 07777;
    if (settings_.preserve_owner) {
        int result =
            fd >= 0 ? fchown(fd, info.st_uid, info.st_gid) : deep::lchown(path, info.st_uid, info.st_gid);
        if (result != 0) {
            // POSIX cp -p: without the owner, the set-ID bits must go; for those without privilege that is no
            // error.
            mode &= ~static_cast<mode_t>(S_ISUID | S_ISGID);
            if (errno != EPERM && errno != EINVAL) {
                warn_errno(path);
                good = false;
            }
        }
    }
    if (settings_.preserve_mode && !link && (fd >= 0 ? fchmod(fd, mode) : deep::chmod(path, mode)) != 0) {
        warn_errno(path);
        good = false;
    }
    if (settings_.preserve_times) {
        timespec times[2] = {info.st_atim, info.st_mtim};
        int result = fd >= 0 ? futimens(fd, times) : deep::set_times(path, times);
        if (result != 0 && !(link && (errno == ENOSYS || errno == EOPNOTSUPP))) {
            warn_errno(path);
            good = false;
        }
    }
    return good;
}

bool Copier::make_parents(const std::string& source, const std::string& root) {
    for (size_t slash = source.find('/', 1); slash != std::string::npos;
         slash = source.find('/', slash + 1)) {
        std::string part = source.substr(0, slash);
        std::string made = join_path(root, part);
        struct stat info;
        if (is_directory(made.c_str())) continue;
        if (deep::stat(part, &info, 0) != 0) {
            warn_errno(part);
            return false;
        }
        if (mkdir(made.c_str(), (info.st_mode & 0777) | 0700) != 0) {
            warn_errno(made);
            return false;
        }
        say(part, made);
        if (!restore_attributes(made, info, -1)) return false;
    }
    return true;
}

} // namespace coreutils
