// tar -x and -t. Nothing is written outside the directory: leading slashes go, members with ".." are refused,
// and no member goes through a symbolic link that the archive itself made.
#include "archive/safe_path.h"
#include "archive/tar_settings.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/deep_path.h"
#include "lib/identity.h"
#include "lib/mode.h"
#include "lib/path.h"
#include "lib/spawn.h"
#include "lib/write_all.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace coreutils {
namespace {

mode_t type_bits(TarType type) {
    switch (type) {
    case TarType::directory:
        return S_IFDIR;
    case TarType::symbolic_link:
        return S_IFLNK;
    case TarType::character_device:
        return S_IFCHR;
    case TarType::block_device:
        return S_IFBLK;
    case TarType::fifo:
        return S_IFIFO;
    default:
        return S_IFREG;
    }
}

class Extractor {
public:
    explicit Extractor(const TarSettings& settings) : settings_(settings), mask_(current_umask()) {
        is_root_ = geteuid() == 0;
    }

    int run(int fd) {
        choose_members();
        Input input(fd);
        ByteSource source(input);
        TarReader reader(source);
        TarEntry entry;
        for (;;) {
            TarResult result = reader.next(entry);
            if (result == TarResult::end) break;
            if (result != TarResult::entry) {
                warn(result == TarResult::damaged ? "this does not look like a tar archive"
                                                  : "Unexpected EOF in archive");
                status_ = 2;
                break;
            }
            if (reader.take_malformed()) {
                warn("%s: the extended header is malformed", printable(entry.name).c_str());
                status_ = 2;
            }
            if (!is_chosen(entry.name) || settings_.is_excluded(entry.name)) continue;
            if (settings_.action == 't')
                print_entry(entry, settings_);
            else
                extract(entry, reader);
            if (reader.truncated()) {
                warn("Unexpected EOF in archive");
                status_ = 2;
                break;
            }
        }
        // A compressor that still writes would end by SIGPIPE, and look as if it had failed.
        while (!source.peek().empty()) source.take(source.peek().size());
        if (source.error()) {
            warn("%s: Cannot read: %s", settings_.archive ? settings_.archive : "-", strerror(source.error()));
            status_ = 2;
        }
        set_directory_attributes();
        for (Member& member : members_)
            if (!member.found) {
                warn("%s: Not found in archive", member.name.c_str());
                status_ = 2;
            }
        return status_;
    }

private:
    struct Member {
        std::string name;
        bool found = false;
    };

    void fail(const TarEntry& entry, const char* what) {
        int error = errno;
        warn("%s: %s: %s", printable(entry.name).c_str(), what, strerror(error));
        status_ = 2;
    }

    void choose_members() {
        for (const TarSettings::Operand& operand : settings_.operands) {
            if (operand.is_directory) {
                if (chdir(operand.text.c_str()) != 0) die(2, "%s: Cannot open: %m", operand.text.c_str());
                continue;
            }
            std::string name = operand.text;
            while (name.size() > 1 && name.ends_with('/')) name.pop_back();
            members_.push_back({name});
        }
    }

    bool is_chosen(std::string_view name) {
        if (members_.empty()) return true;
        bool chosen = false;
        for (Member& member : members_) {
            bool inside = name.starts_with(member.name) &&
                          (name.size() == member.name.size() || name[member.name.size()] == '/');
            if (!inside) continue;
            member.found = chosen = true;
        }
        return chosen;
    }

    // The path below the directory, empty when the member is not to be extracted.
    std::string target_of(const std::string& member, NameTransform::Target kind) {
        std::string whole = settings_.transform.apply(member, kind);
        std::string_view name = whole;
        for (unsigned left = settings_.strip_components; left > 0; --left) {
            while (name.starts_with('/')) name.remove_prefix(1);
            size_t slash = name.find('/');
            if (slash == std::string_view::npos) return "";
            name.remove_prefix(slash + 1);
        }
        if (settings_.absolute_names) return std::string(name);
        if (name.starts_with('/') && !warned_) {
            warn("Removing leading '/' from member names");
            warned_ = true;
        }
        while (name.starts_with('/')) name.remove_prefix(1);
        if (has_dot_dot(name)) {
            warn("%s: Member name contains '..'", printable(whole).c_str());
            status_ = 2;
            return "";
        }
        std::string target(name);
        while (target.size() > 1 && target.ends_with('/')) target.pop_back();
        return target;
    }

