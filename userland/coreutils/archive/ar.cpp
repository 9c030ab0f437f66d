// ar, ranlib: archives of object files in the GNU (System V) form: a table of symbols for the linker as the
// member "/", names of more than 15 bytes in the member "//". POSIX.1-2017 ar. The archive is rewritten
// beside the old one and renamed.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/mode.h"
#include "lib/path.h"
#include "lib/unfinished.h"
#include "lib/write_all.h"

#include <algorithm>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <vector>

namespace coreutils {
namespace {

constexpr std::string_view kMagic = "!<arch>\n";
constexpr size_t kHeaderBytes = 60;

struct Member {
    std::string name;
    time_t time = 0;
    uid_t uid = 0;
    gid_t gid = 0;
    mode_t mode = 0644;
    std::string_view data; // in a mapping that lives as long as the process
};

// The bytes of a file, mapped. Nothing with errno.
std::optional<std::string_view> map_file(const char* name, struct stat& info) {
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return std::nullopt;
    std::optional<std::string_view> bytes;
    if (fstat(fd, &info) == 0) {
        auto size = static_cast<size_t>(info.st_size);
        void* start =
            size && S_ISREG(info.st_mode) ? mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0) : nullptr;
        if (S_ISDIR(info.st_mode))
            errno = EISDIR;
        else if (start != MAP_FAILED)
            bytes = start ? std::string_view(static_cast<char*>(start), size) : std::string_view();
    }
    int error = errno;
    close(fd);
    errno = error;
    return bytes;
}

// A number of a header's field: digits, then blanks.
bool parse_field(std::string_view field, unsigned base, uint64_t& value) {
    value = 0;
    size_t at = 0;
    for (; at < field.size() && field[at] >= '0' && field[at] < static_cast<char>('0' + base); ++at)
        value = value * base + static_cast<uint64_t>(field[at] - '0');
    return field.find_first_not_of(' ', at) == std::string_view::npos;
}

// Reads every member; false when the bytes are no archive, or one that ends too early.
bool parse_archive(std::string_view bytes, std::vector<Member>& members) {
    if (!bytes.starts_with(kMagic)) return false;
    std::string_view long_names;
    size_t at = kMagic.size();
    while (at < bytes.size()) {
        if (bytes.size() - at < kHeaderBytes || bytes.substr(at + 58, 2) != "`\n") return false;
        std::string_view header = bytes.substr(at, kHeaderBytes);
        uint64_t time, uid, gid, mode, size;
        if (!parse_field(header.substr(16, 12), 10, time) || !parse_field(header.substr(28, 6), 10, uid) ||
            !parse_field(header.substr(34, 6), 10, gid) || !parse_field(header.substr(40, 8), 8, mode) ||
            !parse_field(header.substr(48, 10), 10, size) || size > bytes.size() - at - kHeaderBytes)
            return false;
        Member member{.name = "",
                      .time = static_cast<time_t>(time),
                      .uid = static_cast<uid_t>(uid),
                      .gid = static_cast<gid_t>(gid),
                      .mode = static_cast<mode_t>(mode),
                      .data = bytes.substr(at + kHeaderBytes, size)};
        at += kHeaderBytes + size + (size & 1);
        std::string_view name = header.substr(0, 16);
        if (name.starts_with("// ")) {
            long_names = member.data;
            continue;
        }
        if (name.starts_with("/ ") || name.starts_with("/SYM64/ ")) continue;
        uint64_t offset;
        if (name.starts_with('/') && parse_field(name.substr(1), 10, offset)) {
            if (offset >= long_names.size()) return false;
            name = long_names.substr(offset, long_names.find('\n', offset) - offset);
            if (name.ends_with('/')) name.remove_suffix(1);
        } else if (size_t length; name.starts_with("#1/")) { // BSD: the name precedes the data
            uint64_t count;
            if (!parse_field(name.substr(3), 10, count) || count > member.data.size()) return false;
            length = static_cast<size_t>(count);
            name = member.data.substr(0, length);
            name = name.substr(0, name.find('\0'));
            member.data.remove_prefix(length);
        } else {
            name = name.substr(0, std::min(name.find('/'), name.find_last_not_of(' ') + 1));
        }
        member.name = name;
        members.push_back(std::move(member));
    }
    return true;
}

// Appends the global symbols that an ELF64 object defines.
void add_symbols(std::string_view object, std::vector<std::string_view>& symbols) {
    auto fits = [&](uint64_t offset, uint64_t size) {
        return offset <= object.size() && size <= object.size() - offset;
    };
    Elf64_Ehdr header;
    if (object.size() < sizeof header) return;
    memcpy(&header, object.data(), sizeof header);
    if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64 ||
        header.e_shentsize != sizeof(Elf64_Shdr))
        return;
    if (!fits(header.e_shoff, uint64_t{header.e_shnum} * sizeof(Elf64_Shdr))) return;
    auto section = [&](size_t index) {
        Elf64_Shdr result;
        memcpy(&result, object.data() + header.e_shoff + index * sizeof result, sizeof result);
        return result;
    };
    for (size_t index = 0; index < header.e_shnum; ++index) {
        Elf64_Shdr table = section(index);
        if (table.sh_type != SHT_SYMTAB || table.sh_link >= header.e_shnum ||
            !fits(table.sh_offset, table.sh_size))
            continue;
        Elf64_Shdr names = section(table.sh_link);
        if (!fits(names.sh_offset, names.sh_size)) continue;
        std::string_view strings = object.substr(names.sh_offset, names.sh_size);
        for (size_t at = 0; at + sizeof(Elf64_Sym) <= table.sh_size; at += sizeof(Elf64_Sym)) {
            Elf64_Sym symbol;
            memcpy(&symbol, object.data() + table.sh_offset + at, sizeof symbol);
            unsigned binding = ELF64_ST_BIND(symbol.st_info);
            if ((binding != STB_GLOBAL && binding != STB_WEAK && binding != STB_GNU_UNIQUE) ||
                symbol.st_shndx == SHN_UNDEF)
                continue;
            if (symbol.st_name == 0 || symbol.st_name >= strings.size()) continue;
            size_t end = strings.find('\0', symbol.st_name);
            if (end != std::string_view::npos)
                symbols.push_back(strings.substr(symbol.st_name, end - symbol.st_name));
        }
    }
}

