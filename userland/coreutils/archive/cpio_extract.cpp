// Reading archives with cpio (-i, -t). Names stay below the working directory, unless --absolute-filenames is
// given.
#include "archive/cpio.h"
#include "archive/safe_path.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/mode.h"
#include "lib/path.h"
#include "lib/write_all.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <map>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

namespace coreutils {
namespace {

class Extractor {
public:
    Extractor(const CpioSettings& settings, Input& input) : settings_(settings), source_(input) {}

    int run() {
        uint64_t position = 0;
        for (;;) {
            CpioEntry entry;
            CpioResult result = read_cpio_header(source_, entry);
            if (result != CpioResult::entry) {
                warn(source_.error()                   ? "read error"
                     : result == CpioResult::truncated ? "premature end of archive"
                                                       : "premature end of archive: this is no header");
                status_ = 2;
                break;
            }
            if (entry.is_trailer()) {
                position = source_.position();
                break;
            }
            left_ = entry.size;
            handle(entry);
            if (!source_.skip(left_) || !source_.skip(entry.padding())) {
                warn("premature end of file");
                status_ = 2;
                break;
            }
        }
        if (position == 0) position = source_.position();
        set_directory_attributes();
        report_blocks(position, settings_);
        return status_;
    }

private:
    bool is_chosen(const std::string& name) const {
        if (settings_.patterns.empty()) return true;
        bool matches = false;
        for (const std::string& pattern : settings_.patterns)
            matches |= fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
        return matches != settings_.nonmatching;
    }

    void fail(const std::string& name, const char* what) {
        warn("%s: Cannot %s: %s", printable(name).c_str(), what, strerror(errno));
        status_ = 2;
    }

    void handle(CpioEntry& entry) {
        if (!is_chosen(entry.name)) return;
        if (settings_.action == 't') {
            list(entry);
            return;
        }
        if (settings_.to_output) {
            if (S_ISREG(entry.mode))
                copy_contents([](std::string_view piece) {
                    out.write(piece);
                    return true;
                });
            return;
        }
        std::string target = target_of(entry.name);
        if (target.empty()) return;
        if (links_made_.above(target)) {
            warn("%s: the archive goes through a symbolic link of its own; not extracted",
                 printable(entry.name).c_str());
            status_ = 2;
            return;
        }
        if (!make_way(entry, target)) return;
        if (extract(entry, target) && settings_.verbose) print_name(entry.name);
    }

    std::string target_of(const std::string& name) {
        if (settings_.absolute) return name;
        std::string_view rest = name;
        if (rest.starts_with('/') && !warned_) {
            warn("Removing leading `/' from member names");
            warned_ = true;
        }
        while (rest.starts_with('/')) rest.remove_prefix(1);
        if (has_dot_dot(rest)) {
            warn("%s: member name contains '..'; not extracted", printable(name).c_str());
            status_ = 2;
            return "";
        }
        return std::string(rest.empty() ? "." : rest);
    }

    // Removes what is in the way; false when it stays.
    bool make_way(const CpioEntry& entry, const std::string& target) {
        struct stat old;
        if (lstat(target.c_str(), &old) != 0) return true;
        if (S_ISDIR(old.st_mode)) {
            if (S_ISDIR(entry.mode)) return true;
        } else if (!settings_.unconditional && old.st_mtim.tv_sec >= entry.time) {
            warn("%s not created: newer or same age version exists", printable(entry.name).c_str());
            return false;
        }
        if ((S_ISDIR(old.st_mode) ? rmdir(target.c_str()) : unlink(target.c_str())) != 0) {
            fail(entry.name, "remove current");
            return false;
        }
        return true;
    }

    bool extract(CpioEntry& entry, const std::string& target) {
        for (int attempt = 0;; ++attempt) {
            errno = 0;
            if (create(entry, target)) return true;
            if (errno != ENOENT || attempt > 0 || !settings_.make_directories) break;
            make_parents(target);
        }
        if (errno) fail(entry.name, S_ISDIR(entry.mode) ? "make directory" : "open");
        return false;
    }

    // False with errno, or with 0 when the reason was told.
    bool create(CpioEntry& entry, const std::string& target) {
        switch (entry.mode & S_IFMT) {
        case S_IFDIR:
            if (mkdir(target.c_str(), 0700) != 0 && (errno != EEXIST || !is_directory(target.c_str())))
                return false;
            directories_.emplace_back(entry, target);
            return true;
        case S_IFLNK: {
            if (entry.size > 64 * 1024) {
                errno = ENAMETOOLONG;
                return false;
            }
            if (link_target_.empty()) {
                link_target_.resize(static_cast<size_t>(entry.size));
                if (!source_.read(link_target_.data(), link_target_.size())) {
                    left_ = 1; // the end is found again
                    return true;
                }
                left_ = 0;
            }
            if (symlink(link_target_.c_str(), target.c_str()) != 0) return false;
            link_target_.clear();
            links_made_.add(target);
            if (settings_.keep_owner && geteuid() == 0 &&
                lchown(target.c_str(), owner_of(entry), group_of(entry)) != 0)
                fail(entry.name, "change owner");
            return true;
        }
        case S_IFREG:
            return create_regular(entry, target);
        case S_IFCHR:
        case S_IFBLK:
        case S_IFIFO:
        case S_IFSOCK:
            if (mknod(target.c_str(), (entry.mode & S_IFMT) | 0600,
                      makedev(entry.special_major, entry.special_minor)) != 0)
                return false;
            set_attributes(entry, target);
            return true;
        }
        warn("%s: unknown file type", printable(entry.name).c_str());
        status_ = 2;
        errno = 0;
        return false;
    }

