#include "lib/copy.h"

#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/deep_path.h"
#include "lib/mode.h"
#include "lib/path.h"
#include "lib/write_all.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr size_t kCopyBytes = 128 * 1024;
constexpr unsigned long kShareBlocks = 0x40049409; // FICLONE: ioctl_ficlone(2)

std::vector<std::string> names_in(DIR* stream) {
    std::vector<std::string> names;
    errno = 0;
    while (dirent* entry = readdir(stream)) {
        std::string_view name = entry->d_name;
        if (name != "." && name != "..") names.emplace_back(name);
    }
    return names;
}

// Leaves a hole for each block of zeros; the caller sets the file's size in the end.
bool write_around_zeros(int fd, std::string_view bytes) {
    constexpr size_t kHoleBytes = 4096;
    while (!bytes.empty()) {
        std::string_view block = bytes.substr(0, kHoleBytes);
        bytes.remove_prefix(block.size());
        bool zeros = block.find_first_not_of('\0') == std::string_view::npos;
        if (zeros ? lseek(fd, static_cast<off_t>(block.size()), SEEK_CUR) < 0 : !write_all(fd, block))
            return false;
    }
    return true;
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
    made_directory_ = false;
    return copy_entry(source, destination, true);
}

bool Copier::as_stream(const struct stat& info) const {
    return S_ISREG(info.st_mode) ||
           (!S_ISLNK(info.st_mode) && !(settings_.recursive && settings_.keep_special));
}

bool Copier::is_ours(const struct stat& info) const { return made_.contains({info.st_dev, info.st_ino}); }

// The permissions of a new file, before the umask.
mode_t Copier::mode_for(const struct stat& info) const {
    if (S_ISDIR(info.st_mode)) return settings_.default_mode ? 0777 : info.st_mode & 07777;
    return settings_.default_mode || !S_ISREG(info.st_mode) ? 0666 : info.st_mode & 0777;
}

// Decides about a destination that exists: whether it stays, goes out of the way, or is written to.
Way Copier::keep_or_replace(const std::string& source, const std::string& destination,
                            const struct stat& info, const struct stat& old, bool& exists) {
    bool directory = S_ISDIR(info.st_mode);
    Meeting meeting = meeting_of(source, info, destination, old, settings_);
    if (meeting == Meeting::refused) {
        warn_same_file(source, destination);
        return Way::failed;
    }
    if (settings_.only_newer && !directory && !is_later(info.st_mtim, old.st_mtim)) {
        // The other names of this file are still to become names of what is kept.
        Way linked = link_to_earlier(source, destination, info, true, true);
        return linked == Way::clear ? Way::done : linked;
    }
    if (!directory &&
        (settings_.overwrite == Overwrite::never ||
         (settings_.overwrite == Overwrite::ask && !ask("overwrite '%s'?", printable(destination).c_str()))))
        return Way::done;
    if (meeting == Meeting::nothing_to_do) return Way::done;
    if (!kinds_fit(source, info, destination, old)) return Way::failed;
    if (!directory && is_ours(old)) {
        warn("%s: will not overwrite just-created file with '%s'", destination.c_str(), source.c_str());
        return Way::failed;
    }
    if (directory) return Way::clear;
    if (settings_.backups.wanted()) {
        backup_ = settings_.backups.name_for(destination);
        if (!settings_.backups.keep(destination, source)) return Way::failed;
        exists = false;
        return Way::clear;
    }
    bool parts_links = settings_.preserve_links && old.st_nlink > 1;
    bool becomes_link = settings_.follow == Follow::never && !S_ISREG(info.st_mode);
    if (settings_.remove_destination || settings_.moving || (settings_.hard_link && settings_.force) ||
        (settings_.symbolic_link && settings_.force) ||
        (!settings_.attributes_only && (parts_links || becomes_link))) {
        if (deep::unlink(destination) != 0 && errno != ENOENT) {
            warn_errno(destination);
            return Way::failed;
        }
        exists = false;
    }
    return Way::clear;
}