std::string header_text(const std::string& name, const Member* member, size_t size) {
    char text[kHeaderBytes + 1];
    snprintf(text, sizeof text, "%-16s%-12lld%-6u%-6u%-8o%-10zu`\n", name.c_str(),
             member ? static_cast<long long>(member->time) : 0, member ? member->uid % 1000000 : 0,
             member ? member->gid % 1000000 : 0, member ? member->mode : 0, size);
    return text;
}

void append_big_endian(std::string& text, uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) text.push_back(static_cast<char>(value >> shift));
}

enum class SymbolTable { wanted, unwanted };

std::string build_archive(const std::vector<Member>& members, SymbolTable table) {
    std::string long_names;
    std::vector<std::string> short_names;
    for (const Member& member : members) {
        if (member.name.size() <= 15) {
            short_names.push_back(member.name + "/");
        } else {
            short_names.push_back("/" + std::to_string(long_names.size()));
            long_names += member.name + "/\n";
        }
    }
    if (long_names.size() & 1) long_names.push_back('\n');
    struct Symbols {
        std::vector<std::string_view> names;
    };
    std::vector<Symbols> symbols(members.size());
    size_t count = 0, name_bytes = 0;
    if (table == SymbolTable::wanted)
        for (size_t index = 0; index < members.size(); ++index) {
            add_symbols(members[index].data, symbols[index].names);
            count += symbols[index].names.size();
            for (std::string_view name : symbols[index].names) name_bytes += name.size() + 1;
        }
    size_t table_bytes = count ? 4 + 4 * count + name_bytes : 0;
    size_t padded = table_bytes + (table_bytes & 1);
    size_t offset = kMagic.size() + (count ? kHeaderBytes + padded : 0) +
                    (long_names.empty() ? 0 : kHeaderBytes + long_names.size());
    std::string text(kMagic);
    if (count) {
        text += header_text("/", nullptr, padded);
        append_big_endian(text, static_cast<uint32_t>(count));
        for (size_t index = 0; index < members.size(); ++index) {
            if (offset > UINT32_MAX) die(1, "the archive is too large for its table of symbols");
            for (size_t each = 0; each < symbols[index].names.size(); ++each)
                append_big_endian(text, static_cast<uint32_t>(offset));
            size_t size = members[index].data.size();
            offset += kHeaderBytes + size + (size & 1);
        }
        for (const Symbols& each : symbols)
            for (std::string_view name : each.names) text.append(name).push_back('\0');
        if (table_bytes & 1) text.push_back('\0');
    }
    if (!long_names.empty()) {
        char header[kHeaderBytes + 1];
        snprintf(header, sizeof header, "%-48s%-10zu`\n", "//", long_names.size());
        text.append(header).append(long_names);
    }
    for (size_t index = 0; index < members.size(); ++index) {
        text += header_text(short_names[index], &members[index], members[index].data.size());
        text.append(members[index].data);
        if (members[index].data.size() & 1) text.push_back('\n');
    }
    return text;
}