    // Removes what is in the way; false when it is to stay.
    bool make_way(const TarEntry& entry, const std::string& target) {
        struct stat old;
        if (deep::stat(target, &old, AT_SYMLINK_NOFOLLOW) != 0) return true;
        if (S_ISDIR(old.st_mode)) {
            if (entry.type == TarType::directory) return true;
            if (deep::unlink(target, AT_REMOVEDIR) == 0) return true;
            fail(entry, "Cannot open");
            return false;
        }
        if (settings_.keep_old) {
            errno = EEXIST;
            fail(entry, "Cannot open");
            return false;
        }
        if (settings_.keep_newer && old.st_mtim.tv_sec >= entry.time.tv_sec) return false;
        if (entry.type == TarType::directory && S_ISLNK(old.st_mode) && deep::is_directory(target))
            return true;
        if (entry.type == TarType::hard_link && target == entry.link) return false;
        bool both_files = S_ISREG(old.st_mode) && entry.type == TarType::file;
        if (!settings_.overwrite || !both_files) deep::unlink(target);
        return true;
    }

    void extract(TarEntry& entry, TarReader& reader) {
        std::string target = target_of(entry.name, NameTransform::Target::member);
        if (target.empty()) return;
        if (settings_.verbose > 0) {
            TarSettings shown = settings_;
            shown.verbose = settings_.verbose - 1;
            print_entry(entry, shown);
        }
        if (entry.sparse) {
            warn("%s: sparse files are not supported; not extracted", printable(entry.name).c_str());
            status_ = 2;
            return;
        }
        if (settings_.to_output) {
            if (entry.type == TarType::file)
                for (std::string_view piece; !(piece = reader.read()).empty();) out.write(piece);
            return;
        }
        if (made_links_.above(target)) {
            warn("%s: the archive goes through a symbolic link of its own; not extracted",
                 printable(entry.name).c_str());
            status_ = 2;
            return;
        }
        if (!make_way(entry, target)) return;
        for (int attempt = 0;; ++attempt) {
            if (create(entry, target, reader)) break;
            if (errno != ENOENT || attempt > 0) {
                fail(entry, entry.type == TarType::directory ? "Cannot mkdir" : "Cannot open");
                return;
            }
            make_parents(target);
        }
    }

    bool create(const TarEntry& entry, const std::string& target, TarReader& reader) {
        switch (entry.type) {
        case TarType::file:
            return create_file(entry, target, reader);
        case TarType::directory:
            if (deep::mkdir(target, 0700 | (entry.mode & 0777)) != 0 &&
                (errno != EEXIST || !deep::is_directory(target)))
                return false;
            directories_.emplace_back(entry, target);
            return true;
        case TarType::symbolic_link:
            if (deep::symlink(settings_.transform.apply(entry.link, NameTransform::Target::symbolic_link),
                              target) != 0)
                return false;
            made_links_.add(target);
            set_attributes(entry, target);
            return true;
        case TarType::hard_link: {
            std::string source = target_of(entry.link, NameTransform::Target::hard_link);
            if (source.empty()) return true;
            if (made_links_.above(source)) {
                errno = ELOOP;
                return false;
            }
            return deep::link(source, target) == 0;
        }
        case TarType::fifo:
        case TarType::character_device:
        case TarType::block_device:
            if (deep::mknod(target, type_bits(entry.type) | 0600, makedev(entry.major, entry.minor)) != 0)
                return false;
            set_attributes(entry, target);
            return true;
        }
        return true;
    }

    bool create_file(const TarEntry& entry, const std::string& target, TarReader& reader) {
        int existing = settings_.overwrite ? O_TRUNC : O_EXCL;
        int fd = deep::open(target, O_WRONLY | O_CREAT | existing | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0) return false;
        for (std::string_view piece; !(piece = reader.read()).empty();) {
            if (write_all(fd, piece)) continue;
            fail(entry, "Cannot write");
            close(fd);
            return true;
        }
        if (close(fd) != 0) fail(entry, "Cannot close");
        set_attributes(entry, target);
        return true;
    }

    void set_attributes(const TarEntry& entry, const std::string& target) {
        bool is_link = entry.type == TarType::symbolic_link;
        if (settings_.same_owner.value_or(is_root_)) {
            uid_t uid = entry.uid;
            gid_t gid = entry.gid;
            if (!settings_.numeric) {
                if (auto known = entry.user.empty() ? std::nullopt : parse_user(entry.user.c_str()))
                    uid = *known;
                if (auto known = entry.group.empty() ? std::nullopt : parse_group(entry.group.c_str()))
                    gid = *known;
            }
            if (deep::lchown(target, uid, gid) != 0) fail(entry, "Cannot change ownership");
        }
        // Root keeps all bits as they are, others obey their umask unless -p is given.
        mode_t mode = settings_.same_permissions || is_root_ ? entry.mode : entry.mode & 0777 & ~mask_;
        if (!is_link && deep::chmod(target, mode) != 0) fail(entry, "Cannot change mode");
        timespec times[2] = {{0, UTIME_NOW}, entry.time};
        if (!settings_.no_times && deep::set_times(target, times) != 0) fail(entry, "Cannot utime");
    }

    // At the end, so that a directory without write permission can be filled and keeps its time.
    void set_directory_attributes() {
        for (size_t index = directories_.size(); index-- > 0;)
            set_attributes(directories_[index].first, directories_[index].second);
    }

