// cpio: copies files into and out of cpio archives, and from place to place (options of GNU cpio). Extracting
// stays below the working directory, unless --absolute-filenames is given.
#include "archive/cpio_format.h"
#include "archive/safe_path.h"
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/copy.h"
#include "lib/identity.h"
#include "lib/mode.h"
#include "lib/path.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <map>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>
#include <vector>

namespace coreutils {
namespace {

enum : int {
    kQuiet = kLongOnly,
    kNoAbsolute,
    kAbsolute,
    kToOutput,
    kNoOwner,
    kRenumber,
    kIgnoreDevices,
    kReproducible,
    kSparse
};

constexpr Option kOptions[] = {
    {'i', "extract", nullptr, "extract files from an archive"},
    {'o', "create", nullptr, "create the archive of the files that standard input names"},
    {'p', "pass-through", nullptr, "copy the files that standard input names to a directory"},
    {'t', "list", nullptr, "print a table of contents of the input"},
    {'0', "null", nullptr, "names are terminated by a null byte"},
    {'a', "reset-access-time", nullptr, "reset the access times of files after reading them"},
    {'B', nullptr, nullptr, nullptr},
    {'C', "io-size", "NUMBER", nullptr},
    {'c', nullptr, nullptr, "the same as -H odc"},
    {'D', "directory", "DIR", "change to directory DIR"},
    {'d', "make-directories", nullptr, "create leading directories where needed"},
    {'E', "pattern-file", "FILE", "read patterns from FILE"},
    {'f', "nonmatching", nullptr, "only copy files that do not match any of the patterns"},
    {'F', "file", "ARCHIVE", "use this archive instead of standard input or output"},
    {'I', nullptr, "ARCHIVE", "the archive to read"},
    {'O', nullptr, "ARCHIVE", "the archive to write"},
    {'H', "format", "FORMAT", "archive format: newc, crc, odc or bin"},
    {'L', "dereference", nullptr, "copy the files that symbolic links point to"},
    {'l', "link", nullptr, "link files instead of copying them, when possible"},
    {'m', "preserve-modification-time", nullptr, "retain previous file modification times"},
    {'n', "numeric-uid-gid", nullptr, "in the verbose listing, show numeric UID and GID"},
    {'R', "owner", "OWNER", "set the ownership of all files created"},
    {'u', "unconditional", nullptr, "replace all files unconditionally"},
    {'v', "verbose", nullptr, "list the files processed"},
    {kQuiet, "quiet", nullptr, "do not print the number of blocks copied"},
    {kNoAbsolute, "no-absolute-filenames", nullptr, "create all files below the working directory (default)"},
    {kAbsolute, "absolute-filenames", nullptr, "take absolute names and .. as they are"},
    {kToOutput, "to-stdout", nullptr, "extract files to standard output"},
    {kNoOwner, "no-preserve-owner", nullptr, "do not change the ownership of the files"},
    {kRenumber, "renumber-inodes", nullptr, "use numbers of our own for inodes"},
    {kIgnoreDevices, "ignore-devno", nullptr, "store 0 for the device numbers"},
    {kReproducible, "reproducible", nullptr, "--ignore-devno --renumber-inodes"},
    {kSparse, "sparse", nullptr, nullptr},
};

struct Settings {
    char action = 0; // i, o, p, t
    char separator = '\n';
    bool reset_access = false, make_directories = false, nonmatching = false, follow = false, link = false,
         keep_time = false;
    bool numeric = false, unconditional = false, verbose = false, quiet = false, absolute = false,
         to_output = false;
    bool keep_owner = true, renumber = false, ignore_devices = false;
    const char* archive = nullptr;
    const char* directory = nullptr;
    CpioFormat format = CpioFormat::binary;
    std::optional<OwnerChange> owner;
    std::vector<std::string> patterns;
};

void report_blocks(uint64_t bytes, const Settings& settings) {
    if (settings.quiet) return;
    uint64_t blocks = (bytes + 511) / 512;
    std::string text = std::to_string(blocks) + (blocks == 1 ? " block\n" : " blocks\n");
    out.flush();
    ssize_t ignored = write(STDERR_FILENO, text.data(), text.size());
    static_cast<void>(ignored);
}

// Beside the archive and what is extracted to standard output.
void print_name(std::string_view name) {
    std::string line = printable(name) + "\n";
    out.flush();
    ssize_t ignored = write(STDERR_FILENO, line.data(), line.size());
    static_cast<void>(ignored);
}

class Creator {
public:
    explicit Creator(const Settings& settings)
        : settings_(settings), file_(open_archive(settings)), archive_(settings.archive ? file_ : out) {}

