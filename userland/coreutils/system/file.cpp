// file: what a file is, from its type and its contents.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/path.h"
#include "lib/utf8.h"
#include "system/file_type.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <vector>

namespace coreutils {
namespace {

constexpr size_t kHeadBytes = 1024 * 1024;

enum : int { kMimeType = kLongOnly, kMimeEncoding };

constexpr Option kOptions[] = {
    {'b', "brief", nullptr, "do not print the names of the files"},
    {'i', "mime", nullptr, "print MIME types and encodings"},
    {kMimeType, "mime-type", nullptr, "print MIME types"},
    {kMimeEncoding, "mime-encoding", nullptr, "print MIME encodings"},
    {'L', "dereference", nullptr, "follow symbolic links"},
    {'h', "no-dereference", nullptr, "do not follow symbolic links (the default)"},
    {'f', "files-from", "FILE", "read the names of files from FILE"},
    {'F', "separator", "TEXT", "print TEXT instead of ':' after a name"},
    {'N', "no-pad", nullptr, "do not align the answers"},
    {'n', "no-buffer", nullptr, "write out each answer at once"},
    {'s', "special-files", nullptr, "read block and character devices too"},
    {'E', nullptr, nullptr, "end with an error when a file cannot be opened"},
    {'0', "print0", nullptr, "end names with a NUL; twice: answers too"},
};

struct Settings {
    bool brief = false, mime_type = false, mime_encoding = false, follow = false, pad = true,
         unbuffered = false;
    bool special = false, strict = false;
    unsigned nul = 0;
    std::string separator = ":";
    int status = 0;
};

struct Answer {
    file::Type type;
    const char* charset = "binary";
    bool failed = false; // the description is the reason
};

Answer special(std::string description, const char* mime) { return {{std::move(description), mime}}; }

std::string device_text(const char* kind, dev_t device) {
    return std::string(kind) + " special (" + std::to_string(major(device)) + "/" +
           std::to_string(minor(device)) + ")";
}

Answer cannot_open(const char* name, const Settings& settings) {
    std::string reason = std::string("`") + printable(name) + "' (" + strerror(errno) + ")";
    return {{(settings.strict ? "ERROR: cannot stat " : "cannot open ") + reason, {}}, "binary", true};
}

Answer examine_contents(int fd) {
    std::string head;
    Input input(dup(fd));
    for (bool more = true; more && head.size() < kHeadBytes;) {
        size_t before = head.size();
        head.resize(std::min(kHeadBytes, before + kBlockBytes));
        ssize_t count = input.read(head.data() + before, head.size() - before);
        if (count < 0 && before == 0)
            return {{std::string("cannot read (") + strerror(errno) + ")", {}}, "binary", true};
        more = count > 0;
        head.resize(before + static_cast<size_t>(std::max<ssize_t>(count, 0)));
    }
    if (head.empty()) return special("empty", "inode/x-empty");
    if (head.size() == 1) return special("very short file (no magic)", "application/octet-stream");
    file::Contents contents(head, fd);
    file::TextKind kind = file::examine_text(head);
    std::optional<file::Type> type = file::identify_elf(contents);
    if (!type) type = file::identify_by_magic(contents);
    if (!type) type = file::identify_text(head, kind);
    if (!type) type = file::Type{"data"};
    return {std::move(*type), kind.charset};
}

Answer examine_link(const char* name) {
    auto target = read_link(name);
    if (!target) return special(std::string("unreadable symlink (") + strerror(errno) + ")", "inode/symlink");
    struct stat info;
    bool broken = stat(name, &info) != 0;
    return special((broken ? "broken symbolic link to " : "symbolic link to ") + printable(*target),
                   "inode/symlink");
}

Answer examine(const char* name, const Settings& settings) {
    if (strcmp(name, "-") == 0) return examine_contents(STDIN_FILENO);
    struct stat info;
    if ((settings.follow ? stat(name, &info) : lstat(name, &info)) != 0) return cannot_open(name, settings);
    std::string bits = std::string(info.st_mode & S_ISUID ? "setuid, " : "") +
                       (info.st_mode & S_ISGID ? "setgid, " : "") +
                       (info.st_mode & S_ISVTX ? "sticky, " : "");
    switch (info.st_mode & S_IFMT) {
    case S_IFDIR: return special(bits + "directory", "inode/directory");
    case S_IFLNK: return examine_link(name);
    case S_IFIFO: return special(bits + "fifo (named pipe)", "inode/fifo");
    case S_IFSOCK: return special(bits + "socket", "inode/socket");
    case S_IFCHR:
        if (!settings.special)
            return special(bits + device_text("character", info.st_rdev), "inode/chardevice");
        break;
    case S_IFBLK:
        if (!settings.special) return special(bits + device_text("block", info.st_rdev), "inode/blockdevice");
        break;
    default: break;
    }
    int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno == EACCES)
        return special(bits + "regular file, no read permission", "application/octet-stream");
    if (fd < 0) return cannot_open(name, settings);
    Answer answer = examine_contents(fd);
    close(fd);
    if (bits.ends_with(", ")) bits.erase(bits.size() - 2, 1); // "setuid ELF", but "setgid, directory"
    if (!answer.failed) answer.type.description.insert(0, bits);
    return answer;
}

void report(const char* name, size_t width, Settings& settings) {
    Answer answer = examine(name, settings);
    if (answer.failed && settings.strict) settings.status = 1;
    if (!settings.brief) {
        std::string_view shown = strcmp(name, "-") == 0 ? "/dev/stdin" : name;
        size_t columns = display_width(shown);
        out.write(settings.nul ? std::string(shown) : printable(shown));
        if (settings.nul) out.put('\0');
        if (settings.nul < 2) {
            out.write(settings.separator);
            if (settings.pad && columns < width) out.fill(' ', width - columns);
            out.put(' ');
        }
    }
    bool mime = (settings.mime_type || settings.mime_encoding) && !answer.failed;
    if (!mime) out.write(answer.type.description);
    if (mime && settings.mime_type) out.write(answer.type.mime);
    if (mime && settings.mime_type && settings.mime_encoding) out.write("; charset=");
    if (mime && settings.mime_encoding) out.write(answer.charset);
    out.put(settings.nul < 2 ? '\n' : '\0');
    if (settings.unbuffered) out.flush();
}

void report_all(const std::vector<std::string>& names, Settings& settings) {
    size_t width = 0;
    for (const std::string& name : names)
        width = std::max(width, display_width(name == "-" ? "/dev/stdin" : name));
    for (const std::string& name : names) report(name.c_str(), width, settings);
}

void read_names(const char* list, std::vector<std::string>& names) {
    Input input;
    if (!input.open(list)) die_errno(1, list);
    while (auto line = input.next_line()) names.emplace_back(*line);
}

int run(Arguments& arguments) {
    Settings settings;
    std::vector<std::string> listed, names;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'b': settings.brief = true; break;
        case 'i': settings.mime_type = settings.mime_encoding = true; break;
        case kMimeType: settings.mime_type = true; break;
        case kMimeEncoding: settings.mime_encoding = true; break;
        case 'L': settings.follow = true; break;
        case 'h': settings.follow = false; break;
        case 'f': read_names(arguments.value(), listed); break;
        case 'F': settings.separator = arguments.value(); break;
        case 'N': settings.pad = false; break;
        case 'n': settings.unbuffered = true; break;
        case 's': settings.special = true; break;
        case 'E': settings.strict = true; break;
        case '0': ++settings.nul; break;
        }
    }
    for (char* name : arguments.operands()) names.emplace_back(name);
    if (names.empty() && listed.empty()) missing_operand();
    report_all(listed, settings);
    report_all(names, settings);
    return settings.status;
}

constexpr Tool kTool = {
    .name = "file",
    .synopsis = "[OPTION]... FILE...",
    .summary = "Tell what each FILE is; '-' is standard input.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