Way Copier::make_way(const std::string& source, const std::string& destination, const struct stat& info,
                     bool on_command_line, bool& exists) {
    struct stat itself, old;
    exists = deep::stat(destination, &itself, AT_SYMLINK_NOFOLLOW) == 0;
    if (!exists && errno != ENOENT) {
        warn_errno(destination);
        return Way::failed;
    }
    if (!exists) return Way::clear;
    old = itself;
    bool replaces_entry = (!S_ISREG(info.st_mode) && !as_stream(info)) || settings_.moving ||
                          settings_.symbolic_link || settings_.hard_link || settings_.backups.wanted() ||
                          settings_.remove_destination;
    struct stat target;
    bool link = S_ISLNK(itself.st_mode), leads_on = link && deep::stat(destination, &target, 0) == 0;
    if (link && !leads_on && !replaces_entry) {
        if (posix_) return Way::clear; // written through; open(2) says whether that can be
        if (errno != ELOOP || !settings_.force) {
            warn("%s: not writing through dangling symbolic link", destination.c_str());
            return Way::failed;
        }
    }
    // A symbolic link stands for its target where that is written to, and for a directory that is filled.
    bool fills = S_ISDIR(info.st_mode) && on_command_line && leads_on && S_ISDIR(target.st_mode);
    if (leads_on && (!replaces_entry || fills)) old = target;
    Way way = keep_or_replace(source, destination, info, old, exists);
    if (way == Way::clear && exists && !replaces_entry && link && is_ours(itself)) {
        warn("%s: will not copy '%s' through just-created symbolic link", destination.c_str(),
             source.c_str());
        return Way::failed;
    }
    return way;
}

// A file with several names, or met by several ways, that has been copied already becomes a link to that
// copy.
Way Copier::link_to_earlier(const std::string& source, const std::string& destination,
                            const struct stat& info, bool on_command_line, bool exists) {
    bool may_come_again = info.st_nlink > 1 || settings_.follow == Follow::always ||
                          (settings_.follow == Follow::roots && on_command_line);
    if (!settings_.preserve_links || S_ISDIR(info.st_mode)) return Way::clear;
    // What is moved loses a name each time: the last one meets the earlier ones, too.
    if (!may_come_again && !settings_.moving) return Way::clear;
    auto known = links_.find({info.st_dev, info.st_ino});
    if (known == links_.end()) {
        if (may_come_again) links_.emplace(Identity(info.st_dev, info.st_ino), destination);
        return Way::clear;
    }
    if (exists) deep::unlink(destination);
    if (deep::link(known->second, destination) != 0) {
        warn_errno(destination);
        return Way::failed;
    }
    say(source, destination);
    return Way::done;
}

bool Copier::make_link(const std::string& source, const std::string& destination, bool follow) {
    if (settings_.symbolic_link && source[0] != '/' &&
        !same_entry(join_path(directory_name(destination), "x"), "x")) {
        warn("%s: can make relative symbolic links only in current directory", destination.c_str());
        return false;
    }
    bool done = (settings_.hard_link ? deep::link(source, destination, follow ? AT_SYMLINK_FOLLOW : 0)
                                     : deep::symlink(source, destination)) == 0;
    if (!done) warn_errno(destination);
    return done;
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
    bool exists = false;
    Way way = make_way(source, destination, info, on_command_line, exists);
    if (way == Way::clear) way = link_to_earlier(source, destination, info, on_command_line, exists);
    if (way != Way::clear) return way == Way::done;
    if (S_ISDIR(info.st_mode)) return copy_directory(source, destination, info, exists);
    say(source, destination);
    bool done = settings_.hard_link || settings_.symbolic_link ? make_link(source, destination, follow)
                : as_stream(info) ? copy_regular(source, destination, info, exists)
                                  : copy_special(source, destination, info);
    struct stat made;
    if (done && !settings_.hard_link && deep::stat(destination, &made, AT_SYMLINK_NOFOLLOW) == 0 &&
        (on_command_line || S_ISLNK(made.st_mode)))
        made_.emplace(made.st_dev, made.st_ino);
    return done;
}

bool Copier::copy_directory(const std::string& source, const std::string& destination,
                            const struct stat& info, bool exists) {
    for (auto [device, inode] : ancestors_)
        if (device == info.st_dev && inode == info.st_ino) {
            warn("%s: cannot copy a directory into itself or through a cyclic link", source.c_str());
            return false;
        }
    if (is_ours(info)) {
        warn("%s: cannot copy a directory into itself, '%s'", source.c_str(), destination.c_str());
        return false;
    }
    DIR* stream = deep::opendir(source);
    if (!stream) {
        warn_errno(source);
        return false;
    }
    if (!exists) {
        // Writable for us while it is filled; closed to others until the copy has its final mode.
        mode_t mode = mode_for(info);
        if (settings_.preserve_owner) mode &= ~static_cast<mode_t>(077);
        if (deep::mkdir(destination, (mode & ~static_cast<mode_t>(022)) | 0700) != 0) {
            warn_errno(destination);
            closedir(stream);
            return false;
        }
        struct stat made;
        if (!made_directory_ && deep::stat(destination, &made, 0) == 0)
            made_.emplace(made.st_dev, made.st_ino);
        made_directory_ = true;
        say(source, destination);
    }
    bool good = true;
    std::vector<std::string> names = names_in(stream);
    if (errno) {
        warn_errno(source);
        good = false;
    }
    closedir(stream);
    ancestors_.emplace_back(info.st_dev, info.st_ino);
    for (const std::string& name : names)
        good = copy_entry(join_path(source, name), join_path(destination, name), false) && good;
    ancestors_.pop_back();
    return restore_attributes(destination, info, -1, !exists) && good;
}