    int run() {
        Input names(STDIN_FILENO);
        while (auto name = names.next_line(settings_.separator))
            if (!name->empty()) add(std::string(*name));
        // Names whose other links did not come.
        for (auto& [key, waiting] : waiting_)
            for (size_t index = 0; index < waiting.size(); ++index)
                write_file(waiting[index], index + 1 == waiting.size());
        CpioEntry trailer;
        trailer.format = settings_.format;
        trailer.name = "TRAILER!!!";
        put(*cpio_header(trailer));
        std::string rest((512 - written_ % 512) % 512, '\0');
        put(rest);
        archive_.flush();
        if (archive_.fd() != STDOUT_FILENO && (archive_.error() || close(archive_.fd()) != 0))
            die_errno(2, settings_.archive, archive_.error() ? archive_.error() : errno);
        report_blocks(written_, settings_);
        return status_;
    }

private:
    struct Waiting {
        CpioEntry entry;
        std::string path;
    };

    static int open_archive(const Settings& settings) {
        if (!settings.archive) return STDOUT_FILENO;
        int fd = open(settings.archive, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        if (fd < 0) die(2, "Cannot open %s: %m", settings.archive);
        return fd;
    }

    void put(std::string_view bytes) {
        archive_.write(bytes);
        written_ += bytes.size();
    }

    void fail(const std::string& name) {
        int error = errno;
        warn("%s: Cannot %s: %s", name.c_str(), error == ENOENT ? "stat" : "open", strerror(error));
        status_ = 2;
    }

    void add(const std::string& path) {
        struct stat info;
        if ((settings_.follow ? stat(path.c_str(), &info) : lstat(path.c_str(), &info)) != 0)
            return fail(path);
        Waiting file{entry_of(path, info), path};
        if (S_ISLNK(info.st_mode)) {
            auto target = read_link(path.c_str());
            if (!target) return fail(path);
            file.entry.size = target->size();
            if (!put_header(file.entry)) return;
            put(*target);
            put(std::string(file.entry.padding(), '\0'));
            return;
        }
        bool new_format = settings_.format == CpioFormat::newc || settings_.format == CpioFormat::crc;
        if (S_ISREG(info.st_mode) && info.st_nlink > 1 && new_format) {
            // The contents stand with the last of the links.
            auto& waiting = waiting_[{info.st_dev, info.st_ino}];
            waiting.push_back(std::move(file));
            if (waiting.size() < info.st_nlink) return;
            for (size_t index = 0; index < waiting.size(); ++index)
                write_file(waiting[index], index + 1 == waiting.size());
            waiting_.erase({info.st_dev, info.st_ino});
            return;
        }
        write_file(file, true);
    }

    CpioEntry entry_of(const std::string& path, const struct stat& info) {
        CpioEntry entry;
        entry.format = settings_.format;
        entry.name = path;
        while (entry.name.starts_with("./") && entry.name.size() > 2) {
            size_t start = entry.name.find_first_not_of('/', 1);
            if (start == std::string::npos) break;
            entry.name.erase(0, start);
        }
        bool small = settings_.format == CpioFormat::odc || settings_.format == CpioFormat::binary;
        entry.inode = info.st_ino;
        if (settings_.renumber || small) {
            // 16 or 18 bits hold no inode number: ours tell the same files apart.
            auto [number, fresh] = numbers_.try_emplace({info.st_dev, info.st_ino}, numbers_.size() + 1);
            entry.inode = number->second & 0xffff;
        }
        if (!settings_.ignore_devices) {
            entry.device_major = major(info.st_dev);
            entry.device_minor = minor(info.st_dev);
        }
        entry.mode = info.st_mode;
        entry.uid = settings_.owner && settings_.owner->user != static_cast<uid_t>(-1) ? settings_.owner->user
                                                                                       : info.st_uid;
        entry.gid = settings_.owner && settings_.owner->group != static_cast<gid_t>(-1)
                        ? settings_.owner->group
                        : info.st_gid;
        entry.links = static_cast<uint32_t>(info.st_nlink);
        entry.time = info.st_mtim.tv_sec;
        if (S_ISREG(info.st_mode)) entry.size = static_cast<uint64_t>(info.st_size);
        if (S_ISCHR(info.st_mode) || S_ISBLK(info.st_mode)) {
            entry.special_major = major(info.st_rdev);
            entry.special_minor = minor(info.st_rdev);
        }
        return entry;
    }

    bool put_header(const CpioEntry& entry) {
        auto header = cpio_header(entry);
        if (!header) {
            warn("%s: value out of range for this archive format", printable(entry.name).c_str());
            status_ = 2;
            return false;
        }
        put(*header);
        if (settings_.verbose) print_name(entry.name);
        return true;
    }

    void write_file(Waiting& file, bool with_contents) {
        if (!S_ISREG(file.entry.mode) || !with_contents || file.entry.size == 0) {
            file.entry.size = 0;
            put_header(file.entry);
            return;
        }
        int fd = open(file.path.c_str(), O_RDONLY | O_CLOEXEC);
        if (fd < 0) return fail(file.path);
        Input input(fd);
        struct stat before;
        fstat(fd, &before);
        if (file.entry.format == CpioFormat::crc) {
            for (std::string_view block; !(block = input.next_block()).empty();)
                for (unsigned char byte : block) file.entry.checksum += byte;
            lseek(fd, 0, SEEK_SET);
        }
        Input contents(fcntl(fd, F_DUPFD_CLOEXEC, 3));
        if (!put_header(file.entry)) return;
        uint64_t left = file.entry.size;
        while (left > 0) {
            std::string_view block = contents.next_block();
            if (block.empty()) break;
            block = block.substr(0, left < block.size() ? static_cast<size_t>(left) : block.size());
            put(block);
            left -= block.size();
        }
        if (left > 0) {
            warn("File %s shrunk by %llu bytes, padding with zeros", printable(file.path).c_str(),
                 static_cast<unsigned long long>(left));
            status_ = 1;
            std::string zeros(512, '\0');
            for (; left > 0; left -= std::min<uint64_t>(left, 512))
                put(std::string_view(zeros).substr(0, std::min<size_t>(static_cast<size_t>(left), 512)));
        }
        put(std::string(file.entry.padding(), '\0'));
        timespec times[2] = {before.st_atim, {0, UTIME_OMIT}};
        if (settings_.reset_access) futimens(fd, times);
    }

    const Settings& settings_;
    Output file_;
    Output& archive_; // the file, or standard output
    uint64_t written_ = 0;
    int status_ = 0;
    std::map<std::pair<dev_t, ino_t>, std::vector<Waiting>> waiting_;
    std::map<std::pair<dev_t, ino_t>, uint64_t> numbers_;
};

class Extractor {
public:
    Extractor(const Settings& settings, Input& input) : settings_(settings), source_(input) {}

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
            while (!piece.empty()) {
                ssize_t count = write(fd, piece.data(), piece.size());
                if (count < 0 && errno != EINTR) return false;
                if (count > 0) piece.remove_prefix(static_cast<size_t>(count));
            }
            return true;
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

