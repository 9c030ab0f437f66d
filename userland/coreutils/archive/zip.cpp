// zip: makes and changes zip archives (options of Info-ZIP's). The new archive is written beside the old one
// and takes its place at the end; what did not change is copied as it is.
#include "archive/checksum.h"
#include "archive/deflate.h"
#include "archive/zip_format.h"
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/mode.h"
#include "lib/path.h"
#include "lib/same_file.h"
#include "lib/unfinished.h"
#include "lib/walk.h"
#include "lib/write_all.h"

#include <algorithm>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <optional>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'r', "recurse-paths", nullptr, "recurse into directories"},
    {'j', "junk-paths", nullptr, "store only the names of files, no directories"},
    {'u', "update", nullptr, "update: only changed or new files"},
    {'f', "freshen", nullptr, "freshen: only changed files"},
    {'d', "delete", nullptr, "delete entries of the archive"},
    {'m', "move", nullptr, "delete the original files"},
    {'x', "exclude", nullptr, "exclude the names that follow"},
    {'i', "include", nullptr, "include only the names that follow"},
    {'y', "symlinks", nullptr, "store symbolic links as links"},
    {'D', "no-dir-entries", nullptr, "do not add entries for directories"},
    {'X', "no-extra", nullptr, "no extra file attributes"},
    {'q', "quiet", nullptr, "quiet operation"},
    {'v', "verbose", nullptr, nullptr},
    {'@', "names-stdin", nullptr, "read names from standard input"},
    {'g', "grow", nullptr, nullptr},
    {'0', nullptr, nullptr, "store only"},
    {'1', nullptr, nullptr, "compress faster"},
    {'2', nullptr, nullptr, nullptr},
    {'3', nullptr, nullptr, nullptr},
    {'4', nullptr, nullptr, nullptr},
    {'5', nullptr, nullptr, nullptr},
    {'6', nullptr, nullptr, nullptr},
    {'7', nullptr, nullptr, nullptr},
    {'8', nullptr, nullptr, nullptr},
    {'9', nullptr, nullptr, "compress better"},
};

// Exit statuses of Info-ZIP's programs.
enum : int { kDamaged = 3, kNothing = 12, kCannotWrite = 15, kCannotRead = 18 };

struct Settings {
    bool recursive = false, junk = false, update = false, freshen = false, remove = false, move = false;
    bool keep_links = false, no_directories = false, no_extra = false, quiet = false,
         names_from_input = false;
    int level = 6;
    std::vector<const char*> included, excluded;
};

class Writer final : public ByteSink {
public:
    explicit Writer(int fd) : fd_(fd) {}
    void put(std::string_view bytes) override {
        position_ += bytes.size();
        if (error_ == 0 && !write_all(fd_, bytes)) error_ = errno;
    }
    void put_at(std::string_view bytes, uint64_t offset) {
        if (pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset)) !=
                static_cast<ssize_t>(bytes.size()) &&
            error_ == 0)
            error_ = errno ? errno : EIO;
    }
    void back_to(uint64_t offset) {
        position_ = offset;
        if (lseek(fd_, static_cast<off_t>(offset), SEEK_SET) < 0 ||
            ftruncate(fd_, static_cast<off_t>(offset)) != 0)
            error_ = errno;
    }
    uint64_t position() const { return position_; }
    int error() const { return error_; }

private:
    int fd_;
    uint64_t position_ = 0;
    int error_ = 0;
};

class Zip {
public:
    Zip(const Settings& settings, std::string archive)
        : settings_(settings), archive_(std::move(archive)), to_output_(archive_ == "-") {
        if (!to_output_ && base_name(archive_).find('.') == std::string_view::npos) archive_ += ".zip";
    }