void write_archive(const char* archive, const std::string& text, const struct stat* old) {
    std::string temporary = join_path(directory_name(archive), "arXXXXXX");
    int fd = -1;
    Unfinished unfinished(temporary, [&] { return (fd = mkstemp(temporary.data())) >= 0; });
    if (fd < 0) die_errno(1, archive);
    if (!write_all(fd, text)) {
        int error = errno;
        unlink(temporary.c_str());
        die_errno(1, archive, error);
    }
    fchmod(fd, old ? old->st_mode & 07777 : 0666 & ~current_umask());
    if (close(fd) != 0 || rename(temporary.c_str(), archive) != 0) {
        int error = errno;
        unlink(temporary.c_str());
        die_errno(1, archive, error);
    }
}

struct Settings {
    char action = 0;
    bool verbose = false, create = false, only_newer = false, keep_dates = false, deterministic = true,
         symbols = true;
    bool full_path = false;
    char place = 0; // a, b
    const char* position = nullptr;
};

class Archiver {
public:
    Archiver(const Settings& settings, const char* archive, std::span<char*> names)
        : settings_(settings), archive_(archive), names_(names.begin(), names.end()), found_(names.size()) {}

    int run() {
        bool changes = strchr("drqms", settings_.action) != nullptr;
        read_archive(changes && strchr("rq", settings_.action));
        switch (settings_.action) {
        case 't': list(); break;
        case 'p':
        case 'x': extract(); break;
        case 'd': remove(); break;
        case 'm': move(); break;
        case 'r': replace(); break;
        case 'q': append_all(); break;
        }
        for (size_t index = 0; index < names_.size(); ++index)
            if (!found_[index] && strchr("tpxdm", settings_.action)) {
                if (settings_.action == 'd') {
                    if (settings_.verbose) out.print("No member named `%s'\n", names_[index]);
                    continue;
                }
                warn("no entry %s in archive", names_[index]);
                status_ = 1;
            }
        if (changes && status_ == 0)
            write_archive(
                archive_,
                build_archive(members_, settings_.symbols ? SymbolTable::wanted : SymbolTable::unwanted),
                existed_ ? &info_ : nullptr);
        return status_;
    }

private:
    void read_archive(bool may_create) {
        auto bytes = map_file(archive_, info_);
        if (!bytes) {
            if (errno != ENOENT || !may_create)
                die_errno(settings_.action == 't' || settings_.action == 'x' || settings_.action == 'p' ? 9
                                                                                                        : 1,
                          archive_);
            if (!settings_.create) warn("creating %s", archive_);
            return;
        }
        existed_ = true;
        if (!bytes->empty() && !parse_archive(*bytes, members_))
            die(1, "%s: file format not recognized", archive_);
    }

    std::string stored_name(const char* name) const {
        return settings_.full_path ? name : std::string(base_name(name));
    }

    bool is_chosen(const Member& member) {
        if (names_.empty()) return true;
        bool chosen = false;
        for (size_t index = 0; index < names_.size(); ++index)
            if (!found_[index] && stored_name(names_[index]) == member.name) {
                found_[index] = chosen = true;
                break;
            }
        return chosen;
    }

    void list() {
        for (const Member& member : members_) {
            if (!is_chosen(member)) continue;
            if (settings_.verbose) {
                char time[64];
                struct tm broken;
                localtime_r(&member.time, &broken);
                strftime(time, sizeof time, "%b %e %H:%M %Y", &broken);
                out.print("%s %u/%u %6zu %s ", mode_string(member.mode).c_str() + 1, member.uid, member.gid,
                          member.data.size(), time);
            }
            out.print("%s\n", member.name.c_str());
        }
    }

