// unzip: lists, tests and extracts zip archives (options of Info-ZIP's). Nothing is written outside the
// directory: leading slashes and ".." go, and symbolic links are made at the end, after all files.
#include "archive/checksum.h"
#include "archive/inflate.h"
#include "archive/safe_path.h"
#include "archive/zip_format.h"
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/mode.h"
#include "lib/path.h"
#include "lib/write_all.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'l', nullptr, nullptr, "list files (short format)"},
    {'v', nullptr, nullptr, "list files verbosely"},
    {'t', nullptr, nullptr, "test compressed archive data"},
    {'p', nullptr, nullptr, "extract files to standard output, no messages"},
    {'c', nullptr, nullptr, "extract files to standard output, with their names"},
    {'z', nullptr, nullptr, "display the archive's comment only"},
    {'Z', nullptr, nullptr, "with -1: list the names only"},
    {'1', nullptr, nullptr, nullptr},
    {'f', nullptr, nullptr, "freshen existing files, create none"},
    {'u', nullptr, nullptr, "update files, create if necessary"},
    {'x', nullptr, nullptr, "exclude the files that follow"},
    {'d', nullptr, "DIR", "extract files into DIR"},
    {'n', nullptr, nullptr, "never overwrite existing files"},
    {'o', nullptr, nullptr, "overwrite files without prompting"},
    {'j', nullptr, nullptr, "junk paths: do not make directories"},
    {'q', nullptr, nullptr, "quiet mode (-qq: quieter)"},
    {'C', nullptr, nullptr, "match file names case-insensitively"},
    {'K', nullptr, nullptr, "keep setuid, setgid and sticky permissions"},
    {'D', nullptr, nullptr, "do not restore the times of directories (-DD: of anything)"},
    {'a', nullptr, nullptr, nullptr},
    {'X', nullptr, nullptr, nullptr},
};

// Exit statuses of Info-ZIP's programs.
enum : int { kWarning = 1, kDamaged = 2, kMissing = 9, kNoMatch = 11, kUnsupported = 81 };

struct Settings {
    char action = 'x'; // x l v t p c z 1
    bool freshen = false, update = false, junk = false, ignore_case = false, keep_special = false;
    char overwrite = 0; // n, o; 0: ask
    unsigned quiet = 0, no_times = 0;
    const char* directory = nullptr;
    std::vector<const char*> chosen, excluded;
};

// Takes the contents of one entry: counts them, sums them up, and passes them on.
class CheckingSink final : public ByteSink {
public:
    explicit CheckingSink(int fd, uint64_t limit) : fd_(fd), limit_(limit) {}
    void put(std::string_view bytes) override {
        crc_ = crc32(crc_, bytes);
        size_ += bytes.size();
        if (size_ > limit_ || fd_ < 0) return; // more than was promised is not written
        if (fd_ == STDOUT_FILENO) return out.write(bytes);
        if (error_ == 0 && !write_all(fd_, bytes)) error_ = errno;
    }
    uint32_t crc() const { return crc_; }
    uint64_t size() const { return size_; }
    int error() const { return error_; }

private:
    int fd_;
    uint64_t limit_, size_ = 0;
    uint32_t crc_ = 0;
    int error_ = 0;
};

class Unzip {
public:
    Unzip(const Settings& settings, int fd, std::string archive, ZipDirectory directory)
        : settings_(settings), fd_(fd), archive_(std::move(archive)), directory_(std::move(directory)),
          found_(settings.chosen.size()) {}

