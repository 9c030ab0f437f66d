// gzip, gunzip, zcat: GNU gzip's options for the gzip format.
#include "archive/gzip_format.h"
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/path.h"
#include "lib/unfinished.h"
#include "lib/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <optional>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <string>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'c', "stdout", nullptr, "write on standard output, keep original files unchanged"},
    {'c', "to-stdout", nullptr, nullptr},
    {'d', "decompress", nullptr, "decompress"},
    {'d', "uncompress", nullptr, nullptr},
    {'f', "force", nullptr, "force overwrite of output file and compress links"},
    {'k', "keep", nullptr, "keep (don't delete) input files"},
    {'l', "list", nullptr, "list compressed file contents"},
    {'n', "no-name", nullptr, "do not save or restore the original name and timestamp"},
    {'N', "name", nullptr, "save or restore the original name and timestamp"},
    {'q', "quiet", nullptr, "suppress all warnings"},
    {'r', "recursive", nullptr, "operate recursively on directories"},
    {'S', "suffix", "SUF", "use suffix SUF on compressed files"},
    {'t', "test", nullptr, "test compressed file integrity"},
    {'v', "verbose", nullptr, "verbose mode"},
    {'1', "fast", nullptr, "compress faster"},
    {'2', nullptr, nullptr, nullptr},
    {'3', nullptr, nullptr, nullptr},
    {'4', nullptr, nullptr, nullptr},
    {'5', nullptr, nullptr, nullptr},
    {'6', nullptr, nullptr, nullptr},
    {'7', nullptr, nullptr, nullptr},
    {'8', nullptr, nullptr, nullptr},
    {'9', "best", nullptr, "compress better"},
};

enum class Action { compress, decompress, test, list };
enum class NameRule { usual, never, always }; // usual: saved when compressing, not restored

struct Settings {
    Action action = Action::compress;
    bool to_output = false, force = false, keep = false, quiet = false, recursive = false, verbose = false;
    NameRule names = NameRule::usual;
    std::string suffix = ".gz";
    int level = 6;
};

class FileSink final : public ByteSink {
public:
    explicit FileSink(int fd) : output_(fd) {}
    void put(std::string_view bytes) override { output_.write(bytes); }
    // What is left is written; the errno of the first write that failed, or 0.
    int finish() {
        output_.flush();
        return output_.error();
    }

private:
    Output output_;
};
class NoSink final : public ByteSink {
public:
    void put(std::string_view) override {}
};
class StandardSink final : public ByteSink {
public:
    void put(std::string_view bytes) override { out.write(bytes); }
};

class Gzip {
public:
    explicit Gzip(Settings& settings) : settings_(settings) {}

    int run(std::span<char*> operands) {
        if (operands.empty()) {
            process_standard();
        } else {
            for (const char* operand : operands) {
                if (strcmp(operand, "-") == 0)
                    process_standard();
                else
                    process_operand(operand);
            }
        }
        if (settings_.action == Action::list && listed_ > 1)
            print_sizes(total_in_, total_out_, 0, "(totals)");
        return status_;
    }

private:
    // 1 for an error, 2 for a warning: an error wins.
    void fail(int status = 1) { status_ = status_ == 1 || status == 1 ? 1 : status; }
    void warn_about(const char* name, const char* text) {
        if (!settings_.quiet) warn("%s%s", name, text);
        fail(2);
    }

    void process_standard() {
        Input input;
        input.open("-");
        StandardSink sink;
        if (settings_.action == Action::compress) {
            if (isatty(STDOUT_FILENO) && !settings_.force)
                die(1, "compressed data not written to a terminal. Use -f to force compression.");
            uint64_t bytes;
            if (!gzip(input, sink, {}, settings_.level, bytes)) {
                warn_errno("stdin", input.error());
                fail();
            }
            return;
        }
        if (settings_.action == Action::list) {
            list_input(input, "stdin");
            return;
        }
        NoSink nothing;
        GzipSummary summary;
        unpack(input, "stdin", settings_.action == Action::test ? static_cast<ByteSink&>(nothing) : sink,
               summary);
    }

    static bool is_packed(ByteSource& source) {
        std::string begin;
        for (int byte; begin.size() < 2 && (byte = source.get()) >= 0;)
            begin.push_back(static_cast<char>(byte));
        source.put_back(begin);
        return begin == "\x1f\x8b";
    }

