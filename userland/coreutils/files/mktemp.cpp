// mktemp: a new file or directory with an unused name (GNU's -d -q -u -p -t and suffixes).
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

namespace coreutils {
namespace {

enum : int { kSuffix = kLongOnly };

constexpr Option kOptions[] = {
    {'d', "directory", nullptr, "create a directory, not a file"},
    {'u', "dry-run", nullptr, "do not create anything; merely print a name (unsafe)"},
    {'q', "quiet", nullptr, "suppress diagnostics about file/dir-creation failure"},
    {kSuffix, "suffix", "SUFF", "append SUFF to TEMPLATE"},
    {'p', nullptr, "DIR", "interpret TEMPLATE relative to DIR"},
    {'P', "tmpdir", "[DIR]", "interpret TEMPLATE relative to DIR, or to $TMPDIR, or to /tmp"},
    {'t', nullptr, nullptr, "interpret TEMPLATE as a single component relative to $TMPDIR"},
};

constexpr int kTries = 1000;

void fill_random(std::string& name, size_t begin, size_t count) {
    constexpr char kLetters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    for (size_t index = 0; index < count; ++index) {
        unsigned char byte;
        do {
            if (getrandom(&byte, 1, 0) != 1) die_errno(1, "getrandom");
        } while (byte >= 248); // 4 * 62: every letter is as likely as the other
        name[begin + index] = kLetters[byte % 62];
    }
}

bool create(const std::string& name, bool directory, bool dry_run) {
    if (dry_run) {
        struct stat info;
        if (lstat(name.c_str(), &info) == 0) {
            errno = EEXIST;
            return false;
        }
        return errno == ENOENT;
    }
    if (directory) return mkdir(name.c_str(), 0700) == 0;
    int fd = open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return false;
    close(fd);
    return true;
}

int run(Arguments& arguments) {
    bool directory = false, dry_run = false, quiet = false, in_temporary = false, as_component = false;
    const char* parent = nullptr;
    const char* suffix = nullptr;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'd':
            directory = true;
            break;
        case 'u':
            dry_run = true;
            break;
        case 'q':
            quiet = true;
            break;
        case kSuffix:
            suffix = arguments.value();
            break;
        case 'p':
        case 'P':
            parent = arguments.value();
            in_temporary = true;
            break;
        case 't':
            in_temporary = as_component = true;
            break;
        }
    }
    auto operands = arguments.operands();
    if (operands.size() > 1) usage_error("too many templates");
    std::string name = operands.empty() ? "tmp.XXXXXXXXXX" : operands[0];
    if (operands.empty()) in_temporary = true;
    if (suffix) {
        if (!name.ends_with('X')) die(1, "with --suffix, template '%s' must end in X", name.c_str());
        if (strchr(suffix, '/')) die(1, "invalid suffix '%s', contains directory separator", suffix);
        name.append(suffix);
    }
    size_t end = suffix ? name.size() - strlen(suffix) : name.rfind('X') + 1;
    if (!suffix && name.find('/', end) != std::string::npos)
        die(1, "invalid suffix '%s', contains directory separator", name.c_str() + end);
    size_t begin = end;
    while (begin > 0 && name[begin - 1] == 'X') --begin;
    if (end - begin < 3)
        die(1, "too few X's in template '%s'", operands.empty() ? name.c_str() : operands[0]);
    if (in_temporary) {
        const char* environment = getenv("TMPDIR");
        if (as_component && name.find('/') != std::string::npos)
            die(1, "invalid template, '%s', contains directory separator", name.c_str());
        if (!as_component && name.starts_with('/'))
            die(1, "invalid template, '%s'; with --tmpdir, it may not be absolute", name.c_str());
        bool use_environment = environment && *environment && (as_component || !parent || !*parent);
        std::string base = use_environment ? environment : parent && *parent ? parent : "/tmp";
        size_t before = name.size();
        name = join_path(base, name);
        begin += name.size() - before;
        end += name.size() - before;
    }
    for (int attempt = 0; attempt < kTries; ++attempt) {
        fill_random(name, begin, end - begin);
        if (create(name, directory, dry_run)) {
            out.print("%s\n", name.c_str());
            out.flush();
            return 0;
        }
        if (errno != EEXIST) break;
    }
    if (!quiet) {
        int error = errno;
        name.replace(begin, end - begin, end - begin, 'X');
        die(1, "failed to create %s via template '%s': %s", directory ? "directory" : "file", name.c_str(),
            strerror(error));
    }
    return 1;
}

constexpr Tool kTool = {
    .name = "mktemp",
    .synopsis = "[OPTION]... [TEMPLATE]",
    .summary = "Create a temporary file or directory, safely, and print its name.",
    .options = kOptions,
    .run = run,
    .notes = "TEMPLATE must contain at least 3 consecutive 'X's in its last component.",
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
