// tree: shows directories as a tree, with the options of the program of that name that people use. A
// directory's entries are read before it is shown; the memory needed is that of the path from the root to it.
#include "files/ls_color.h"
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/deep_path.h"
#include "lib/human.h"
#include "lib/identity.h"
#include "lib/mode.h"
#include "lib/numbers.h"
#include "lib/order.h"
#include "lib/path.h"
#include "lib/version_order.h"

#include <algorithm>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <set>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <sys/stat.h>
#include <time.h>
#include <vector>

namespace coreutils {
namespace {

enum : int {
    kDirectoriesFirst = kLongOnly,
    kNoReport,
    kSi,
    kInodes,
    kPrune,
    kFilesFirst,
    kIgnoreCase,
    kMatchDirectories
};

constexpr Option kOptions[] = {
    {'a', nullptr, nullptr, "all files are listed"},
    {'d', nullptr, nullptr, "list directories only"},
    {'l', nullptr, nullptr, "follow symbolic links like directories"},
    {'f', nullptr, nullptr, "print the full path prefix for each file"},
    {'x', nullptr, nullptr, "stay on the current file system"},
    {'L', nullptr, "LEVEL", "descend only LEVEL directories deep"},
    {'P', nullptr, "PATTERN", "list only those files that match PATTERN"},
    {'I', nullptr, "PATTERN", "do not list files that match PATTERN"},
    {kIgnoreCase, "ignore-case", nullptr, "ignore case when matching patterns"},
    {kMatchDirectories, "matchdirs", nullptr, "include directory names in -P matching"},
    {kPrune, "prune", nullptr, "leave out empty directories"},
    {kNoReport, "noreport", nullptr, "no count of files and directories at the end"},
    {'p', nullptr, nullptr, "print the protections of each file"},
    {'u', nullptr, nullptr, "print the owner of each file"},
    {'g', nullptr, nullptr, "print the group of each file"},
    {'s', nullptr, nullptr, "print the size of each file in bytes"},
    {'h', nullptr, nullptr, "print the size in a human readable way"},
    {kSi, "si", nullptr, "like -h, but with powers of 1000"},
    {'D', nullptr, nullptr, "print the date of the last modification"},
    {kInodes, "inodes", nullptr, "print the inode number of each file"},
    {'F', nullptr, nullptr, "append /, =, *, or | as ls -F"},
    {'Q', nullptr, nullptr, "quote names with double quotes"},
    {'N', nullptr, nullptr, "print unprintable characters as they are"},
    {'v', nullptr, nullptr, "sort by version"},
    {'t', nullptr, nullptr, "sort by last modification time"},
    {'U', nullptr, nullptr, "leave files unsorted"},
    {'r', nullptr, nullptr, "reverse the order of the sort"},
    {kDirectoriesFirst, "dirsfirst", nullptr, "list directories before files"},
    {kFilesFirst, "filesfirst", nullptr, "list files before directories"},
    {'i', nullptr, nullptr, "do not print indentation lines"},
    {'C', nullptr, nullptr, "colours always"},
    {'n', nullptr, nullptr, "colours never"},
};

struct Settings {
    bool all = false, only_directories = false, follow = false, full_path = false, one_file_system = false;
    bool protections = false, owner = false, group = false, size = false, human = false, date = false,
         inodes = false;
    bool classify = false, quote = false, raw = false, indent = true, color = false, prune = false,
         report = true;
    bool match_directories = false, reverse = false;
    SizeUnit unit = SizeUnit::binary;
    size_t levels = SIZE_MAX;
    int match_flags = 0;
    std::vector<std::string> patterns, ignored;
    char sort = 'n'; // n, v, t, U
    int grouping = 0; // kDirectoriesFirst, kFilesFirst
};

struct Entry {
    std::string name;
    struct stat info = {};  // of the entry itself
    struct stat target = {}; // of what a link points to
    bool is_link = false, dangling = false;
    std::string link;

