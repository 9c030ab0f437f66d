// Making archives with cpio (-o): hard links wait for each other, so that the contents come with the last
// one.
#include "archive/cpio.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/path.h"

#include <errno.h>
#include <fcntl.h>
#include <map>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace coreutils {
namespace {

class Creator {
public:
    explicit Creator(const CpioSettings& settings)
        : settings_(settings), file_(open_archive(settings)), archive_(settings.archive ? file_ : out) {}

    int run() {
        Input names(STDIN_FILENO);
        while (auto name = names.next_line(settings_.separator))
            if (!name->empty()) add(std::string(*name));
        if (names.error()) die_errno(2, input_label("-"), names.error());
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

    static int open_archive(const CpioSettings& settings) {
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

    const CpioSettings& settings_;
    Output file_;
    Output& archive_; // the file, or standard output
    uint64_t written_ = 0;
    int status_ = 0;
    std::map<std::pair<dev_t, ino_t>, std::vector<Waiting>> waiting_;
    std::map<std::pair<dev_t, ino_t>, uint64_t> numbers_;
};

} // namespace

int cpio_create(const CpioSettings& settings) { return Creator(settings).run(); }

} // namespace coreutils
