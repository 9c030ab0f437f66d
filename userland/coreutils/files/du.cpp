// du: POSIX.1-2017, with GNU's -a -b -c -d -h -l -S -t -X --apparent-size --exclude --inodes --time.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/deep_path.h"
#include "lib/format_time.h"
#include "lib/human.h"
#include "lib/numbers.h"
#include "lib/same_file.h"
#include "lib/walk.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <unordered_set>

namespace coreutils {
namespace {

enum : int { kApparent = kLongOnly, kExclude, kInodes, kTime, kTimeStyle, kFilesFrom, kSi };

constexpr Option kOptions[] = {
    {'0', "null", nullptr, "end each output line with NUL, not newline"},
    {'a', "all", nullptr, "write counts for all files, not just directories"},
    {kApparent, "apparent-size", nullptr, "print apparent sizes rather than disk usage"},
    {'b', "bytes", nullptr, "equivalent to '--apparent-size --block-size=1'"},
    {'B', "block-size", "SIZE", "scale sizes by SIZE before printing them"},
    {'c', "total", nullptr, "produce a grand total"},
    {'d', "max-depth", "N",
     "print the total for a directory only if it is N or fewer levels below the command line argument"},
    {'D', "dereference-args", nullptr, "dereference only symlinks that are listed on the command line"},
    {kExclude, "exclude", "PATTERN", "exclude files that match PATTERN"},
    {kFilesFrom, "files0-from", "F", "summarize the NUL-terminated file names of file F"},
    {'H', nullptr, nullptr, "equivalent to --dereference-args (-D)"},
    {'h', "human-readable", nullptr, "print sizes in human readable format (e.g., 1K 234M 2G)"},
    {kInodes, "inodes", nullptr, "list inode usage information instead of block usage"},
    {'k', nullptr, nullptr, "like --block-size=1K"},
    {'L', "dereference", nullptr, "dereference all symbolic links"},
    {'l', "count-links", nullptr, "count sizes many times if hard linked"},
    {'m', nullptr, nullptr, "like --block-size=1M"},
    {'P', "no-dereference", nullptr, "don't follow any symbolic links (this is the default)"},
    {'r', nullptr, nullptr, nullptr},
    {'S', "separate-dirs", nullptr, "for directories do not include size of subdirectories"},
    {'s', "summarize", nullptr, "display only a total for each argument"},
    {kSi, "si", nullptr, "like -h, but use powers of 1000 not 1024"},
    {'t', "threshold", "SIZE", "exclude entries smaller than SIZE if positive, or greater if negative"},
    {kTime, "time", "[WORD]", "show time of the last modification of any file in the directory"},
    {kTimeStyle, "time-style", "STYLE", "full-iso, long-iso, iso, or +FORMAT as of date"},
    {'X', "exclude-from", "FILE", "exclude files that match any pattern in FILE"},
    {'x', "one-file-system", nullptr, "skip directories on different file systems"},
};

struct Settings {
    SizeFormat sizes = SizeFormat::from_environment();
    bool all = false, apparent = false, total = false, count_links = false, separate = false,
         summarize = false;
    bool one_file_system = false, inodes = false, show_time = false;
    char end = '\n', time = 'm';
    const char* time_style = nullptr;
    std::string time_format = "%Y-%m-%d %H:%M";
    uint64_t max_depth = UINT64_MAX;
    int64_t threshold = 0;
    Follow follow = Follow::never;
    std::vector<std::string> excluded;
};

struct FileId {
    dev_t device;
    ino_t inode;
    bool operator==(const FileId&) const = default;
};
struct FileIdHash {
    size_t operator()(const FileId& id) const {
        return static_cast<size_t>(id.inode * 0x9E3779B97F4A7C15 ^ id.device);
    }
};

struct Usage {
    uint64_t amount = 0;
    timespec time = {};
    void add(const Usage& other) {
        amount += other.amount;
        if (is_later(other.time, time)) time = other.time;
    }
};

class Counter {
public:
    explicit Counter(const Settings& settings) : settings_(settings) {}
    bool count(const char* root);
    bool leads_nowhere(const Walk& walk, const struct stat& info) const;
    void print(const Usage& usage, const std::string& name) const;
    Usage total;

private:
    bool is_excluded(const Walk& walk) const;
    Usage usage_of(const struct stat& info) const;

