// tar -c and -r.
#include "archive/tar_settings.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/identity.h"
#include "lib/mode.h"
#include "lib/path.h"
#include "lib/same_file.h"
#include "lib/spawn.h"
#include "lib/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <map>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr size_t kRecordBytes = 20 * kTarBlock;

class Creator {
public:
    Creator(const TarSettings& settings, int fd, uint64_t written)
        : settings_(settings), output_(fd), written_(written) {
        output_.defer_errors(); // told with the archive's name
        mask_ = current_umask();
    }

    void add(const std::string& operand) {
        Walk walk(settings_.follow_links ? Follow::always : Follow::never);
        walk.start(operand.c_str());
        dev_t device = 0;
        while (walk.next()) {
            const std::string& path = walk.path();
            if (walk.visit() == Walk::Visit::directory_done) continue;
            if (walk.visit() == Walk::Visit::failed || walk.visit() == Walk::Visit::cycle) {
                warn_errno(path, walk.visit() == Walk::Visit::cycle ? ELOOP : walk.error());
                status = 2;
                continue;
            }
            struct stat info;
            if (settings_.is_excluded(path)) {
                walk.skip();
                continue;
            }
            if (!walk.stat(info)) {
                warn_errno(path);
                status = 2;
                continue;
            }
            if (walk.depth() == 0) device = info.st_dev;
            if (settings_.one_file_system && info.st_dev != device) {
                walk.skip();
                continue;
            }
            if (settings_.no_recursion) walk.skip();
            add_entry(walk, path, info);
        }
    }

    void finish() {
        // Two blocks of zeros, and the record filled up.
        write(std::string(2 * kTarBlock, '\0'));
        if (written_ % kRecordBytes != 0) write(std::string(kRecordBytes - written_ % kRecordBytes, '\0'));
        output_.finish_file(archive_name());
    }

    int status = 0;
    std::optional<struct stat> archive; // a regular file that is written

private:
    const char* archive_name() const { return settings_.archive ? settings_.archive : "-"; }

    void write(std::string_view bytes) {
        output_.write(bytes);
        if (output_.error()) output_.finish_file(archive_name());
        written_ += bytes.size();
    }

    std::string member_name(const std::string& path) {
        if (settings_.absolute_names) return path;
        size_t begin = 0;
        // Up to behind the last "..": an archive holds nothing outside.
        for (size_t at = 0; at < path.size();) {
            size_t end = std::min(path.find('/', at), path.size());
            if (path.compare(at, end - at, "..") == 0) begin = std::min(end + 1, path.size());
            at = end + 1;
        }
        while (begin < path.size() && path[begin] == '/') ++begin;
        if (begin > 0 && !warned_) {
            warn("Removing leading '%s' from member names", path.substr(0, begin).c_str());
            warned_ = true;
        }
        return begin == path.size() ? "." : path.substr(begin);
    }

    void add_entry(Walk& walk, const std::string& path, const struct stat& info) {
        TarEntry entry;
        entry.name = settings_.transform.apply(member_name(path), NameTransform::Target::member);
        if (entry.name.empty()) {
            walk.skip();
            return;
        }
        entry.mode = settings_.mode ? settings_.mode->apply(info.st_mode, mask_) : info.st_mode & 07777;
        entry.uid = settings_.owner.value_or(info.st_uid);
        entry.gid = settings_.group.value_or(info.st_gid);
        if (!settings_.numeric) {
            entry.user = settings_.owner ? settings_.owner_name : name_or_empty(user_name(entry.uid));
            entry.group = settings_.group ? settings_.group_name : name_or_empty(group_name(entry.gid));
        }
        entry.time = settings_.time.value_or(info.st_mtim);
        switch (info.st_mode & S_IFMT) {
        case S_IFREG:
            break;
        case S_IFDIR:
            entry.type = TarType::directory;
            if (!entry.name.ends_with('/')) entry.name.push_back('/');
            break;
        case S_IFLNK: {
            entry.type = TarType::symbolic_link;
            auto target = read_link_at(walk.directory_fd(), walk.name());
            if (!target) {
                warn_errno(path);
                status = 2;
                return;
            }
            entry.link = settings_.transform.apply(*target, NameTransform::Target::symbolic_link);
            break;
        }
        case S_IFCHR:
        case S_IFBLK:
            entry.type = S_ISCHR(info.st_mode) ? TarType::character_device : TarType::block_device;
            entry.major = major(info.st_rdev);
            entry.minor = minor(info.st_rdev);
            break;
        case S_IFIFO:
            entry.type = TarType::fifo;
            break;
        default:
            warn("%s: socket ignored", path.c_str());
            return;
        }
        if (info.st_nlink > 1 && !S_ISDIR(info.st_mode)) {
            auto [first, added] = links_.try_emplace({info.st_dev, info.st_ino}, member_name(path));
            if (!added) {
                entry.type = TarType::hard_link;
                entry.link = settings_.transform.apply(first->second, NameTransform::Target::hard_link);
            }
        }
        if (entry.type == TarType::file) {
            add_file(walk, path, info, entry);
            return;
        }
        say(entry);
        write(tar_header(entry));
    }

