// ls: POSIX.1-2017 and GNU's options. Reads a directory, orders its entries, prints them in one of five
// layouts; what the entries' status is not needed for is not examined.
#include "files/ls_color.h"
#include "files/ls_options.h"
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/columns.h"
#include "lib/deep_path.h"
#include "lib/identity.h"
#include "lib/mode.h"
#include "lib/order.h"
#include "lib/path.h"
#include "lib/utf8.h"
#include "lib/version_order.h"

#include <algorithm>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

namespace coreutils::ls {
namespace {

struct Entry {
    std::string name;
    std::string path;
    struct stat info = {};
    bool known = false; // info is valid
    unsigned char type = DT_UNKNOWN;
    std::string link_target;
    mode_t target_mode = 0; // 0: a link to nothing
    timespec time = {};

    bool is_directory() const { return known ? S_ISDIR(info.st_mode) : type == DT_DIR; }
    mode_t mode() const { return known ? info.st_mode : static_cast<mode_t>(DTTOIF(type)); }
};

struct Ancestor {
    dev_t device;
    ino_t inode;
};

class Lister {
public:
    explicit Lister(const Settings& settings) : settings_(settings) { time_now_ = time(nullptr); }
    int list(std::span<char*> operands);

private:
    void problem(std::string_view path, int severity);
    bool examine(Entry& entry, bool on_command_line);
    void list_directory(const std::string& path, bool header, bool on_command_line);
    bool is_ignored(const char* name) const;
    void sort(std::vector<Entry>& entries) const;
    int compare(const Entry& left, const Entry& right) const;
    void print(std::vector<Entry>& entries);
    void print_total(const std::vector<Entry>& entries);
    void print_long(std::vector<Entry>& entries);
    Cell name_cell(const Entry& entry, bool padded, size_t start = 0) const;
    void append_colored(std::string& text, std::string_view shown, std::string_view name,
                        const FileKind& kind, size_t start) const;
    char indicator_of(mode_t mode) const;
    std::string prefix(const Entry& entry, size_t inode_width, size_t block_width) const;
    std::string time_text(const timespec& when) const;
    std::string size_text(const Entry& entry, size_t major_width, size_t minor_width) const;
    bool any_quoted(const std::vector<Entry>& entries) const;