    bool create_regular(CpioEntry& entry, const std::string& target) {
        auto key = std::tuple(entry.device_major, entry.device_minor, entry.inode);
        bool linked = entry.links > 1;
        auto known = linked ? first_names_.find(key) : first_names_.end();
        if (known != first_names_.end()) {
            if (link(known->second.c_str(), target.c_str()) != 0) return false;
            if (entry.size == 0) return true;
            // The contents come with the last link (newc), or again (odc): into the same file.
        }
        int flags = known == first_names_.end() ? O_CREAT | O_EXCL : O_TRUNC;
        int fd = open(target.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC | flags, 0600);
        if (fd < 0) return false;
        uint32_t sum = 0;
        bool good = copy_contents([&](std::string_view piece) {
            if (entry.format == CpioFormat::crc)
                for (unsigned char byte : piece) sum += byte;
            return write_all(fd, piece);
        });
        if (!good) fail(entry.name, "write");
        if (close(fd) != 0) fail(entry.name, "close");
        if (entry.format == CpioFormat::crc && entry.size > 0 && sum != entry.checksum) {
            warn("%s: checksum error (0x%x, should be 0x%x)", printable(entry.name).c_str(), sum,
                 entry.checksum);
            status_ = 2;
        }
        set_attributes(entry, target);
        if (linked) first_names_.emplace(key, target);
        return true;
    }

    template <typename Sink> bool copy_contents(Sink sink) {
        while (left_ > 0) {
            std::string_view piece = source_.peek();
            if (piece.empty()) return true; // told when the rest is skipped
            piece = piece.substr(0, left_ < piece.size() ? static_cast<size_t>(left_) : piece.size());
            bool good = sink(piece);
            source_.take(piece.size());
            left_ -= piece.size();
            if (!good) return false;
        }
        return true;
    }

    uid_t owner_of(const CpioEntry& entry) const {
        return settings_.owner && settings_.owner->user != static_cast<uid_t>(-1) ? settings_.owner->user
                                                                                  : entry.uid;
    }
    gid_t group_of(const CpioEntry& entry) const {
        return settings_.owner && settings_.owner->group != static_cast<gid_t>(-1) ? settings_.owner->group
                                                                                   : entry.gid;
    }

    void set_attributes(const CpioEntry& entry, const std::string& target) {
        if (settings_.keep_owner && geteuid() == 0 &&
            lchown(target.c_str(), owner_of(entry), group_of(entry)) != 0)
            fail(entry.name, "change owner");
        if (chmod(target.c_str(), entry.mode & 07777) != 0) fail(entry.name, "change mode");
        timespec times[2] = {{entry.time, 0}, {entry.time, 0}};
        if (settings_.keep_time && utimensat(AT_FDCWD, target.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0)
            fail(entry.name, "utime");
    }

    // At the end: a directory without write permission can be filled before.
    void set_directory_attributes() {
        for (size_t index = directories_.size(); index-- > 0;)
            set_attributes(directories_[index].first, directories_[index].second);
    }

    void list(const CpioEntry& entry) {
        std::string link;
        if (S_ISLNK(entry.mode) && entry.size <= 64 * 1024) {
            link.resize(static_cast<size_t>(entry.size));
            if (source_.read(link.data(), link.size())) left_ = 0;
        }
        if (settings_.verbose) {
            std::string user = settings_.numeric ? std::to_string(entry.uid) : user_name(entry.uid);
            std::string group = settings_.numeric ? std::to_string(entry.gid) : group_name(entry.gid);
            out.print("%s %3u %-8s %-8s ", mode_string(entry.mode).c_str(), entry.links, user.c_str(),
                      group.c_str());
            if (S_ISCHR(entry.mode) || S_ISBLK(entry.mode))
                out.print("%3u, %3u ", entry.special_major, entry.special_minor);
            else
                out.print("%8llu ", static_cast<unsigned long long>(entry.size));
            struct tm broken;
            time_t when = entry.time, now = time(nullptr);
            localtime_r(&when, &broken);
            char text[64];
            constexpr time_t kHalfYear = 6 * 30 * 24 * 60 * 60;
            strftime(text, sizeof text,
                     when < now - kHalfYear || when > now + 3600 ? "%b %e  %Y" : "%b %e %H:%M", &broken);
            out.print("%s ", text);
        }
        out.write(printable(entry.name));
        if (settings_.verbose && S_ISLNK(entry.mode)) out.print(" -> %s", printable(link).c_str());
        out.put('\n');
    }

    const CpioSettings& settings_;
    ByteSource source_;
    uint64_t left_ = 0;
    int status_ = 0;
    bool warned_ = false;
    std::string link_target_;
    MadeLinks links_made_;
    std::map<std::tuple<uint64_t, uint64_t, uint64_t>, std::string> first_names_;
    std::vector<std::pair<CpioEntry, std::string>> directories_;
};

} // namespace

int cpio_extract(const CpioSettings& settings, Input& input) { return Extractor(settings, input).run(); }

} // namespace coreutils
