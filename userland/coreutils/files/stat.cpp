// stat: GNU's formats for files and file systems.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/escape.h"
#include "lib/format_time.h"
#include "lib/identity.h"
#include "lib/mode.h"
#include "lib/mounts.h"
#include "lib/path.h"
#include "lib/quote.h"

#include <algorithm>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace coreutils {
namespace {

enum : int { kPrintf = kLongOnly, kCached };

constexpr Option kOptions[] = {
    {'L', "dereference", nullptr, "follow links"},
    {'f', "file-system", nullptr, "display file system status instead of file status"},
    {kCached, "cached", "MODE", nullptr},
    {'c', "format", "FORMAT", "use the specified FORMAT; output a newline after each use"},
    {kPrintf, "printf", "FORMAT", "like --format, but interpret backslash escapes, and no newline"},
    {'t', "terse", nullptr, "print the information in terse form"},
};

constexpr const char* kDefaultFormat = "  File: %N\n  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\n"
                                       "Device: %Hd,%Ld\tInode: %-10i  Links: %h\n"
                                       "Access: (%04a/%10.10A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)\n"
                                       "Access: %x\nModify: %y\nChange: %z\n Birth: %w\n";
constexpr const char* kDeviceFormat = "  File: %N\n  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\n"
                                      "Device: %Hd,%Ld\tInode: %-10i  Links: %-5h Device type: %Hr,%Lr\n"
                                      "Access: (%04a/%10.10A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)\n"
                                      "Access: %x\nModify: %y\nChange: %z\n Birth: %w\n";
constexpr const char* kTerseFormat = "%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z %W %o\n";
constexpr const char* kFileSystemFormat = "  File: \"%n\"\n    ID: %-8i Namelen: %-7l Type: %T\n"
                                          "Block size: %-10s Fundamental block size: %S\n"
                                          "Blocks: Total: %-10b Free: %-10f Available: %a\n"
                                          "Inodes: Total: %-10c Free: %d\n";
constexpr const char* kTerseFileSystemFormat = "%n %i %l %t %s %S %b %f %a %c %d\n";

const char* type_name(const struct stat& info) {
    switch (info.st_mode & S_IFMT) {
    case S_IFREG:
        return info.st_size == 0 ? "regular empty file" : "regular file";
    case S_IFDIR:
        return "directory";
    case S_IFLNK:
        return "symbolic link";
    case S_IFIFO:
        return "fifo";
    case S_IFSOCK:
        return "socket";
    case S_IFCHR:
        return "character special file";
    case S_IFBLK:
        return "block special file";
    }
    return "weird file";
}

const char* file_system_name(unsigned long magic) {
    switch (magic) {
    case 0xEF53:
        return "ext2/ext3";
    case 0x01021994:
        return "tmpfs";
    case 0x858458f6:
        return "ramfs";
    case 0x9fa0:
        return "proc";
    case 0x62656572:
        return "sysfs";
    case 0x1cd1:
        return "devpts";
    case 0x9660:
        return "isofs";
    case 0x4d44:
        return "msdos";
    case 0x794c7630:
        return "overlayfs";
    case 0x58465342:
        return "xfs";
    case 0x9123683E:
        return "btrfs";
    case 0x27e0eb:
        return "cgroupfs";
    case 0x63677270:
        return "cgroup2fs";
    case 0x6969:
        return "nfs";
    case 0x50495045:
        return "pipefs";
    case 0x73717368:
        return "squashfs";
    case 0x01021997:
        return "v9fs";
    }
    return nullptr;
}

std::string hexadecimal(unsigned long long value) {
    char text[32];
    snprintf(text, sizeof text, "%llx", value);
    return text;
}

std::string human_time(const timespec& when) {
    return format_time("%Y-%m-%d %H:%M:%S.%N %z", when, Zone::local);
}

// Seconds as a number with flags, a width and in its precision the digits behind the point: a bare dot is
// nine.
std::string epoch_text(const timespec& when, std::string_view flags) {
    size_t dot = flags.find('.'), digits = 0;
    if (dot != std::string_view::npos) {
        digits = dot + 1 < flags.size() ? strtoul(flags.data() + dot + 1, nullptr, 10) : 9;
        flags = flags.substr(0, dot);
    }
    long unit = 1000000000; // nanoseconds
    for (size_t digit = 0; digit < std::min<size_t>(digits, 9); ++digit) unit /= 10;
    long seconds = when.tv_sec, fraction = when.tv_nsec / unit;
    bool negative = seconds < 0;
    if (negative && when.tv_nsec) { // what is left until the next second
        fraction = 1000000000 / unit - fraction - (when.tv_nsec % unit != 0);
        seconds += fraction != 0;
    }
    std::string text = std::to_string(labs(seconds));
    if (digits > 0) {
        std::string behind = std::to_string(fraction);
        text.append(".").append(std::min<size_t>(digits, 9) - behind.size(), '0').append(behind);
        if (digits > 9) text.append(digits - 9, '0');
    }
    std::string sign = negative ? "-" : flags.contains('+') ? "+" : flags.contains(' ') ? " " : "";
    size_t number = std::min(flags.find_first_of("123456789"), flags.size());
    size_t width = strtoul(std::string(flags.substr(number)).c_str(), nullptr, 10),
           size = sign.size() + text.size();
    size_t room = width > size ? width - size : 0;
    if (flags.contains('-')) return sign + text + std::string(room, ' ');
    bool zeros = flags.substr(0, number).contains('0');
    return zeros ? sign + std::string(room, '0') + text : std::string(room, ' ') + sign + text;
}

class Formatter {
public:
    Formatter(const char* name, const struct stat& info, const timespec* birth)
        : name_(name), info_(info), birth_(birth) {}
    Formatter(const char* name, const struct statfs& system)
        : name_(name), system_(system), file_system_(true) {}