    // With -cdf, what is in another format is passed on as it is.
    static GzipResult copy_rest(ByteSource& source, ByteSink& sink) {
        for (std::string_view piece; !(piece = source.peek()).empty(); source.take(piece.size()))
            sink.put(piece);
        return GzipResult::done;
    }

    bool unpack(Input& input, const char* name, ByteSink& sink, GzipSummary& summary) {
        ByteSource source(input);
        bool to_output = settings_.to_output || input.fd() == STDIN_FILENO;
        bool passes = settings_.force && to_output && settings_.action == Action::decompress;
        GzipResult result =
            passes && !is_packed(source) ? copy_rest(source, sink) : gunzip(source, sink, summary);
        if (summary.trailing && passes) {
            copy_rest(source, sink);
            summary.trailing = false;
        }
        if (input.error()) {
            warn_errno(name, input.error());
            fail();
            return false;
        }
        if (result != GzipResult::done) {
            warn("%s: %s", name, describe(result));
            fail();
            return false;
        }
        if (summary.trailing) warn_about(name, ": decompression OK, trailing garbage ignored");
        return true;
    }

    void process_operand(const char* operand) {
        std::string name = operand;
        struct stat info;
        if (lstat(name.c_str(), &info) != 0) {
            int error = errno;
            // NAME stands for NAME.gz when decompressing.
            if (error == ENOENT && settings_.action != Action::compress &&
                !name.ends_with(settings_.suffix) && lstat((name + settings_.suffix).c_str(), &info) == 0) {
                name += settings_.suffix;
            } else {
                warn_errno(name, error);
                fail();
                return;
            }
        }
        if (S_ISDIR(info.st_mode)) {
            if (settings_.recursive)
                process_tree(operand);
            else
                warn_about(operand, " is a directory -- ignored");
            return;
        }
        process_file(name);
    }

    void process_tree(const char* root) {
        Walk walk;
        walk.start(root);
        while (walk.next()) {
            if (walk.visit() == Walk::Visit::failed) {
                warn_errno(walk.path(), walk.error());
                fail();
            } else if (walk.visit() == Walk::Visit::file) {
                process_file(walk.path());
            }
        }
    }

    // "x.tgz" becomes "x.tar".
    std::string plain_name(const std::string& name) const {
        for (std::string_view suffix :
             {std::string_view(settings_.suffix), std::string_view(".gz"), std::string_view("-gz"),
              std::string_view(".z"), std::string_view(".Z")})
            if (name.size() > suffix.size() && name.ends_with(suffix) &&
                base_name(name).size() > suffix.size())
                return name.substr(0, name.size() - suffix.size());
        if (name.ends_with(".tgz") || name.ends_with(".taz")) return name.substr(0, name.size() - 3) + "tar";
        return "";
    }

    void process_file(const std::string& name) {
        int flags =
            O_RDONLY | O_NONBLOCK | O_CLOEXEC | (settings_.to_output || settings_.force ? 0 : O_NOFOLLOW);
        int fd = open(name.c_str(), flags);
        struct stat info = {};
        if (fd < 0 || fstat(fd, &info) != 0) {
            if (errno == ELOOP && (flags & O_NOFOLLOW)) {
                warn_about(name.c_str(), ": Too many levels of symbolic links");
                status_ = 1;
            } else {
                warn_errno(name);
                fail();
            }
            return;
        }
        Input input(fd);
        bool in_place = !settings_.to_output &&
                        (settings_.action == Action::compress || settings_.action == Action::decompress);
        if (in_place && !S_ISREG(info.st_mode)) {
            warn_about(name.c_str(), ": not a directory or a regular file - ignored");
            return;
        }
        if (in_place && info.st_nlink > 1 && !settings_.force && !settings_.keep) {
            std::string text = " has " + std::to_string(info.st_nlink - 1) + " other link" +
                               (info.st_nlink > 2 ? "s" : "") + " -- file ignored";
            warn_about(name.c_str(), text.c_str());
            return;
        }
        switch (settings_.action) {
        case Action::list:
            list_input(input, name.c_str());
            return;
        case Action::test: {
            NoSink nothing;
            GzipSummary summary;
            if (unpack(input, name.c_str(), nothing, summary) && settings_.verbose)
                warn_plain("%s:\t OK\n", name.c_str());
            return;
        }
        case Action::compress:
            compress_file(input, name, info);
            return;
        case Action::decompress:
            decompress_file(input, name, info);
        }
    }