    int run() {
        bool silent = settings_.action == 'p' || settings_.action == '1';
        if (!silent && settings_.quiet == 0) say("Archive:  %s\n", archive_.c_str());
        if (!silent && settings_.quiet == 0 && !directory_.comment.empty() && settings_.action != '1')
            say("%s\n", directory_.comment.c_str());
        switch (settings_.action) {
        case 'z': return 0;
        case 'l':
        case 'v': list(); break;
        default: process_all();
        }
        for (size_t index = 0; index < found_.size(); ++index)
            if (!found_[index]) {
                if (settings_.action != 'l' && settings_.action != 'v')
                    warn("caution: filename not matched:  %s", settings_.chosen[index]);
                raise_status(kNoMatch);
            }
        if (settings_.action == 't' && settings_.quiet < 2) {
            if (status_ == 0 && found_.empty()) {
                say("No errors detected in compressed data of %s.\n", archive_.c_str());
            } else if (bad_ == 0) {
                say("No errors detected in %s for the %zu file%s tested.\n", archive_.c_str(), tested_,
                    tested_ == 1 ? "" : "s");
            } else {
                say("At least one error was detected in %s.\n", archive_.c_str());
            }
        }
        return status_;
    }

private:
    [[gnu::format(printf, 2, 3)]] void say(const char* format, ...) {
        va_list list;
        va_start(list, format);
        char* text = nullptr;
        if (vasprintf(&text, format, list) >= 0) {
            out.write(text);
            free(text);
        }
        va_end(list);
    }
    void raise_status(int status) { status_ = std::max(status_, status); }
    void fail(const std::string& name, int error) {
        warn_errno(name, error);
        raise_status(error == ENOSPC ? 50 : kDamaged);
    }

    bool matches(const char* pattern, const std::string& name) const {
        return fnmatch(pattern, name.c_str(), settings_.ignore_case ? FNM_CASEFOLD : 0) == 0;
    }
    bool is_chosen(const ZipEntry& entry) {
        bool chosen = settings_.chosen.empty();
        for (size_t index = 0; index < settings_.chosen.size(); ++index)
            if (matches(settings_.chosen[index], entry.name)) found_[index] = chosen = true;
        for (const char* pattern : settings_.excluded)
            if (matches(pattern, entry.name)) return false;
        return chosen;
    }

    static int percent(uint64_t size, uint64_t packed) {
        if (size == 0) return 0;
        // Rounded to a tenth of a percent first, as Info-ZIP does.
        double saved =
            (static_cast<double>(size) - static_cast<double>(packed)) * 1000 / static_cast<double>(size);
        int permille = static_cast<int>(saved < 0 ? saved - 0.5 : saved + 0.5);
        return (permille < 0 ? permille - 5 : permille + 5) / 10;
    }

    void list() {
        bool verbose = settings_.action == 'v';
        if (settings_.quiet < 2)
            out.write(verbose ? " Length   Method    Size  Cmpr    Date    Time   CRC-32   Name\n--------  "
                                "------  ------- ---- ---------- ----- --------  ----\n"
                              : "  Length      Date    Time    Name\n---------  ---------- -----   ----\n");
        uint64_t bytes = 0, packed = 0;
        size_t count = 0;
        for (const ZipEntry& entry : directory_.entries) {
            if (!is_chosen(entry)) continue;
            time_t when = entry.time();
            struct tm broken;
            localtime_r(&when, &broken);
            char date[32];
            strftime(date, sizeof date, "%Y-%m-%d %H:%M", &broken);
            auto size = static_cast<unsigned long long>(entry.size);
            std::string method = entry.method == 0   ? "Stored"
                                 : entry.method == 8 ? std::string("Defl:") + "NXFS"[entry.flags >> 1 & 3]
                                                     : "Unk:" + std::to_string(entry.method);
            if (verbose)
                out.print("%8llu  %-6s %8llu %3d%% %s %08x  %s\n", size, method.c_str(),
                          static_cast<unsigned long long>(entry.packed_size),
                          percent(entry.size, entry.packed_size), date, entry.crc,
                          printable(entry.name).c_str());
            else
                out.print("%9llu  %s   %s\n", size, date, printable(entry.name).c_str());
            bytes += entry.size;
            packed += entry.packed_size;
            ++count;
        }
        if (settings_.quiet >= 2) return;
        const char* plural = count == 1 ? "" : "s";
        auto total = static_cast<unsigned long long>(bytes);
        if (verbose)
            out.print("--------          -------  ---                            -------\n%8llu         "
                      "%8llu %3d%%                            %zu file%s\n",
                      total, static_cast<unsigned long long>(packed), percent(bytes, packed), count, plural);
        else
            out.print("---------                     -------\n%9llu                     %zu file%s\n", total,
                      count, plural);
    }