    int run(std::span<char*> operands) {
        if (!to_output_) read_old();
        if (settings_.remove) return remove_entries(operands);
        collect(operands);
        if (settings_.freshen || settings_.update) drop_current();
        if (files_.empty()) {
            if (settings_.freshen || settings_.update) return warned_ ? 0 : kNothing;
            warn("error: Nothing to do! (%s)", archive_.c_str());
            return kNothing;
        }
        open_target();
        Writer writer(fd_);
        std::vector<ZipEntry> made;
        for (ZipEntry& entry : old_.entries) {
            auto file = std::find_if(files_.begin(), files_.end(),
                                     [&](const File& each) { return each.name == entry.name; });
            if (file == files_.end()) {
                copy_entry(writer, entry, made);
            } else {
                add(writer, *file, settings_.freshen ? "freshening" : "updating", made);
                file->done = true;
            }
        }
        for (File& file : files_)
            if (!file.done) add(writer, file, "  adding", made);
        finish_archive(writer, made);
        if (settings_.move && status_ == 0) remove_originals();
        return status_;
    }

private:
    struct File {
        std::string path, name;
        struct stat info;
        bool done = false;
    };

    void say(const char* verb, const std::string& name, const std::string& rest) {
        if (settings_.quiet) return;
        std::string line = std::string(verb) + ": " + printable(name) + rest + "\n";
        if (!to_output_) return out.write(line);
        ssize_t ignored = write(STDERR_FILENO, line.data(), line.size());
        static_cast<void>(ignored);
    }

    void read_old() {
        old_fd_ = open(archive_.c_str(), O_RDONLY | O_CLOEXEC);
        if (old_fd_ < 0) {
            if (errno != ENOENT) die_errno(kCannotRead, archive_);
            return;
        }
        if (fstat(old_fd_, &old_info_) == 0 && old_info_.st_size == 0)
            die(kDamaged, "error: Zip file structure invalid (%s)", archive_.c_str());
        std::string problem;
        auto directory = read_zip_directory(old_fd_, problem);
        if (!directory)
            die(kDamaged, "error: Zip file structure invalid (%s): %s", archive_.c_str(), problem.c_str());
        old_ = std::move(*directory);
    }

    bool is_wanted(const std::string& name) const {
        auto any = [&name](const std::vector<const char*>& patterns) {
            return std::any_of(patterns.begin(), patterns.end(),
                               [&](const char* pattern) { return fnmatch(pattern, name.c_str(), 0) == 0; });
        };
        return (settings_.included.empty() || any(settings_.included)) && !any(settings_.excluded);
    }

    std::string stored_name(std::string_view path) const {
        if (settings_.junk) return std::string(base_name(path));
        for (bool changed = true; changed;) {
            changed = false;
            for (std::string_view lead : {"/", "./", "../"})
                if (path.starts_with(lead)) {
                    path.remove_prefix(lead.size());
                    changed = true;
                }
        }
        return std::string(path);
    }

    void collect_file(const std::string& path, const struct stat& info) {
        if (!to_output_ && old_fd_ >= 0 && same_inode(info, old_info_)) return; // itself
        bool directory = S_ISDIR(info.st_mode);
        if (directory && (settings_.no_directories || settings_.junk)) return;
        if (!directory && !S_ISREG(info.st_mode) && !S_ISLNK(info.st_mode)) {
            warn("warning: %s is not a regular file; skipped", printable(path).c_str());
            status_ = kCannotRead;
            return;
        }
        std::string name = stored_name(path);
        if (directory && !name.ends_with('/')) name.push_back('/');
        if (name.empty() || name == "/" || name == "./" || !is_wanted(name)) return;
        if (name.size() > UINT16_MAX) return;
        for (const File& each : files_)
            if (each.name == name) return;
        files_.push_back({path, name, info});
    }