    const TarSettings& settings_;
    mode_t mask_;
    bool is_root_ = false, warned_ = false;
    int status_ = 0;
    std::vector<Member> members_;
    std::vector<std::pair<TarEntry, std::string>> directories_;
    MadeLinks made_links_;
};

// ".25" of a second, nothing for none.
std::string fraction_text(long nanoseconds) {
    if (nanoseconds == 0) return "";
    std::string text = std::to_string(1'000'000'000 + nanoseconds);
    text[0] = '.';
    return text.substr(0, text.find_last_not_of('0') + 1);
}

// What the first bytes say: "gzip", "bzip2", "xz", "zstd" or "".
std::string compressor_of(int fd) {
    unsigned char magic[6] = {};
    if (pread(fd, magic, sizeof(magic), 0) < 6) return "";
    if (magic[0] == 0x1f && magic[1] == 0x8b) return "gzip";
    if (memcmp(magic, "BZh", 3) == 0) return "bzip2";
    if (memcmp(magic, "\xfd" "7zXZ", 6) == 0) return "xz";
    if (memcmp(magic, "\x28\xb5\x2f\xfd", 4) == 0) return "zstd";
    return "";
}

} // namespace

PipedProgram start_compressor(std::string program, const char* option, PipeFlow flow, int other) {
    std::vector<const char*> words;
    for (char* rest = program.data(), *word; (word = strsep(&rest, " \t"));)
        if (*word) words.push_back(word);
    if (option) words.push_back(option);
    words.push_back(nullptr);
    return start_piped(words.data(), flow, other);
}

bool TarSettings::is_excluded(std::string_view name) const {
    if (excludes.empty()) return false;
    std::string text(name);
    while (text.size() > 1 && text.ends_with('/')) text.pop_back();
    for (const std::string& pattern : excludes)
        // The whole name or any tail of it after a slash, and everything below what matches.
        for (size_t at = 0; at != std::string::npos; at = text.find('/', at), at += at != std::string::npos)
            if (fnmatch(pattern.c_str(), text.c_str() + at, FNM_LEADING_DIR) == 0) return true;
    return false;
}

void print_entry(const TarEntry& entry, const TarSettings& settings) {
    if (settings.verbose > 0) {
        std::string owner = settings.numeric || entry.user.empty() ? std::to_string(entry.uid) : entry.user;
        owner += "/" + (settings.numeric || entry.group.empty() ? std::to_string(entry.gid) : entry.group);
        bool is_device = entry.type == TarType::character_device || entry.type == TarType::block_device;
        std::string size = is_device ? std::to_string(entry.major) + "," + std::to_string(entry.minor)
                                     : std::to_string(entry.type == TarType::file ? entry.size : 0);
        std::string mode = mode_string(type_bits(entry.type) | entry.mode);
        if (entry.type == TarType::hard_link) mode[0] = 'h';
        static size_t width = 19;
        width = std::max(width, owner.size() + 1 + size.size());
        out.print("%s %s %*s ", mode.c_str(), owner.c_str(), static_cast<int>(width - owner.size() - 1),
                  size.c_str());
        struct tm broken;
        localtime_r(&entry.time.tv_sec, &broken);
        out.print("%04d-%02d-%02d %02d:%02d", broken.tm_year + 1900, broken.tm_mon + 1, broken.tm_mday,
                  broken.tm_hour, broken.tm_min);
        if (settings.full_time) out.print(":%02d%s", broken.tm_sec, fraction_text(entry.time.tv_nsec).c_str());
        out.put(' ');
    }
    out.write(printable(entry.name));
    if (settings.verbose > 0 && entry.type == TarType::symbolic_link)
        out.print(" -> %s", printable(entry.link).c_str());
    if (settings.verbose > 0 && entry.type == TarType::hard_link)
        out.print(" link to %s", printable(entry.link).c_str());
    out.put('\n');
}

int tar_extract(const TarSettings& settings) {
    bool from_file = settings.archive && strcmp(settings.archive, "-") != 0;
    int fd = from_file ? open(settings.archive, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
    if (fd < 0) die(2, "%s: Cannot open: %m", settings.archive);
    std::string program = settings.compressor.empty() ? compressor_of(fd) : settings.compressor;
    PipedProgram decompressor;
    if (!program.empty()) {
        decompressor = start_compressor(program, "-d", PipeFlow::from_program, fd);
        close(fd);
    }
    int status = Extractor(settings).run(fcntl(program.empty() ? fd : decompressor.fd, F_DUPFD_CLOEXEC, 3));
    if (!program.empty() && decompressor.finish() != 0) {
        warn("the decompressor failed");
        status = 2;
    }
    if (status != 0) warn("Exiting with failure status due to previous errors");
    return status;
}

} // namespace coreutils