    void extract() {
        for (const Member& member : members_) {
            if (!is_chosen(member)) continue;
            if (settings_.action == 'p') {
                if (settings_.verbose) out.print("\n<%s>\n\n", member.name.c_str());
                out.write(member.data);
                continue;
            }
            if (settings_.verbose) out.print("x - %s\n", member.name.c_str());
            extract_file(member);
        }
    }

    // Always into the working directory: a name with a slash could lead out of it.
    void extract_file(const Member& member) {
        if (member.name.empty() || member.name == "." || member.name == ".." || member.name.contains('/')) {
            warn("illegal output pathname for archive member: %s", printable(member.name).c_str());
            status_ = 1;
            return;
        }
        if (unlink(member.name.c_str()) != 0 && errno != ENOENT) return fail(member.name);
        int fd = open(member.name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0) return fail(member.name);
        if (!write_all(fd, member.data)) fail(member.name);
        fchmod(fd, member.mode & 0777 & ~current_umask());
        timespec times[2] = {{member.time, 0}, {member.time, 0}};
        if (settings_.keep_dates) futimens(fd, times);
        if (close(fd) != 0) fail(member.name);
    }

    void fail(const std::string& name) {
        warn_errno(name);
        status_ = 1;
    }

    void remove() {
        if (names_.empty()) return;
        std::erase_if(members_, [this](const Member& member) {
            if (!is_chosen(member)) return false;
            if (settings_.verbose) out.print("d - %s\n", member.name.c_str());
            return true;
        });
    }

    // Where new and moved members go: the end, or before or behind the member that was named.
    size_t place() const {
        if (settings_.place)
            for (size_t index = 0; index < members_.size(); ++index)
                if (members_[index].name == stored_name(settings_.position))
                    return settings_.place == 'a' ? index + 1 : index;
        return members_.size();
    }

    void move() {
        if (names_.empty()) return;
        std::vector<Member> moved;
        for (size_t index = 0; index < names_.size(); ++index) {
            auto at = std::find_if(members_.begin(), members_.end(), [&](const Member& member) {
                return member.name == stored_name(names_[index]);
            });
            if (at == members_.end()) continue;
            found_[index] = true;
            if (settings_.verbose) out.print("m - %s\n", at->name.c_str());
            moved.push_back(std::move(*at));
            members_.erase(at);
        }
        members_.insert(members_.begin() + static_cast<ptrdiff_t>(place()), moved.begin(), moved.end());
    }

    std::optional<Member> read_member(const char* name, struct stat& info) {
        auto data = map_file(name, info);
        if (!data) {
            warn_errno(name);
            status_ = 1;
            return std::nullopt;
        }
        Member member{.name = stored_name(name), .time = 0, .uid = 0, .gid = 0, .mode = 0644, .data = *data};
        if (!settings_.deterministic) {
            member.time = info.st_mtime;
            member.uid = info.st_uid;
            member.gid = info.st_gid;
            member.mode = info.st_mode;
        }
        return member;
    }

    void replace() {
        for (const char* name : names_) {
            struct stat info;
            auto member = read_member(name, info);
            if (!member) return;
            auto old = std::find_if(members_.begin(), members_.end(),
                                    [&](const Member& each) { return each.name == member->name; });
            if (old != members_.end()) {
                if (settings_.only_newer && info.st_mtime <= old->time) continue;
                if (settings_.verbose) out.print("r - %s\n", name);
                *old = std::move(*member);
            } else {
                if (settings_.verbose) out.print("a - %s\n", name);
                members_.insert(members_.begin() + static_cast<ptrdiff_t>(place()), std::move(*member));
            }
        }
    }

    void append_all() {
        for (const char* name : names_) {
            struct stat info;
            auto member = read_member(name, info);
            if (!member) return;
            if (settings_.verbose) out.print("a - %s\n", name);
            members_.push_back(std::move(*member));
        }
    }

    const Settings& settings_;
    const char* archive_;
    std::vector<char*> names_;
    std::vector<bool> found_;
    std::vector<Member> members_;
    struct stat info_ = {};
    bool existed_ = false;
    int status_ = 0;
};