    bool is_directory() const { return S_ISDIR(info.st_mode); }
    bool leads_to_directory() const {
        return is_directory() || (is_link && !dangling && S_ISDIR(target.st_mode));
    }
};

class Tree {
public:
    explicit Tree(const Settings& settings) : settings_(settings) {}

    bool show(const char* root) {
        Entry top;
        top.name = root;
        bool exists = stat(root, &top.info) == 0;
        if (!exists || !S_ISDIR(top.info.st_mode)) {
            if (exists) print_details(top);
            out.print("%s  [error opening dir]\n", root);
            files_ += exists;
            return exists;
        }
        device_ = top.info.st_dev;
        print_details(top);
        print_name(top, root);
        out.put('\n');
        visited_.insert({top.info.st_dev, top.info.st_ino});
        std::vector<Entry> entries;
        if (!read_entries(root, entries)) return false;
        if (!entries.empty()) ++directories_; // as the model: an empty root does not count
        show_entries(root, entries, "", 1);
        return true;
    }

    void report() const {
        if (!settings_.report) return;
        out.print("\n%zu director%s", directories_, directories_ == 1 ? "y" : "ies");
        if (!settings_.only_directories) out.print(", %zu file%s", files_, files_ == 1 ? "" : "s");
        out.put('\n');
    }

private:
    bool matches(const std::vector<std::string>& patterns, const std::string& name) const {
        for (const std::string& pattern : patterns) {
            // a|b: any of them
            for (size_t at = 0; at <= pattern.size();) {
                size_t end = std::min(pattern.find('|', at), pattern.size());
                if (fnmatch(pattern.substr(at, end - at).c_str(), name.c_str(),
                            FNM_PERIOD | settings_.match_flags) == 0)
                    return true;
                at = end + 1;
            }
        }
        return false;
    }

    bool is_shown(const Entry& entry) const {
        if (entry.name.starts_with('.') && !settings_.all) return false;
        bool directory = entry.is_directory() || (settings_.follow && entry.leads_to_directory());
        if (settings_.only_directories && !entry.leads_to_directory()) return false;
        if (!settings_.ignored.empty() && matches(settings_.ignored, entry.name)) return false;
        if (settings_.patterns.empty() || (directory && !settings_.match_directories)) return true;
        return matches(settings_.patterns, entry.name) || directory;
    }

    bool read_entries(const std::string& directory, std::vector<Entry>& entries) const {
        DIR* stream = deep::opendir(directory);
        if (!stream) return false;
        while (dirent* each = readdir(stream)) {
            if (strcmp(each->d_name, ".") == 0 || strcmp(each->d_name, "..") == 0) continue;
            Entry entry;
            entry.name = each->d_name;
            if (fstatat(dirfd(stream), each->d_name, &entry.info, AT_SYMLINK_NOFOLLOW) != 0) continue;
            entry.is_link = S_ISLNK(entry.info.st_mode);
            if (entry.is_link) {
                entry.link = read_link_at(dirfd(stream), each->d_name).value_or("");
                entry.dangling = fstatat(dirfd(stream), each->d_name, &entry.target, 0) != 0;
            }
            if (is_shown(entry)) entries.push_back(std::move(entry));
        }
        closedir(stream);
        sort_entries(entries);
        return true;
    }

    void sort_entries(std::vector<Entry>& entries) const {
        if (settings_.sort == 'U') return;
        sort_items(entries, [this](const Entry& left, const Entry& right) {
            if (settings_.grouping) {
                bool first = left.leads_to_directory(), second = right.leads_to_directory();
                if (first != second) return settings_.grouping == kDirectoriesFirst ? first : second;
            }
            int order = 0;
            if (settings_.sort == 't') {
                const timespec &a = left.info.st_mtim, &b = right.info.st_mtim;
                order = a.tv_sec != b.tv_sec ? (a.tv_sec < b.tv_sec ? -1 : 1) : 0;
            } else if (settings_.sort == 'v') {
                order = compare_versions(left.name, right.name);
            }
            if (order == 0) order = left.name.compare(right.name);
            return settings_.reverse ? order > 0 : order < 0;
        });
    }