    void process_all() {
        if (settings_.action == 'x' && settings_.directory && mkdir(settings_.directory, 0777) != 0 &&
            errno != EEXIST)
            die_errno(kDamaged, settings_.directory);
        for (const ZipEntry& entry : directory_.entries) {
            if (!is_chosen(entry)) continue;
            if (settings_.action == '1')
                say("%s\n", printable(entry.name).c_str());
            else if (settings_.action == 'x')
                extract(entry);
            else
                print_or_test(entry);
        }
        make_links();
        for (size_t index = made_directories_.size(); index-- > 0;)
            set_attributes(*made_directories_[index].first, made_directories_[index].second);
    }

    bool is_supported(const ZipEntry& entry) {
        bool known = entry.method == 0 || entry.method == static_cast<uint16_t>(ZipMethod::deflated);
        if (known && !entry.is_encrypted()) return true;
        if (entry.is_encrypted())
            warn("skipping: %s  encrypted", printable(entry.name).c_str());
        else
            warn("skipping: %s  unsupported compression method %u", printable(entry.name).c_str(),
                 entry.method);
        raise_status(kUnsupported);
        return false;
    }

    // Unpacks to `sink`; a message when what comes out is not what the directory promises.
    bool unpack(const ZipEntry& entry, CheckingSink& sink) {
        auto offset = zip_contents_offset(fd_, entry);
        int copy = offset ? fcntl(fd_, F_DUPFD_CLOEXEC, 3) : -1;
        const char* problem = nullptr;
        if (copy < 0 || lseek(copy, static_cast<off_t>(*offset), SEEK_SET) < 0) {
            problem = "bad zipfile offset (local header)";
        } else {
            Input input(copy);
            ByteSource source(input);
            if (entry.method == 0) {
                uint64_t left = entry.size;
                while (left > 0) {
                    std::string_view piece = source.peek();
                    if (piece.empty()) break;
                    piece = piece.substr(0, left < piece.size() ? static_cast<size_t>(left) : piece.size());
                    sink.put(piece);
                    source.take(piece.size());
                    left -= piece.size();
                }
                if (left > 0) problem = "unexpected end of the archive";
            } else {
                InflateResult result = Inflater().run(source, sink);
                if (result != InflateResult::done) problem = "invalid compressed data to inflate";
            }
            if (!problem && sink.size() != entry.size) problem = "the size is not as the directory says";
        }
        if (!problem && sink.crc() == entry.crc) return true;
        if (problem)
            warn("%s: %s", printable(entry.name).c_str(), problem);
        else
            warn("%s: bad CRC %08x  (should be %08x)", printable(entry.name).c_str(), sink.crc(), entry.crc);
        raise_status(kDamaged);
        ++bad_;
        return false;
    }

    void print_or_test(const ZipEntry& entry) {
        if (!is_supported(entry)) return;
        bool test = settings_.action == 't';
        if (entry.is_directory() && !test) return;
        ++tested_;
        if (test && settings_.quiet == 0) say("    testing: %-22s  ", printable(entry.name).c_str());
        if (settings_.action == 'c')
            say(" %s: %-22s  \n", entry.method == 0 ? "extracting" : " inflating",
                printable(entry.name).c_str());
        CheckingSink sink(test ? -1 : STDOUT_FILENO, entry.size);
        bool good = unpack(entry, sink);
        if (test && settings_.quiet == 0) out.write(good ? " OK\n" : "\n");
        if (settings_.action == 'c') out.put('\n');
    }

    // The path below the target directory, empty when nothing of the name is left.
    std::string target_of(const ZipEntry& entry) {
        std::string_view name = entry.name;
        std::string path = settings_.directory ? settings_.directory : "";
        size_t start = path.size();
        if (name.starts_with('/')) {
            warn("warning:  stripped absolute path spec from %s", printable(entry.name).c_str());
            raise_status(kWarning);
        }
        bool skipped = false;
        for (size_t at = 0; at < name.size();) {
            size_t end = std::min(name.find('/', at), name.size());
            std::string_view part = name.substr(at, end - at);
            bool last = end + 1 >= name.size();
            at = end + 1;
            if (part == "..") skipped = true;
            if (part.empty() || part == "." || part == ".." || (settings_.junk && !last)) continue;
            if (!path.empty() && !path.ends_with('/')) path.push_back('/');
            path.append(part);
        }
        if (skipped) {
            warn("warning:  skipped \"../\" path component(s) in %s", printable(entry.name).c_str());
            raise_status(kWarning);
        }
        if (path.size() == start) return "";
        if (entry.is_directory()) path.push_back('/');
        return path;
    }