constexpr Option kOptions[] = {
    {'d', nullptr, nullptr, "delete members from the archive"},
    {'m', nullptr, nullptr, "move members in the archive"},
    {'p', nullptr, nullptr, "print members"},
    {'q', nullptr, nullptr, "append files, without replacing"},
    {'r', nullptr, nullptr, "replace or insert files"},
    {'s', nullptr, nullptr, "create or renew the table of symbols (as ranlib)"},
    {'t', nullptr, nullptr, "list the members"},
    {'x', nullptr, nullptr, "extract members"},
    {'a', nullptr, nullptr, "put files behind the member POSITION"},
    {'b', nullptr, nullptr, "put files before the member POSITION"},
    {'i', nullptr, nullptr, "the same as b"},
    {'c', nullptr, nullptr, "do not warn when the archive is created"},
    {'D', nullptr, nullptr, "zero for times and owners (the default)"},
    {'U', nullptr, nullptr, "the files' own times and owners"},
    {'o', nullptr, nullptr, "keep dates when extracting"},
    {'P', nullptr, nullptr, "store and match the full path"},
    {'S', nullptr, nullptr, "no table of symbols"},
    {'u', nullptr, nullptr, "only replace files that are newer"},
    {'v', nullptr, nullptr, "say what is done"},
};

void set_option(int option, Settings& settings) {
    switch (option) {
    case 's':
        if (settings.action) break; // a modifier: the table is made anyway
        [[fallthrough]];
    case 'd':
    case 'm':
    case 'p':
    case 'q':
    case 'r':
    case 't':
    case 'x':
        if (settings.action && settings.action != 's') die(1, "two different operation options specified");
        settings.action = static_cast<char>(option);
        break;
    case 'a': settings.place = 'a'; break;
    case 'b':
    case 'i': settings.place = 'b'; break;
    case 'c': settings.create = true; break;
    case 'D': settings.deterministic = true; break;
    case 'U': settings.deterministic = false; break;
    case 'o': settings.keep_dates = true; break;
    case 'P': settings.full_path = true; break;
    case 'S': settings.symbols = false; break;
    case 'u': settings.only_newer = true; break;
    case 'v': settings.verbose = true; break;
    }
}

int run(Arguments& raw) {
    // The first word holds letters with or without a dash.
    static Tool parsed = current_tool();
    parsed.order = OperandOrder::options_first;
    std::vector<char*> words(raw.operands().begin(), raw.operands().end());
    static char name[] = "ar";
    std::string letters;
    if (!words.empty() && words[0][0] != '-') {
        letters = std::string("-") + words[0];
        words[0] = letters.data();
    }
    words.insert(words.begin(), name);
    Arguments arguments(parsed, words);
    Settings settings;
    while (auto option = arguments.next_option()) set_option(*option, settings);
    if (settings.only_newer) settings.deterministic = false; // the times are needed
    auto operands = arguments.operands();
    if (!settings.action) usage_error("no operation specified");
    if (settings.place) {
        if (operands.empty()) missing_operand();
        settings.position = operands[0];
        operands = operands.subspan(1);
    }
    if (operands.empty()) missing_operand();
    return Archiver(settings, operands[0], operands.subspan(1)).run();
}

constexpr Tool kTool = {
    .name = "ar",
    .synopsis = "[-]{dmpqrstx}[abcDiopPSuUv] [POSITION] ARCHIVE [FILE]...",
    .summary = "Create, modify, and extract from archives.",
    .options = kOptions,
    .run = run,
    .order = OperandOrder::raw,
};
MARTLET_REGISTER_TOOL(kTool);

constexpr Option kRanlibOptions[] = {
    {'D', nullptr, nullptr, "zero for times and owners (the default)"},
    {'U', nullptr, nullptr, "the files' own times and owners"},
};

int run_ranlib(Arguments& arguments) {
    Settings settings;
    settings.action = 's';
    while (arguments.next_option()) {
    }
    auto operands = arguments.operands();
    if (operands.empty()) missing_operand();
    int status = 0;
    for (char* archive : operands) status |= Archiver(settings, archive, {}).run();
    return status;
}

constexpr Tool kRanlib = {
    .name = "ranlib",
    .synopsis = "ARCHIVE...",
    .summary = "Generate the table of symbols of an archive.",
    .options = kRanlibOptions,
    .run = run_ranlib,
};
MARTLET_REGISTER_TOOL(kRanlib);

} // namespace
} // namespace coreutils
