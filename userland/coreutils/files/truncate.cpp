// truncate: sets the size of files (GNU).
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "lib/numbers.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'c', "no-create", nullptr, "do not create any files"},
    {'o', "io-blocks", nullptr, "treat SIZE as number of IO blocks instead of bytes"},
    {'r', "reference", "RFILE", "base size on RFILE"},
    {'s', "size", "SIZE", "set or adjust the file size by SIZE bytes"},
};

struct Change {
    char kind = 0; // 0 to set it, or one of + - < > / %
    uint64_t size = 0;

    // The new size, or nothing when it does not fit off_t.
    std::optional<uint64_t> apply(uint64_t old) const {
        uint64_t result = size;
        switch (kind) {
        case '+':
            if (__builtin_add_overflow(old, size, &result)) return std::nullopt;
            break;
        case '-':
            result = old > size ? old - size : 0;
            break;
        case '<':
            result = old < size ? old : size;
            break;
        case '>':
            result = old > size ? old : size;
            break;
        case '/':
            result = old / size * size;
            break;
        case '%':
            if (__builtin_add_overflow(old, size - 1, &result)) return std::nullopt;
            result = result / size * size;
            break;
        }
        if (result > INT64_MAX) return std::nullopt;
        return result;
    }
};

Change parse_change(const char* text) {
    Change change;
    const char* digits = text;
    while (*digits == ' ') ++digits;
    if (*digits == '+' || *digits == '-' || *digits == '<' || *digits == '>' || *digits == '/' ||
        *digits == '%')
        change.kind = *digits++;
    auto size = parse_size(digits);
    if (!size) die(1, "Invalid number: '%s'", text);
    if (*size == 0 && (change.kind == '/' || change.kind == '%')) die(1, "division by zero");
    change.size = *size;
    return change;
}

bool resize(const char* name, const Change& change, std::optional<uint64_t> reference, bool create,
            bool blocks) {
    int fd = open(name, O_WRONLY | O_NONBLOCK | O_CLOEXEC | (create ? O_CREAT : 0), 0666);
    if (fd < 0) {
        if (!create && errno == ENOENT) return true;
        warn("cannot open '%s' for writing: %m", name);
        return false;
    }
    struct stat info;
    bool good = fstat(fd, &info) == 0;
    if (!good) warn_errno(name);
    if (good) {
        Change scaled = change;
        bool fits = !blocks || !__builtin_mul_overflow(change.size, static_cast<uint64_t>(info.st_blksize),
                                                       &scaled.size);
        auto size =
            fits ? scaled.apply(reference ? *reference : static_cast<uint64_t>(info.st_size)) : std::nullopt;
        if (!size) {
            warn("overflow extending size of file '%s'", name);
            good = false;
        } else if (ftruncate(fd, static_cast<off_t>(*size)) != 0) {
            warn("failed to truncate '%s' at %llu bytes: %m", name, static_cast<unsigned long long>(*size));
            good = false;
        }
    }
    close(fd);
    return good;
}

int run(Arguments& arguments) {
    bool create = true, blocks = false, have_size = false;
    const char* reference = nullptr;
    Change change;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'c':
            create = false;
            break;
        case 'o':
            blocks = true;
            break;
        case 'r':
            reference = arguments.value();
            break;
        case 's':
            change = parse_change(arguments.value());
            have_size = true;
            break;
        }
    }
    if (!have_size && !reference) usage_error("you must specify either '--size' or '--reference'");
    if (have_size && reference && !change.kind)
        usage_error("you must specify a relative '--size' with '--reference'");
    if (blocks && !have_size) usage_error("'--io-blocks' was specified but '--size' was not");
    if (arguments.operands().empty()) usage_error("missing file operand");
    std::optional<uint64_t> reference_size;
    if (reference) {
        struct stat info;
        if (stat(reference, &info) != 0) die(1, "cannot stat '%s': %m", reference);
        reference_size = static_cast<uint64_t>(info.st_size);
        if (!have_size) change = {'+', 0};
    }
    int status = 0;
    for (const char* name : arguments.operands())
        if (!resize(name, change, reference_size, create, blocks)) status = 1;
    return status;
}

constexpr Tool kTool = {
    .name = "truncate",
    .synopsis = "OPTION... FILE...",
    .summary = "Shrink or extend the size of each FILE to the specified size.",
    .options = kOptions,
    .run = run,
    .notes = "SIZE may be prefixed by + (extend by), - (reduce by), < (at most), > (at least), / (round down "
             "to a\n"
             "multiple of) or % (round up to a multiple of).",
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
