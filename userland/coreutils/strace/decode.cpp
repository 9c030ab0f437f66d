#include "strace/decode.h"

#include "lib/path.h"
#include "lib/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <span>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

namespace coreutils::strace {
namespace {

struct Name {
    uint64_t value;
    const char* text;
};
#define NAME(constant) {constant, #constant}
constexpr Name kOpenFlags[] = {NAME(O_CREAT),   NAME(O_EXCL),     NAME(O_NOCTTY),    NAME(O_TRUNC),
                               NAME(O_APPEND),  NAME(O_NONBLOCK), NAME(O_SYNC),      NAME(O_DSYNC),
                               NAME(O_DIRECT),  NAME(O_NOFOLLOW), NAME(O_DIRECTORY), NAME(O_CLOEXEC),
                               NAME(O_NOATIME), NAME(O_PATH)};
constexpr Name kProtections[] = {NAME(PROT_READ), NAME(PROT_WRITE), NAME(PROT_EXEC)};
constexpr Name kMapFlags[] = {
    NAME(MAP_SHARED),        NAME(MAP_PRIVATE),        NAME(MAP_FIXED),
    NAME(MAP_ANONYMOUS),     NAME(MAP_STACK),          NAME(MAP_NORESERVE),
    NAME(MAP_POPULATE),      {0x800, "MAP_DENYWRITE"}, {0x100000, "MAP_FIXED_NOREPLACE"},
    {0x100, "MAP_GROWSDOWN"}};
constexpr Name kAccessModes[] = {NAME(R_OK), NAME(W_OK), NAME(X_OK)};
constexpr Name kWhences[] = {
    NAME(SEEK_SET), NAME(SEEK_CUR), NAME(SEEK_END), {3, "SEEK_DATA"}, {4, "SEEK_HOLE"}};
constexpr Name kHows[] = {NAME(SIG_BLOCK), NAME(SIG_UNBLOCK), NAME(SIG_SETMASK)};
constexpr Name kAtFlags[] = {NAME(AT_SYMLINK_NOFOLLOW),
                             NAME(AT_REMOVEDIR),
                             NAME(AT_SYMLINK_FOLLOW),
                             {0x800, "AT_NO_AUTOMOUNT"},
                             NAME(AT_EMPTY_PATH)};
constexpr Name kWaitOptions[] = {NAME(WNOHANG), {2, "WSTOPPED"}, {8, "WCONTINUED"}, {0x40000000, "__WALL"}};
constexpr Name kFcntlCommands[] = {NAME(F_DUPFD),          NAME(F_GETFD),          NAME(F_SETFD),
                                   NAME(F_GETFL),          NAME(F_SETFL),          NAME(F_GETLK),
                                   NAME(F_SETLK),          NAME(F_SETLKW),         NAME(F_DUPFD_CLOEXEC),
                                   {1031, "F_SETPIPE_SZ"}, {1032, "F_GETPIPE_SZ"}, {1033, "F_ADD_SEALS"},
                                   {1034, "F_GET_SEALS"}};
constexpr Name kCloneFlags[] = {{0x100, "CLONE_VM"},
                                {0x200, "CLONE_FS"},
                                {0x400, "CLONE_FILES"},
                                {0x800, "CLONE_SIGHAND"},
                                {0x4000, "CLONE_VFORK"},
                                {0x10000, "CLONE_THREAD"},
                                {0x20000, "CLONE_NEWNS"},
                                {0x40000, "CLONE_SYSVSEM"},
                                {0x80000, "CLONE_SETTLS"},
                                {0x100000, "CLONE_PARENT_SETTID"},
                                {0x200000, "CLONE_CHILD_CLEARTID"},
                                {0x1000000, "CLONE_CHILD_SETTID"}};
constexpr Name kDomains[] = {{0, "AF_UNSPEC"}, {1, "AF_UNIX"},     {2, "AF_INET"},
                             {10, "AF_INET6"}, {16, "AF_NETLINK"}, {17, "AF_PACKET"}};
constexpr Name kSocketTypes[] = {NAME(SOCK_STREAM), NAME(SOCK_DGRAM), {3, "SOCK_RAW"}, NAME(SOCK_SEQPACKET)};
constexpr Name kIoctls[] = {{0x5401, "TCGETS"},     {0x5402, "TCSETS"},     {0x5403, "TCSETSW"},
                            {0x5404, "TCSETSF"},    {0x540f, "TIOCGPGRP"},  {0x5410, "TIOCSPGRP"},
                            {0x5413, "TIOCGWINSZ"}, {0x5414, "TIOCSWINSZ"}, {0x541b, "FIONREAD"},
                            {0x5421, "FIONBIO"},    {0x540e, "TIOCSCTTY"}};
constexpr Name kRestarts[] = {{512, "ERESTARTSYS (To be restarted if SA_RESTART is set)"},
                              {513, "ERESTARTNOINTR (To be restarted)"},
                              {514, "ERESTARTNOHAND (To be restarted if no handler)"},
                              {516, "ERESTART_RESTARTBLOCK (Interrupted by signal)"}};
#undef NAME

const char* name_of(std::span<const Name> names, uint64_t value) {
    for (const Name& each : names)
        if (each.value == value) return each.text;
    return nullptr;
}

std::string hexadecimal(uint64_t value) {
    char text[24];
    snprintf(text, sizeof text, value ? "0x%llx" : "0", static_cast<unsigned long long>(value));
    return text;
}
std::string pointer(uint64_t value) { return value ? hexadecimal(value) : "NULL"; }

std::string one_of(std::span<const Name> names, uint64_t value) {
    const char* name = name_of(names, value);
    return name ? name : hexadecimal(value);
}

// The set bits by name, the rest as a number; `none` when no bit is set.
std::string flags_of(std::span<const Name> names, uint64_t value, std::string none) {
    std::string text;
    for (const Name& each : names)
        if (each.value && (value & each.value) == each.value) {
            text.append(text.empty() ? "" : "|").append(each.text);
            value &= ~each.value;
        }
    if (value) text.append(text.empty() ? "" : "|").append(hexadecimal(value));
    return text.empty() ? none : text;
}

std::string open_flags(uint64_t value) {
    static constexpr const char* kModes[] = {"O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE"};
    std::string rest = flags_of(kOpenFlags, value & ~uint64_t{0100000} & ~uint64_t{3}, "");
    return kModes[value & 3] + (rest.empty() ? "" : "|" + rest);
}

std::string octal(uint64_t value) {
    char text[32];
    snprintf(text, sizeof text, "%#03llo", static_cast<unsigned long long>(value));
    return value ? text : "000";
}

std::string descriptor(uint64_t value, const Memory& memory, const View& view) {
    auto fd = static_cast<int>(value);
    std::string text = std::to_string(fd);
    if (!view.paths || fd < 0) return text;
    auto path = read_link(("/proc/" + std::to_string(memory.process()) + "/fd/" + text).c_str());
    return path ? text + "<" + *path + ">" : text;
}

std::string directory(uint64_t value, const Memory& memory, const View& view) {
    if (static_cast<int>(value) != AT_FDCWD) return descriptor(value, memory, view);
    if (!view.paths) return "AT_FDCWD";
    auto path = read_link(("/proc/" + std::to_string(memory.process()) + "/cwd").c_str());
    return path ? "AT_FDCWD<" + *path + ">" : "AT_FDCWD";
}

std::string file_status(uint64_t address, const Memory& memory) {
    struct stat info;
    if (memory.read(address, &info, sizeof info) != sizeof info) return pointer(address);
    static constexpr Name kTypes[] = {{S_IFREG, "S_IFREG"},  {S_IFDIR, "S_IFDIR"}, {S_IFLNK, "S_IFLNK"},
                                      {S_IFCHR, "S_IFCHR"},  {S_IFBLK, "S_IFBLK"}, {S_IFIFO, "S_IFIFO"},
                                      {S_IFSOCK, "S_IFSOCK"}};
    std::string text =
        "{st_mode=" + one_of(kTypes, info.st_mode & S_IFMT) + "|" + octal(info.st_mode & 07777);
    if (S_ISCHR(info.st_mode) || S_ISBLK(info.st_mode)) {
        text += ", st_rdev=makedev(" + hexadecimal(info.st_rdev >> 8 & 0xfff) + ", " +
                hexadecimal(info.st_rdev & 0xff) + ")";
    } else {
        text += ", st_size=" + std::to_string(info.st_size);
    }
    return text + ", ...}";
}

std::string strings(uint64_t address, const Memory& memory, const View& view) {
    constexpr size_t kMost = 32;
    if (!address) return "NULL";
    std::string text = "[";
    for (size_t index = 0;; ++index) {
        uint64_t item;
        if (memory.read(address + 8 * index, &item, 8) != 8) return pointer(address);
        if (item == 0) break;
        if (index > 0) text += ", ";
        if (index == kMost) {
            text += "...";
            break;
        }
        text += memory.quoted_string(item, view.string_bytes);
    }
    return text + "]";
}

std::string environment(uint64_t address, const Memory& memory) {
    size_t count = 0;
    for (uint64_t item; memory.read(address + 8 * count, &item, 8) == 8 && item; ++count) {
    }
    return pointer(address) + " /* " + std::to_string(count) + (count == 1 ? " var */" : " vars */");
}

std::string signal_text(uint64_t number) {
    if (number == 0) return "0";
    return (number < 32 ? "SIG" : "SIGRT_") +
           (number < 32 ? signal_name(static_cast<int>(number)) : std::to_string(number - 32));
}

std::string signal_set(uint64_t address, const Memory& memory) {
    uint64_t bits;
    if (!address || memory.read(address, &bits, 8) != 8) return pointer(address);
    bool inverted = __builtin_popcountll(bits) > 42;
    if (inverted) bits = ~bits;
    std::string text = inverted ? "~[" : "[";
    for (unsigned number = 1; number <= 64; ++number)
        if (bits >> (number - 1) & 1) {
            if (text.back() != '[') text.push_back(' ');
            std::string name = signal_text(number);
            text += name.substr(3);
        }
    return text + "]";
}

std::string wait_status(uint64_t address, int64_t result, const Memory& memory) {
    int status;
    if (!address || result <= 0 || memory.read(address, &status, sizeof status) != sizeof status)
        return pointer(address);
    if (WIFEXITED(status))
        return "[{WIFEXITED(s) && WEXITSTATUS(s) == " + std::to_string(WEXITSTATUS(status)) + "}]";
    if (WIFSTOPPED(status))
        return "[{WIFSTOPPED(s) && WSTOPSIG(s) == " + signal_text(static_cast<uint64_t>(WSTOPSIG(status))) +
               "}]";
    if (WIFSIGNALED(status))
        return "[{WIFSIGNALED(s) && WTERMSIG(s) == " + signal_text(static_cast<uint64_t>(WTERMSIG(status))) +
               (WCOREDUMP(status) ? " && WCOREDUMP(s)}]" : "}]");
    return hexadecimal(static_cast<uint64_t>(status));
}

std::string time_text(uint64_t address, const Memory& memory) {
    int64_t parts[2];
    if (!address || memory.read(address, parts, sizeof parts) != sizeof parts) return pointer(address);
    return "{tv_sec=" + std::to_string(parts[0]) + ", tv_nsec=" + std::to_string(parts[1]) + "}";
}

void append_quoted(std::string& text, std::string_view bytes) {
    for (size_t at = 0; at < bytes.size(); ++at) {
        auto byte = static_cast<unsigned char>(bytes[at]);
        static constexpr std::pair<char, char> kEscapes[] = {
            {'\n', 'n'}, {'\t', 't'}, {'\r', 'r'}, {'\f', 'f'}, {'\v', 'v'}, {'"', '"'}, {'\\', '\\'}};
        const char* escape = nullptr;
        for (auto& [value, letter] : kEscapes)
            if (byte == static_cast<unsigned char>(value)) escape = &letter;
        char number[8];
        if (escape) {
            text.append(1, '\\').append(1, *escape);
        } else if (byte >= ' ' && byte < 0x7f) {
            text.push_back(static_cast<char>(byte));
        } else {
            // Three digits only where the next character is one too.
            bool digit_follows = at + 1 < bytes.size() && bytes[at + 1] >= '0' && bytes[at + 1] <= '9';
            snprintf(number, sizeof number, digit_follows ? "\\%03o" : "\\%o", byte);
            text += number;
        }
    }
}

} // namespace

size_t Memory::read(uint64_t address, void* buffer, size_t size) const {
    constexpr size_t kPage = 4096;
    size_t done = 0;
    while (done < size) { // a page at a time: the next may be missing
        size_t count = std::min(size - done, kPage - static_cast<size_t>((address + done) % kPage));
        iovec local = {static_cast<char*>(buffer) + done, count},
              remote = {reinterpret_cast<void*>(address + done), count};
        if (process_vm_readv(process_, &local, 1, &remote, 1, 0) != static_cast<ssize_t>(count)) break;
        done += count;
    }
    return done;
}

std::string Memory::quoted_bytes(uint64_t address, size_t size, size_t most) const {
    std::string bytes(std::min(size, most), '\0'), text = "\"";
    if (size > 0 && read(address, bytes.data(), bytes.size()) != bytes.size()) return pointer(address);
    append_quoted(text, bytes);
    return text + (size > most ? "\"..." : "\"");
}

std::string Memory::quoted_string(uint64_t address, size_t most) const {
    if (address == 0) return "NULL";
    std::string bytes(most + 1, '\0'), text = "\"";
    size_t count = read(address, bytes.data(), bytes.size());
    size_t length = strnlen(bytes.data(), count);
    if (length == count && count < bytes.size()) return pointer(address);
    append_quoted(text, std::string_view(bytes).substr(0, std::min(length, most)));
    return text + (length > most ? "\"..." : "\"");
}

bool is_result(char letter) { return strchr("BSPW", letter) != nullptr; }

std::string decode(char letter, const uint64_t* values, size_t index, int64_t result, const Memory& memory,
                   const View& view) {
    constexpr size_t kMostPath = 4096;
    uint64_t value = values[index];
    switch (letter) {
    case 'a': return directory(value, memory, view);
    case 'A': return flags_of(kAccessModes, value, "F_OK");
    case 'b': return memory.quoted_bytes(value, static_cast<size_t>(values[index + 1]), view.string_bytes);
    case 'B':
        return result < 0 ? pointer(value)
                          : memory.quoted_bytes(value, static_cast<size_t>(result), view.string_bytes);
    case 'c': {
        uint64_t number = value & 0xff;
        std::string flags = flags_of(kCloneFlags, value & ~uint64_t{0xff}, "");
        return number == 0 ? flags : flags + (flags.empty() ? "" : "|") + signal_text(number);
    }
    case 'd':
        return std::to_string(static_cast<int64_t>(value) == static_cast<int32_t>(value)
                                  ? static_cast<int64_t>(value)
                              : value <= UINT32_MAX ? static_cast<int32_t>(value)
                                                    : static_cast<int64_t>(value));
    case 'D': return one_of(kDomains, value);
    case 'e': return environment(value, memory);
    case 'f': return descriptor(value, memory, view);
    case 'F': return one_of(kFcntlCommands, value);
    case 'g': return signal_set(value, memory);
    case 'h': return one_of(kHows, value);
    case 'I': return one_of(kIoctls, value);
    case 'k': {
        std::string type = one_of(kSocketTypes, value & 15);
        if (value & O_CLOEXEC) type += "|SOCK_CLOEXEC";
        if (value & O_NONBLOCK) type += "|SOCK_NONBLOCK";
        return type;
    }
    case 'l': return one_of(kWhences, value);
    case 'm': return flags_of(kMapFlags, value, "0");
    case 'M': return flags_of(kProtections, value, "PROT_NONE");
    case 'o': return octal(value);
    case 'O': return open_flags(value);
    case 'p': return memory.quoted_string(value, kMostPath);
    case 'P': {
        int ends[2];
        if (result < 0 || memory.read(value, ends, sizeof ends) != sizeof ends) return pointer(value);
        return "[" + descriptor(static_cast<unsigned>(ends[0]), memory, view) + ", " +
               descriptor(static_cast<unsigned>(ends[1]), memory, view) + "]";
    }
    case 's': return signal_text(value);
    case 'S': return result < 0 ? pointer(value) : file_status(value, memory);
    case 'T': return time_text(value, memory);
    case 'u': return std::to_string(value);
    case 'v': return strings(value, memory, view);
    case 'w': return flags_of(kWaitOptions, value, "0");
    case 'W': return wait_status(value, result, memory);
    case 'z': return flags_of(kAtFlags, value, "0");
    default: return hexadecimal(value);
    }
}

std::string decode_result(const Call& call, int64_t result, const Memory& memory, const View& view) {
    if (result < 0 && result >= -4095) {
        auto error = static_cast<uint64_t>(-result);
        if (const char* restart = name_of(kRestarts, error)) return std::string(" = ? ") + restart;
        const char* name = strerrorname_np(static_cast<int>(error));
        return " = -1 " + (name ? std::string(name) : "E" + std::to_string(error)) + " (" +
               strerror(static_cast<int>(error)) + ")";
    }
    static constexpr std::string_view kAddresses = " mmap brk mremap shmat ";
    static constexpr std::string_view kDescriptors =
        " open openat creat dup dup2 dup3 socket accept accept4 epoll_create1 eventfd2 memfd_create ";
    std::string padded = " " + std::string(call.name) + " ";
    if (kAddresses.contains(padded)) return " = " + hexadecimal(static_cast<uint64_t>(result));
    if (kDescriptors.contains(padded)) return " = " + descriptor(static_cast<uint64_t>(result), memory, view);
    return " = " + std::to_string(result);
}

} // namespace coreutils::strace