    // Whether pruning leaves `directory` out: nothing below it would be shown.
    bool is_empty(const std::string& directory, size_t depth) const {
        std::vector<Entry> entries;
        if (depth > settings_.levels || !read_entries(directory, entries)) return true;
        for (const Entry& entry : entries)
            if (!entry.leads_to_directory() ||
                (entry.is_directory() && !is_empty(join_path(directory, entry.name), depth + 1)))
                return false;
        return true;
    }

    void show_entries(const std::string& directory, std::vector<Entry>& entries, const std::string& lead,
                      size_t depth) {
        if (settings_.prune)
            std::erase_if(entries, [&](const Entry& entry) {
                return entry.leads_to_directory() &&
                       (entry.is_link || is_empty(join_path(directory, entry.name), depth + 1));
            });
        for (size_t index = 0; index < entries.size(); ++index) {
            Entry& entry = entries[index];
            bool last = index + 1 == entries.size();
            std::string path = join_path(directory, entry.name);
            if (settings_.indent) {
                out.write(lead);
                out.write(last ? "└── " : "├── ");
            }
            print_details(entry);
            print_name(entry, settings_.full_path ? path : entry.name);
            bool directory_entry = entry.is_directory() || (settings_.follow && entry.leads_to_directory());
            (entry.leads_to_directory() ? directories_ : files_)++;
            if (directory_entry)
                descend(entry, path, settings_.indent ? lead + (last ? "    " : "│\u00a0\u00a0 ") : "",
                        depth);
            else
                out.put('\n');
        }
    }

    void descend(const Entry& entry, const std::string& path, const std::string& lead, size_t depth) {
        const struct stat& info = entry.is_link ? entry.target : entry.info;
        // With links followed, each directory is shown once.
        if (settings_.follow && !visited_.insert({info.st_dev, info.st_ino}).second) {
            out.write("  [recursive, not followed]\n");
            return;
        }
        std::vector<Entry> entries;
        if (depth >= settings_.levels || (settings_.one_file_system && info.st_dev != device_)) {
            out.put('\n');
            return;
        }
        if (!read_entries(path, entries)) {
            out.write("  [error opening dir]\n");
            return;
        }
        out.put('\n');
        show_entries(path, entries, lead, depth + 1);
    }

    void print_details(const Entry& entry) const {
        std::string text;
        char number[64];
        auto add = [&text](std::string_view part) { text.append(text.empty() ? "" : " ").append(part); };
        if (settings_.inodes) {
            snprintf(number, sizeof number, "%7llu", static_cast<unsigned long long>(entry.info.st_ino));
            add(number);
        }
        if (settings_.protections) add(mode_string(entry.info.st_mode));
        auto padded = [&number](const std::string& name) {
            snprintf(number, sizeof number, "%-8.32s", name.c_str());
            return number;
        };
        if (settings_.owner) add(padded(user_name(entry.info.st_uid)));
        if (settings_.group) add(padded(group_name(entry.info.st_gid)));
        auto size = static_cast<uint64_t>(entry.info.st_size);
        if (settings_.human) {
            snprintf(number, sizeof number, "%4s", human_size(size, settings_.unit).c_str());
            add(number);
        } else if (settings_.size) {
            snprintf(number, sizeof number, "%11llu", static_cast<unsigned long long>(size));
            add(number);
        }
        if (settings_.date) {
            struct tm broken;
            localtime_r(&entry.info.st_mtim.tv_sec, &broken);
            constexpr time_t kHalfYear = 6 * 30 * 24 * 60 * 60;
            time_t age = time(nullptr) - entry.info.st_mtim.tv_sec;
            strftime(number, sizeof number, age > kHalfYear || age < 0 ? "%b %e  %Y" : "%b %e %R", &broken);
            add(number);
        }
        if (!text.empty()) out.print("[%s]  ", text.c_str());
    }

    std::string shown_name(const std::string& name) const {
        std::string text = settings_.raw ? name : printable(name);
        return settings_.quote ? "\"" + text + "\"" : text;
    }

