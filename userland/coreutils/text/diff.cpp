// diff: POSIX.1-2017 and GNU's common options. Files are compared byte by byte first; only those that differ
// are split into lines.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/deep_path.h"
#include "lib/numbers.h"
#include "lib/order.h"
#include "lib/path.h"
#include "lib/regex.h"
#include "lib/same_file.h"
#include "text/diff_format.h"

#include <algorithm>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

namespace coreutils::diff {
namespace {

enum : int {
    kContext = kLongOnly,
    kUnified,
    kColor,
    kStripCr,
    kNormal,
    kNoDereference,
    kLeftColumn,
    kSuppressCommon
};

constexpr Option kOptions[] = {
    {'a', "text", nullptr, "treat all files as text"},
    {'b', "ignore-space-change", nullptr, "ignore changes in the amount of white space"},
    {'B', "ignore-blank-lines", nullptr, "ignore changes where lines are all blank"},
    {'c', nullptr, nullptr, "output 3 lines of copied context"},
    {'C', nullptr, "NUM", "output NUM lines of copied context"},
    {kContext, "context", "[NUM]", "output NUM (default 3) lines of copied context"},
    {kColor, "color", "[WHEN]", "color output; WHEN is 'never', 'always', or 'auto'"},
    {'d', "minimal", nullptr, "try hard to find a smaller set of changes"},
    {'D', "ifdef", "NAME", "output the files merged, with '#ifdef NAME' around what differs"},
    {'e', "ed", nullptr, "output an ed script"},
    {'E', "ignore-tab-expansion", nullptr, "ignore changes due to tab expansion"},
    {'f', "forward-ed", nullptr, "output something like an ed script, in forward order"},
    {'F', "show-function-line", "RE", "show the most recent line matching RE"},
    {'i', "ignore-case", nullptr, "ignore case differences in file contents"},
    {'I', "ignore-matching-lines", "RE", "ignore changes where all lines match RE"},
    {'L', "label", "LABEL", "use LABEL instead of file name and timestamp (can be repeated)"},
    {'n', "rcs", nullptr, "output an RCS format diff"},
    {'N', "new-file", nullptr, "treat absent files as empty"},
    {kNoDereference, "no-dereference", nullptr, "don't follow symbolic links"},
    {kNormal, "normal", nullptr, "output a normal diff (the default)"},
    {'p', "show-c-function", nullptr, "show which C function each change is in"},
    {'P', "unidirectional-new-file", nullptr, "treat absent first files as empty"},
    {'q', "brief", nullptr, "report only when files differ"},
    {'r', "recursive", nullptr, "recursively compare any subdirectories found"},
    {'s', "report-identical-files", nullptr, "report when two files are the same"},
    {'S', "starting-file", "FILE", "start with FILE when comparing directories"},
    {kStripCr, "strip-trailing-cr", nullptr, "strip trailing carriage return on input"},
    {'t', "expand-tabs", nullptr, "expand tabs to spaces in output"},
    {'T', "initial-tab", nullptr, "make tabs line up by prepending a tab"},
    {'u', nullptr, nullptr, "output 3 lines of unified context"},
    {'U', nullptr, "NUM", "output NUM lines of unified context"},
    {kUnified, "unified", "[NUM]", "output NUM (default 3) lines of unified context"},
    {kLeftColumn, "left-column", nullptr, "with -y: only the left one of common lines"},
    {kSuppressCommon, "suppress-common-lines", nullptr, "with -y: no common lines"},
    {'y', "side-by-side", nullptr, "output in two columns"},
    {'W', "width", "NUM", "with -y: at most NUM (default 130) columns"},
    {'w', "ignore-all-space", nullptr, "ignore all white space"},
    {'x', "exclude", "PAT", "exclude files that match PAT"},
    {'X', "exclude-from", "FILE", "exclude files that match any pattern in FILE"},
    {'Z', "ignore-trailing-space", nullptr, "ignore white space at line end"},
    {kNumberOption, nullptr, "NUM", nullptr},
};

enum Status { kSame = 0, kDifferent = 1, kTrouble = 2 };

struct Settings {
    CompareRules rules;
    FormatSettings format;
    bool text = false, brief = false, report_same = false, recursive = false, absent_empty = false,
         absent_first_empty = false;
    bool ignore_blank_lines = false, no_dereference = false;
    std::optional<Regex> ignored_lines, function_pattern;
    std::vector<std::string> labels, excluded;
    const char* starting_file = nullptr;
    std::string command; // the options as given, for the head line of recursive output
};

// One side of a comparison.
struct Side {
    std::string name;
    bool absent = false;
    struct stat info = {};
    TextFile text;
};

class Differ {
public:
    explicit Differ(const Settings& settings) : settings_(settings) {}