    static std::string name_or_empty(const std::string& name) {
        return !name.empty() && name[0] >= '0' && name[0] <= '9' ? std::string() : name;
    }

    void say(const TarEntry& entry) {
        if (settings_.verbose == 0) return;
        TarSettings shown = settings_;
        shown.verbose = settings_.verbose - 1;
        print_entry(entry, shown);
    }

    void add_file(Walk& walk, const std::string& path, const struct stat& info, TarEntry& entry) {
        if (archive && same_inode(info, *archive)) {
            warn("%s: file is the archive; not dumped", path.c_str());
            return;
        }
        int fd = openat(walk.directory_fd(), walk.name(),
                        O_RDONLY | O_NONBLOCK | O_CLOEXEC | (settings_.follow_links ? 0 : O_NOFOLLOW));
        if (fd < 0) {
            warn("%s: Cannot open: %m", path.c_str());
            status = 2;
            return;
        }
        entry.size = static_cast<uint64_t>(info.st_size);
        say(entry);
        write(tar_header(entry));
        Input input(fd);
        uint64_t left = entry.size;
        while (left > 0) {
            std::string_view block = input.next_block();
            if (block.empty()) break;
            block = block.substr(0, static_cast<size_t>(std::min<uint64_t>(left, block.size())));
            write(block);
            left -= block.size();
        }
        if (left > 0) {
            if (input.error())
                warn("%s: Read error: %s", path.c_str(), strerror(input.error()));
            else
                warn("%s: File shrank by %llu bytes; padding with zeros", path.c_str(),
                     static_cast<unsigned long long>(left));
            status = input.error() ? 2 : std::max(status, 1);
            std::string zeros(64 * 1024, '\0');
            for (; left > 0; left -= std::min<uint64_t>(left, zeros.size()))
                write(std::string_view(zeros).substr(
                    0, static_cast<size_t>(std::min<uint64_t>(left, zeros.size()))));
        }
        write(std::string((kTarBlock - entry.size % kTarBlock) % kTarBlock, '\0'));
    }

    const TarSettings& settings_;
    Output output_;
    uint64_t written_;
    bool warned_ = false;
    mode_t mask_ = 0;
    std::map<std::pair<dev_t, ino_t>, std::string> links_;
};

// Where the members of an archive end: new ones go there.
uint64_t end_of_members(int fd, const char* name) {
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    Input input(copy);
    ByteSource source(input);
    TarReader reader(source);
    TarEntry entry;
    uint64_t end = 0;
    for (;;) {
        TarResult result = reader.next(entry);
        if (result == TarResult::end) break;
        if (result != TarResult::entry) die(2, "%s: this does not look like a tar archive", name);
        while (!reader.read().empty()) {
        }
        end = (source.position() + kTarBlock - 1) / kTarBlock * kTarBlock;
    }
    return end;
}

} // namespace

int tar_create(const TarSettings& settings) {
    bool appends = settings.action == 'r';
    bool to_file = settings.archive && strcmp(settings.archive, "-") != 0;
    int fd = STDOUT_FILENO;
    if (to_file)
        fd = open(settings.archive, (appends ? O_RDWR : O_WRONLY | O_TRUNC) | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) die(2, "%s: Cannot open: %m", settings.archive);
    if (!to_file && isatty(fd)) die(2, "Refusing to write archive contents to terminal (missing -f option?)");
    struct stat info;
    bool regular = fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
    uint64_t start = 0;
    if (appends) {
        if (!settings.compressor.empty() || !to_file) die(2, "Cannot update compressed archives");
        start = end_of_members(fd, settings.archive);
        if (ftruncate(fd, static_cast<off_t>(start)) != 0 ||
            lseek(fd, static_cast<off_t>(start), SEEK_SET) < 0)
            die_errno(2, settings.archive);
    }
    PipedProgram compressor;
    if (!settings.compressor.empty())
        compressor = start_compressor(settings.compressor, nullptr, PipeFlow::to_program, fd);
    int status;
    {
        Creator creator(settings, compressor.child ? compressor.fd : fd, start);
        if (regular) creator.archive = info;
        for (const TarSettings::Operand& operand : settings.operands) {
            if (operand.is_directory) {
                if (chdir(operand.text.c_str()) != 0) die(2, "%s: Cannot open: %m", operand.text.c_str());
            } else {
                creator.add(operand.text);
            }
        }
        creator.finish();
        status = creator.status;
    }
    if (compressor.child && compressor.finish() != 0) die(2, "the compressor failed");
    if (close(fd) != 0) die_errno(2, "close");
    if (status == 2) warn("Exiting with failure status due to previous errors");
    return status;
}

} // namespace coreutils