    void print_colored(const Entry& entry, const std::string& text, mode_t mode, bool orphan) const {
        std::string_view color =
            settings_.color ? ls::color_of(entry.name, {mode, orphan, false, 0, entry.info.st_nlink}).value_or("")
                            : "";
        if (!color.empty()) out.print("\033[%.*sm", static_cast<int>(color.size()), color.data());
        out.write(text);
        if (!color.empty()) out.write("\033[0m");
    }

    void print_name(const Entry& entry, const std::string& name) const {
        print_colored(entry, shown_name(name), entry.info.st_mode, entry.is_link && entry.dangling);
        if (entry.is_link) {
            out.write(" -> ");
            print_colored(entry, shown_name(entry.link),
                          entry.dangling ? entry.info.st_mode : entry.target.st_mode, entry.dangling);
        }
        mode_t mode = entry.is_link ? entry.target.st_mode : entry.info.st_mode;
        if (!settings_.classify || (entry.is_link && entry.dangling)) return;
        char mark = S_ISDIR(mode)    ? '/'
                    : S_ISSOCK(mode) ? '='
                    : S_ISFIFO(mode) ? '|'
                    : (mode & 0111)  ? '*'
                                     : 0;
        if (mark) out.put(mark);
    }

    const Settings& settings_;
    dev_t device_ = 0;
    std::set<std::pair<dev_t, ino_t>> visited_;
    size_t directories_ = 0, files_ = 0;
};

void set_option(int option, const char* value, Settings& settings) {
    switch (option) {
    case 'a': settings.all = true; break;
    case 'd': settings.only_directories = true; break;
    case 'l': settings.follow = true; break;
    case 'f': settings.full_path = true; break;
    case 'x': settings.one_file_system = true; break;
    case 'L': {
        auto levels = parse_unsigned(value);
        if (!levels || *levels == 0) die(1, "Invalid level, must be greater than 0.");
        settings.levels = static_cast<size_t>(*levels);
        break;
    }
    case 'P': settings.patterns.emplace_back(value); break;
    case 'I': settings.ignored.emplace_back(value); break;
    case kIgnoreCase: settings.match_flags = FNM_CASEFOLD; break;
    case kMatchDirectories: settings.match_directories = true; break;
    case kPrune: settings.prune = true; break;
    case kNoReport: settings.report = false; break;
    case 'p': settings.protections = true; break;
    case 'u': settings.owner = true; break;
    case 'g': settings.group = true; break;
    case 's': settings.size = true; break;
    case 'h': settings.human = true; break;
    case kSi:
        settings.human = true;
        settings.unit = SizeUnit::decimal;
        break;
    case 'D': settings.date = true; break;
    case kInodes: settings.inodes = true; break;
    case 'F': settings.classify = true; break;
    case 'Q': settings.quote = true; break;
    case 'N': settings.raw = true; break;
    case 'v':
    case 't':
    case 'U': settings.sort = static_cast<char>(option); break;
    case 'r': settings.reverse = true; break;
    case kDirectoriesFirst:
    case kFilesFirst: settings.grouping = option; break;
    case 'i': settings.indent = false; break;
    case 'C': settings.color = true; break;
    case 'n': settings.color = false; break;
    }
}

int run(Arguments& arguments) {
    Settings settings;
    settings.color = out.is_terminal() && !getenv("NO_COLOR");
    while (auto option = arguments.next_option()) set_option(*option, arguments.value(), settings);
    Tree tree(settings);
    static char dot[] = ".";
    static char* here[] = {dot};
    std::span<char*> roots = arguments.operands().empty() ? std::span<char*>(here) : arguments.operands();
    int status = 0;
    for (const char* root : roots)
        if (!tree.show(root)) status = 2;
    tree.report();
    return status;
}

constexpr Tool kTool = {
    .name = "tree",
    .synopsis = "[OPTION]... [DIRECTORY]...",
    .summary = "List the contents of directories as a tree.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
