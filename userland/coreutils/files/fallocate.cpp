// fallocate (util-linux): room in a file, or holes. shred (GNU): overwrites files, so that they are hard to
// recover.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/numbers.h"
#include "lib/path.h"

#include <algorithm>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <string>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace coreutils {
namespace {

constexpr Option kFallocateOptions[] = {
    {'c', "collapse-range", nullptr, "take the range out of the file"},
    {'d', "dig-holes", nullptr, "turn zeros into holes"},
    {'i', "insert-range", nullptr, "insert a hole"},
    {'l', "length", "SIZE", "length of the range"},
    {'n', "keep-size", nullptr, "do not change the file's size"},
    {'o', "offset", "SIZE", "start of the range"},
    {'p', "punch-hole", nullptr, "make the range a hole"},
    {'x', "posix", nullptr, "use posix_fallocate(3)"},
    {'z', "zero-range", nullptr, "make the range zeros"},
};

// Every block of zeros becomes a hole.
void dig_holes(int fd, const char* name, off_t from, off_t to) {
    constexpr size_t kBlock = 4096;
    char block[kBlock];
    for (off_t at = from; at < to;) {
        ssize_t count = pread(fd, block, std::min<size_t>(kBlock, static_cast<size_t>(to - at)), at);
        if (count < 0) die_errno(1, name);
        if (count == 0) return;
        if (std::all_of(block, block + count, [](char byte) { return byte == 0; }) &&
            fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at, count) != 0)
            die(1, "%s: fallocate failed: %m", name);
        at += count;
    }
}

int run_fallocate(Arguments& arguments) {
    int mode = 0;
    bool dig = false, posix = false, have_length = false;
    uint64_t offset = 0, length = 0;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'c':
            mode = FALLOC_FL_COLLAPSE_RANGE;
            break;
        case 'd':
            dig = true;
            break;
        case 'i':
            mode = FALLOC_FL_INSERT_RANGE;
            break;
        case 'l':
            length = size_or_die(arguments.value(), "length value specified");
            have_length = true;
            break;
        case 'n':
            mode |= FALLOC_FL_KEEP_SIZE;
            break;
        case 'o':
            offset = size_or_die(arguments.value(), "offset value specified");
            break;
        case 'p':
            mode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
            break;
        case 'x':
            posix = true;
            break;
        case 'z':
            mode |= FALLOC_FL_ZERO_RANGE;
            break;
        }
    }
    if (arguments.operands().empty()) usage_error("no filename specified");
    if (arguments.operands().size() > 1) extra_operand(arguments.operands()[1]);
    if (!have_length && !dig) usage_error("no length argument specified");
    if (have_length && (length == 0 || length > INT64_MAX || offset > INT64_MAX))
        die(1, "invalid length value specified");
    const char* name = arguments.operands()[0];
    bool creates = !dig && mode == 0;
    int fd = open(name, O_RDWR | O_CLOEXEC | (creates ? O_CREAT : 0), 0644);
    if (fd < 0) die(1, "cannot open %s: %m", name);
    auto from = static_cast<off_t>(offset), size = static_cast<off_t>(length);
    if (dig) {
        struct stat info;
        if (fstat(fd, &info) != 0) die_errno(1, name);
        dig_holes(fd, name, from, have_length ? std::min(info.st_size, from + size) : info.st_size);
    } else if (posix) {
        if (int error = posix_fallocate(fd, from, size)) die(1, "fallocate failed: %s", strerror(error));
    } else if (fallocate(fd, mode, from, size) != 0) {
        die(1, "fallocate failed: %m");
    }
    if (close(fd) != 0) die_errno(1, name);
    return 0;
}

constexpr Tool kFallocate = {
    .name = "fallocate",
    .synopsis = "[OPTION]... -l SIZE FILE\n-d FILE",
    .summary = "Allocate or free room in a file.",
    .options = kFallocateOptions,
    .run = run_fallocate,
};
MARTLET_REGISTER_TOOL(kFallocate);

enum : int { kRemove = kLongOnly, kRandomSource };

constexpr Option kShredOptions[] = {
    {'f', "force", nullptr, "change permissions to allow writing"},
    {'n', "iterations", "N", "overwrite N times (3)"},
    {kRandomSource, "random-source", "FILE", "get random bytes from FILE"},
    {kRemove, "remove", "[HOW]", "like -u; HOW: unlink, wipe the name first, or wipesync (default)"},
    {'s', "size", "N", "shred so many bytes"},
    {'u', nullptr, nullptr, "remove the file afterwards"},
    {'v', "verbose", nullptr, "show progress"},
    {'x', "exact", nullptr, "do not round sizes up to the next full block"},
    {'z', "zero", nullptr, "overwrite with zeros at the end"},
};

enum class Fill { random, zeros };

// Where random bytes come from: a file, or without one the system.
struct RandomSource {
    const char* name = nullptr;
    Input input = {};