bool Copier::copy_regular(const std::string& source, const std::string& destination, const struct stat& info,
                          bool exists) {
    int source_fd =
        deep::open(source, O_RDONLY | O_CLOEXEC | (settings_.follow == Follow::never ? O_NOFOLLOW : 0));
    if (source_fd < 0) {
        warn_errno(source);
        return false;
    }
    mode_t mode = mode_for(info);
    if (settings_.preserve_owner) mode &= ~static_cast<mode_t>(077);
    int flags = O_WRONLY | O_CLOEXEC | (settings_.attributes_only && exists ? 0 : O_TRUNC);
    int fd = -1;
    if (exists) {
        // A symbolic link that points nowhere is only written through where POSIXLY_CORRECT wants that.
        fd = deep::open(destination, posix_ ? flags | O_CREAT : flags, mode);
        if (fd < 0 && settings_.force && deep::unlink(destination) == 0) exists = false;
    }
    if (!exists) fd = deep::open(destination, flags | O_CREAT | O_EXCL, mode);
    if (fd < 0) {
        warn_errno(destination);
        close(source_fd);
        return false;
    }
    bool good = settings_.attributes_only || copy_contents(source_fd, fd, info, source, destination);
    good = restore_attributes(destination, info, fd, !exists) && good;
    close(source_fd);
    if (close(fd) != 0) {
        warn_errno(destination);
        good = false;
    }
    return good;
}

bool Copier::copy_contents(int source_fd, int destination_fd, const struct stat& info,
                           const std::string& source, const std::string& destination) {
    if (settings_.clone_only) {
        if (ioctl(destination_fd, kShareBlocks, source_fd) == 0) return true;
        warn("%s: cannot be a clone of '%s': %m", destination.c_str(), source.c_str());
        return false;
    }
    struct stat target;
    bool may_skip =
        settings_.holes != Holes::never && fstat(destination_fd, &target) == 0 && S_ISREG(target.st_mode);
    bool makes_holes = may_skip && settings_.holes == Holes::from_zeros;
    bool has_holes = may_skip && S_ISREG(info.st_mode) && info.st_blocks < info.st_size / 512;
    std::vector<char> buffer;
    off_t position = 0;
    // What claims no size, like a file in /proc, only read() delivers.
    bool in_kernel = S_ISREG(info.st_mode) && info.st_size > 0 && !makes_holes;
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
            size_t size = static_cast<size_t>(count);
            if (makes_holes && size == 0
                    ? ftruncate(destination_fd, position) != 0
                    : !(makes_holes ? write_around_zeros(destination_fd, {buffer.data(), size})
                                    : write_all(destination_fd, {buffer.data(), size}))) {
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
    return restore_attributes(destination, info, -1, true);
}

bool Copier::restore_attributes(const std::string& path, const struct stat& info, int fd, bool made) {
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
    if (made && !settings_.preserve_mode && !link && (S_ISDIR(info.st_mode) || settings_.preserve_owner)) {
        // What was kept back while the copy was filled.
        mode_t wanted = mode_for(info) & 0777 & ~current_umask();
        struct stat now;
        if ((fd >= 0 ? fstat(fd, &now) : deep::stat(path, &now, 0)) == 0 && (now.st_mode & 0777) != wanted) {
            wanted |= now.st_mode & 07000; // a directory may have its group from the one it is in
            if (fd >= 0)
                fchmod(fd, wanted);
            else
                deep::chmod(path, wanted);
        }
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
        if (deep::stat(part, &info, 0) != 0 || (!S_ISDIR(info.st_mode) && (errno = ENOTDIR))) {
            warn_errno(part);
            return false;
        }
        bool exists = is_directory(made.c_str());
        if (!exists) {
            mode_t mode = mode_for(info) & 0777;
            if (settings_.preserve_owner || settings_.preserve_mode) mode &= ~static_cast<mode_t>(077);
            if (mkdir(made.c_str(), mode | 0700) != 0) {
                warn_errno(made);
                return false;
            }
            say(part, made);
        }
        parents_.push_back({made, info, !exists});
    }
    return true;
}

bool Copier::finish_parents() {
    bool good = true;
    for (const Parent& parent : parents_)
        good = restore_attributes(parent.path, parent.source, -1, parent.made) && good;
    parents_.clear();
    return good;
}

} // namespace coreutils