    const Settings& settings_;
    std::unordered_set<FileId, FileIdHash> seen_;
};

bool Counter::is_excluded(const Walk& walk) const {
    for (const std::string& pattern : settings_.excluded) {
        const char* path = walk.path().c_str();
        if (fnmatch(pattern.c_str(), path, 0) == 0) return true;
        // A pattern also matches at the beginning of any component.
        for (const char* slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/'))
            if (fnmatch(pattern.c_str(), slash + 1, 0) == 0) return true;
    }
    return false;
}

Usage Counter::usage_of(const struct stat& info) const {
    Usage usage;
    if (settings_.inodes)
        usage.amount = 1;
    else if (settings_.apparent)
        usage.amount = S_ISREG(info.st_mode) || S_ISLNK(info.st_mode) || S_ISDIR(info.st_mode)
                           ? static_cast<uint64_t>(info.st_size)
                           : 0;
    else
        usage.amount = static_cast<uint64_t>(info.st_blocks) * 512;
    usage.time = settings_.time == 'a' ? info.st_atim : settings_.time == 'c' ? info.st_ctim : info.st_mtim;
    return usage;
}

void Counter::print(const Usage& usage, const std::string& name) const {
    if (settings_.threshold > 0 && usage.amount < static_cast<uint64_t>(settings_.threshold)) return;
    if (settings_.threshold < 0 && usage.amount > static_cast<uint64_t>(-settings_.threshold)) return;
    out.write(settings_.inodes ? (settings_.sizes.human ? human_size(usage.amount, settings_.sizes.unit)
                                                        : std::to_string(usage.amount))
                               : settings_.sizes.format(usage.amount));
    out.put('\t');
    if (settings_.show_time) out.write(format_time(settings_.time_format, usage.time, Zone::local) + '\t');
    out.write(name);
    out.put(settings_.end);
}

// A symbolic link that is followed to what is not there; errno says why.
bool Counter::leads_nowhere(const Walk& walk, const struct stat& info) const {
    bool followed =
        settings_.follow == Follow::always || (settings_.follow == Follow::roots && walk.depth() == 0);
    struct stat target;
    return followed && S_ISLNK(info.st_mode) && deep::stat(walk.path(), &target, 0) != 0;
}

bool Counter::count(const char* root) {
    bool good = true;
    Walk walk(settings_.follow);
    walk.start(root);
    struct Level {
        Usage whole, own;
        bool ignored = false;
    };
    std::vector<Level> levels;
    dev_t device = 0;
    while (walk.next()) {
        switch (walk.visit()) {
        case Walk::Visit::failed:
            warn_errno(walk.path(), walk.error());
            good = false;
            break;
        case Walk::Visit::cycle:
            // Through a link that is followed, a circle is no damage.
            if (settings_.follow != Follow::always) {
                warn("%s: circular directory structure", walk.path().c_str());
                good = false;
            }
            break;
        case Walk::Visit::directory:
        case Walk::Visit::file: {
            bool directory = walk.visit() == Walk::Visit::directory;
            struct stat info;
            bool ignored = is_excluded(walk);
            if (!ignored && (!walk.stat(info) || leads_nowhere(walk, info))) {
                warn_errno(walk.path());
                good = false;
                ignored = true;
            }
            if (!ignored && walk.depth() == 0) device = info.st_dev;
            if (!ignored && settings_.one_file_system && info.st_dev != device) ignored = true;
            // Several names of one file take its space once.
            if (!ignored && !settings_.count_links &&
                (info.st_nlink > 1 || directory || settings_.follow != Follow::never))
                ignored = !seen_.insert({info.st_dev, info.st_ino}).second;
            if (directory) {
                levels.push_back({});
                levels.back().ignored = ignored;
                if (ignored) {
                    walk.skip();
                } else {
                    levels.back().whole = levels.back().own = usage_of(info);
                    if (settings_.apparent && !settings_.inodes)
                        levels.back().own.amount = levels.back().whole.amount;
                }
                break;
            }
            if (ignored) break;
            Usage usage = usage_of(info);
            if (!levels.empty()) {
                levels.back().whole.add(usage);
                levels.back().own.add(usage);
            }
            if (walk.depth() == 0) total.add(usage);
            if ((settings_.all && walk.depth() <= settings_.max_depth) || walk.depth() == 0)
                print(usage, walk.path());
            break;
        }
        case Walk::Visit::directory_done: {
            Level done = levels.back();
            levels.pop_back();
            if (done.ignored) break;
            if (walk.depth() <= settings_.max_depth)
                print(settings_.separate ? done.own : done.whole, walk.path());
            if (levels.empty())
                total.add(done.whole);
            else
                levels.back().whole.add(done.whole);
            break;
        }
        }
    }
    return good;
}

// --time-style, or TIME_STYLE with what it has for ls alone left out.
void set_time_format(Settings& settings) {
    const char* variable = getenv("TIME_STYLE");
    std::string_view style = settings.time_style ? settings.time_style : variable ? variable : "locale";
    if (!settings.time_style) {
        style = style.substr(0, style.find('\n'));
        while (style.starts_with("posix-")) style.remove_prefix(6);
        if (style == "locale") style = "long-iso";
    }
    if (style.starts_with('+'))
        settings.time_format = style.substr(1);
    else if (style == "full-iso")
        settings.time_format = "%Y-%m-%d %H:%M:%S.%N %z";
    else if (style == "iso")
        settings.time_format = "%Y-%m-%d";
    else if (style != "long-iso")
        usage_error("invalid argument '%.*s' for '--time-style'", static_cast<int>(style.size()),
                    style.data());
}

void take_option(Settings& settings, int id, const char* value) {
    switch (id) {
    case '0':
        settings.end = '\0';
        break;
    case 'a':
        settings.all = true;
        break;
    case kApparent:
        settings.apparent = true;
        break;
    case 'b':
        settings.apparent = true, settings.sizes = SizeFormat{.block_bytes = 1};
        break;
    case 'B':
        if (!settings.sizes.parse(value)) die(1, "invalid --block-size argument '%s'", value);
        break;
    case 'c':
        settings.total = true;
        break;
    case 'd':
        settings.max_depth = unsigned_or_die(value, "maximum depth");
        break;
    case 'D':
    case 'H':
        settings.follow = Follow::roots;
        break;
    case kExclude:
        settings.excluded.emplace_back(value);
        break;
    case 'h':
        settings.sizes.human = true, settings.sizes.unit = SizeUnit::binary;
        break;
    case kSi:
        settings.sizes.human = true, settings.sizes.unit = SizeUnit::decimal;
        break;
    case kInodes:
        settings.inodes = true;
        break;
    case 'k':
        settings.sizes = SizeFormat{};
        break;
    case 'L':
        settings.follow = Follow::always;
        break;
    case 'l':
        settings.count_links = true;
        break;
    case 'm':
        settings.sizes = SizeFormat{.block_bytes = 1048576};
        break;
    case 'P':
        settings.follow = Follow::never;
        break;
    case 'S':
        settings.separate = true;
        break;
    case 's':
        settings.summarize = true;
        break;
    case 't': {
        bool negative = *value == '-';
        settings.threshold = static_cast<int64_t>(size_or_die(value + negative, "--threshold argument"));
        if (negative && settings.threshold == 0) die(1, "invalid --threshold argument '%s'", value);
        if (negative) settings.threshold = -settings.threshold;
        break;
    }
    case kTime: {
        settings.show_time = true;
        std::string_view word = value ? value : "mtime";
        settings.time = word == "atime" || word == "access" || word == "use" ? 'a'
                        : word == "ctime" || word == "status"                ? 'c'
                                                                             : 'm';
        break;
    }
    case kTimeStyle:
        settings.time_style = value;
        break;
    case 'X': {
        Input input;
        if (!input.open(value)) die_errno(1, value);
        while (auto line = input.next_line()) settings.excluded.emplace_back(*line);
        break;
    }
    case 'x':
        settings.one_file_system = true;
        break;
    }
}

int run(Arguments& arguments) {
    Settings settings;
    std::vector<std::string> listed;
    std::vector<const char*> roots;
    bool from_list = false;
    while (auto option = arguments.next_option()) {
        if (*option == kFilesFrom) {
            Input input;
            if (!input.open(arguments.value())) die_errno(1, arguments.value());
            while (auto name = input.next_line('\0')) listed.emplace_back(*name);
            if (input.error()) die_errno(1, arguments.value(), input.error());
            from_list = true;
        } else {
            take_option(settings, *option, arguments.value());
        }
    }
    if (settings.all && settings.summarize) usage_error("cannot both summarize and show all entries");
    if (settings.summarize && settings.max_depth != UINT64_MAX && settings.max_depth != 0)
        usage_error("warning: summarizing conflicts with --max-depth=%llu",
                    static_cast<unsigned long long>(settings.max_depth));
    if (settings.summarize) settings.max_depth = 0;
    if (settings.show_time) set_time_format(settings);
    for (const std::string& name : listed) roots.push_back(name.c_str());
    for (const char* name : arguments.operands()) roots.push_back(name);
    if (roots.empty() && !from_list) roots.push_back(".");
    Counter counter(settings);
    bool good = true;
    for (const char* root : roots) good = counter.count(root) && good;
    if (settings.total) counter.print(counter.total, "total");
    return good ? 0 : 1;
}

constexpr Tool kTool = {
    .name = "du",
    .synopsis = "[OPTION]... [FILE]...\n[OPTION]... --files0-from=F",
    .summary = "Summarize device usage of the set of FILEs, recursively for directories.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