    const Settings& settings_;
    time_t time_now_;
    int status_ = 0;
    bool printed_ = false;
    std::vector<Ancestor> ancestors_;
};

void Lister::problem(std::string_view path, int severity) {
    warn_errno(path);
    status_ = std::max(status_, severity);
}

timespec chosen_time(const Settings& settings, int directory, const char* name, const struct stat& info) {
    switch (settings.time) {
    case Time::access:
        return info.st_atim;
    case Time::change:
        return info.st_ctim;
    case Time::birth: {
#ifdef STATX_BTIME
        struct statx more;
        if (statx(directory, name, AT_SYMLINK_NOFOLLOW, STATX_BTIME, &more) == 0 &&
            (more.stx_mask & STATX_BTIME))
            return {static_cast<time_t>(more.stx_btime.tv_sec), static_cast<long>(more.stx_btime.tv_nsec)};
#endif
        return info.st_mtim;
    }
    default:
        return info.st_mtim;
    }
}

// Fills in the status, and of a link what it points to where the output tells.
bool Lister::examine(Entry& entry, bool on_command_line) {
    bool follow =
        settings_.follow == Follow::always || (settings_.follow == Follow::roots && on_command_line);
    const std::string& path = entry.path;
    int result = deep::stat(path, &entry.info, follow ? 0 : AT_SYMLINK_NOFOLLOW);
    if (!follow && on_command_line && settings_.follow_root_directories && result == 0 &&
        S_ISLNK(entry.info.st_mode)) {
        struct stat target;
        if (deep::stat(path, &target, 0) == 0 && S_ISDIR(target.st_mode)) entry.info = target;
    }
    if (result != 0) {
        problem(entry.path, on_command_line ? 2 : 1);
        return false;
    }
    entry.known = true;
    entry.time = chosen_time(settings_, AT_FDCWD, path.c_str(), entry.info);
    if (S_ISLNK(entry.info.st_mode) &&
        (settings_.layout == Layout::long_format || settings_.color || settings_.directories_first)) {
        auto target = deep::read_link(path);
        if (target) entry.link_target = *target;
        struct stat info;
        if (deep::stat(path, &info, 0) == 0) entry.target_mode = info.st_mode;
    }
    return true;
}

bool Lister::is_ignored(const char* name) const {
    if (name[0] == '.') {
        if (settings_.hidden == Hidden::skip) return true;
        bool implied = strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
        if (implied && settings_.hidden == Hidden::almost_all) return true;
    }
    for (const char* pattern : settings_.ignore)
        if (fnmatch(pattern, name, FNM_PERIOD) == 0) return true;
    if (settings_.hidden == Hidden::skip)
        for (const char* pattern : settings_.hide)
            if (fnmatch(pattern, name, FNM_PERIOD) == 0) return true;
    size_t length = strlen(name);
    return settings_.ignore_backups && length > 1 && name[length - 1] == '~';
}

std::string_view extension_of(std::string_view name) {
    size_t dot = name.rfind('.');
    return dot == std::string_view::npos ? std::string_view() : name.substr(dot);
}

int Lister::compare(const Entry& left, const Entry& right) const {
    if (settings_.directories_first) {
        auto leads = [](const Entry& entry) { return entry.is_directory() || S_ISDIR(entry.target_mode); };
        if (leads(left) != leads(right)) return leads(left) ? -1 : 1;
    }
    int order = 0;
    switch (settings_.sort) {
    case Sort::size:
        if (left.info.st_size != right.info.st_size) order = left.info.st_size > right.info.st_size ? -1 : 1;
        break;
    case Sort::time:
        if (left.time.tv_sec != right.time.tv_sec)
            order = left.time.tv_sec > right.time.tv_sec ? -1 : 1;
        else if (left.time.tv_nsec != right.time.tv_nsec)
            order = left.time.tv_nsec > right.time.tv_nsec ? -1 : 1;
        break;
    case Sort::version:
        order = compare_versions(left.name, right.name);
        break;
    case Sort::extension:
        order = extension_of(left.name).compare(extension_of(right.name));
        break;
    case Sort::width:
        order = static_cast<int>(display_width(left.name)) - static_cast<int>(display_width(right.name));
        break;
    default:
        break;
    }
    if (order == 0) order = left.name.compare(right.name);
    return settings_.reverse ? -order : order;
}

void Lister::sort(std::vector<Entry>& entries) const {
    if (settings_.sort == Sort::none) {
        if (settings_.reverse) std::reverse(entries.begin(), entries.end());
        return;
    }
    sort_items(entries, [&](const Entry& left, const Entry& right) { return compare(left, right) < 0; });
}

char Lister::indicator_of(mode_t mode) const {
    if (settings_.indicator == Indicator::none) return 0;
    if (S_ISDIR(mode)) return '/';
    if (settings_.indicator == Indicator::slash) return 0;
    if (S_ISLNK(mode)) return '@';
    if (S_ISFIFO(mode)) return '|';
    if (S_ISSOCK(mode)) return '=';
    return settings_.indicator == Indicator::classify && S_ISREG(mode) && (mode & 0111) ? '*' : 0;
}

void Lister::append_colored(std::string& text, std::string_view shown, std::string_view name,
                            const FileKind& kind, size_t start) const {
    if (!settings_.color) {
        text += shown;
        return;
    }
    size_t width = settings_.line_width;
    bool wraps = width > 0 && !shown.empty() && start / width != (start + shown.size() - 1) / width;
    text += colored(shown, color_of(name, kind), wraps);
}

// Columns of a name; control characters that are printed as they are take none.
size_t shown_width(std::string_view text) {
    size_t controls = 0;
    for (char byte : text) controls += static_cast<unsigned char>(byte) < ' ' || byte == 0x7F;
    return display_width(text) - controls;
}

// `start` is the column of the name.
Cell Lister::name_cell(const Entry& entry, bool padded, size_t start) const {
    Cell cell;
    std::string shown = quote_name(entry.name, settings_.quoting);
    cell.width = shown_width(shown);
    // Quoted names stand out by a column, the others are moved to keep the letters aligned.
    if (padded && !shown.starts_with('\'') && !shown.starts_with('"')) {
        cell.text = " ";
        ++cell.width;
    }
    FileKind kind{.mode = entry.mode(),
                  .orphan = S_ISLNK(entry.mode()) && !entry.target_mode,
                  .target_mode = entry.target_mode,
                  .links = entry.known ? entry.info.st_nlink : 1};
    append_colored(cell.text, shown, entry.name, kind, start);
    bool shows_target =
        settings_.layout == Layout::long_format && S_ISLNK(entry.mode()) && !entry.link_target.empty();
    if (shows_target) {
        cell.text += " -> ";
        FileKind target{.mode = entry.target_mode, .missing = !entry.target_mode || !targets_matter()};
        append_colored(cell.text, quote_name(entry.link_target, settings_.quoting), entry.link_target, target,
                       start + shown.size() + 4);
    }
    if (char mark = indicator_of(shows_target ? entry.target_mode : entry.mode())) {
        cell.text += mark;
        ++cell.width;
    }
    return cell;
}

std::string Lister::prefix(const Entry& entry, size_t inode_width, size_t block_width) const {
    std::string text;
    auto add = [&](const std::string& value, size_t width) {
        if (value.size() < width) text.append(width - value.size(), ' ');
        text.append(value).push_back(' ');
    };
    if (settings_.show_inode) add(entry.known ? std::to_string(entry.info.st_ino) : "?", inode_width);
    if (settings_.show_blocks)
        add(entry.known ? settings_.block_format.format(static_cast<uint64_t>(entry.info.st_blocks) * 512)
                        : "?",
            block_width);
    return text;
}

std::string Lister::time_text(const timespec& when) const {
    tm broken;
    char text[256];
    if (!localtime_r(&when.tv_sec, &broken)) return std::to_string(when.tv_sec);
    if (settings_.full_time) {
        char zone[16];
        strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &broken);
        strftime(zone, sizeof zone, "%z", &broken);
        char whole[300];
        snprintf(whole, sizeof whole, "%s.%09ld %s", text, when.tv_nsec, zone);
        return whole;
    }
    // POSIX: the last six months, and nothing that lies ahead, shows the time of day.
    constexpr time_t kHalfYear = 31556952 / 2;
    bool recent = when.tv_sec > time_now_ - kHalfYear && when.tv_sec <= time_now_;
    const std::string& chosen = recent ? settings_.recent_format : settings_.old_format;
    const char* format = settings_.own_formats || !chosen.empty() ? chosen.c_str()
                         : recent                                 ? "%b %e %H:%M"
                                                                  : "%b %e  %Y";
    text[strftime(text, sizeof text, format, &broken)] = '\0';
    return text;
}

bool is_device(const Entry& entry) { return S_ISCHR(entry.info.st_mode) || S_ISBLK(entry.info.st_mode); }

std::string Lister::size_text(const Entry& entry, size_t major_width, size_t minor_width) const {
    if (is_device(entry)) {
        char text[48];
        snprintf(text, sizeof text, "%*u, %*u", static_cast<int>(major_width), major(entry.info.st_rdev),
                 static_cast<int>(minor_width), minor(entry.info.st_rdev));
        return text;
    }
    return settings_.size_format.format(static_cast<uint64_t>(entry.info.st_size));
}

void Lister::print_long(std::vector<Entry>& entries) {
    struct Row {
        std::string prefix, mode, links, owner, group, author, size, time;
    };
    std::vector<Row> rows;
    size_t links = 0, owner = 0, group = 0, size = 0, time_width = 0, inode = 0, block = 0;
    size_t major_width = 0, minor_width = 0;
    for (const Entry& entry : entries) {
        if (is_device(entry)) {
            major_width = std::max(major_width, std::to_string(major(entry.info.st_rdev)).size());
            minor_width = std::max(minor_width, std::to_string(minor(entry.info.st_rdev)).size());
        }
        inode = std::max(inode, std::to_string(entry.info.st_ino).size());
        if (settings_.show_blocks)
            block = std::max(
                block,
                settings_.block_format.format(static_cast<uint64_t>(entry.info.st_blocks) * 512).size());
    }
    for (const Entry& entry : entries) {
        Row row;
        row.prefix = prefix(entry, inode, block);
        row.mode = mode_string(entry.mode());
        row.links = std::to_string(entry.info.st_nlink);
        bool numeric = settings_.numeric_ids;
        row.owner = numeric ? std::to_string(entry.info.st_uid) : user_name(entry.info.st_uid);
        row.group = numeric ? std::to_string(entry.info.st_gid) : group_name(entry.info.st_gid);
        row.size = size_text(entry, major_width, minor_width);
        row.time = time_text(entry.time);
        if (!entry.known) {
            row.mode.replace(1, std::string::npos, "?????????");
            row.links = row.owner = row.group = row.size = row.time = "?";
        }
        links = std::max(links, row.links.size());
        owner = std::max(owner, display_width(row.owner));
        group = std::max(group, display_width(row.group));
        size = std::max(size, row.size.size());
        time_width = std::max(time_width, row.time.size());
        rows.push_back(std::move(row));
    }
    bool padded = any_quoted(entries);
    auto left = [](const std::string& text, size_t width) {
        out.write(text);
        out.fill(' ', width - display_width(text) + 1);
    };
    auto right = [](const std::string& text, size_t width) {
        out.fill(' ', width - text.size());
        out.write(text);
        out.put(' ');
    };
    size_t start = rows[0].prefix.size() + rows[0].mode.size() + links + size + time_width + 4 +
                   (owner + 1) * (settings_.show_owner + settings_.show_author) +
                   (group + 1) * settings_.show_group;
    for (size_t i = 0; i < rows.size(); ++i) {
        const Row& row = rows[i];
        if (settings_.color) out.write(normal_text());
        out.write(row.prefix);
        out.write(row.mode);
        out.put(' ');
        right(row.links, links);
        if (settings_.show_owner) left(row.owner, owner);
        if (settings_.show_group) left(row.group, group);
        if (settings_.show_author) left(row.owner, owner);
        right(row.size, size);
        right(row.time, time_width);
        out.write(name_cell(entries[i], padded, start).text);
        out.put(settings_.end_of_line);
    }
}

bool Lister::any_quoted(const std::vector<Entry>& entries) const {
    if (settings_.quoting != Quoting::shell_escape && settings_.quoting != Quoting::shell) return false;
    if (settings_.layout == Layout::commas || settings_.layout == Layout::one_per_line) return false;
    if (settings_.layout != Layout::long_format && settings_.line_width == 0) return false;
    return std::any_of(entries.begin(), entries.end(), [&](const Entry& entry) {
        return quote_name(entry.name, settings_.quoting) != entry.name;
    });
}

void Lister::print(std::vector<Entry>& entries) {
    if (entries.empty()) return;
    printed_ = true;
    if (settings_.layout == Layout::long_format) return print_long(entries);
    size_t inode = 0, block = 0;
    bool aligned = settings_.layout == Layout::columns || settings_.layout == Layout::across;
    for (const Entry& entry : entries) {
        if (!aligned) break;
        if (settings_.show_inode) inode = std::max(inode, std::to_string(entry.info.st_ino).size());
        if (settings_.show_blocks)
            block = std::max(
                block,
                settings_.block_format.format(static_cast<uint64_t>(entry.info.st_blocks) * 512).size());
    }
    bool padded = any_quoted(entries);
    std::vector<Cell> cells;
    cells.reserve(entries.size());
    for (const Entry& entry : entries) {
        std::string normal = settings_.color ? normal_text() : "", lead = prefix(entry, inode, block);
        Cell cell = name_cell(entry, padded);
        cell.width += lead.size();
        cell.text.insert(0, normal + lead);
        cells.push_back(std::move(cell));
    }
    switch (settings_.layout) {
    case Layout::columns:
        print_columns(cells, settings_.line_width, FillOrder::down, settings_.tab_width);
        break;
    case Layout::across:
        print_columns(cells, settings_.line_width, FillOrder::across, settings_.tab_width);
        break;
    case Layout::commas:
        print_commas(cells, settings_.line_width);
        break;
    default:
        for (const Cell& cell : cells) {
            out.write(cell.text);
            out.put(settings_.end_of_line);
        }
    }
}

void Lister::print_total(const std::vector<Entry>& entries) {
    uint64_t blocks = 0;
    for (const Entry& entry : entries) blocks += static_cast<uint64_t>(entry.info.st_blocks);
    out.write("total ");
    out.write(settings_.block_format.format(blocks * 512));
    out.put(settings_.end_of_line);
    printed_ = true;
}

void Lister::list_directory(const std::string& path, bool header, bool on_command_line) {
    DIR* stream = deep::opendir(path);
    if (!stream) return problem(path, on_command_line ? 2 : 1);
    struct stat self = {};
    if (settings_.recursive && fstat(dirfd(stream), &self) == 0) {
        for (const Ancestor& ancestor : ancestors_)
            if (ancestor.device == self.st_dev && ancestor.inode == self.st_ino) {
                warn("%s: not listing already-listed directory", path.c_str());
                status_ = 2;
                closedir(stream);
                return;
            }
    }
    if (header) {
        if (printed_) out.put(settings_.end_of_line);
        // A colon in the name would look like the end of the heading.
        Quoting quoting = settings_.quoting;
        if (path.contains(':') && quoting == Quoting::shell_escape) quoting = Quoting::shell_escape_always;
        if (path.contains(':') && quoting == Quoting::shell) quoting = Quoting::shell_always;
        out.write(quote_name(path, quoting));
        out.put(':');
        out.put(settings_.end_of_line);
        printed_ = true;
    }
    std::vector<Entry> entries;
    errno = 0;
    while (dirent* found = readdir(stream)) {
        if (!is_ignored(found->d_name)) {
            Entry entry;
            entry.name = found->d_name;
            entry.path = path == "." ? entry.name : join_path(path, entry.name);
            entry.type = found->d_type;
            entry.info.st_ino = found->d_ino;
            bool unclear =
                entry.type == DT_UNKNOWN || (entry.type == DT_LNK && settings_.follow == Follow::always);
            bool type_matters =
                settings_.recursive || settings_.indicator != Indicator::none || settings_.directories_first;
            bool executable_matters = settings_.indicator == Indicator::classify && entry.type == DT_REG;
            if (settings_.needs_status() || (unclear && type_matters) || executable_matters ||
                (settings_.directories_first && entry.type == DT_LNK))
                examine(entry, false);
            entries.push_back(std::move(entry));
        }
        errno = 0;
    }
    if (errno) problem(path, 1);
    closedir(stream);
    sort(entries);
    if (settings_.layout == Layout::long_format || settings_.show_blocks) print_total(entries);
    print(entries);
    if (!settings_.recursive) return;
    ancestors_.push_back({self.st_dev, self.st_ino});
    for (const Entry& entry : entries)
        if (entry.is_directory() && entry.name != "." && entry.name != "..")
            list_directory(join_path(path, entry.name), true, false);
    ancestors_.pop_back();
}

int Lister::list(std::span<char*> operands) {
    std::vector<Entry> files, directories;
    for (char* operand : operands) {
        Entry entry;
        entry.name = entry.path = operand;
        if (!examine(entry, true)) continue;
        bool descend = entry.is_directory() && !settings_.directories_themselves;
        (descend ? directories : files).push_back(std::move(entry));
    }
    sort(files);
    sort(directories);
    print(files);
    bool headers = operands.size() > 1 || settings_.recursive;
    for (const Entry& directory : directories) list_directory(directory.path, headers, true);
    return status_;
}

int list_with(Arguments& arguments, bool columns_by_default) {
    Settings settings = read_settings(arguments, columns_by_default);
    static char here[] = ".";
    static char* only_here[] = {here};
    auto operands = arguments.operands();
    return Lister(settings).list(operands.empty() ? std::span<char*>(only_here) : operands);
}

} // namespace

int run(Arguments& arguments) { return list_with(arguments, false); }

} // namespace coreutils::ls