    void collect_operand(const char* operand) {
        struct stat info;
        if (strcmp(operand, "-") == 0) {
            info = {};
            info.st_mode = S_IFREG | 0600;
            info.st_mtim.tv_sec = time(nullptr);
            files_.push_back({"-", "-", info});
            return;
        }
        if ((settings_.keep_links ? lstat(operand, &info) : stat(operand, &info)) != 0) {
            warn("warning: name not matched: %s", operand);
            warned_ = true;
            return;
        }
        if (!S_ISDIR(info.st_mode) || !settings_.recursive) return collect_file(operand, info);
        Walk walk(settings_.keep_links ? Follow::never : Follow::always);
        walk.sort_names();
        walk.start(operand);
        while (walk.next()) {
            if (walk.visit() == Walk::Visit::failed) {
                warn_errno(walk.path(), walk.error());
                status_ = kCannotRead;
            } else if ((walk.visit() == Walk::Visit::file || walk.visit() == Walk::Visit::directory) &&
                       walk.stat(info)) {
                collect_file(walk.path(), info);
            }
        }
    }

    void collect(std::span<char*> operands) {
        for (const char* operand : operands) collect_operand(operand);
        if (operands.empty() && settings_.freshen)
            for (const ZipEntry& entry : old_.entries)
                if (access(entry.name.c_str(), F_OK) == 0) collect_operand(entry.name.c_str());
        if (!settings_.names_from_input) return;
        Input names(STDIN_FILENO);
        while (auto line = names.next_line())
            if (!line->empty()) collect_operand(std::string(*line).c_str());
    }

    // -u and -f: what the archive has in this state already is left alone.
    void drop_current() {
        std::erase_if(files_, [this](const File& file) {
            for (const ZipEntry& entry : old_.entries)
                if (entry.name == file.name) return entry.time() >= file.info.st_mtim.tv_sec;
            return settings_.freshen;
        });
    }

    void open_target() {
        temporary_ =
            to_output_ ? std::string("/tmp/ziXXXXXX") : join_path(directory_name(archive_), "ziXXXXXX");
        unfinished_.emplace(temporary_, [&] { return (fd_ = mkstemp(temporary_.data())) >= 0; });
        if (fd_ < 0) die_errno(kCannotWrite, archive_);
        if (!to_output_) return;
        unlink(temporary_.c_str());
        unfinished_.reset();
    }

    void copy_entry(Writer& writer, ZipEntry entry, std::vector<ZipEntry>& made) {
        auto offset = zip_contents_offset(old_fd_, entry);
        if (!offset) return give_up(kDamaged, EINVAL);
        entry.header_offset = writer.position();
        entry.flags &= static_cast<uint16_t>(~8); // the sizes stand in the header now
        bool large = entry.size >= UINT32_MAX || entry.packed_size >= UINT32_MAX;
        writer.put(zip_local_header(entry, large ? ZipSizes::large : ZipSizes::small));
        char buffer[16384];
        for (uint64_t left = entry.packed_size; left > 0;) {
            ssize_t count =
                pread(old_fd_, buffer, static_cast<size_t>(std::min<uint64_t>(left, sizeof buffer)),
                      static_cast<off_t>(*offset));
            if (count <= 0) return give_up(kDamaged, count < 0 ? errno : EINVAL);
            writer.put({buffer, static_cast<size_t>(count)});
            *offset += static_cast<uint64_t>(count);
            left -= static_cast<uint64_t>(count);
        }
        made.push_back(std::move(entry));
    }

    ZipEntry entry_of(const File& file, uint64_t offset) const {
        ZipEntry entry;
        entry.name = file.name;
        entry.made_by = 3 << 8 | 30;
        entry.dos_time = zip_dos_time(file.info.st_mtim.tv_sec);
        if (!settings_.no_extra) entry.extra = zip_time_extra(file.info.st_mtim.tv_sec);
        for (char byte : file.name)
            if (byte & 0x80) entry.flags |= 1 << 11; // the name is UTF-8
        entry.external_attributes =
            static_cast<uint32_t>(file.info.st_mode) << 16 | (S_ISDIR(file.info.st_mode) ? 0x10 : 0);
        entry.header_offset = offset;
        return entry;
    }