    template <typename Sink>
    bool copy_contents(Sink sink) {
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

    const Settings& settings_;
    ByteSource source_;
    uint64_t left_ = 0;
    int status_ = 0;
    bool warned_ = false;
    std::string link_target_;
    MadeLinks links_made_;
    std::map<std::tuple<uint64_t, uint64_t, uint64_t>, std::string> first_names_;
    std::vector<std::pair<CpioEntry, std::string>> directories_;
};

// -p: every named file to the same name below a directory.
int pass_through(const Settings& settings, const char* directory) {
    CopySettings copying;
    copying.follow = settings.follow ? Follow::always : Follow::never;
    copying.recursive = true; // special files are made anew, directories never come here
    copying.preserve_links = true;
    copying.preserve_mode = true;
    copying.preserve_owner = settings.keep_owner;
    copying.preserve_times = settings.keep_time;
    copying.hard_link = settings.link;
    copying.remove_destination = true;
    Copier copier(copying);
    Input names(STDIN_FILENO);
    int status = 0;
    uint64_t bytes = 0;
    while (auto line = names.next_line(settings.separator)) {
        if (line->empty()) continue;
        std::string name(*line), target = join_path(directory, name);
        struct stat info, old;
        if ((settings.follow ? stat(name.c_str(), &info) : lstat(name.c_str(), &info)) != 0) {
            warn("%s: Cannot stat: %m", printable(name).c_str());
            status = 2;
            continue;
        }
        if (settings.make_directories) make_parents(target);
        if (S_ISDIR(info.st_mode)) {
            if (mkdir(target.c_str(), info.st_mode & 07777) != 0 && errno != EEXIST) {
                warn("%s: Cannot make directory: %m", printable(target).c_str());
                status = 2;
                continue;
            }
            chmod(target.c_str(), info.st_mode & 07777);
        } else {
            if (lstat(target.c_str(), &old) == 0 && !settings.unconditional &&
                old.st_mtim.tv_sec >= info.st_mtim.tv_sec) {
                warn("%s not created: newer or same age version exists", printable(target).c_str());
                continue;
            }
            if (!copier.copy(name, target)) {
                status = 2;
                continue;
            }
            if (S_ISREG(info.st_mode) && !settings.link) bytes += static_cast<uint64_t>(info.st_size);
        }
        if (settings.verbose) print_name(target);
    }
    report_blocks(bytes, settings);
    return status;
}

void set_action(Settings& settings, char action) {
    // -t may come with -i.
    if (action == 't' && (settings.action == 'i' || !settings.action)) {
        settings.action = 't';
        return;
    }
    if (action == 'i' && settings.action == 't') return;
    if (settings.action && settings.action != action) usage_error("Mode already defined");
    settings.action = action;
}

void set_option(int option, char* value, Settings& settings) {
    switch (option) {
    case 'i':
    case 'o':
    case 'p':
    case 't': set_action(settings, static_cast<char>(option)); break;
    case '0': settings.separator = '\0'; break;
    case 'a': settings.reset_access = true; break;
    case 'c':
        settings.format = CpioFormat::odc;
        break;
    case 'D': settings.directory = value; break;
    case 'd': settings.make_directories = true; break;
    case 'E': {
        Input input;
        if (!input.open(value)) die_errno(2, value);
        while (auto line = input.next_line()) settings.patterns.emplace_back(*line);
        break;
    }
    case 'f': settings.nonmatching = true; break;
    case 'F':
    case 'I':
    case 'O': settings.archive = value; break;
    case 'H': {
        auto format = parse_cpio_format(value);
        if (!format)
            usage_error("invalid archive format '%s'; valid archive formats are: crc newc odc bin", value);
        settings.format = *format;
        break;
    }
    case 'L': settings.follow = true; break;
    case 'l': settings.link = true; break;
    case 'm': settings.keep_time = true; break;
    case 'n': settings.numeric = true; break;
    case 'R': {
        std::string problem;
        settings.owner = parse_owner(value, problem);
        if (!settings.owner) die(2, "%s: %s", value, problem.c_str());
        break;
    }
    case 'u': settings.unconditional = true; break;
    case 'v': settings.verbose = true; break;
    case kQuiet: settings.quiet = true; break;
    case kAbsolute: settings.absolute = true; break;
    case kNoAbsolute: settings.absolute = false; break;
    case kToOutput: settings.to_output = true; break;
    case kNoOwner: settings.keep_owner = false; break;
    case kReproducible:
    case kRenumber: settings.renumber = true; break;
    }
    if (option == kReproducible || option == kIgnoreDevices) settings.ignore_devices = true;
}

int run(Arguments& arguments) {
    Settings settings;
    while (auto option = arguments.next_option()) set_option(*option, arguments.value(), settings);
    if (!settings.action) usage_error("You must specify one of -oipt options.");
    auto operands = arguments.operands();
    if (settings.action == 'p' && operands.size() != 1)
        usage_error("%s", operands.empty() ? "destination directory missing" : "too many arguments");
    if (settings.action == 'o' && !operands.empty()) usage_error("too many arguments");
    Input input;
    bool reads = settings.action == 'i' || settings.action == 't';
    if (reads && !input.open(settings.archive ? settings.archive : "-"))
        die(2, "Cannot open %s: %m", settings.archive);
    if (settings.directory && chdir(settings.directory) != 0)
        die(2, "cannot change to directory `%s': %m", settings.directory);
    if (settings.action == 'o') return Creator(settings).run();
    if (settings.action == 'p') return pass_through(settings, operands[0]);
    for (const char* operand : operands) settings.patterns.emplace_back(operand);
    return Extractor(settings, input).run();
}

constexpr Tool kTool = {
    .name = "cpio",
    .synopsis = "-o [OPTION]... < NAMES > ARCHIVE\n-i [OPTION]... [PATTERN]... < ARCHIVE\n-p [OPTION]... "
                "DIRECTORY < NAMES",
    .summary = "Copy files to and from archives.",
    .options = kOptions,
    .run = run,
    .usage_status = 2,
    .failure_status = 2,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