    // Whether the file at `path` is to be written.
    bool may_write(const ZipEntry& entry, std::string& path) {
        struct stat old;
        bool exists = lstat(path.c_str(), &old) == 0;
        if (!exists) return !settings_.freshen;
        if (settings_.freshen || settings_.update)
            if (old.st_mtim.tv_sec >= entry.time()) return false;
        if (settings_.overwrite == 'n' || answer_ == 'N') return false;
        if (settings_.overwrite == 'o' || answer_ == 'A') return true;
        for (;;) {
            out.flush();
            std::string prompt = "replace " + printable(path) + "? [y]es, [n]o, [A]ll, [N]one, [r]ename: ";
            ssize_t ignored = write(STDERR_FILENO, prompt.data(), prompt.size());
            static_cast<void>(ignored);
            auto line = answers_.next_line();
            if (!line) {
                warn(" NULL\n(EOF or read error, treating as \"[N]one\" ...)");
                answer_ = 'N';
                return false;
            }
            switch (line->empty() ? 0 : (*line)[0]) {
            case 'A': answer_ = 'A'; [[fallthrough]];
            case 'y':
            case 'Y': return true;
            case 'N': answer_ = 'N'; [[fallthrough]];
            case 'n': return false;
            case 'r': {
                auto name = answers_.next_line();
                if (!name || name->empty()) break;
                path = *name;
                return true;
            }
            default: break;
            }
        }
    }

    void extract(const ZipEntry& entry) {
        std::string path = target_of(entry);
        if (path.empty() || (entry.is_directory() && (settings_.junk || settings_.freshen))) return;
        std::string shown = printable(path);
        if (entry.is_directory()) {
            if (is_directory(path.c_str())) return;
            if (settings_.quiet == 0) say("   creating: %s\n", shown.c_str());
            make_parents(path);
            if (!is_directory(path.c_str())) return fail(path, errno ? errno : ENOTDIR);
            made_directories_.emplace_back(&entry, path);
            return;
        }
        if (!is_supported(entry) || !may_write(entry, path)) return;
        bool link = (entry.mode() & S_IFMT) == S_IFLNK;
        if (settings_.quiet == 0) {
            const char* verb = link ? "   linking" : entry.method == 0 ? "extracting" : " inflating";
            say(" %s: %-22s  ", verb, shown.c_str());
        }
        if (link) {
            remember_link(entry, path);
        } else {
            make_parents(path);
            unlink(path.c_str());
            write_file(entry, path);
        }
        if (settings_.quiet == 0) out.write("\n");
    }