    void add(Writer& writer, const File& file, const char* verb, std::vector<ZipEntry>& made) {
        ZipEntry entry = entry_of(file, writer.position());
        bool large = file.info.st_size > 0xffff0000 || file.path == "-";
        auto header = [&] {
            return zip_local_header(entry,
                                    large && S_ISREG(file.info.st_mode) ? ZipSizes::large : ZipSizes::small);
        };
        writer.put(header());
        if (S_ISLNK(file.info.st_mode)) {
            std::string target = read_link(file.path.c_str()).value_or("");
            entry.crc = crc32(0, target);
            entry.size = entry.packed_size = target.size();
            writer.put(target);
        } else if (S_ISREG(file.info.st_mode) && !add_contents(writer, file, entry, header)) {
            writer.back_to(entry.header_offset);
            return;
        }
        writer.put_at(header(), entry.header_offset);
        uint64_t saved = entry.size > entry.packed_size ? entry.size - entry.packed_size : 0;
        auto percent = entry.size ? (saved * 200 + entry.size) / (2 * entry.size) : 0;
        say(verb, file.name,
            entry.method == 0 ? " (stored 0%)" : " (deflated " + std::to_string(percent) + "%)");
        made.push_back(std::move(entry));
    }

    // Compresses the file behind the header; what does not get smaller is stored.
    template <typename Header>
    bool add_contents(Writer& writer, const File& file, ZipEntry& entry, Header header) {
        if (settings_.level > 0) {
            Input input;
            if (!open_input(input, file)) return false;
            entry.method = static_cast<uint16_t>(ZipMethod::deflated);
            uint64_t start = writer.position();
            Deflater deflater(writer, settings_.level);
            for (std::string_view block; !(block = input.next_block()).empty(); entry.size += block.size()) {
                entry.crc = crc32(entry.crc, block);
                deflater.put(block);
            }
            deflater.finish();
            if (input.error()) return fail_read(file, input.error());
            entry.packed_size = writer.position() - start;
            if (entry.packed_size < entry.size || file.path == "-") return true;
            writer.back_to(entry.header_offset);
            writer.put(header());
            entry.size = entry.crc = 0;
        }
        Input input;
        if (!open_input(input, file)) return false;
        entry.method = 0;
        for (std::string_view block; !(block = input.next_block()).empty(); entry.size += block.size()) {
            entry.crc = crc32(entry.crc, block);
            writer.put(block);
        }
        if (input.error()) return fail_read(file, input.error());
        entry.packed_size = entry.size;
        return true;
    }

    bool open_input(Input& input, const File& file) {
        return input.open(file.path.c_str()) || fail_read(file, errno);
    }
    bool fail_read(const File& file, int error) {
        warn_errno(file.path, error);
        status_ = kCannotRead;
        return false;
    }

    [[noreturn]] void give_up(int status, int error) {
        if (!to_output_) unlink(temporary_.c_str());
        die_errno(status, archive_, error);
    }

    void finish_archive(Writer& writer, const std::vector<ZipEntry>& made) {
        uint64_t start = writer.position();
        for (const ZipEntry& entry : made) writer.put(zip_central_header(entry));
        writer.put(zip_end(made.size(), start, writer.position() - start, old_.comment));
        if (writer.error()) give_up(14, writer.error());
        if (to_output_) {
            lseek(fd_, 0, SEEK_SET);
            Input input(fd_);
            for (std::string_view block; !(block = input.next_block()).empty();) out.write(block);
            return;
        }
        fchmod(fd_, old_fd_ >= 0 ? old_info_.st_mode & 07777 : 0666 & ~current_umask());
        if (close(fd_) != 0 || rename(temporary_.c_str(), archive_.c_str()) != 0)
            give_up(kCannotWrite, errno);
    }