    GzipHeader header_for(const std::string& name, const struct stat& info) const {
        if (settings_.names == NameRule::never) return {};
        bool fits = info.st_mtim.tv_sec > 0 && info.st_mtim.tv_sec <= UINT32_MAX;
        return {fits ? static_cast<uint32_t>(info.st_mtim.tv_sec) : 0, std::string(base_name(name))};
    }

    void compress_file(Input& input, const std::string& name, const struct stat& info) {
        if (name.ends_with(settings_.suffix) && !settings_.force && !settings_.to_output) {
            if (!settings_.quiet && !settings_.recursive)
                warn("%s already has %s suffix -- unchanged", name.c_str(), settings_.suffix.c_str());
            return;
        }
        uint64_t bytes = 0;
        if (settings_.to_output) {
            StandardSink sink;
            if (!gzip(input, sink, header_for(name, info), settings_.level, bytes)) report(input, name);
            return;
        }
        std::string target = name + settings_.suffix;
        std::optional<Unfinished> unfinished;
        int fd = create(target, unfinished);
        if (fd < 0) return;
        int error = 0;
        {
            FileSink sink(fd);
            if (!gzip(input, sink, header_for(name, info), settings_.level, bytes)) {
                report(input, name);
                unlink(target.c_str());
                close(fd);
                return;
            }
            error = sink.finish();
        }
        if (!finish_file(fd, name, target, info, info.st_mtim, error)) return;
        struct stat made;
        if (settings_.verbose && stat(target.c_str(), &made) == 0)
            warn_plain(
                "%s:\t%5.1f%% -- %s %s\n", name.c_str(),
                ratio(bytes, static_cast<uint64_t>(made.st_size) - 18 -
                                 (settings_.names == NameRule::never ? 0 : base_name(name).size() + 1)),
                settings_.keep ? "created" : "replaced with", target.c_str());
    }

    void decompress_file(Input& input, const std::string& name, const struct stat& info) {
        GzipSummary summary;
        if (settings_.to_output) {
            StandardSink sink;
            unpack(input, name.c_str(), sink, summary);
            return;
        }
        std::string target = plain_name(name);
        if (target.empty()) {
            if (!settings_.quiet) warn("%s: unknown suffix -- ignored", name.c_str());
            fail(2);
            return;
        }
        std::optional<Unfinished> unfinished;
        int fd = create(target, unfinished);
        if (fd < 0) return;
        bool good;
        int error = 0;
        {
            FileSink sink(fd);
            good = unpack(input, name.c_str(), sink, summary);
            error = sink.finish();
        }
        if (!good) {
            close(fd);
            unlink(target.c_str());
            return;
        }
        timespec time = info.st_mtim;
        if (settings_.names == NameRule::always && !error) {
            if (summary.header.time) time = {static_cast<time_t>(summary.header.time), 0};
            std::string own(base_name(summary.header.name));
            std::string wanted = join_path(directory_name(target), own);
            if (!own.empty() && own != base_name(target) && rename(target.c_str(), wanted.c_str()) == 0)
                target = wanted;
        }
        if (!finish_file(fd, name, target, info, time, error)) return;
        if (settings_.verbose)
            warn_plain("%s:\t%5.1f%% -- %s %s\n", name.c_str(),
                       ratio(summary.bytes, static_cast<uint64_t>(info.st_size) - summary.overhead),
                       settings_.keep ? "created" : "replaced with", target.c_str());
    }

    void report(Input& input, const std::string& name) {
        warn_errno(name, input.error());
        fail();
    }

    int create(const std::string& target, std::optional<Unfinished>& unfinished) {
        int fd = -1;
        auto make = [&] {
            fd = open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
            return fd >= 0;
        };
        unfinished.emplace(target, make);
        if (fd < 0 && errno == EEXIST) {
            bool replace = settings_.force;
            if (!replace && isatty(STDIN_FILENO))
                replace = ask("gzip: %s already exists; do you wish to overwrite (y or n)? ", target.c_str());
            if (!replace) {
                warn("%s already exists;\tnot overwritten", target.c_str());
                fail(2);
                return -1;
            }
            unlink(target.c_str());
            unfinished.emplace(target, make);
        }
        if (fd < 0) {
            warn_errno(target);
            fail();
        }
        return fd;
    }