    void write_file(const ZipEntry& entry, const std::string& path) {
        int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0) return fail(path, errno);
        CheckingSink sink(fd, entry.size);
        unpack(entry, sink);
        if (sink.error()) fail(path, sink.error());
        if (close(fd) != 0) fail(path, errno);
        set_attributes(entry, path);
    }

    void set_attributes(const ZipEntry& entry, const std::string& path) {
        mode_t mode = entry.mode() ? entry.mode() & (settings_.keep_special ? 07777 : 0777)
                                   : (entry.is_directory() ? 0777 : 0666) & ~current_umask();
        if (entry.is_directory()) mode |= entry.mode() ? 0 : 0700;
        chmod(path.c_str(), mode);
        if (settings_.no_times > (entry.is_directory() ? 0u : 1u)) return;
        timespec times[2] = {{entry.time(), 0}, {entry.time(), 0}};
        utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW);
    }

    void remember_link(const ZipEntry& entry, const std::string& path) {
        constexpr uint64_t kMostTarget = 4096;
        std::string target;
        class StringSink final : public ByteSink {
        public:
            explicit StringSink(std::string& text) : text_(text) {}
            void put(std::string_view bytes) override {
                if (text_.size() <= kMostTarget) text_.append(bytes);
            }

        private:
            std::string& text_;
        } sink(target);
        auto offset = zip_contents_offset(fd_, entry);
        int copy = offset ? fcntl(fd_, F_DUPFD_CLOEXEC, 3) : -1;
        if (copy < 0 || lseek(copy, static_cast<off_t>(*offset), SEEK_SET) < 0 || entry.size > kMostTarget) {
            if (copy >= 0) close(copy);
            return fail(path, EINVAL);
        }
        Input input(copy);
        ByteSource source(input);
        bool good = true;
        if (entry.method == 0) {
            target.resize(static_cast<size_t>(entry.size));
            good = source.read(target.data(), target.size());
        } else {
            good = Inflater().run(source, sink) == InflateResult::done;
        }
        if (!good || crc32(0, target) != entry.crc) return fail(path, EINVAL);
        if (settings_.quiet == 0) say("-> %s ", printable(target).c_str());
        links_.emplace_back(path, target);
    }

    void make_links() {
        if (!links_.empty() && settings_.quiet == 0) out.write("finishing deferred symbolic links:\n");
        for (auto& [path, target] : links_) {
            if (settings_.quiet == 0)
                say("  %-22s -> %s\n", printable(path).c_str(), printable(target).c_str());
            if (made_links_.above(path)) {
                fail(path, ELOOP); // another link of the archive leads there
                continue;
            }
            make_parents(path);
            unlink(path.c_str());
            if (symlink(target.c_str(), path.c_str()) != 0) fail(path, errno);
            made_links_.add(path);
        }
    }

    const Settings& settings_;
    int fd_;
    std::string archive_;
    ZipDirectory directory_;
    std::vector<bool> found_;
    std::vector<std::pair<std::string, std::string>> links_;
    std::vector<std::pair<const ZipEntry*, std::string>> made_directories_;
    MadeLinks made_links_;
    Input answers_{STDIN_FILENO};
    char answer_ = 0; // N or A, once given
    int status_ = 0;
    size_t tested_ = 0, bad_ = 0;
};

int run(Arguments& arguments) {
    Settings settings;
    size_t before_excluded = SIZE_MAX;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'l':
        case 'v':
        case 't':
        case 'p':
        case 'c':
        case 'z': settings.action = static_cast<char>(*option); break;
        case 'Z':
        case '1': settings.action = '1'; break;
        case 'f': settings.freshen = true; break;
        case 'u': settings.update = true; break;
        case 'x': before_excluded = arguments.operands().size(); break;
        case 'd': settings.directory = arguments.value(); break;
        case 'n':
        case 'o': settings.overwrite = static_cast<char>(*option); break;
        case 'j': settings.junk = true; break;
        case 'q': ++settings.quiet; break;
        case 'C': settings.ignore_case = true; break;
        case 'K': settings.keep_special = true; break;
        case 'D': ++settings.no_times; break;
        }
    }
    auto operands = arguments.operands();
    if (operands.empty()) missing_operand();
    for (size_t index = 1; index < operands.size(); ++index)
        (index < before_excluded ? settings.chosen : settings.excluded).push_back(operands[index]);
    std::string archive = operands[0];
    int fd = -1;
    for (const char* suffix : {"", ".zip", ".ZIP"}) {
        fd = open((operands[0] + std::string(suffix)).c_str(), O_RDONLY | O_CLOEXEC);
        if (fd < 0) continue;
        archive += suffix;
        break;
    }
    if (fd < 0)
        die(kMissing, "cannot find or open %s, %s.zip or %s.ZIP.", operands[0], operands[0], operands[0]);
    std::string problem;
    auto directory = read_zip_directory(fd, problem);
    if (!directory) die(kMissing, "%s: %s", archive.c_str(), problem.c_str());
    if (directory->entries.empty() && settings.action != 'z') {
        warn("warning [%s]:  zipfile is empty", archive.c_str());
        return kWarning;
    }
    return Unzip(settings, fd, archive, std::move(*directory)).run();
}

constexpr Tool kTool = {
    .name = "unzip",
    .synopsis = "[OPTION]... ARCHIVE[.zip] [PATTERN]... [-x PATTERN...] [-d DIR]",
    .summary = "List, test and extract files of a zip archive.",
    .options = kOptions,
    .run = run,
    .usage_status = 10,
    .failure_status = 50,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