    void fill(char* bytes, size_t count) {
        for (size_t done = 0; done < count;) {
            ssize_t some = name ? input.read(bytes + done, count - done)
                                : getrandom(bytes + done, std::min<size_t>(256, count - done), 0);
            if (some < 0) die_errno(1, name ? name : "getrandom");
            if (some == 0) die(1, "%s: end of file", name);
            done += static_cast<size_t>(some);
        }
    }
};

void overwrite(int fd, const char* name, off_t size, Fill fill, RandomSource& source) {
    char block[16384] = {};
    for (off_t at = 0; at < size;) {
        size_t count = std::min<size_t>(sizeof block, static_cast<size_t>(size - at));
        if (fill == Fill::random) source.fill(block, count);
        ssize_t written = pwrite(fd, block, count, at);
        if (written < 0) die_errno(1, name);
        at += written;
    }
    if (fdatasync(fd) != 0 && errno != EINVAL) die_errno(1, name);
}

enum class Removal { none, unlink, wipe, wipe_and_sync };

// The name is made shorter step by step, so that its length does not stay in the directory either.
void remove_name(const std::string& path, Removal how) {
    if (how == Removal::unlink && unlink(path.c_str()) != 0) die_errno(1, path);
    if (how == Removal::unlink) return;
    int directory = how == Removal::wipe_and_sync
                        ? open(std::string(directory_name(path)).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                        : -1;
    size_t slash = path.rfind('/');
    std::string folder = slash == std::string::npos ? "" : path.substr(0, slash + 1), current = path;
    for (size_t length = path.size() - folder.size(); length > 0; --length) {
        std::string next = folder + std::string(length, '0');
        if (access(next.c_str(), F_OK) == 0 || rename(current.c_str(), next.c_str()) != 0) continue;
        current = next;
        if (directory >= 0) fsync(directory);
    }
    if (unlink(current.c_str()) != 0) die_errno(1, current);
    if (directory >= 0) close(directory);
}

int run_shred(Arguments& arguments) {
    uint64_t rounds = 3, size = 0;
    bool force = false, verbose = false, zero = false, sized = false, exact = false;
    Removal removal = Removal::none;
    RandomSource source;
    while (auto option = arguments.next_option()) {
        if (*option == 'n') rounds = unsigned_or_die(arguments.value(), "number of passes");
        if (*option == 's') {
            size = size_or_die(arguments.value(), "file size");
            sized = true;
        }
        force |= *option == 'f';
        if (*option == 'u') removal = Removal::wipe_and_sync;
        if (*option == kRemove) {
            std::string_view how = arguments.value() ? arguments.value() : "wipesync";
            removal = how == "unlink"     ? Removal::unlink
                      : how == "wipe"     ? Removal::wipe
                      : how == "wipesync" ? Removal::wipe_and_sync
                                          : Removal::none;
            if (removal == Removal::none)
                usage_error("invalid argument '%s' for '--remove'", arguments.value());
        }
        if (*option == kRandomSource) source.name = arguments.value();
        verbose |= *option == 'v';
        zero |= *option == 'z';
        exact |= *option == 'x';
    }
    if (arguments.operands().empty()) missing_operand();
    if (source.name && !source.input.open(source.name)) die_errno(1, source.name);
    int status = 0;
    for (const char* name : arguments.operands()) {
        bool given_open = strcmp(name, "-") == 0;
        int fd = given_open ? dup(STDOUT_FILENO) : open(name, O_WRONLY | O_NOCTTY | O_CLOEXEC);
        if (fd < 0 && force && errno == EACCES && chmod(name, 0600) == 0)
            fd = open(name, O_WRONLY | O_NOCTTY | O_CLOEXEC);
        struct stat info;
        if (fd < 0 || fstat(fd, &info) != 0) {
            warn("%s: failed to open for writing: %m", name);
            status = 1;
            continue;
        }
        off_t length = sized                   ? static_cast<off_t>(size)
                       : S_ISBLK(info.st_mode) ? lseek(fd, 0, SEEK_END)
                                               : info.st_size;
        if (!sized && !exact && S_ISREG(info.st_mode) && info.st_blksize > 0)
            length = (length + info.st_blksize - 1) / info.st_blksize * info.st_blksize;
        for (uint64_t round = 1; round <= rounds + zero; ++round) {
            bool last = round > rounds;
            if (verbose)
                warn("%s: pass %llu/%llu (%s)...", name, static_cast<unsigned long long>(round),
                     static_cast<unsigned long long>(rounds + zero), last ? "000000" : "random");
            overwrite(fd, name, length, last ? Fill::zeros : Fill::random, source);
        }
        bool removes = removal != Removal::none && !given_open;
        if (removes && ftruncate(fd, 0) != 0 && errno != EINVAL) die_errno(1, name);
        close(fd);
        if (removes) remove_name(name, removal);
    }
    return status;
}

constexpr Tool kShred = {
    .name = "shred",
    .synopsis = "[OPTION]... FILE...",
    .summary = "Overwrite files, and optionally remove them.",
    .options = kShredOptions,
    .run = run_shred,
};
MARTLET_REGISTER_TOOL(kShred);

} // namespace
} // namespace coreutils