    int compare(const std::string& first, const std::string& second, bool top_level);

private:
    bool examine(Side& side, bool other_exists, bool first);
    bool read(Side& side);
    int compare_contents(Side& first, Side& second, bool top_level);
    int compare_directories(const Side& first, const Side& second);
    bool is_ignorable(const TextFile& file, size_t begin, size_t end) const;
    void drop_ignorable(std::vector<Change>& changes, const TextFile& first, const TextFile& second) const;
    // Side by side and merged, even files without a difference are printed.
    bool shows_common() const { return settings_.format.form <= Form::merged && !settings_.brief; }
    std::vector<std::string> names_in(const Side& side, int& status) const;

    const Settings& settings_;
};

const char* describe(const struct stat& info) {
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
    default:
        return "block special file";
    }
}

bool Differ::read(Side& side) {
    if (side.absent) return true;
    Input input(side.name == "-" ? STDIN_FILENO : deep::open(side.name, O_RDONLY | O_CLOEXEC));
    if (input.fd() < 0) {
        warn_errno(side.name);
        return false;
    }
    if (S_ISREG(side.info.st_mode)) side.text.content.reserve(static_cast<size_t>(side.info.st_size) + 1);
    for (std::string_view block; !(block = input.next_block()).empty();) side.text.content.append(block);
    if (input.error()) {
        warn_errno(side.name, input.error());
        return false;
    }
    return true;
}

bool Differ::is_ignorable(const TextFile& file, size_t begin, size_t end) const {
    std::vector<regmatch_t> matches;
    for (size_t i = begin; i < end; ++i) {
        std::string_view line = file.lines[i];
        bool blank = settings_.ignore_blank_lines && line.empty();
        if (settings_.ignore_blank_lines &&
            (settings_.rules.ignore_all_space || settings_.rules.ignore_space_change))
            blank = line.find_first_not_of(" \t\r\f\v") == std::string_view::npos;
        if (!blank && !(settings_.ignored_lines && settings_.ignored_lines->search(line, 0, matches)))
            return false;
    }
    return true;
}

// A change that does not count is shown in a hunk with one that does.
void Differ::drop_ignorable(std::vector<Change>& changes, const TextFile& first,
                            const TextFile& second) const {
    auto ignorable = [&](const Change& change) {
        return is_ignorable(first, change.first_begin, change.first_end) &&
               is_ignorable(second, change.second_begin, change.second_end);
    };
    Form form = settings_.format.form;
    size_t context = form == Form::context || form == Form::unified ? settings_.format.context : 0;
    std::vector<Change> kept;
    for (size_t begin = 0, end; begin < changes.size(); begin = end) {
        bool counts = !ignorable(changes[begin]);
        for (end = begin + 1; end < changes.size() && context > 0; ++end) {
            bool matters = !ignorable(changes[end]);
            size_t gap = changes[end].first_begin - changes[end - 1].first_end;
            if (gap >= (matters ? 2 * context + 1 : context)) break;
            counts |= matters;
        }
        if (counts) kept.insert(kept.end(), &changes[begin], &changes[begin] + (end - begin));
    }
    changes = std::move(kept);
}

int Differ::compare_contents(Side& first, Side& second, bool top_level) {
    if (!first.absent && !second.absent && same_inode(first.info, second.info) &&
        S_ISREG(first.info.st_mode) && !shows_common())
        return kSame;
    if (!read(first) || !read(second)) return kTrouble;
    if (first.text.content == second.text.content && !shows_common()) return kSame;
    constexpr size_t kBinaryProbe = 32 * 1024;
    auto is_binary = [&](const TextFile& file) {
        return !settings_.text && std::string_view(file.content).substr(0, kBinaryProbe).contains('\0');
    };
    if (is_binary(first.text) || is_binary(second.text)) {
        if (settings_.brief)
            out.print("Files %s and %s differ\n", first.name.c_str(), second.name.c_str());
        else
            out.print("Binary files %s and %s differ\n", first.name.c_str(), second.name.c_str());
        return kDifferent;
    }
    first.text.split();
    second.text.split();
    std::vector<Change> changes = compare_files(first.text, second.text, settings_.rules);
    if (settings_.ignore_blank_lines || settings_.ignored_lines)
        drop_ignorable(changes, first.text, second.text);
    if (changes.empty() && !shows_common()) return kSame;
    if (settings_.brief) {
        out.print("Files %s and %s differ\n", first.name.c_str(), second.name.c_str());
        return kDifferent;
    }
    if (!top_level)
        out.print("diff%s %s %s\n", settings_.command.c_str(), shown_name(first.name).c_str(),
                  shown_name(second.name).c_str());
    auto header = [&](const Side& side, size_t index) {
        Header result{.label = {},
                      .name = side.name,
                      .modified = side.info.st_mtim,
                      .labelled = index < settings_.labels.size()};
        if (result.labelled) result.label = settings_.labels[index];
        return result;
    };
    print_changes(first.text, second.text, changes, header(first, 0), header(second, 1), settings_.format);
    return changes.empty() ? kSame : kDifferent;
}

std::vector<std::string> Differ::names_in(const Side& side, int& status) const {
    std::vector<std::string> names;
    if (side.absent) return names;
    DIR* stream = deep::opendir(side.name);
    if (!stream) {
        warn_errno(side.name);
        status = kTrouble;
        return names;
    }
    while (dirent* entry = readdir(stream)) {
        std::string name = entry->d_name;
        bool excluded = name == "." || name == "..";
        for (const std::string& pattern : settings_.excluded)
            excluded = excluded || fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
        if (settings_.starting_file && name < settings_.starting_file) excluded = true;
        if (!excluded) names.push_back(std::move(name));
    }
    closedir(stream);
    sort_items(names);
    return names;
}

int Differ::compare_directories(const Side& first, const Side& second) {
    int status = kSame;
    std::vector<std::string> left = names_in(first, status), right = names_in(second, status);
    size_t l = 0, r = 0;
    while (l < left.size() || r < right.size()) {
        int order = l == left.size() ? 1 : r == right.size() ? -1 : left[l].compare(right[r]);
        bool only_left = order < 0, only_right = order > 0;
        const std::string& name = only_right ? right[r] : left[l];
        bool treat_as_empty = settings_.absent_empty || (only_right && settings_.absent_first_empty);
        if ((only_left || only_right) && !treat_as_empty) {
            out.print("Only in %s: %s\n", (only_left ? first : second).name.c_str(), name.c_str());
            status = std::max<int>(status, kDifferent);
        } else {
            status =
                std::max(status, compare(join_path(first.name, name), join_path(second.name, name), false));
        }
        l += order <= 0;
        r += order >= 0;
    }
    return status;
}

bool Differ::examine(Side& side, bool may_be_absent, bool) {
    if (side.name == "-") {
        fstat(STDIN_FILENO, &side.info);
        if (!S_ISREG(side.info.st_mode)) clock_gettime(CLOCK_REALTIME, &side.info.st_mtim);
        return true;
    }
    int result = deep::stat(side.name, &side.info, settings_.no_dereference ? AT_SYMLINK_NOFOLLOW : 0);
    if (result == 0) return true;
    if (errno == ENOENT && may_be_absent) {
        side.absent = true;
        side.info = {};
        return true;
    }
    warn_errno(side.name);
    return false;
}

int Differ::compare(const std::string& first_name, const std::string& second_name, bool top_level) {
    Side first, second;
    first.name = first_name;
    second.name = second_name;
    bool good = examine(first, settings_.absent_empty || settings_.absent_first_empty, true);
    good = examine(second, settings_.absent_empty, false) && good;
    if (!good) return kTrouble;
    if (first.absent && second.absent) {
        warn_errno(first.name, ENOENT);
        return kTrouble;
    }
    bool left_directory = S_ISDIR(first.info.st_mode), right_directory = S_ISDIR(second.info.st_mode);
    if (left_directory && (right_directory || second.absent) && (!second.absent || settings_.recursive)) {
        if (!top_level && !settings_.recursive) {
            out.print("Common subdirectories: %s and %s\n", first.name.c_str(), second.name.c_str());
            return kSame;
        }
        return compare_directories(first, second);
    }
    if (right_directory && first.absent && settings_.recursive) return compare_directories(first, second);
    if (left_directory != right_directory && !first.absent && !second.absent) {
        if (top_level && first.name != "-" && second.name != "-") {
            // A file and a directory: the file of that name in it.
            Side& directory = left_directory ? first : second;
            const Side& file = left_directory ? second : first;
            std::string inside = join_path(directory.name, base_name(file.name));
            return left_directory ? compare(inside, second.name, true) : compare(first.name, inside, true);
        }
        if (top_level) {
            warn("cannot compare '-' to a directory");
            return kTrouble;
        }
        out.print("File %s is a %s while file %s is a %s\n", first.name.c_str(), describe(first.info),
                  second.name.c_str(), describe(second.info));
        return kDifferent;
    }
    bool special =
        (!first.absent && !S_ISREG(first.info.st_mode)) || (!second.absent && !S_ISREG(second.info.st_mode));
    if (special && (!top_level || S_ISLNK(first.info.st_mode) || S_ISLNK(second.info.st_mode))) {
        if (S_ISLNK(first.info.st_mode) && S_ISLNK(second.info.st_mode)) {
            if (read_link(first.name.c_str()) == read_link(second.name.c_str())) return kSame;
            out.print("Symbolic links %s and %s differ\n", first.name.c_str(), second.name.c_str());
            return kDifferent;
        }
        out.print("File %s is a %s while file %s is a %s\n", first.name.c_str(), describe(first.info),
                  second.name.c_str(), describe(second.info));
        return kDifferent;
    }
    int status = compare_contents(first, second, top_level);
    if (status == kSame && settings_.report_same)
        out.print("Files %s and %s are identical\n", first.name.c_str(), second.name.c_str());
    return status;
}

void set_form(Settings& settings, Form form, const char* count) {
    settings.format.form = form;
    if (count) settings.format.context = static_cast<size_t>(unsigned_or_die(count, "context length"));
}

std::optional<Regex> pattern_or_die(const char* text) {
    std::string problem;
    auto regex = Regex::compile(text, Syntax::basic, 0, problem);
    if (!regex) die(2, "%s: %s", text, problem.c_str());
    return regex;
}

// False for an option of the other group.
bool take_content_option(Settings& settings, int id, const char* value) {
    switch (id) {
    case 'a':
        settings.text = true;
        return true;
    case 'b':
        settings.rules.ignore_space_change = true;
        return true;
    case 'B':
        settings.ignore_blank_lines = true;
        return true;
    case 'E':
        settings.rules.ignore_tab_expansion = true;
        return true;
    case 'i':
        settings.rules.ignore_case = true;
        return true;
    case 'I':
        settings.ignored_lines = pattern_or_die(value);
        return true;
    case 'w':
        settings.rules.ignore_all_space = true;
        return true;
    case 'Z':
        settings.rules.ignore_trailing_space = true;
        return true;
    case kStripCr:
        settings.rules.strip_trailing_cr = true;
        return true;
    case 'N':
        settings.absent_empty = true;
        return true;
    case 'P':
        settings.absent_first_empty = true;
        return true;
    case 'r':
        settings.recursive = true;
        return true;
    case 'S':
        settings.starting_file = value;
        return true;
    case 'x':
        settings.excluded.emplace_back(value);
        return true;
    case 'X': {
        Input input;
        if (!input.open(value)) die_errno(2, value);
        while (auto line = input.next_line()) settings.excluded.emplace_back(*line);
        return true;
    }
    case kNoDereference:
        settings.no_dereference = true;
        return true;
    }
    return false;
}

void take_format_option(Settings& settings, int id, const char* value) {
    switch (id) {
    case 'c':
        set_form(settings, Form::context, nullptr);
        break;
    case 'C':
    case kContext:
        set_form(settings, Form::context, value);
        break;
    case 'u':
        set_form(settings, Form::unified, nullptr);
        break;
    case 'U':
    case kUnified:
        set_form(settings, Form::unified, value);
        break;
    case kNumberOption:
        settings.format.context = static_cast<size_t>(unsigned_or_die(value, "context length"));
        break;
    case 'D':
        settings.format.form = Form::merged;
        settings.format.macro = value;
        break;
    case 'e':
        set_form(settings, Form::ed, nullptr);
        break;
    case 'f':
        set_form(settings, Form::forward_ed, nullptr);
        break;
    case 'n':
        set_form(settings, Form::rcs, nullptr);
        break;
    case 'y':
        settings.format.form = Form::side_by_side;
        break;
    case 'W':
        settings.format.width = static_cast<size_t>(unsigned_or_die(value, "width"));
        if (settings.format.width == 0) usage_error("invalid width '%s'", value);
        break;
    case kLeftColumn:
        settings.format.left_column = true;
        break;
    case kSuppressCommon:
        settings.format.suppress_common = true;
        break;
    case kNormal:
        set_form(settings, Form::normal, nullptr);
        break;
    case 'F':
        settings.function_pattern = pattern_or_die(value);
        break;
    case 'p':
        settings.format.show_function = true;
        if (settings.format.form == Form::normal) settings.format.form = Form::context;
        break;
    case 'L':
        settings.labels.emplace_back(value);
        break;
    case 'q':
        settings.brief = true;
        break;
    case 's':
        settings.report_same = true;
        break;
    case 't':
        settings.format.expand_tabs = true;
        break;
    case 'T':
        settings.format.initial_tab = true;
        break;
    case kColor:
        settings.format.color =
            !value || strcmp(value, "always") == 0 || (strcmp(value, "auto") == 0 && out.is_terminal());
        break;
    }
}

int run(Arguments& arguments) {
    Settings settings;
    const char* last_text = nullptr;
    while (auto option = arguments.next_option()) {
        if (arguments.option_text() != last_text) {
            last_text = arguments.option_text();
            settings.command.append(" ").append(last_text);
        }
        const char* value = arguments.value();
        if (value && (value < last_text || value > last_text + strlen(last_text)) && *option != kNumberOption)
            settings.command.append(" ").append(value);
        if (!take_content_option(settings, *option, value)) take_format_option(settings, *option, value);
    }
    if (settings.function_pattern) settings.format.function_pattern = &*settings.function_pattern;
    auto operands = arguments.operands();
    if (operands.size() < 2)
        usage_error("missing operand after '%s'", operands.empty() ? "diff" : operands[0]);
    if (operands.size() > 2) extra_operand(operands[2]);
    return Differ(settings).compare(operands[0], operands[1], true);
}

constexpr Tool kTool = {
    .name = "diff",
    .synopsis = "[OPTION]... FILES",
    .summary = "Compare files line by line.",
    .options = kOptions,
    .run = run,
    .usage_status = 2,
    .failure_status = 2,
    .notes = "Exit status: 0 if inputs are the same, 1 if different, 2 if trouble.",
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils::diff