    void set_quoting(Quoting quoting) { quoting_ = quoting; }

    void print(const char* format, bool escapes) {
        for (const char* at = format; *at; ++at) {
            if (*at == '\\' && escapes) {
                std::string text;
                size_t length = 0;
                append_escape(text, at + 1, EscapeStyle::printf, length);
                out.write(text);
                at += length;
            } else if (*at == '%' && at[1] == '%') {
                out.put('%');
                ++at;
            } else if (*at == '%') {
                const char* start = at++;
                while (*at && strchr("'-+ #0I", *at)) ++at;
                while (*at >= '0' && *at <= '9') ++at;
                if (*at == '.') ++at;
                while (*at >= '0' && *at <= '9') ++at;
                std::string flags(start, at);
                char modifier = (*at == 'H' || *at == 'L') && at[1] && strchr("dr", at[1]) ? *at++ : '\0';
                if (!*at) {
                    out.write(flags);
                    return;
                }
                directive(flags, modifier, *at);
            } else {
                out.put(*at);
            }
        }
    }

private:
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wformat-nonliteral"
    static void put(const std::string& flags, const std::string& text) {
        std::string clean;
        for (char byte : flags)
            if (byte != '#' && byte != '+' && byte != ' ' && byte != '\'') clean.push_back(byte);
        if (clean.size() > 1 && clean[1] == '0') clean.erase(1, 1);
        out.print((clean + "s").c_str(), text.c_str());
    }
    static void put_number(const std::string& flags, unsigned long long value,
                           const char* conversion = "llu") {
        out.print((flags + conversion).c_str(), value);
    }
#pragma clang diagnostic pop

    void directive(const std::string& flags, char modifier, char letter) {
        file_system_ ? system_directive(flags, letter) : file_directive(flags, modifier, letter);
    }

    std::string mount_point() {
        auto mounts = read_mounts();
        const Mount* mount = mount_of(mounts, name_);
        return mount ? mount->directory : "?";
    }

    void put_device(const std::string& flags, char modifier, dev_t device) {
        if (modifier == 'H') return put_number(flags, major(device));
        if (modifier == 'L') return put_number(flags, minor(device));
        put_number(flags, device);
    }

    void file_directive(const std::string& flags, char modifier, char letter) {
        switch (letter) {
        case 'n':
            return put(flags, name_);
        case 'N': {
            std::string text = quote_name(name_, quoting_);
            auto target = S_ISLNK(info_.st_mode) ? read_link(name_) : std::nullopt;
            if (target) text += " -> " + quote_name(*target, quoting_);
            return put(flags, text);
        }
        case 'd':
            return put_device(flags, modifier, info_.st_dev);
        case 'D':
            return put_number(flags, info_.st_dev, "llx");
        case 'i':
            return put_number(flags, info_.st_ino);
        case 'a':
            return put_number(flags, info_.st_mode & 07777, "llo");
        case 'A':
            return put(flags, mode_string(info_.st_mode));
        case 'f':
            return put_number(flags, info_.st_mode, "llx");
        case 'F':
            return put(flags, type_name(info_));
        case 'h':
            return put_number(flags, info_.st_nlink);
        case 'u':
            return put_number(flags, info_.st_uid);
        case 'U':
            return put(flags, user_name(info_.st_uid));
        case 'g':
            return put_number(flags, info_.st_gid);
        case 'G':
            return put(flags, group_name(info_.st_gid));
        case 'm':
            return put(flags, mount_point());
        case 's':
            return put_number(flags, static_cast<unsigned long long>(info_.st_size));
        case 'r':
            return put_device(flags, modifier, info_.st_rdev);
        case 'R':
            return put_number(flags, info_.st_rdev, "llx");
        case 't':
            return put_number(flags, major(info_.st_rdev), "llx");
        case 'T':
            return put_number(flags, minor(info_.st_rdev), "llx");
        case 'B':
            return put_number(flags, 512);
        case 'b':
            return put_number(flags, static_cast<unsigned long long>(info_.st_blocks));
        case 'o':
            return put_number(flags, static_cast<unsigned long long>(info_.st_blksize));
        case 'x':
            return put(flags, human_time(info_.st_atim));
        case 'y':
            return put(flags, human_time(info_.st_mtim));
        case 'z':
            return put(flags, human_time(info_.st_ctim));
        case 'w':
            return put(flags, birth_ ? human_time(*birth_) : "-");
        case 'X':
            return out.write(epoch_text(info_.st_atim, flags));
        case 'Y':
            return out.write(epoch_text(info_.st_mtim, flags));
        case 'Z':
            return out.write(epoch_text(info_.st_ctim, flags));
        case 'W':
            return out.write(epoch_text(birth_ ? *birth_ : timespec{}, flags));
        case 'C':
            return put(flags, "?");
        }
        out.put('?');
    }

