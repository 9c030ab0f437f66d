// dd: POSIX.1-2017, with GNU's iflag, oflag, status, skip/seek/count in bytes and SIGUSR1.
#include "files/dd_convert.h"
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "lib/human.h"
#include "lib/numbers.h"

#include <errno.h>
#include <fcntl.h>
#include <memory>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

namespace coreutils {
namespace {

enum Flag : unsigned {
    kAppend = 1u << 0,
    kDirect = 1u << 1,
    kDirectory = 1u << 2,
    kDsync = 1u << 3,
    kSync = 1u << 4,
    kFullBlock = 1u << 5,
    kNonblock = 1u << 6,
    kNoAtime = 1u << 7,
    kNoFollow = 1u << 8,
    kCountBytes = 1u << 9,
    kSkipBytes = 1u << 10,
    kSeekBytes = 1u << 11,
    kNoCache = 1u << 12,
};
struct FlagName {
    const char* name;
    unsigned flag;
    int open_flag;
};
constexpr FlagName kFlags[] = {
    {"append", kAppend, O_APPEND},
    {"direct", kDirect, O_DIRECT},
    {"directory", kDirectory, O_DIRECTORY},
    {"dsync", kDsync, O_DSYNC},
    {"sync", kSync, O_SYNC},
    {"fullblock", kFullBlock, 0},
    {"nonblock", kNonblock, O_NONBLOCK},
    {"noatime", kNoAtime, O_NOATIME},
    {"nofollow", kNoFollow, O_NOFOLLOW},
    {"count_bytes", kCountBytes, 0},
    {"skip_bytes", kSkipBytes, 0},
    {"seek_bytes", kSeekBytes, 0},
    {"nocache", kNoCache, 0},
};

enum class Status { all, no_transfer, none, progress };

struct Settings {
    const char* input = nullptr;
    const char* output = nullptr;
    size_t input_block = 512, output_block = 512, conversion_block = 0;
    size_t one_block_size = 0; // bs=: what is read is written at once; stands above ibs= and obs=
    uint64_t skip = 0, seek = 0, count = UINT64_MAX;
    bool have_count = false;
    unsigned input_flags = 0, output_flags = 0;
    int input_open = 0, output_open = 0;
    DdConversion conversion;
    Status status = Status::all;
};

struct Totals {
    uint64_t full_in = 0, partial_in = 0, full_out = 0, partial_out = 0, truncated = 0, bytes = 0;
};
Totals totals;
timespec started;
volatile sig_atomic_t report_requested = 0, interrupted = 0;

double seconds_since_start() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec - started.tv_sec) +
           static_cast<double>(now.tv_nsec - started.tv_nsec) / 1e9;
}

// "1.5 GB": three digits at most of powers of `base`.
std::string scaled(double value, double base, const char* const* units) {
    size_t unit = 0;
    while (value >= base && units[unit + 1]) {
        value /= base;
        ++unit;
    }
    char text[64];
    snprintf(text, sizeof(text), unit == 0 || value >= 10 ? "%.0f %s" : "%.1f %s", value, units[unit]);
    return text;
}

