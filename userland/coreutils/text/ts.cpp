// ts (moreutils): the time in front of every line. dos2unix and unix2dos: the ends of lines.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/unfinished.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr Option kTsOptions[] = {
    {'i', nullptr, nullptr, "the time since the last line"},
    {'s', nullptr, nullptr, "the time since the start"},
    {'m', nullptr, nullptr, "use the monotonic clock"},
};

// strftime(3), with %.S, %.s and %.T for microseconds.
std::string time_text(const char* format, const timespec& when, const tm& broken) {
    char fraction[16];
    snprintf(fraction, sizeof fraction, ".%06ld", when.tv_nsec / 1000);
    std::string pattern;
    for (const char* at = format; *at; ++at) {
        if (at[0] == '%' && at[1] == '.' && at[2] && strchr("SsT", at[2])) {
            pattern += at[2] == 's' ? std::to_string(when.tv_sec) : std::string("%") + at[2];
            pattern += fraction;
            at += 2;
        } else {
            pattern.push_back(*at);
            if (at[0] == '%' && at[1]) pattern.push_back(*++at);
        }
    }
    char text[512];
    return {text, strftime(text, sizeof text, pattern.c_str(), &broken)};
}

int run_ts(Arguments& arguments) {
    bool since_last = false, since_start = false, monotonic = false;
    while (auto option = arguments.next_option()) {
        since_last |= *option == 'i';
        since_start |= *option == 's';
        monotonic |= *option == 'm';
    }
    if (arguments.operands().size() > 1) extra_operand(arguments.operands()[1]);
    bool relative = since_last || since_start;
    const char* format = !arguments.operands().empty() ? arguments.operands()[0]
                         : relative                    ? "%H:%M:%S"
                                                       : "%b %d %H:%M:%S";
    timespec start;
    clockid_t clock = monotonic || relative ? CLOCK_MONOTONIC : CLOCK_REALTIME;
    clock_gettime(clock, &start);
    Input input(STDIN_FILENO);
    bool ended = true;
    while (auto line = input.next_line('\n', &ended)) {
        timespec now;
        clock_gettime(clock, &now);
        timespec shown = now;
        if (relative) {
            shown.tv_sec -= start.tv_sec;
            shown.tv_nsec -= start.tv_nsec;
            if (shown.tv_nsec < 0) shown.tv_nsec += 1000000000, --shown.tv_sec;
            if (since_last) start = now;
        }
        tm broken;
        if (relative)
            gmtime_r(&shown.tv_sec, &broken);
        else
            localtime_r(&shown.tv_sec, &broken);
        out.write(time_text(format, shown, broken));
        out.put(' ');
        out.write(*line);
        if (ended) out.put('\n');
        if (!input.buffered().contains('\n')) out.flush();
    }
    if (input.error()) die_errno(1, "standard input", input.error());
    return 0;
}

constexpr Tool kTs = {
    .name = "ts",
    .synopsis = "[-i | -s] [-m] [FORMAT]",
    .summary = "Put the time in front of every line of standard input.",
    .options = kTsOptions,
    .run = run_ts,
};
MARTLET_REGISTER_TOOL(kTs);

constexpr Option kConvertOptions[] = {
    {'u', nullptr, nullptr, "write lines that end in a newline alone"},
    {'d', nullptr, nullptr, "write lines that end in a carriage return and a newline"},
};

enum class LineEnd { newline, dos };

void convert(Input& input, Output& target, LineEnd end) {
    bool pending = false; // a carriage return that may belong to a newline
    for (std::string_view block; !(block = input.next_block()).empty();) {
        for (char byte : block) {
            if (byte == '\n' && end == LineEnd::dos)
                target.put('\r');
            else if (pending && byte != '\n')
                target.put('\r');
            pending = byte == '\r';
            if (!pending) target.put(byte);
        }
    }
    if (pending) target.put('\r');
}

// A new file takes the place of the old one whole.
bool convert_file(const char* name, LineEnd end) {
    Input input;
    struct stat info;
    if (!input.open(name) || fstat(input.fd(), &info) != 0) {
        warn_errno(name);
        return false;
    }
    std::string temporary = std::string(name) + ".XXXXXX";
    int fd = -1;
    Unfinished unfinished(temporary, [&] { return (fd = mkostemp(temporary.data(), O_CLOEXEC)) >= 0; });
    if (fd < 0) {
        warn_errno(temporary);
        return false;
    }
    Output target(fd);
    target.defer_errors();
    convert(input, target, end);
    target.flush();
    int error = input.error() ? input.error() : target.error();
    if (!error &&
        (fchmod(fd, info.st_mode & 07777) != 0 || close(fd) != 0 || rename(temporary.c_str(), name) != 0))
        error = errno;
    if (!error) return true;
    unlink(temporary.c_str());
    warn_errno(name, error);
    return false;
}

int convert_as(Arguments& arguments, LineEnd end) {
    while (auto option = arguments.next_option()) end = *option == 'u' ? LineEnd::newline : LineEnd::dos;
    if (arguments.operands().empty()) {
        Input input(STDIN_FILENO);
        convert(input, out, end);
        if (input.error()) die_errno(1, "standard input", input.error());
        return 0;
    }
    bool fine = true;
    for (const char* name : arguments.operands()) fine = convert_file(name, end) && fine;
    return fine ? 0 : 1;
}

constexpr Tool kDos2Unix = {
    .name = "dos2unix",
    .synopsis = "[-ud] [FILE]...",
    .summary = "Turn the ends of lines of MS-DOS into those of Unix, in place.",
    .options = kConvertOptions,
    .run = [](Arguments& arguments) { return convert_as(arguments, LineEnd::newline); },
};
MARTLET_REGISTER_TOOL(kDos2Unix);

constexpr Tool kUnix2Dos = {
    .name = "unix2dos",
    .synopsis = "[-ud] [FILE]...",
    .summary = "Turn the ends of lines of Unix into those of MS-DOS, in place.",
    .options = kConvertOptions,
    .run = [](Arguments& arguments) { return convert_as(arguments, LineEnd::dos); },
};
MARTLET_REGISTER_TOOL(kUnix2Dos);

} // namespace
} // namespace coreutils