    // Owner, mode and times as the original's; then that goes. A target that could not be written goes
    // instead.
    bool finish_file(int fd, const std::string& name, const std::string& target, const struct stat& info,
                     timespec time, int error) {
        timespec times[2] = {info.st_atim, time};
        if (fchown(fd, info.st_uid, info.st_gid) != 0 &&
            fchown(fd, static_cast<uid_t>(-1), info.st_gid) != 0 && errno != EPERM)
            warn_errno(target);
        fchmod(fd, info.st_mode & 07777);
        futimens(fd, times);
        if (close(fd) != 0 && error == 0) error = errno;
        if (error != 0) {
            warn_errno(target, error);
            unlink(target.c_str());
            fail();
            return false;
        }
        if (!settings_.keep && unlink(name.c_str()) != 0) {
            warn_errno(name);
            fail();
        }
        return true;
    }

    static double ratio(uint64_t plain, uint64_t packed) {
        return plain == 0 ? 0
                          : 100 * (static_cast<double>(plain) - static_cast<double>(packed)) /
                                static_cast<double>(plain);
    }

    void print_sizes(uint64_t packed, uint64_t plain, uint64_t overhead, const char* name) {
        out.print("%19llu %19llu %5.1f%% %s\n", static_cast<unsigned long long>(packed),
                  static_cast<unsigned long long>(plain), ratio(plain, packed - overhead), name);
    }

    void list_input(Input& input, const char* name) {
        NoSink nothing;
        GzipSummary summary;
        ByteSource source(input);
        GzipResult result = gunzip(source, nothing, summary);
        if (result != GzipResult::done) {
            warn("%s: %s", name, describe(result));
            fail();
            return;
        }
        if (listed_++ == 0) out.write("         compressed        uncompressed  ratio uncompressed_name\n");
        std::string shown = settings_.names == NameRule::always && !summary.header.name.empty()
                                ? summary.header.name
                                : plain_name(name);
        print_sizes(source.position(), summary.bytes, summary.overhead, shown.empty() ? name : shown.c_str());
        total_in_ += source.position();
        total_out_ += summary.bytes;
    }

    [[gnu::format(printf, 1, 2)]] static void warn_plain(const char* format, ...) {
        va_list arguments;
        va_start(arguments, format);
        vfprintf(stderr, format, arguments);
        va_end(arguments);
    }

    Settings& settings_;
    int status_ = 0;
    unsigned listed_ = 0;
    uint64_t total_in_ = 0, total_out_ = 0;
};

int run(Arguments& arguments, Settings settings) {
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'c':
            settings.to_output = true;
            break;
        case 'd':
            settings.action = Action::decompress;
            break;
        case 'f':
            settings.force = true;
            break;
        case 'k':
            settings.keep = true;
            break;
        case 'l':
            settings.action = Action::list;
            break;
        case 'n':
            settings.names = NameRule::never;
            break;
        case 'N':
            settings.names = NameRule::always;
            break;
        case 'q':
            settings.quiet = true;
            break;
        case 'r':
            settings.recursive = true;
            break;
        case 'S':
            settings.suffix = arguments.value();
            break;
        case 't':
            settings.action = Action::test;
            break;
        case 'v':
            settings.verbose = true;
            break;
        default:
            settings.level = *option - '0';
        }
    }
    if (settings.suffix.empty()) die(1, "invalid suffix ''");
    return Gzip(settings).run(arguments.operands());
}

constexpr Tool kGzip = {
    .name = "gzip",
    .synopsis = "[OPTION]... [FILE]...",
    .summary = "Compress or uncompress FILEs (by default, compress FILES in-place).",
    .options = kOptions,
    .run = [](Arguments& arguments) { return run(arguments, {}); },
};
MARTLET_REGISTER_TOOL(kGzip);

constexpr Tool kGunzip = {
    .name = "gunzip",
    .synopsis = "[OPTION]... [FILE]...",
    .summary = "Uncompress FILEs in-place.",
    .options = kOptions,
    .run = [](Arguments& arguments) { return run(arguments, {.action = Action::decompress}); },
};
MARTLET_REGISTER_TOOL(kGunzip);

constexpr Tool kZcat = {
    .name = "zcat",
    .synopsis = "[OPTION]... [FILE]...",
    .summary = "Uncompress FILEs to standard output.",
    .options = kOptions,
    .run =
        [](Arguments& arguments) {
            return run(arguments, {.action = Action::decompress, .to_output = true});
        },
};
MARTLET_REGISTER_TOOL(kZcat);

} // namespace
} // namespace coreutils