std::string transfer_line() {
    static constexpr const char* kDecimal[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB", nullptr};
    static constexpr const char* kBinary[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", nullptr};
    double bytes = static_cast<double>(totals.bytes), seconds = seconds_since_start();
    std::string text = std::to_string(totals.bytes) + (totals.bytes == 1 ? " byte" : " bytes");
    if (bytes >= 1024)
        text += " (" + scaled(bytes, 1000, kDecimal) + ", " + scaled(bytes, 1024, kBinary) + ")";
    else if (bytes >= 1000)
        text += " (" + scaled(bytes, 1000, kDecimal) + ")";
    char tail[96];
    snprintf(tail, sizeof(tail), " copied, %g s, %s/s", seconds,
             seconds > 0 ? scaled(bytes / seconds, 1000, kDecimal).c_str() : "Infinity B");
    return text + tail;
}

void print_totals(Status status) {
    if (status == Status::none) return;
    if (status == Status::progress) fputc('\n', stderr);
    auto number = [](uint64_t value) { return static_cast<unsigned long long>(value); };
    std::string text;
    char line[160];
    snprintf(line, sizeof(line), "%llu+%llu records in\n%llu+%llu records out\n", number(totals.full_in),
             number(totals.partial_in), number(totals.full_out), number(totals.partial_out));
    text = line;
    if (totals.truncated > 0) {
        snprintf(line, sizeof(line), "%llu truncated record%s\n", number(totals.truncated),
                 totals.truncated == 1 ? "" : "s");
        text += line;
    }
    if (status != Status::no_transfer) text += transfer_line() + "\n";
    ssize_t ignored = write(STDERR_FILENO, text.data(), text.size());
    static_cast<void>(ignored);
}

void handle_signals(const Settings& settings) {
    if (interrupted) {
        print_totals(settings.status);
        signal(interrupted, SIG_DFL);
        raise(interrupted);
    }
    if (report_requested) {
        report_requested = 0;
        print_totals(settings.status);
    }
}

// Collects what is to be written into blocks of the output's size.
class Writer {
public:
    explicit Writer(Settings& settings) : settings_(settings), buffer_(new char[settings.output_block]) {}

    void put(std::string_view bytes) {
        while (!bytes.empty()) {
            size_t taken = std::min(bytes.size(), settings_.output_block - used_);
            memcpy(buffer_.get() + used_, bytes.data(), taken);
            used_ += taken;
            bytes.remove_prefix(taken);
            if (used_ == settings_.output_block) flush();
        }
    }

    // One record of its own, without collecting (bs=).
    void put_record(std::string_view bytes) { write_block(bytes); }

    void flush() {
        if (used_ > 0) write_block({buffer_.get(), used_});
        used_ = 0;
    }

    // A hole at the end still needs its size.
    void finish() {
        flush();
        if (!hole_at_end_) return;
        off_t at = lseek(STDOUT_FILENO, 0, SEEK_CUR);
        if (at >= 0 && ftruncate(STDOUT_FILENO, at) != 0) die_errno(1, output_name());
    }

private:
    const char* output_name() const { return settings_.output ? settings_.output : "standard output"; }

    void write_block(std::string_view block) {
        bool full = block.size() == settings_.output_block;
        if (settings_.conversion.sparse && block.find_first_not_of('\0') == std::string_view::npos &&
            lseek(STDOUT_FILENO, static_cast<off_t>(block.size()), SEEK_CUR) >= 0) {
            hole_at_end_ = true;
            totals.bytes += block.size();
        } else {
            hole_at_end_ = false;
            write_all(block);
        }
        ++(full ? totals.full_out : totals.partial_out);
    }

    void write_all(std::string_view block) {
        while (!block.empty()) {
            handle_signals(settings_);
            ssize_t count = write(STDOUT_FILENO, block.data(), block.size());
            if (count < 0 && errno == EINTR) continue;
            if (count < 0 && errno == EINVAL && (settings_.output_flags & kDirect)) {
                // The last, partial block cannot go past the cache.
                fcntl(STDOUT_FILENO, F_SETFL, fcntl(STDOUT_FILENO, F_GETFL) & ~O_DIRECT);
                settings_.output_flags &= ~kDirect;
                continue;
            }
            if (count < 0) {
                int error = errno;
                warn("error writing '%s': %s", output_name(), strerror(error));
                print_totals(settings_.status);
                finish_with_error();
            }
            totals.bytes += static_cast<uint64_t>(count);
            block.remove_prefix(static_cast<size_t>(count));
        }
    }
    [[noreturn]] static void finish_with_error() { coreutils::finish(1); }

    Settings& settings_;
    std::unique_ptr<char[]> buffer_;
    size_t used_ = 0;
    bool hole_at_end_ = false;
};

// One read; all of a block with iflag=fullblock. Negative with errno on failure.
ssize_t read_block(Settings& settings, char* buffer, size_t size) {
    size_t have = 0;
    for (;;) {
        handle_signals(settings);
        ssize_t count = read(STDIN_FILENO, buffer + have, size - have);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return have > 0 ? static_cast<ssize_t>(have) : count;
        have += static_cast<size_t>(count);
        if (have == size || !(settings.input_flags & kFullBlock)) return static_cast<ssize_t>(have);
    }
}

void show_progress(const Settings& settings) {
    static double last = 0;
    double now = seconds_since_start();
    if (settings.status != Status::progress || now - last < 1) return;
    last = now;
    fprintf(stderr, "\r%s", transfer_line().c_str());
}

bool copy_blocks(Settings& settings) {
    auto buffer = std::make_unique<char[]>(settings.input_block);
    Writer writer(settings);
    DdConverter converter(settings.conversion, settings.conversion_block);
    bool direct = settings.one_block_size && !settings.conversion.rewrites();
    bool good = true;
    uint64_t left = settings.count;
    bool in_bytes = settings.input_flags & kCountBytes;
    std::string converted;
    while (left > 0) {
        size_t want =
            in_bytes && left < settings.input_block ? static_cast<size_t>(left) : settings.input_block;
        ssize_t got = read_block(settings, buffer.get(), want);
        if (got == 0) break;
        if (got < 0) {
            warn("error reading '%s': %m", settings.input ? settings.input : "standard input");
            good = false;
            if (!settings.conversion.noerror) break;
            print_totals(settings.status);
            if (lseek(STDIN_FILENO, static_cast<off_t>(settings.input_block), SEEK_CUR) < 0) break;
            if (!settings.conversion.sync) continue;
            got = 0;
        }
        auto size = static_cast<size_t>(got);
        ++(size == settings.input_block ? totals.full_in : totals.partial_in);
        left -= in_bytes ? size : 1;
        if (size < settings.input_block && settings.conversion.sync) {
            memset(buffer.get() + size, settings.conversion.padding(), settings.input_block - size);
            size = settings.input_block;
        }
        if (direct) {
            writer.put_record({buffer.get(), size});
        } else {
            converted.clear();
            converter.convert({buffer.get(), size}, converted);
            writer.put(converted);
        }
        show_progress(settings);
    }
    converted.clear();
    converter.finish(converted);
    totals.truncated = converter.truncated();
    writer.put(converted);
    writer.finish();
    return good;
}

uint64_t parse_product(const char* text) {
    uint64_t product = 1;
    std::string_view rest = text;
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    for (;;) {
        size_t cross = rest.find('x');
        auto factor = parse_size(rest.substr(0, cross));
        // POSIX has it so, but who writes that rarely means it.
        if (rest.substr(0, cross) == "0" && cross != std::string_view::npos)
            warn("warning: '0x' is a zero multiplier; use '00x' if that is intended");
        if (!factor || __builtin_mul_overflow(product, *factor, &product))
            die(1, "invalid number: '%s'", text);
        if (cross == std::string_view::npos) return product;
        rest.remove_prefix(cross + 1);
    }
}

size_t block_size(const char* text) {
    uint64_t value = parse_product(text);
    if (value == 0 || value > SSIZE_MAX / 2) die(1, "invalid number: '%s'", text);
    return static_cast<size_t>(value);
}

// A count of blocks, or of bytes when the number ends in B.
uint64_t parse_position(const char* text, unsigned& flags, unsigned bytes_flag) {
    std::string number = text;
    if (number.size() > 1 && number.back() == 'B' && number[number.size() - 2] >= '0' &&
        number[number.size() - 2] <= '9') {
        number.pop_back();
        flags |= bytes_flag;
    }
    return parse_product(number.c_str());
}

void parse_flags(const char* list, unsigned& flags, int& open_flags, const char* what) {
    std::string_view rest = list;
    while (!rest.empty()) {
        std::string_view word = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(rest.size(), word.size() + 1));
        const FlagName* found = nullptr;
        for (const FlagName& each : kFlags)
            if (word == each.name) found = &each;
        if (!found) usage_error("invalid %s flag: '%s'", what, std::string(word).c_str());
        flags |= found->flag;
        open_flags |= found->open_flag;
    }
}

void parse_status(Settings& settings, const char* text) {
    std::string_view word = text;
    if (word == "none")
        settings.status = Status::none;
    else if (word == "noxfer")
        settings.status = Status::no_transfer;
    else if (word == "progress")
        settings.status = Status::progress;
    else
        usage_error("invalid status level: '%s'", text);
}

void parse_operand(Settings& settings, char* operand) {
    char* equals = strchr(operand, '=');
    if (!equals) usage_error("unrecognized operand '%s'", operand);
    std::string_view name(operand, static_cast<size_t>(equals - operand));
    const char* value = equals + 1;
    if (name == "if") {
        settings.input = value;
    } else if (name == "of") {
        settings.output = value;
    } else if (name == "ibs") {
        settings.input_block = block_size(value);
    } else if (name == "obs") {
        settings.output_block = block_size(value);
    } else if (name == "bs") {
        settings.one_block_size = block_size(value);
    } else if (name == "cbs") {
        settings.conversion_block = block_size(value);
    } else if (name == "skip" || name == "iseek") {
        settings.skip = parse_position(value, settings.input_flags, kSkipBytes);
    } else if (name == "seek" || name == "oseek") {
        settings.seek = parse_position(value, settings.output_flags, kSeekBytes);
    } else if (name == "count") {
        settings.count = parse_position(value, settings.input_flags, kCountBytes);
        settings.have_count = true;
    } else if (name == "iflag") {
        parse_flags(value, settings.input_flags, settings.input_open, "input");
    } else if (name == "oflag") {
        parse_flags(value, settings.output_flags, settings.output_open, "output");
    } else if (name == "status") {
        parse_status(settings, value);
    } else if (name == "conv") {
        if (const char* wrong = settings.conversion.parse(value))
            usage_error("invalid conversion: '%s'", wrong);
    } else {
        usage_error("unrecognized operand '%s'", operand);
    }
}

void replace_fd(int fd, const char* name, int flags) {
    int opened = open(name, flags, 0666);
    if (opened < 0) die(1, "failed to open '%s': %m", name);
    if (opened != fd) {
        if (dup2(opened, fd) < 0) die_errno(1, name);
        close(opened);
    }
}

void open_files(const Settings& settings, uint64_t seek_bytes) {
    struct stat info;
    if (settings.input)
        replace_fd(STDIN_FILENO, settings.input, O_RDONLY | settings.input_open);
    else if ((settings.input_flags & kDirectory) &&
             (fstat(STDIN_FILENO, &info) != 0 || !S_ISDIR(info.st_mode)))
        die_errno(1, "standard input", ENOTDIR);
    if (!settings.output) return;
    const DdConversion& conversion = settings.conversion;
    int flags = settings.output_open | (conversion.nocreat ? 0 : O_CREAT) | (conversion.excl ? O_EXCL : 0) |
                (conversion.notrunc || seek_bytes > 0 ? 0 : O_TRUNC);
    // Reading is not needed, but a device that can only be opened for both must open.
    replace_fd(STDOUT_FILENO, settings.output, O_WRONLY | flags);
    if (seek_bytes > 0 && !conversion.notrunc &&
        ftruncate(STDOUT_FILENO, static_cast<off_t>(seek_bytes)) != 0) {
        if (fstat(STDOUT_FILENO, &info) == 0 && S_ISREG(info.st_mode))
            die(1, "failed to truncate to %llu bytes in output file '%s': %m",
                static_cast<unsigned long long>(seek_bytes), settings.output);
    }
}

void warn_skipped(const Settings& settings) {
    if (settings.status != Status::none)
        warn("'%s': cannot skip to specified offset", settings.input ? settings.input : "standard input");
}

void skip_input(Settings& settings, uint64_t bytes) {
    struct stat info;
    bool regular = fstat(STDIN_FILENO, &info) == 0 && S_ISREG(info.st_mode);
    off_t reached = lseek(STDIN_FILENO, static_cast<off_t>(bytes), SEEK_CUR);
    if (reached >= 0) {
        if (regular && reached > info.st_size) warn_skipped(settings);
        return;
    }
    auto buffer = std::make_unique<char[]>(settings.input_block);
    while (bytes > 0) {
        ssize_t count = read_block(settings, buffer.get(), std::min<uint64_t>(bytes, settings.input_block));
        if (count < 0) die_errno(1, settings.input ? settings.input : "standard input");
        if (count == 0) {
            warn_skipped(settings);
            return;
        }
        bytes -= static_cast<uint64_t>(count);
    }
}

void seek_output(const Settings& settings, uint64_t bytes) {
    if (bytes == 0 || lseek(STDOUT_FILENO, static_cast<off_t>(bytes), SEEK_CUR) >= 0) return;
    std::string zeros(settings.output_block, '\0');
    while (bytes > 0) {
        ssize_t count = write(STDOUT_FILENO, zeros.data(), std::min<uint64_t>(bytes, zeros.size()));
        if (count < 0) die_errno(1, settings.output ? settings.output : "standard output");
        bytes -= static_cast<uint64_t>(count);
    }
}

uint64_t in_bytes(uint64_t position, unsigned flags, unsigned bytes_flag, size_t block) {
    uint64_t bytes = position;
    if (!(flags & bytes_flag) && __builtin_mul_overflow(position, static_cast<uint64_t>(block), &bytes))
        bytes = UINT64_MAX;
    if (bytes > INT64_MAX) die(1, "offset too large: %llu blocks", static_cast<unsigned long long>(position));
    return bytes;
}

int run(Arguments& arguments) {
    while (arguments.next_option()) {
    }
    Settings settings;
    for (char* operand : arguments.operands()) parse_operand(settings, operand);
    if (settings.one_block_size) settings.input_block = settings.output_block = settings.one_block_size;
    if (const char* conflict = settings.conversion.conflict()) die(1, "%s", conflict);
    if (settings.conversion_block == 0) settings.conversion.ignore_records();
    uint64_t skip_bytes = in_bytes(settings.skip, settings.input_flags, kSkipBytes, settings.input_block);
    uint64_t seek_bytes = in_bytes(settings.seek, settings.output_flags, kSeekBytes, settings.output_block);
    clock_gettime(CLOCK_MONOTONIC, &started);
    open_files(settings, seek_bytes);
    struct sigaction action = {};
    action.sa_handler = [](int) { report_requested = 1; };
    sigaction(SIGUSR1, &action, nullptr);
    action.sa_handler = [](int number) { interrupted = number; };
    sigaction(SIGINT, &action, nullptr);
    if (skip_bytes > 0) skip_input(settings, skip_bytes);
    seek_output(settings, seek_bytes);
    bool good = copy_blocks(settings);
    if ((settings.conversion.fdatasync && fdatasync(STDOUT_FILENO) != 0) ||
        (settings.conversion.fsync && fsync(STDOUT_FILENO) != 0)) {
        warn("fsync failed for '%s': %m", settings.output ? settings.output : "standard output");
        good = false;
    }
    if (settings.input_flags & kNoCache) posix_fadvise(STDIN_FILENO, 0, 0, POSIX_FADV_DONTNEED);
    if (settings.output_flags & kNoCache) posix_fadvise(STDOUT_FILENO, 0, 0, POSIX_FADV_DONTNEED);
    if (close(STDOUT_FILENO) != 0) die_errno(1, settings.output ? settings.output : "standard output");
    print_totals(settings.status);
    return good ? 0 : 1;
}

constexpr Tool kTool = {
    .name = "dd",
    .synopsis = "[OPERAND]...",
    .summary = "Copy a file, converting and formatting according to the operands.",
    .run = run,
    .notes =
        "  if=FILE, of=FILE          read from, write to FILE instead of the standard streams\n"
        "  bs=N, ibs=N, obs=N        bytes at a time (default 512); bs= writes what each read gave\n"
        "  count=N, skip=N, seek=N   blocks to copy, to skip of the input, of the output; NB means bytes\n"
        "  cbs=N                     size of a record for block and unblock\n"
        "  conv=LIST                 ascii ebcdic ibm block unblock lcase ucase sparse swab sync excl "
        "nocreat notrunc\n"
        "                            noerror fdatasync fsync\n"
        "  iflag=LIST, oflag=LIST    append direct directory dsync sync fullblock nonblock noatime nofollow "
        "count_bytes\n"
        "                            skip_bytes seek_bytes nocache\n"
        "  status=LEVEL              none, noxfer, or progress\n\n"
        "N may be a product (2x512) and have a suffix: c w b kB K MB M ... SIGUSR1 prints what has been "
        "copied so far.",
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
