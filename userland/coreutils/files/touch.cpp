// touch: POSIX.1-2017, with GNU's -d in free form, -h and --time.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "lib/date_parse.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace coreutils {
namespace {

enum : int { kTime = kLongOnly };

constexpr Option kOptions[] = {
    {'a', nullptr, nullptr, "change only the access time"},
    {'c', "no-create", nullptr, "do not create any files"},
    {'d', "date", "STRING", "parse STRING and use it instead of current time"},
    {'f', nullptr, nullptr, nullptr},
    {'h', "no-dereference", nullptr, "affect each symbolic link instead of any referenced file"},
    {'m', nullptr, nullptr, "change only the modification time"},
    {'r', "reference", "FILE", "use this file's times instead of current time"},
    {'t', nullptr, "STAMP", "use [[CC]YY]MMDDhhmm[.ss] instead of current time"},
    {kTime, "time", "WORD", "change the specified time: access, atime, use (-a); modify, mtime (-m)"},
};

struct Settings {
    bool create = true, follow = true;
    timespec times[2] = {{0, UTIME_NOW}, {0, UTIME_NOW}};
};

bool touch(const char* path, const Settings& settings) {
    if (strcmp(path, "-") == 0) {
        if (futimens(STDOUT_FILENO, settings.times) == 0) return true;
        if (errno == EBADF && !settings.create) return true;
        warn_errno(path);
        return false;
    }
    int fd = -1;
    int open_error = 0;
    if (settings.create && settings.follow) {
        fd = open(path, O_WRONLY | O_CREAT | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0666);
        if (fd < 0) open_error = errno;
    }
    int result = fd >= 0
                     ? futimens(fd, settings.times)
                     : utimensat(AT_FDCWD, path, settings.times, settings.follow ? 0 : AT_SYMLINK_NOFOLLOW);
    int error = errno;
    if (fd >= 0) close(fd);
    if (result == 0) return true;
    if (error == ENOENT && !settings.create) return true;
    // What kept the file from being made says more than that it is not there.
    warn_errno(path, open_error && error == ENOENT ? open_error : error);
    return false;
}

int run(Arguments& arguments) {
    Settings settings;
    bool access = false, modification = false;
    const char *text = nullptr, *stamp = nullptr, *reference = nullptr;
    while (auto option = arguments.next_option()) {
        const char* value = arguments.value();
        switch (*option) {
        case 'a':
            access = true;
            break;
        case 'c':
            settings.create = false;
            break;
        case 'd':
            text = value;
            break;
        case 'h':
            settings.follow = settings.create = false;
            break;
        case 'm':
            modification = true;
            break;
        case 'r':
            reference = value;
            break;
        case 't':
            stamp = value;
            break;
        case kTime: {
            std::string_view word = value;
            if (word == "access" || word == "atime" || word == "use")
                access = true;
            else if (word == "modify" || word == "mtime")
                modification = true;
            else
                usage_error("invalid argument '%s' for '--time'", value);
            break;
        }
        }
    }
    if (stamp && (text || reference)) usage_error("cannot specify times from more than one source");
    timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (reference) {
        struct stat info;
        if ((settings.follow ? stat(reference, &info) : lstat(reference, &info)) != 0)
            die_errno(1, reference);
        settings.times[0] = info.st_atim;
        settings.times[1] = info.st_mtim;
    }
    if (text) {
        // With -r the date is relative to the file's times.
        for (int i = 0; i < 2; ++i) {
            auto when = parse_date(text, reference ? settings.times[i] : now);
            if (!when) die(1, "invalid date format '%s'", text);
            settings.times[i] = *when;
        }
    }
    if (stamp) {
        auto when = parse_touch_time(stamp, now);
        if (!when) die(1, "invalid date format '%s'", stamp);
        settings.times[0] = settings.times[1] = {*when, 0};
    }
    if (access && !modification) settings.times[1] = {0, UTIME_OMIT};
    if (modification && !access) settings.times[0] = {0, UTIME_OMIT};
    if (arguments.operands().empty()) usage_error("missing file operand");
    bool good = true;
    for (const char* path : arguments.operands()) good = touch(path, settings) && good;
    return good ? 0 : 1;
}

constexpr Tool kTool = {
    .name = "touch",
    .synopsis = "[OPTION]... FILE...",
    .summary = "Update the access and modification times of each FILE to the current time.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
