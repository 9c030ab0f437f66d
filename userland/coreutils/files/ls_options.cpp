#include "files/ls_options.h"

#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/columns.h"
#include "lib/numbers.h"

#include <algorithm>
#include <stdlib.h>
#include <string.h>

namespace coreutils::ls {
namespace {

enum : int {
    kColor = kLongOnly,
    kFullTime,
    kTimeStyle,
    kTime,
    kSort,
    kFormat,
    kIndicatorStyle,
    kFileType,
    kClassify,
    kSi,
    kHide,
    kQuotingStyle,
    kZero,
    kBlockSize,
    kGroupDirectoriesFirst,
    kShowControl,
    kDereferenceDirectory,
    kAuthor,
};

constexpr Option kOptions[] = {
    {'a', "all", nullptr, "do not ignore entries starting with ."},
    {'A', "almost-all", nullptr, "do not list implied . and .."},
    {kAuthor, "author", nullptr, "with -l, print the author of each file"},
    {'b', "escape", nullptr, "print C-style escapes for nongraphic characters"},
    {kBlockSize, "block-size", "SIZE", "with -l, scale sizes by SIZE when printing them"},
    {'B', "ignore-backups", nullptr, "do not list entries ending with ~"},
    {'c', nullptr, nullptr, "use time of last status change; sort by it unless -l"},
    {'C', nullptr, nullptr, "list entries by columns"},
    {kColor, "color", "[WHEN]", "colorize the output: always, auto, or never"},
    {'d', "directory", nullptr, "list directories themselves, not their contents"},
    {'f', nullptr, nullptr, "do not sort, enable -aU, disable -ls --color"},
    {'F', nullptr, nullptr, "append indicator (one of */=>@|) to entries"},
    {kClassify, "classify", "[WHEN]", "the same: always, auto, or never"},
    {kFileType, "file-type", nullptr, "likewise, except do not append '*'"},
    {kFormat, "format", "WORD", "across, commas, horizontal, long, single-column, verbose, vertical"},
    {kFullTime, "full-time", nullptr, "like -l --time-style=full-iso"},
    {'g', nullptr, nullptr, "like -l, but do not list owner"},
    {kGroupDirectoriesFirst, "group-directories-first", nullptr, "group directories before files"},
    {'G', "no-group", nullptr, "in a long listing, don't print group names"},
    {'h', "human-readable", nullptr, "with -l and -s, print sizes like 1K 234M 2G"},
    {kSi, "si", nullptr, "likewise, but use powers of 1000 not 1024"},
    {'H', "dereference-command-line", nullptr, "follow symbolic links listed on the command line"},
    {kDereferenceDirectory, "dereference-command-line-symlink-to-dir", nullptr,
     "follow each command line symbolic link that points to a directory"},
    {kHide, "hide", "PATTERN", "do not list implied entries matching PATTERN (overridden by -a or -A)"},
    {kIndicatorStyle, "indicator-style", "WORD", "none, slash (-p), file-type, classify (-F)"},
    {'i', "inode", nullptr, "print the index number of each file"},
    {'I', "ignore", "PATTERN", "do not list implied entries matching PATTERN"},
    {'k', "kibibytes", nullptr, "default to 1024-byte blocks"},
    {'l', nullptr, nullptr, "use a long listing format"},
    {'L', "dereference", nullptr, "show information for the file a symbolic link references"},
    {'m', nullptr, nullptr, "fill width with a comma separated list of entries"},
    {'n', "numeric-uid-gid", nullptr, "like -l, but list numeric user and group IDs"},
    {'N', "literal", nullptr, "print entry names without quoting"},
    {'o', nullptr, nullptr, "like -l, but do not list group information"},
    {'p', nullptr, nullptr, "append / indicator to directories"},
    {'q', "hide-control-chars", nullptr, "print ? instead of nongraphic characters"},
    {kShowControl, "show-control-chars", nullptr, "show nongraphic characters as they are"},
    {'Q', "quote-name", nullptr, "enclose entry names in double quotes"},
    {kQuotingStyle, "quoting-style", "WORD", "literal, shell, shell-always, shell-escape, c, escape"},
    {'r', "reverse", nullptr, "reverse order while sorting"},
    {'R', "recursive", nullptr, "list subdirectories recursively"},
    {'s', "size", nullptr, "print the allocated size of each file, in blocks"},
    {'S', nullptr, nullptr, "sort by file size, largest first"},
    {kSort, "sort", "WORD", "none (-U), size (-S), time (-t), version (-v), extension (-X), width"},
    {kTime, "time", "WORD", "atime (-u), ctime (-c), mtime, birth"},
    {kTimeStyle, "time-style", "STYLE", "full-iso, long-iso, iso, locale, or +FORMAT"},
    {'t', nullptr, nullptr, "sort by time, newest first"},
    {'T', "tabsize", "COLS", "assume tab stops at each COLS instead of 8"},
    {'u', nullptr, nullptr, "use time of last access; sort by it unless -l"},
    {'U', nullptr, nullptr, "do not sort; list entries in directory order"},
    {'v', nullptr, nullptr, "natural sort of (version) numbers within text"},
    {'w', "width", "COLS", "set output width to COLS; 0 means no limit"},
    {'x', nullptr, nullptr, "list entries by lines instead of by columns"},
    {'X', nullptr, nullptr, "sort alphabetically by entry extension"},
    {kZero, "zero", nullptr, "end each output line with NUL, not newline"},
    {'1', nullptr, nullptr, "list one file per line"},
};

template <typename Value> struct Word {
    const char* name;
    Value value;
};

// The value whose name is `text` or the only ones that begin with it.
template <typename Value, size_t kCount>
Value choose(const Word<Value> (&words)[kCount], const char* text, const char* option) {
    const Word<Value>* found = nullptr;
    size_t length = strlen(text);
    for (const Word<Value>& word : words) {
        if (strncmp(word.name, text, length) != 0) continue;
        if (word.name[length] == '\0') return word.value;
        if (found && found->value != word.value)
            usage_error("ambiguous argument '%s' for '--%s'", text, option);
        found = &word;
    }
    if (!found) usage_error("invalid argument '%s' for '--%s'", text, option);
    return found->value;
}

constexpr Word<Layout> kFormats[] = {
    {"across", Layout::across},
    {"commas", Layout::commas},
    {"horizontal", Layout::across},
    {"long", Layout::long_format},
    {"single-column", Layout::one_per_line},
    {"verbose", Layout::long_format},
    {"vertical", Layout::columns},
};
constexpr Word<Sort> kSorts[] = {
    {"none", Sort::none},       {"size", Sort::size},           {"time", Sort::time},
    {"version", Sort::version}, {"extension", Sort::extension}, {"width", Sort::width},
};
constexpr Word<Time> kTimes[] = {
    {"atime", Time::access},
    {"access", Time::access},
    {"use", Time::access},
    {"ctime", Time::change},
    {"status", Time::change},
    {"mtime", Time::modification},
    {"modification", Time::modification},
    {"birth", Time::birth},
    {"creation", Time::birth},
};
constexpr Word<Indicator> kIndicators[] = {
    {"none", Indicator::none},
    {"slash", Indicator::slash},
    {"file-type", Indicator::file_type},
    {"classify", Indicator::classify},
};
constexpr Word<Quoting> kQuotings[] = {
    {"literal", Quoting::literal},
    {"shell", Quoting::shell},
    {"shell-always", Quoting::shell_always},
    {"shell-escape", Quoting::shell_escape},
    {"shell-escape-always", Quoting::shell_escape_always},
    {"c", Quoting::c},
    {"escape", Quoting::escape},
    {"locale", Quoting::shell_always},
};
enum class When { always, automatic, never };
constexpr Word<When> kWhens[] = {
    {"always", When::always},  {"yes", When::always},    {"force", When::always},
    {"auto", When::automatic}, {"tty", When::automatic}, {"if-tty", When::automatic},
    {"never", When::never},    {"no", When::never},      {"none", When::never},
};

bool decide(const char* when, const char* option) {
    When value = when ? choose(kWhens, when, option) : When::always;
    return value == When::always || (value == When::automatic && out.is_terminal());
}

void set_time_style(Settings& settings, const char* style) {
    if (strncmp(style, "posix-", 6) == 0) style += 6;
    if (*style == '+') {
        // Two formats: for old files, then for recent ones.
        const char* newline = strchr(style + 1, '\n');
        settings.old_format = newline ? std::string(style + 1, newline) : style + 1;
        settings.recent_format = newline ? newline + 1 : style + 1;
        settings.own_formats = true;
        return;
    }
    enum class Style { full, longer, iso, locale };
    static constexpr Word<Style> kStyles[] = {
        {"full-iso", Style::full},
        {"long-iso", Style::longer},
        {"iso", Style::iso},
        {"locale", Style::locale},
    };
    Style chosen = choose(kStyles, style, "time-style");
    settings.full_time = chosen == Style::full;
    if (chosen == Style::longer) settings.recent_format = settings.old_format = "%Y-%m-%d %H:%M";
    if (chosen == Style::iso) settings.recent_format = "%m-%d %H:%M", settings.old_format = "%Y-%m-%d ";
    if (chosen == Style::locale) settings.recent_format.clear(), settings.old_format.clear();
}

// Options whose meaning depends on others, decided when all are read.
struct Pending {
    bool kibibytes = false, sorted = false, time_given = false, quoting_given = false, follow_given = false;
    bool block_size_given = false;
};

// A number as C writes it (octal, hexadecimal); one too large is the largest.
size_t columns_or_die(const char* text, const char* what) {
    char* end;
    size_t number = strtoull(text, &end, 0);
    if (end == text || *end || strchr(text, '-')) usage_error("invalid %s: '%s'", what, text);
    return number;
}

bool set_layout(Settings& settings, int id, const char* value) {
    switch (id) {
    case '1':
        if (settings.layout != Layout::long_format) settings.layout = Layout::one_per_line;
        return true;
    case 'C':
        settings.layout = Layout::columns;
        return true;
    case 'x':
        settings.layout = Layout::across;
        return true;
    case 'm':
        settings.layout = Layout::commas;
        return true;
    case 'l':
        settings.layout = Layout::long_format;
        return true;
    case 'g':
        settings.layout = Layout::long_format, settings.show_owner = false;
        return true;
    case 'o':
        settings.layout = Layout::long_format, settings.show_group = false;
        return true;
    case 'n':
        settings.layout = Layout::long_format, settings.numeric_ids = true;
        return true;
    case 'G':
        settings.show_group = false;
        return true;
    case kAuthor:
        settings.show_author = true;
        return true;
    case kFormat:
        settings.layout = choose(kFormats, value, "format");
        return true;
    case kFullTime:
        settings.layout = Layout::long_format, settings.full_time = true;
        return true;
    case 'w':
        settings.line_width = columns_or_die(value, "line width");
        return true;
    case 'T':
        settings.tab_width = columns_or_die(value, "tab size");
        return true;
    case 's':
        settings.show_blocks = true;
        return true;
    case 'i':
        settings.show_inode = true;
        return true;
    case kZero:
        settings.end_of_line = '\0';
        settings.color = false;
        if (settings.layout != Layout::long_format) settings.layout = Layout::one_per_line;
        return true;
    }
    return false;
}

bool set_order(Settings& settings, Pending& pending, int id, const char* value) {
    auto sort_by = [&](Sort sort) {
        settings.sort = sort;
        pending.sorted = true;
        return true;
    };
    switch (id) {
    case 't':
        return sort_by(Sort::time);
    case 'S':
        return sort_by(Sort::size);
    case 'U':
        return sort_by(Sort::none);
    case 'v':
        return sort_by(Sort::version);
    case 'X':
        return sort_by(Sort::extension);
    case kSort:
        return sort_by(choose(kSorts, value, "sort"));
    case 'r':
        settings.reverse = true;
        return true;
    case 'c':
        settings.time = Time::change, pending.time_given = true;
        return true;
    case 'u':
        settings.time = Time::access, pending.time_given = true;
        return true;
    case kTime:
        settings.time = choose(kTimes, value, "time"), pending.time_given = true;
        return true;
    case kGroupDirectoriesFirst:
        settings.directories_first = true;
        return true;
    case 'f':
        settings.hidden = Hidden::all;
        settings.color = settings.show_blocks = false;
        if (settings.layout == Layout::long_format)
            settings.layout = out.is_terminal() ? Layout::columns : Layout::one_per_line;
        return sort_by(Sort::none);
    }
    return false;
}

bool set_names(Settings& settings, Pending& pending, int id, const char* value) {
    auto quote = [&](Quoting quoting) {
        settings.quoting = quoting;
        pending.quoting_given = true;
        return true;
    };
    switch (id) {
    case 'a':
        settings.hidden = Hidden::all;
        return true;
    case 'A':
        settings.hidden = Hidden::almost_all;
        return true;
    case 'B':
        settings.ignore_backups = true;
        return true;
    case 'I':
        settings.ignore.push_back(value);
        return true;
    case kHide:
        settings.hide.push_back(value);
        return true;
    case 'b':
        return quote(Quoting::escape);
    case 'N':
        return quote(Quoting::literal);
    case 'q':
        return quote(settings.quoting == Quoting::literal ? Quoting::hide_control : settings.quoting);
    case kShowControl:
        return quote(Quoting::literal);
    case 'Q':
        return quote(Quoting::c);
    case kQuotingStyle:
        return quote(choose(kQuotings, value, "quoting-style"));
    case 'p':
        settings.indicator = Indicator::slash;
        return true;
    case 'F':
    case kClassify:
        if (decide(value, "classify")) settings.indicator = Indicator::classify;
        return true;
    case kFileType:
        settings.indicator = Indicator::file_type;
        return true;
    case kIndicatorStyle:
        settings.indicator = choose(kIndicators, value, "indicator-style");
        return true;
    case kColor:
        settings.color = decide(value, "color");
        return true;
    }
    return false;
}

void set_rest(Settings& settings, Pending& pending, int id, const char* value) {
    switch (id) {
    case 'd':
        settings.directories_themselves = true;
        break;
    case 'R':
        settings.recursive = true;
        break;
    case 'H':
        settings.follow = Follow::roots, pending.follow_given = true;
        break;
    case 'L':
        settings.follow = Follow::always, pending.follow_given = true;
        break;
    case kDereferenceDirectory:
        settings.follow_root_directories = pending.follow_given = true;
        break;
    case 'k':
        pending.kibibytes = true;
        break;
    case 'h':
    case kSi:
        settings.size_format.human = settings.block_format.human = true;
        settings.size_format.unit = settings.block_format.unit =
            id == kSi ? SizeUnit::decimal : SizeUnit::binary;
        pending.block_size_given = true;
        break;
    case kBlockSize:
        if (!settings.block_format.parse(value)) die(2, "invalid --block-size argument '%s'", value);
        settings.size_format = settings.block_format;
        pending.block_size_given = true;
        break;
    case kTimeStyle:
        set_time_style(settings, value);
        break;
    }
}

constexpr Tool kTool = {
    .name = "ls",
    .synopsis = "[OPTION]... [FILE]...",
    .summary = "List information about files (the current directory by default).",
    .options = kOptions,
    .run = run,
    .usage_status = 2,
    .failure_status = 2,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace

Settings read_settings(Arguments& arguments, bool columns_by_default) {
    Settings settings;
    Pending pending;
    bool terminal = out.is_terminal();
    settings.layout = columns_by_default || terminal ? Layout::columns : Layout::one_per_line;
    settings.size_format.block_bytes = 1;
    settings.block_format = SizeFormat::from_environment();
    const char* own_size = getenv("LS_BLOCK_SIZE");
    if (own_size) settings.block_format.parse(own_size);
    if (own_size || getenv("BLOCK_SIZE")) settings.size_format = settings.block_format;
    settings.line_width = terminal_width();
    if (const char* style = getenv("TIME_STYLE")) set_time_style(settings, style);
    while (auto option = arguments.next_option()) {
        const char* value = arguments.value();
        if (!set_layout(settings, *option, value) && !set_order(settings, pending, *option, value) &&
            !set_names(settings, pending, *option, value))
            set_rest(settings, pending, *option, value);
    }
    if (pending.kibibytes && !pending.block_size_given) settings.block_format = SizeFormat{};
    const char* variables[] = {getenv("LS_COLORS"), getenv("COLORTERM"), getenv("TERM")};
    bool knows_colors = std::any_of(std::begin(variables), std::end(variables), [](const char* value) {
        return value && *value && strcmp(value, "dumb") != 0;
    });
    settings.color = settings.color && knows_colors;
    if (settings.color)
        settings.tab_width = 0; // a tab would be as wide as the terminal thinks after the sequences
    if (!pending.quoting_given && terminal) settings.quoting = Quoting::shell_escape;
    if (pending.time_given && !pending.sorted && settings.layout != Layout::long_format)
        settings.sort = Sort::time;
    if (!pending.follow_given)
        settings.follow_root_directories = !settings.directories_themselves &&
                                           settings.layout != Layout::long_format &&
                                           settings.indicator != Indicator::classify;
    return settings;
}

} // namespace coreutils::ls