    void system_directive(const std::string& flags, char letter) {
        unsigned long long id = 0;
        memcpy(&id, &system_.f_fsid, sizeof id);
        switch (letter) {
        case 'n':
            return put(flags, name_);
        case 'i':
            return put(flags, hexadecimal((id & 0xFFFFFFFF) << 32 | id >> 32));
        case 'l':
            return put_number(flags, static_cast<unsigned long long>(system_.f_namelen));
        case 't':
            return put_number(flags, static_cast<unsigned long long>(system_.f_type), "llx");
        case 'T': {
            const char* name = file_system_name(static_cast<unsigned long>(system_.f_type));
            return put(flags, name ? name
                                   : "UNKNOWN (0x" +
                                         hexadecimal(static_cast<unsigned long long>(system_.f_type)) + ")");
        }
        case 's':
            return put_number(flags, static_cast<unsigned long long>(system_.f_bsize));
        case 'S':
            return put_number(flags, static_cast<unsigned long long>(system_.f_frsize ? system_.f_frsize
                                                                                      : system_.f_bsize));
        case 'b':
            return put_number(flags, system_.f_blocks);
        case 'f':
            return put_number(flags, system_.f_bfree);
        case 'a':
            return put_number(flags, system_.f_bavail);
        case 'c':
            return put_number(flags, system_.f_files);
        case 'd':
            return put_number(flags, system_.f_ffree);
        }
        out.put('?');
    }

    const char* name_;
    struct stat info_ = {};
    struct statfs system_ = {};
    const timespec* birth_ = nullptr;
    bool file_system_ = false;
    Quoting quoting_ = Quoting::shell_escape_always; // of %N
};

int run(Arguments& arguments) {
    bool follow = false, file_system = false, terse = false, escapes = false;
    const char* format = nullptr;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'L':
            follow = true;
            break;
        case 'f':
            file_system = true;
            break;
        case 'c':
            format = arguments.value(), escapes = false;
            break;
        case kPrintf:
            format = arguments.value(), escapes = true;
            break;
        case 't':
            terse = true;
            break;
        }
    }
    if (arguments.operands().empty()) missing_operand();
    bool newline = format && !escapes;
    int status = 0;
    for (const char* name : arguments.operands()) {
        if (file_system) {
            struct statfs info;
            if (statfs(name, &info) != 0) {
                warn_errno(name);
                status = 1;
                continue;
            }
            Formatter(name, info)
                .print(format  ? format
                       : terse ? kTerseFileSystemFormat
                               : kFileSystemFormat,
                       escapes);
        } else {
            struct stat info;
            bool input = strcmp(name, "-") == 0;
            int result = input ? fstat(STDIN_FILENO, &info) : follow ? stat(name, &info) : lstat(name, &info);
            if (result != 0) {
                warn_errno(name);
                status = 1;
                continue;
            }
            timespec birth = {};
            bool have_birth = false;
#ifdef STATX_BTIME
            struct statx more;
            if (!input && statx(AT_FDCWD, name, follow ? 0 : AT_SYMLINK_NOFOLLOW, STATX_BTIME, &more) == 0 &&
                (more.stx_mask & STATX_BTIME)) {
                birth = {static_cast<time_t>(more.stx_btime.tv_sec),
                         static_cast<long>(more.stx_btime.tv_nsec)};
                have_birth = true;
            }
#endif
            bool device = S_ISCHR(info.st_mode) || S_ISBLK(info.st_mode);
            const char* chosen = format   ? format
                                 : terse  ? kTerseFormat
                                 : device ? kDeviceFormat
                                          : kDefaultFormat;
            Formatter formatter(name, info, have_birth ? &birth : nullptr);
            if (!format) formatter.set_quoting(Quoting::shell_escape);
            formatter.print(chosen, escapes);
        }
        if (newline) out.put('\n');
    }
    return status;
}

constexpr Tool kTool = {
    .name = "stat",
    .synopsis = "[OPTION]... FILE...",
    .summary = "Display file or file system status.",
    .options = kOptions,
    .run = run,
    .notes = "Files: %a %A %b %B %d %D %f %F %g %G %h %i %m %n %N %o %r %R %s %t %T %u %U %w %W %x %X %y %Y "
             "%z %Z\n"
             "File systems (-f): %a %b %c %d %f %i %l %n %s %S %t %T",
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