    int remove_entries(std::span<char*> operands) {
        if (old_fd_ < 0) die(kNothing, "error: Nothing to do! (%s)", archive_.c_str());
        std::vector<bool> found(operands.size());
        auto removed = [&](const ZipEntry& entry) {
            bool matches = false;
            for (size_t index = 0; index < operands.size(); ++index)
                if (fnmatch(operands[index], entry.name.c_str(), 0) == 0) found[index] = matches = true;
            return matches;
        };
        std::vector<ZipEntry> kept;
        for (const ZipEntry& entry : old_.entries) {
            if (!removed(entry))
                kept.push_back(entry);
            else
                say("deleting", entry.name, "");
        }
        for (size_t index = 0; index < operands.size(); ++index)
            if (!found[index]) warn("warning: name not matched: %s", operands[index]);
        if (kept.size() == old_.entries.size()) {
            warn("error: Nothing to do! (%s)", archive_.c_str());
            return kNothing;
        }
        if (kept.empty()) {
            warn("warning: zip file empty");
            if (unlink(archive_.c_str()) != 0) die_errno(kCannotWrite, archive_);
            return 0;
        }
        open_target();
        Writer writer(fd_);
        std::vector<ZipEntry> made;
        for (ZipEntry& entry : kept) copy_entry(writer, entry, made);
        finish_archive(writer, made);
        return 0;
    }

    void remove_originals() {
        for (const File& file : files_)
            if (!S_ISDIR(file.info.st_mode) && file.path != "-" && unlink(file.path.c_str()) != 0)
                warn_errno(file.path);
        for (size_t index = files_.size(); index-- > 0;)
            if (S_ISDIR(files_[index].info.st_mode)) rmdir(files_[index].path.c_str());
    }

    const Settings& settings_;
    std::string archive_, temporary_;
    std::optional<Unfinished> unfinished_;
    bool to_output_, warned_ = false;
    int old_fd_ = -1, fd_ = -1, status_ = 0;
    struct stat old_info_ = {};
    ZipDirectory old_;
    std::vector<File> files_;
};

int run(Arguments& arguments) {
    Settings settings;
    // Behind -x and -i stand patterns, up to the next option.
    std::vector<std::pair<size_t, char>> lists;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'r': settings.recursive = true; break;
        case 'j': settings.junk = true; break;
        case 'u': settings.update = true; break;
        case 'f': settings.freshen = true; break;
        case 'd': settings.remove = true; break;
        case 'm': settings.move = true; break;
        case 'y': settings.keep_links = true; break;
        case 'D': settings.no_directories = true; break;
        case 'X': settings.no_extra = true; break;
        case 'q': settings.quiet = true; break;
        case '@': settings.names_from_input = true; break;
        case 'v':
        case 'g':
        case 'x':
        case 'i': break;
        default: settings.level = *option - '0';
        }
        lists.emplace_back(arguments.operands().size(),
                           *option == 'x' || *option == 'i' ? static_cast<char>(*option) : 0);
    }
    auto all = arguments.operands();
    std::vector<char*> operands;
    for (size_t index = 0; index < all.size(); ++index) {
        char list = 0;
        for (auto& [start, kind] : lists)
            if (start <= index) list = kind;
        if (list && index > 0)
            (list == 'x' ? settings.excluded : settings.included).push_back(all[index]);
        else
            operands.push_back(all[index]);
    }
    if (operands.empty()) missing_operand();
    if (isatty(STDOUT_FILENO) && strcmp(operands[0], "-") == 0)
        die(16, "the archive is not written to a terminal");
    return Zip(settings, operands[0]).run(std::span(operands).subspan(1));
}

constexpr Tool kTool = {
    .name = "zip",
    .synopsis = "[OPTION]... ARCHIVE[.zip] [FILE]... [-x PATTERN...] [-i PATTERN...]",
    .summary = "Package and compress files into a zip archive.",
    .options = kOptions,
    .run = run,
    .usage_status = 16,
    .failure_status = 14,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
